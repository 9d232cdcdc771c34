//go:build linux

package livetest

import (
	"iter"

	"github.com/nlgen/nlgen/generated/ethtool"
	"github.com/nlgen/nlgen/generated/mptcppm"
	"github.com/nlgen/nlgen/generated/netdev"
	"github.com/nlgen/nlgen/generated/nlctrl"
	"github.com/nlgen/nlgen/generated/rtaddr"
	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/generated/rtneigh"
	"github.com/nlgen/nlgen/generated/rtroute"
	"github.com/nlgen/nlgen/generated/tcpmetrics"
	"github.com/nlgen/nlgen/internal/livetest/pyynl"
	"github.com/nlgen/nlgen/runtime/nl"
	"golang.org/x/sys/unix"
)

// twice is a call of the kernel's client and the same by generated code.
type twice struct {
	pyynl.Call
	ours func() (any, error)
}

func do[T any](spec, op string, req Object, ours func() (*T, error)) twice {
	return twice{pyynl.Call{Spec: spec, Op: op, Mode: "do", JSON: req}, func() (any, error) { return ours() }}
}

// act is a do that is only acknowledged.
func act(spec, op string, req Object, flags []int, ours func() error) twice {
	return twice{pyynl.Call{Spec: spec, Op: op, Mode: "do", JSON: req, Flags: flags}, func() (any, error) { return nil, ours() }}
}

func dump[T any](spec, op string, req Object, ours iter.Seq2[*T, error]) twice {
	return twice{pyynl.Call{Spec: spec, Op: op, Mode: "dump", JSON: req}, func() (any, error) { return nl.Collect(ours) }}
}

func (w *World) linkCalls() (calls []twice) {
	ctx, c := w.Ctx, w.Link
	for _, name := range w.Links().name {
		calls = append(calls, do("rt-link", "getlink", Object{"ifname": name}, func() (*rtlink.Link, error) {
			return c.GetLink(ctx, &rtlink.Link{Ifname: nl.Str(name)})
		}))
	}
	lo := &rtlink.Stats{Header: rtlink.IfStatsMsg{Ifindex: 1, FilterMask: 1}}
	return append(calls,
		dump("rt-link", "getlink", nil, c.GetLinkDump(ctx, nil)),
		dump("rt-link", "getstats", Object{"filter-mask": 0x1f}, c.GetStatsDump(ctx, &rtlink.Stats{Header: rtlink.IfStatsMsg{FilterMask: 0x1f}})),
		do("rt-link", "getstats", Object{"filter-mask": 1, "ifindex": 1}, func() (*rtlink.Stats, error) { return c.GetStats(ctx, lo) }),
	)
}

func (w *World) addrCalls() []twice {
	ctx, c := w.Ctx, w.Addr
	va := uint32(w.Links().index("va"))
	v6 := &rtaddr.Addr{Header: rtaddr.Ifaddrmsg{Family: unix.AF_INET6}}
	v4 := &rtaddr.Addr{Header: rtaddr.Ifaddrmsg{Family: unix.AF_INET}}
	return []twice{
		dump("rt-addr", "getaddr", nil, c.GetAddrDump(ctx, nil)),
		dump("rt-addr", "getaddr", Object{"ifa-index": va}, c.GetAddrDump(ctx, &rtaddr.Addr{Header: rtaddr.Ifaddrmsg{Index: va}})),
		dump("rt-addr", "getmulticast", Object{"ifa-family": unix.AF_INET6}, c.GetMulticastDump(ctx, v6)),
		dump("rt-addr", "getmulticast", Object{"ifa-family": unix.AF_INET}, c.GetMulticastDump(ctx, v4)),
	}
}

func (w *World) routeCalls() []twice {
	ctx, c := w.Ctx, w.Routes
	v4 := &rtroute.Route{Header: rtroute.Rtmsg{Family: unix.AF_INET, DstLen: 32}, Dst: ip("192.0.2.5")}
	return []twice{
		dump("rt-route", "getroute", nil, c.GetRouteDump(ctx, nil)),
		do("rt-route", "getroute", Object{"rtm-family": 2, "rtm-dst-len": 32, "dst": "c0000205"},
			func() (*rtroute.Route, error) { return c.GetRoute(ctx, v4) }),
	}
}

func (w *World) ruleCalls() []twice {
	return []twice{dump("rt-rule", "getrule", nil, w.Rule.GetRuleDump(w.Ctx, nil))}
}

