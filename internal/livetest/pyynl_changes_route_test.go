//go:build linux

package livetest

import (
	"github.com/nlgen/nlgen/generated/rtaddr"
	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/generated/rtneigh"
	"github.com/nlgen/nlgen/generated/rtroute"
	"github.com/nlgen/nlgen/generated/rtrule"
	"github.com/nlgen/nlgen/runtime/nl"
	"golang.org/x/sys/unix"
)

// ifb0 is a link that is the same in both namespaces.
const ifb0 = `
ip link add i0 index 61 address 02:00:00:00:00:61 type ifb
`

var routeScenarios = []scenario{
	{name: "links", setup: ifb0, stages: []func(*World) []twice{linkChanges}, reads: func(w *World) (calls []twice) {
		for _, index := range []int32{60, 61} {
			calls = append(calls, do("rt-link", "getlink", Object{"ifi-index": index}, func() (*rtlink.Link, error) {
				return w.Link.GetLink(w.Ctx, &rtlink.Link{Header: rtlink.Ifinfomsg{Index: index}})
			}))
		}
		return append(calls, dump("rt-link", "getlink", nil, w.Link.GetLinkDump(w.Ctx, nil)))
	}},
	{name: "addresses", setup: ifb0, stages: []func(*World) []twice{addrChanges}, reads: func(w *World) []twice {
		return []twice{dump("rt-addr", "getaddr", nil, w.Addr.GetAddrDump(w.Ctx, nil))}
	}},
	{name: "routes", setup: ifb0 + `
		ip link set i0 up
		ip addr add 10.0.0.1/24 dev i0
	`, stages: []func(*World) []twice{routeChanges}, reads: func(w *World) []twice {
		return []twice{dump("rt-route", "getroute", nil, w.Routes.GetRouteDump(w.Ctx, nil))}
	}},
	{name: "rules", stages: []func(*World) []twice{ruleChanges}, reads: (*World).ruleCalls},
	{name: "neighbours", setup: ifb0, stages: []func(*World) []twice{neighChanges}, reads: func(w *World) []twice {
		return []twice{
			dump("rt-neigh", "getneigh", nil, w.Neigh.GetNeighDump(w.Ctx, nil)),
			dump("rt-neigh", "getneightbl", nil, w.Neigh.GetNeightblDump(w.Ctx, nil)),
		}
	}},
}

func linkChanges(w *World) []twice {
	c, ctx := w.Link, w.Ctx
	header := func(index int32) rtlink.Ifinfomsg { return rtlink.Ifinfomsg{Index: index} }
	return []twice{
		act("rt-link", "newlink", Object{"ifi-index": 60, "ifname": "br0", "mtu": 1400, "address": "020000000060", "group": 5,
			"linkinfo": Object{"kind": "bridge", "data": Object{"forward-delay": 400, "priority": 100, "group-fwd-mask": 8}}}, create,
			func() error {
				return c.NewLink(ctx, &rtlink.Link{Header: header(60), Ifname: nl.Str("br0"), MTU: nl.U32(1400), Address: mac("02:00:00:00:00:60"),
					Group: nl.U32(5), Linkinfo: &rtlink.Linkinfo{Data: &rtlink.LinkinfoDataBridge{ForwardDelay: nl.U32(400), Priority: nl.U16(100),
						GroupFwdMask: nl.U16(8)}}}, nl.Create, nl.Excl)
			}),
		act("rt-link", "newlink", Object{"ifi-index": 62, "ifname": "i2", "linkinfo": Object{"kind": "ifb"}}, create, func() error {
			return c.NewLink(ctx, &rtlink.Link{Header: header(62), Ifname: nl.Str("i2"), Linkinfo: &rtlink.Linkinfo{Kind: nl.Str("ifb")}}, nl.Create, nl.Excl)
		}),
		act("rt-link", "setlink", Object{"ifi-index": 61, "master": 60, "mtu": 1300, "txqlen": 77, "ifalias": "one"}, nil, func() error {
			return c.SetLink(ctx, &rtlink.Link{Header: header(61), Master: nl.U32(60), MTU: nl.U32(1300), Txqlen: nl.U32(77), Ifalias: nl.Str("one")})
		}),
		act("rt-link", "dellink", Object{"ifi-index": 62}, nil, func() error { return c.DelLink(ctx, &rtlink.Link{Header: header(62)}) }),
		act("rt-link", "dellink", Object{"ifname": "i2"}, nil, func() error { return c.DelLink(ctx, &rtlink.Link{Ifname: nl.Str("i2")}) }),
	}
}

