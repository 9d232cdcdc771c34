//go:build linux

package livetest

import (
	"fmt"
	"strings"

	"github.com/nlgen/nlgen/generated/rtneigh"
	"github.com/nlgen/nlgen/generated/rtrule"
	"github.com/nlgen/nlgen/runtime/nl"
)

type neighbour = *rtneigh.Neighbour

// NeighTable is `ip -s -d -j neigh`, proxies too.
func NeighTable(links Links) *Table[neighbour] {
	flag := func(f rtneigh.NtfFlags) func(neighbour) any {
		return func(n neighbour) any { return True(n.Header.Flags.Has(f)) }
	}
	return &Table[neighbour]{
		Fields: map[string]func(neighbour) any{
			"dst":          func(n neighbour) any { return IP(n.Dst) },
			"dev":          func(n neighbour) any { return links.name[n.Header.Ifindex] },
			"lladdr":       func(n neighbour) any { return MAC(n.Lladdr) },
			"proxy":        flag(rtneigh.NtfFlagsProxy),
			"router":       flag(rtneigh.NtfFlagsRouter),
			"extern_learn": flag(rtneigh.NtfFlagsExtLearned),
			"managed":      func(n neighbour) any { return True(n.FlagsExt.Value().Has(rtneigh.NtfExtFlagsManaged)) },
			"refcnt": func(n neighbour) any {
				return At(n.Cacheinfo, func(c *rtneigh.NdaCacheinfo) any { return NotZero(nl.U32(c.Refcnt)) })
			},
			"used":      age(func(c *rtneigh.NdaCacheinfo) uint32 { return c.Used }),
			"confirmed": age(func(c *rtneigh.NdaCacheinfo) uint32 { return c.Confirmed }),
			"updated":   age(func(c *rtneigh.NdaCacheinfo) uint32 { return c.Updated }),
			"probes":    func(n neighbour) any { return Value(n.Probes) },
			"state":     func(n neighbour) any { return neighState(n) },
			"protocol": func(n neighbour) any {
				if p, ok := n.Protocol.Get(); ok {
					return rtrule.RtProtocol(p).String()
				}
				return nil
			},
		},
	}
}

// age is a time of the cache in whole seconds.
func age(f func(*rtneigh.NdaCacheinfo) uint32) func(neighbour) any {
	return func(n neighbour) any {
		return At(n.Cacheinfo, func(c *rtneigh.NdaCacheinfo) any { return f(c) / 100 })
	}
}

func neighState(n neighbour) any {
	if n.Header.State == 0 {
		return nil
	}
	return strings.Split(strings.ToUpper(n.Header.State.String()), "|")
}

// FDBTable is `bridge -d -s -j fdb`.
func FDBTable(links Links) *Table[neighbour] {
	return &Table[neighbour]{
		Fields: map[string]func(neighbour) any{
			"mac":     func(n neighbour) any { return MAC(n.Lladdr) },
			"ifname":  func(n neighbour) any { return links.name[n.Header.Ifindex] },
			"dst":     func(n neighbour) any { return IP(n.Dst) },
			"port":    func(n neighbour) any { return Value(n.Port) },
			"vni":     func(n neighbour) any { return Value(n.VNI) },
			"viaIf":   func(n neighbour) any { return links.of(n.Ifindex) },
			"used":    age(func(c *rtneigh.NdaCacheinfo) uint32 { return c.Used }),
			"updated": age(func(c *rtneigh.NdaCacheinfo) uint32 { return c.Updated }),
			"flags":   func(n neighbour) any { return fdbFlags(n.Header.Flags) },
			"master":  func(n neighbour) any { return links.of(n.Master) },
			"state":   func(n neighbour) any { return fdbState(n.Header.State) },
		},
	}
}

func fdbFlags(f rtneigh.NtfFlags) Set {
	names := Set{}
	for _, n := range []struct {
		bit  rtneigh.NtfFlags
		name string
	}{
		{rtneigh.NtfFlagsSelf, "self"},
		{rtneigh.NtfFlagsRouter, "router"},
		{rtneigh.NtfFlagsExtLearned, "extern_learn"},
		{rtneigh.NtfFlagsOffloaded, "offload"},
		{rtneigh.NtfFlagsSticky, "sticky"},
	} {
		if f.Has(n.bit) {
			names = append(names, n.name)
		}
	}
	return names
}

func fdbState(s rtneigh.NudState) string {
	switch {
	case s.Has(rtneigh.NudStatePermanent):
		return "permanent"
	case s.Has(rtneigh.NudStateNoarp):
		return "static"
	case s == rtneigh.NudStateStale:
		return "stale"
	case s == rtneigh.NudStateReachable:
		return ""
	}
	return fmt.Sprintf("state=%#x", uint16(s))
}

// neighbours lists entries.
func (w *World) neighbours(req neighbour) []neighbour {
	w.t.Helper()
	return Get[[]neighbour](w.t)(nl.Collect(w.Neigh.GetNeighDump(w.Ctx, req)))
}