func (w *World) neighCalls() []twice {
	ctx, c := w.Ctx, w.Neigh
	va := w.Links().index("va")
	one := &rtneigh.Neighbour{Header: rtneigh.Ndmsg{Family: unix.AF_INET, Ifindex: va}, Dst: ip("10.0.0.5")}
	return []twice{
		dump("rt-neigh", "getneigh", nil, c.GetNeighDump(ctx, nil)),
		dump("rt-neigh", "getneigh", Object{"ndm-flags": 8}, c.GetNeighDump(ctx, &rtneigh.Neighbour{Header: rtneigh.Ndmsg{Flags: rtneigh.NtfFlagsProxy}})),
		dump("rt-neigh", "getneigh", Object{"ndm-family": 7}, c.GetNeighDump(ctx, &rtneigh.Neighbour{Header: rtneigh.Ndmsg{Family: 7}})),
		do("rt-neigh", "getneigh", Object{"ndm-family": 2, "ndm-ifindex": va, "dst": "0a000005"},
			func() (*rtneigh.Neighbour, error) { return c.GetNeigh(ctx, one) }),
		dump("rt-neigh", "getneightbl", nil, c.GetNeightblDump(ctx, nil)),
	}
}

func (w *World) netdevCalls() []twice {
	ctx, c := w.Ctx, w.Netdev
	calls := []twice{
		dump("netdev", "dev-get", nil, c.DevGetDump(ctx, nil)),
		do("netdev", "dev-get", Object{"ifindex": 50}, func() (*netdev.Dev, error) { return c.DevGet(ctx, &netdev.Dev{Ifindex: nl.U32(50)}) }),
		do("netdev", "dev-get", Object{"ifindex": 0}, func() (*netdev.Dev, error) { return c.DevGet(ctx, &netdev.Dev{Ifindex: nl.U32(0)}) }),
		dump("netdev", "queue-get", nil, c.QueueGetDump(ctx, nil)),
		do("netdev", "queue-get", Object{"ifindex": 50, "id": 1, "type": "rx"}, func() (*netdev.Queue, error) {
			return c.QueueGet(ctx, &netdev.Queue{Ifindex: nl.U32(50), ID: nl.U32(1), Type: nl.Some(netdev.QueueTypeRX)})
		}),
		dump("netdev", "napi-get", nil, c.NAPIGetDump(ctx, nil)),
		dump("netdev", "qstats-get", Object{"scope": "queue"}, c.QstatsGetDump(ctx, &netdev.Qstats{Scope: nl.Some(netdev.QstatsScopeQueue)})),
		dump("netdev", "page-pool-get", nil, c.PagePoolGetDump(ctx, nil)),
		dump("netdev", "page-pool-stats-get", nil, c.PagePoolStatsGetDump(ctx, nil)),
		do("netdev", "page-pool-get", Object{"id": 1 << 33}, func() (*netdev.PagePool, error) {
			return c.PagePoolGet(ctx, &netdev.PagePool{ID: nl.U64(1 << 33)})
		}),
	}
	list, _ := nl.Collect(c.NAPIGetDump(ctx, nil))
	for _, n := range list {
		calls = append(calls, do("netdev", "napi-get", Object{"id": n.ID.Value()}, func() (*netdev.NAPI, error) {
			return c.NAPIGet(ctx, &netdev.NAPI{ID: n.ID})
		}))
	}
	return calls
}

func (w *World) smallCalls() []twice {
	ctx := w.Ctx
	calls := []twice{
		dump("mptcp_pm", "get-addr", nil, w.MPTCP.GetAddrDump(ctx, nil)),
		do("mptcp_pm", "get-addr", Object{"addr": Object{"id": 7}}, func() (*mptcppm.Attr, error) {
			return w.MPTCP.GetAddr(ctx, &mptcppm.Attr{Addr: &mptcppm.Address{ID: nl.U8(7)}})
		}),
		do("mptcp_pm", "get-limits", nil, func() (*mptcppm.Attr, error) { return w.MPTCP.GetLimits(ctx, nil) }),
		do("mptcp_pm", "get-addr", Object{}, func() (*mptcppm.Attr, error) { return w.MPTCP.GetAddr(ctx, nil) }),
		dump("tcp_metrics", "get", nil, w.Metrics.GetDump(ctx, nil)),
		do("tcp_metrics", "get", Object{"addr-ipv4": 0x7f000001}, func() (*tcpmetrics.TCPMetrics, error) {
			return w.Metrics.Get(ctx, &tcpmetrics.TCPMetrics{AddrIPv4: ip("127.0.0.1")})
		}),
		dump("nlctrl", "getfamily", nil, w.Ctrl.GetFamilyDump(ctx, nil)),
	}
	for _, name := range families {
		req := &nlctrl.Ctrl{FamilyName: nl.Str(name)}
		calls = append(calls,
			do("nlctrl", "getfamily", Object{"family-name": name}, func() (*nlctrl.Ctrl, error) { return w.Ctrl.GetFamily(ctx, req) }),
			dump("nlctrl", "getpolicy", Object{"family-name": name}, w.Ctrl.GetPolicyDump(ctx, req)))
	}
	return calls
}