func addrChanges(w *World) []twice {
	c, ctx := w.Addr, w.Ctx
	header := func(length uint8) rtaddr.Ifaddrmsg {
		return rtaddr.Ifaddrmsg{Family: unix.AF_INET, Prefixlen: length, Index: 61}
	}
	return []twice{
		act("rt-addr", "newaddr", Object{"ifa-family": 2, "ifa-prefixlen": 24, "ifa-index": 61, "local": "0a000001", "address": "0a000001",
			"label": "i0:x", "rt-priority": 77}, create, func() error {
			return c.NewAddr(ctx, &rtaddr.Addr{Header: header(24), Local: ip("10.0.0.1"), Address: ip("10.0.0.1"), Label: nl.Str("i0:x"),
				RtPriority: nl.U32(77)}, nl.Create, nl.Excl)
		}),
		act("rt-addr", "newaddr", Object{"ifa-family": 2, "ifa-prefixlen": 32, "ifa-index": 61, "local": "0a000101", "address": "0a000102",
			"flags": []string{"noprefixroute"}}, create, func() error {
			return c.NewAddr(ctx, &rtaddr.Addr{Header: header(32), Local: ip("10.0.1.1"), Address: ip("10.0.1.2"),
				Flags: nl.Some(rtaddr.IfaFlagsNoprefixroute)}, nl.Create, nl.Excl)
		}),
		act("rt-addr", "newaddr", Object{"ifa-family": 2, "ifa-prefixlen": 16, "ifa-index": 61, "local": "0a020001"}, create, func() error {
			return c.NewAddr(ctx, &rtaddr.Addr{Header: header(16), Local: ip("10.2.0.1")}, nl.Create, nl.Excl)
		}),
		act("rt-addr", "deladdr", Object{"ifa-family": 2, "ifa-prefixlen": 16, "ifa-index": 61, "local": "0a020001"}, nil, func() error {
			return c.DelAddr(ctx, &rtaddr.Addr{Header: header(16), Local: ip("10.2.0.1")})
		}),
		act("rt-addr", "deladdr", Object{"ifa-family": 2, "ifa-prefixlen": 16, "ifa-index": 61, "local": "0a020001"}, nil, func() error {
			return c.DelAddr(ctx, &rtaddr.Addr{Header: header(16), Local: ip("10.2.0.1")})
		}),
	}
}

func routeChanges(w *World) []twice {
	c, ctx := w.Routes, w.Ctx
	theirs := func(length, typ int, more Object) Object {
		o := Object{"rtm-family": 2, "rtm-dst-len": length, "rtm-table": 254, "rtm-protocol": 4, "rtm-type": typ}
		for k, v := range more {
			o[k] = v
		}
		return o
	}
	header := func(length uint8, typ rtroute.RtmType) rtroute.Rtmsg {
		return rtroute.Rtmsg{Family: unix.AF_INET, DstLen: length, Table: rtroute.RtTableMain, Protocol: rtroute.RtProtocolStatic, Type: typ}
	}
	return []twice{
		act("rt-route", "newroute", theirs(24, 1, Object{"dst": "c0000200", "gateway": "0a000002", "oif": 61, "priority": 7,
			"metrics": Object{"mtu": 1300, "advmss": 1200}}), create, func() error {
			return c.NewRoute(ctx, &rtroute.Route{Header: header(24, rtroute.RtmTypeUnicast), Dst: ip("192.0.2.0"), Gateway: ip("10.0.0.2"), Oif: nl.U32(61),
				Priority: nl.U32(7), Metrics: &rtroute.Metrics{MTU: nl.U32(1300), Advmss: nl.U32(1200)}}, nl.Create, nl.Excl)
		}),
		act("rt-route", "newroute", theirs(25, 6, Object{"dst": "c6336400", "table": 1000}), create, func() error {
			return c.NewRoute(ctx, &rtroute.Route{Header: header(25, rtroute.RtmTypeBlackhole), Dst: ip("198.51.100.0"), Table: nl.U32(1000)}, nl.Create, nl.Excl)
		}),
		act("rt-route", "newroute", theirs(32, 7, Object{"dst": "cb007101"}), create, func() error {
			return c.NewRoute(ctx, &rtroute.Route{Header: header(32, rtroute.RtmTypeUnreachable), Dst: ip("203.0.113.1")}, nl.Create, nl.Excl)
		}),
		act("rt-route", "newroute", theirs(32, 8, Object{"dst": "cb007101"}), replace, func() error {
			return c.NewRoute(ctx, &rtroute.Route{Header: header(32, rtroute.RtmTypeProhibit), Dst: ip("203.0.113.1")}, nl.Create, nl.Replace)
		}),
		act("rt-route", "delroute", theirs(25, 6, Object{"dst": "c6336400", "table": 1000}), nil, func() error {
			return c.DelRoute(ctx, &rtroute.Route{Header: header(25, rtroute.RtmTypeBlackhole), Dst: ip("198.51.100.0"), Table: nl.U32(1000)})
		}),
		act("rt-route", "delroute", theirs(25, 6, Object{"dst": "c6336400", "table": 1000}), nil, func() error {
			return c.DelRoute(ctx, &rtroute.Route{Header: header(25, rtroute.RtmTypeBlackhole), Dst: ip("198.51.100.0"), Table: nl.U32(1000)})
		}),
	}
}

