//go:build linux

package livetest

import (
	"github.com/nlgen/nlgen/generated/rtneigh"
	"github.com/nlgen/nlgen/runtime/nl"
)

type ndt = *rtneigh.Ndt

// NeighTableTable is `ip -s -j ntable`. Its times are in ms.
func NeighTableTable(links Links) *Table[ndt] {
	parms := func(f func(*rtneigh.Ndtpa) any) func(ndt) any {
		return func(n ndt) any { return At(n.Parms, f) }
	}
	config := func(f func(*rtneigh.NdtConfig) any) func(ndt) any {
		return func(n ndt) any { return At(n.Config, f) }
	}
	stats := func(f func(*rtneigh.NdtStats) uint64) func(ndt) any {
		return func(n ndt) any { return At(n.Stats, func(s *rtneigh.NdtStats) any { return f(s) }) }
	}
	return &Table[ndt]{
		Fields: map[string]func(ndt) any{
			"family":      func(n ndt) any { return familyName(n.Header.Family) },
			"name":        func(n ndt) any { return Value(n.Name) },
			"dev":         parms(func(p *rtneigh.Ndtpa) any { return links.of(p.Ifindex) }),
			"thresh1":     func(n ndt) any { return Value(n.Thresh1) },
			"thresh2":     func(n ndt) any { return Value(n.Thresh2) },
			"thresh3":     func(n ndt) any { return Value(n.Thresh3) },
			"gc_interval": func(n ndt) any { return Value(n.GcInterval) },

			"key_length":    config(func(c *rtneigh.NdtConfig) any { return c.KeyLen }),
			"entry_size":    config(func(c *rtneigh.NdtConfig) any { return c.EntrySize }),
			"hash_rnd":      config(func(c *rtneigh.NdtConfig) any { return c.HashRnd }),
			"hash_mask":     config(func(c *rtneigh.NdtConfig) any { return Hex(nl.U32(c.HashMask)) }),
			"hash_chain_gc": config(func(c *rtneigh.NdtConfig) any { return c.HashChainGc }),
			"proxy_qlen":    config(func(c *rtneigh.NdtConfig) any { return c.ProxyQlen }),

			"refcnt":         parms(func(p *rtneigh.Ndtpa) any { return Value(p.Refcnt) }),
			"reachable":      parms(func(p *rtneigh.Ndtpa) any { return Value(p.ReachableTime) }),
			"base_reachable": parms(func(p *rtneigh.Ndtpa) any { return Value(p.BaseReachableTime) }),
			"retrans":        parms(func(p *rtneigh.Ndtpa) any { return Value(p.RetransTime) }),
			"gc_stale":       parms(func(p *rtneigh.Ndtpa) any { return Value(p.GcStaletime) }),
			"delay_probe":    parms(func(p *rtneigh.Ndtpa) any { return Value(p.DelayProbeTime) }),
			"queue":          parms(func(p *rtneigh.Ndtpa) any { return Value(p.QueueLen) }),
			"app_probes":     parms(func(p *rtneigh.Ndtpa) any { return Value(p.AppProbes) }),
			"ucast_probes":   parms(func(p *rtneigh.Ndtpa) any { return Value(p.UcastProbes) }),
			"mcast_probes":   parms(func(p *rtneigh.Ndtpa) any { return Value(p.McastProbes) }),
			"anycast_delay":  parms(func(p *rtneigh.Ndtpa) any { return Value(p.AnycastDelay) }),
			"proxy_delay":    parms(func(p *rtneigh.Ndtpa) any { return Value(p.ProxyDelay) }),
			"proxy_queue":    parms(func(p *rtneigh.Ndtpa) any { return Value(p.ProxyQlen) }),
			"locktime":       parms(func(p *rtneigh.Ndtpa) any { return Value(p.Locktime) }),

			"allocs":           stats(func(s *rtneigh.NdtStats) uint64 { return s.Allocs }),
			"destroys":         stats(func(s *rtneigh.NdtStats) uint64 { return s.Destroys }),
			"hash_grows":       stats(func(s *rtneigh.NdtStats) uint64 { return s.HashGrows }),
			"res_failed":       stats(func(s *rtneigh.NdtStats) uint64 { return s.ResFailed }),
			"lookups":          stats(func(s *rtneigh.NdtStats) uint64 { return s.Lookups }),
			"hits":             stats(func(s *rtneigh.NdtStats) uint64 { return s.Hits }),
			"rcv_probes_mcast": stats(func(s *rtneigh.NdtStats) uint64 { return s.RcvProbesMcast }),
			"rcv_probes_ucast": stats(func(s *rtneigh.NdtStats) uint64 { return s.RcvProbesUcast }),
			"periodic_gc_runs": stats(func(s *rtneigh.NdtStats) uint64 { return s.PeriodicGcRuns }),
			"forced_gc_runs":   stats(func(s *rtneigh.NdtStats) uint64 { return s.ForcedGcRuns }),
			"table_fulls":      stats(func(s *rtneigh.NdtStats) uint64 { return s.TableFulls }),
		},
		Ignored: map[string]string{
			"entries":    "of the whole machine, on which other namespaces come and go",
			"last_flush": "ip makes a date of an age",
			"last_rand":  "ip makes a date of an age",
		},
	}
}