// ethtoolCalls are every get of the family: for all links, for a veth, for a tap.
func (w *World) ethtoolCalls() (calls []twice) {
	c, ctx := w.Ethtool, w.Ctx
	for _, dev := range []string{"va", "tap0"} {
		h := &ethtool.Header{DevName: nl.Str(dev)}
		calls = append(calls, ethtoolDos(w, Object{"header": Object{"dev-name": dev}}, h)...)
	}
	stats := &ethtool.Stats{Header: &ethtool.Header{DevName: nl.Str("va")}, Groups: &ethtool.Bitset{Nomask: true, Size: nl.U32(5), Value: []uint32{0x1f}}}
	strset := &ethtool.Strset{Header: &ethtool.Header{}, Stringsets: &ethtool.Stringsets{Stringset: []ethtool.Stringset{{ID: nl.Some(ethtool.StringsetEnumFeatures)}}}}
	return append(calls,
		do("ethtool", "stats-get", Object{"header": Object{"dev-name": "va"}, "groups": Object{"nomask": true, "size": 5, "value": "1f000000"}},
			func() (*ethtool.Stats, error) { return c.StatsGet(ctx, stats) }),
		do("ethtool", "strset-get", Object{"header": Object{}, "stringsets": Object{"stringset": []any{Object{"id": 4}}}},
			func() (*ethtool.Strset, error) { return c.StrsetGet(ctx, strset) }),
		dump("ethtool", "stats-get", Object{"groups": Object{"nomask": true, "size": 1, "value": "01000000"}},
			c.StatsGetDump(ctx, &ethtool.Stats{Groups: &ethtool.Bitset{Nomask: true, Size: nl.U32(1), Value: []uint32{1}}})),
		dump("ethtool", "strset-get", nil, c.StrsetGetDump(ctx, nil)),
		dump("ethtool", "linkinfo-get", nil, c.LinkinfoGetDump(ctx, nil)),
		dump("ethtool", "linkmodes-get", nil, c.LinkmodesGetDump(ctx, nil)),
		dump("ethtool", "linkstate-get", nil, c.LinkstateGetDump(ctx, nil)),
		dump("ethtool", "debug-get", nil, c.DebugGetDump(ctx, nil)),
		dump("ethtool", "wol-get", nil, c.WoLGetDump(ctx, nil)),
		dump("ethtool", "features-get", nil, c.FeaturesGetDump(ctx, nil)),
		dump("ethtool", "privflags-get", nil, c.PrivflagsGetDump(ctx, nil)),
		dump("ethtool", "rings-get", nil, c.RingsGetDump(ctx, nil)),
		dump("ethtool", "channels-get", nil, c.ChannelsGetDump(ctx, nil)),
		dump("ethtool", "coalesce-get", nil, c.CoalesceGetDump(ctx, nil)),
		dump("ethtool", "pause-get", nil, c.PauseGetDump(ctx, nil)),
		dump("ethtool", "eee-get", nil, c.EEEGetDump(ctx, nil)),
		dump("ethtool", "tsinfo-get", nil, c.TsinfoGetDump(ctx, nil)),
		dump("ethtool", "tunnel-info-get", nil, c.TunnelInfoGetDump(ctx, nil)),
		dump("ethtool", "fec-get", nil, c.FECGetDump(ctx, nil)),
		dump("ethtool", "module-eeprom-get", nil, c.ModuleEepromGetDump(ctx, nil)),
		dump("ethtool", "phc-vclocks-get", nil, c.PHCVclocksGetDump(ctx, nil)),
		dump("ethtool", "module-get", nil, c.ModuleGetDump(ctx, nil)),
		dump("ethtool", "pse-get", nil, c.PSEGetDump(ctx, nil)),
		dump("ethtool", "rss-get", nil, c.RSSGetDump(ctx, nil)),
		dump("ethtool", "plca-get-cfg", nil, c.PLCAGetCfgDump(ctx, nil)),
		dump("ethtool", "plca-get-status", nil, c.PLCAGetStatusDump(ctx, nil)),
		dump("ethtool", "mm-get", nil, c.MmGetDump(ctx, nil)),
		dump("ethtool", "phy-get", nil, c.PHYGetDump(ctx, nil)),
		dump("ethtool", "tsconfig-get", nil, c.TsconfigGetDump(ctx, nil)),
		dump("ethtool", "mse-get", nil, c.MseGetDump(ctx, nil)),
	)
}