// The client cannot say a table above 255: it has the header's and the attribute's under one name.
func ruleChanges(w *World) []twice {
	c, ctx := w.Rule, w.Ctx
	header := func(src uint8) rtrule.FIBRuleHdr {
		return rtrule.FIBRuleHdr{Family: unix.AF_INET, SrcLen: src, Table: 100, Action: rtrule.FrActToTbl}
	}
	one := Object{"family": 2, "src-len": 8, "table": 100, "action": 1, "src": "0a000000", "priority": 50, "fwmark": 5, "fwmask": 255, "iifname": "in0"}
	oneReq := &rtrule.FIBRule{Header: header(8), Src: ip("10.0.0.0"), Priority: nl.U32(50), Fwmark: nl.U32(5), Fwmask: nl.U32(0xff), Iifname: nl.Str("in0")}
	two := Object{"family": 2, "table": 100, "action": 1, "priority": 51, "ip-proto": 6, "uid-range": Object{"start": 100, "end": 200},
		"sport-range": Object{"start": 1000, "end": 2000}, "protocol": 4}
	twoReq := &rtrule.FIBRule{Header: header(0), Priority: nl.U32(51), IPProto: nl.U8(6), UIDRange: &rtrule.FIBRuleUIDRange{Start: 100, End: 200},
		SportRange: &rtrule.FIBRulePortRange{Start: 1000, End: 2000}, Protocol: nl.Some(rtrule.RtProtocolStatic)}
	three := Object{"family": 2, "table": 100, "action": 1, "priority": 52}
	threeReq := &rtrule.FIBRule{Header: header(0), Priority: nl.U32(52)}
	add := func(o Object, r *rtrule.FIBRule) twice {
		return act("rt-rule", "newrule", o, create, func() error { return c.NewRule(ctx, r, nl.Create, nl.Excl) })
	}
	del := func(o Object, r *rtrule.FIBRule) twice {
		return act("rt-rule", "delrule", o, nil, func() error { return c.DelRule(ctx, r) })
	}
	return []twice{add(one, oneReq), add(two, twoReq), add(three, threeReq), add(three, threeReq), del(three, threeReq), del(three, threeReq)}
}

func neighChanges(w *World) []twice {
	c, ctx := w.Neigh, w.Ctx
	permanent := rtneigh.Ndmsg{Family: unix.AF_INET, Ifindex: 61, State: rtneigh.NudStatePermanent}
	entry := func(last string) Object {
		return Object{"ndm-family": 2, "ndm-ifindex": 61, "ndm-state": 128, "dst": "0a0000" + last, "lladdr": "0200000000" + last, "protocol": 9}
	}
	five := &rtneigh.Neighbour{Header: permanent, Dst: ip("10.0.0.5"), Lladdr: mac("02:00:00:00:00:05"), Protocol: nl.U8(9)}
	six := &rtneigh.Neighbour{Header: permanent, Dst: ip("10.0.0.6"), Lladdr: mac("02:00:00:00:00:06"), Protocol: nl.U8(9)}
	return []twice{
		act("rt-neigh", "newneigh", entry("05"), create, func() error { return c.NewNeigh(ctx, five, nl.Create, nl.Excl) }),
		act("rt-neigh", "newneigh", entry("06"), create, func() error { return c.NewNeigh(ctx, six, nl.Create, nl.Excl) }),
		act("rt-neigh", "delneigh", entry("06"), nil, func() error { return c.DelNeigh(ctx, six) }),
		act("rt-neigh", "delneigh", Object{"ndm-family": 2, "ndm-ifindex": 61, "dst": "0a000007"}, nil, func() error {
			return c.DelNeigh(ctx, &rtneigh.Neighbour{Header: rtneigh.Ndmsg{Family: unix.AF_INET, Ifindex: 61}, Dst: ip("10.0.0.7")})
		}),
		act("rt-neigh", "setneightbl", Object{"family": 2, "name": "arp_cache", "parms": Object{"ifindex": 61, "retrans-time": 1200, "ucast-probes": 7}}, nil,
			func() error {
				return c.SetNeightbl(ctx, &rtneigh.Ndt{Header: rtneigh.Ndtmsg{Family: unix.AF_INET}, Name: nl.Str("arp_cache"),
					Parms: &rtneigh.Ndtpa{Ifindex: nl.U32(61), RetransTime: nl.U64(1200), UcastProbes: nl.U32(7)}})
			}),
	}
}