// ethtoolDos are the gets for one link.
func ethtoolDos(w *World, req Object, h *ethtool.Header) []twice {
	c, ctx := w.Ethtool, w.Ctx
	return []twice{
		do("ethtool", "linkinfo-get", req, func() (*ethtool.Linkinfo, error) { return c.LinkinfoGet(ctx, &ethtool.Linkinfo{Header: h}) }),
		do("ethtool", "linkmodes-get", req, func() (*ethtool.Linkmodes, error) { return c.LinkmodesGet(ctx, &ethtool.Linkmodes{Header: h}) }),
		do("ethtool", "linkstate-get", req, func() (*ethtool.Linkstate, error) { return c.LinkstateGet(ctx, &ethtool.Linkstate{Header: h}) }),
		do("ethtool", "debug-get", req, func() (*ethtool.Debug, error) { return c.DebugGet(ctx, &ethtool.Debug{Header: h}) }),
		do("ethtool", "wol-get", req, func() (*ethtool.WoL, error) { return c.WoLGet(ctx, &ethtool.WoL{Header: h}) }),
		do("ethtool", "features-get", req, func() (*ethtool.Features, error) { return c.FeaturesGet(ctx, &ethtool.Features{Header: h}) }),
		do("ethtool", "privflags-get", req, func() (*ethtool.Privflags, error) { return c.PrivflagsGet(ctx, &ethtool.Privflags{Header: h}) }),
		do("ethtool", "rings-get", req, func() (*ethtool.Rings, error) { return c.RingsGet(ctx, &ethtool.Rings{Header: h}) }),
		do("ethtool", "channels-get", req, func() (*ethtool.Channels, error) { return c.ChannelsGet(ctx, &ethtool.Channels{Header: h}) }),
		do("ethtool", "coalesce-get", req, func() (*ethtool.Coalesce, error) { return c.CoalesceGet(ctx, &ethtool.Coalesce{Header: h}) }),
		do("ethtool", "pause-get", req, func() (*ethtool.Pause, error) { return c.PauseGet(ctx, &ethtool.Pause{Header: h}) }),
		do("ethtool", "eee-get", req, func() (*ethtool.EEE, error) { return c.EEEGet(ctx, &ethtool.EEE{Header: h}) }),
		do("ethtool", "tsinfo-get", req, func() (*ethtool.Tsinfo, error) { return c.TsinfoGet(ctx, &ethtool.Tsinfo{Header: h}) }),
		do("ethtool", "tunnel-info-get", req, func() (*ethtool.TunnelInfo, error) { return c.TunnelInfoGet(ctx, &ethtool.TunnelInfo{Header: h}) }),
		do("ethtool", "fec-get", req, func() (*ethtool.FEC, error) { return c.FECGet(ctx, &ethtool.FEC{Header: h}) }),
		do("ethtool", "module-eeprom-get", Object{"header": req["header"], "offset": 0, "length": 8, "page": 0, "i2c-address": 0x50},
			func() (*ethtool.ModuleEeprom, error) {
				return c.ModuleEepromGet(ctx, &ethtool.ModuleEeprom{Header: h, Offset: nl.U32(0), Length: nl.U32(8), Page: nl.U8(0), I2cAddress: nl.U8(0x50)})
			}),
		do("ethtool", "phc-vclocks-get", req, func() (*ethtool.PHCVclocks, error) { return c.PHCVclocksGet(ctx, &ethtool.PHCVclocks{Header: h}) }),
		do("ethtool", "module-get", req, func() (*ethtool.Module, error) { return c.ModuleGet(ctx, &ethtool.Module{Header: h}) }),
		do("ethtool", "pse-get", req, func() (*ethtool.PSE, error) { return c.PSEGet(ctx, &ethtool.PSE{Header: h}) }),
		do("ethtool", "rss-get", req, func() (*ethtool.RSS, error) { return c.RSSGet(ctx, &ethtool.RSS{Header: h}) }),
		do("ethtool", "plca-get-cfg", req, func() (*ethtool.PLCA, error) { return c.PLCAGetCfg(ctx, &ethtool.PLCA{Header: h}) }),
		do("ethtool", "plca-get-status", req, func() (*ethtool.PLCA, error) { return c.PLCAGetStatus(ctx, &ethtool.PLCA{Header: h}) }),
		do("ethtool", "mm-get", req, func() (*ethtool.Mm, error) { return c.MmGet(ctx, &ethtool.Mm{Header: h}) }),
		do("ethtool", "phy-get", req, func() (*ethtool.PHY, error) { return c.PHYGet(ctx, &ethtool.PHY{Header: h}) }),
		do("ethtool", "tsconfig-get", req, func() (*ethtool.Tsconfig, error) { return c.TsconfigGet(ctx, &ethtool.Tsconfig{Header: h}) }),
		do("ethtool", "mse-get", req, func() (*ethtool.Mse, error) { return c.MseGet(ctx, &ethtool.Mse{Header: h}) }),
	}
}
