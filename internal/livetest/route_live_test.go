//go:build linux

package livetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/generated/rtroute"
	"github.com/nlgen/nlgen/runtime/nl"
	"golang.org/x/sys/unix"
)

// None of these may carry options of a tunnel: with them kernels up to 6.18 have been seen to crash.
const routesByTool = `
ip link add va type veth peer name vb
ip link set va addrgenmode none
ip link set vb addrgenmode none
ip link set lo up
ip link set va up
ip link set vb up
ip addr add 10.0.0.1/24 dev va
ip addr add 2001:db8::1/64 dev va nodad
ip route add default via 10.0.0.9 dev va
ip route add 192.0.2.0/24 via 10.0.0.2 dev va metric 7 mtu lock 1300 advmss 1000 rtt 20ms rttvar 10ms rto_min 30ms initcwnd 5 initrwnd 6 quickack 1 congctl reno features ecn hoplimit 33 window 5000 ssthresh 8 cwnd 9 reordering 4 fastopen_no_cookie 1 realms 1/2 src 10.0.0.1
ip route add 198.51.100.0/24 table 1000 proto bgp nexthop via 10.0.0.2 dev va weight 3 nexthop via inet6 2001:db8::2 dev va weight 5 onlink
ip route add 203.0.113.0/24 via inet6 fe80::1 dev va
ip route add blackhole 203.0.113.9 tos 0x10
ip route add prohibit 203.0.113.10 scope 77 table 3000000000
ip route add 192.0.3.0/24 encap ip id 5 dst 10.0.0.5 src 10.0.0.1 ttl 9 tos 8 via 10.0.0.2 dev va
ip nexthop add id 7 via 10.0.0.3 dev va
ip route add 192.0.4.0/24 nhid 7
ip -6 route add unreachable 2001:db8:9::/48 metric 44
ip -6 route add 2001:db8:2::/48 via 2001:db8::2 pref high expires 300 mtu 1400
ip -6 route add 2001:db8:3::/48 nexthop via 2001:db8::2 dev va weight 3 nexthop via 2001:db8::3 dev va weight 5
ip -6 route add 2001:db8:4::/48 dev va table 999 src 2001:db8::1 proto 77
ip -6 route add 2001:db8:5::/48 encap seg6 mode encap segs 2001:db8::7,2001:db8::8 dev va
ip -6 route add 2001:db8:6::/48 encap seg6local action End.X nh6 2001:db8::9 dev va
`

func TestRoutesOfTool(t *testing.T) {
	w := New(t)
	w.Lines(routesByTool)
	w.settle()
	tb := RouteTable(w.Links())
	if n := w.compareRoutes(tb); n != 25 {
		t.Errorf("ip lists %d routes, want 25", n)
	}
	t.Run("get", func(t *testing.T) { w.compareLookups(t, tb) })
	tb.CheckSeen(t)
	for _, r := range w.routes(nil) {
		if r.Dst == ip("192.0.2.0") && (r.Metrics == nil || r.Metrics.Lock.Value() != 1<<2|1<<13) {
			t.Errorf("metrics are %+v, want mtu and rto-min locked", r.Metrics)
		}
	}
}

// routeKey tells routes apart.
func routeKey(get func(key string) any) string {
	var parts []string
	for _, key := range []string{"type", "dst", "table", "dev", "metric", "tos", "encap"} {
		parts = append(parts, fmt.Sprint(get(key)))
	}
	return strings.Join(parts, " ")
}

// compareRoutes compares all routes and returns their number.
func (w *World) compareRoutes(tb *Table[route]) int {
	w.t.Helper()
	list := func() map[string]route {
		all := map[string]route{}
		for _, r := range w.routes(nil) {
			all[routeKey(func(key string) any { return tb.Fields[key](r) })] = r
		}
		return all
	}
	before := list()
	tool := map[string]Object{}
	for _, o := range w.JSON("ip", "-d", "-j", "route", "show", "table", "all") {
		tool[routeKey(func(key string) any { return o[key] })] = o
	}
	tb.CompareAll(w.t, tool, before, list())
	return len(tool)
}

// compareLookups asks where single packets go.
func (w *World) compareLookups(t *testing.T, tb *Table[route]) {
	va := nl.U32(uint32(w.Links().index("va")))
	v4 := rtroute.Rtmsg{Family: unix.AF_INET, DstLen: 32, Flags: rtroute.RtmFlagsLookupTable}
	v6 := rtroute.Rtmsg{Family: unix.AF_INET6, DstLen: 128}
	match := v4
	match.Flags |= rtroute.RtmFlagsFIBMatch
	// From a network on va: a packet that comes in.
	in4 := v4
	in4.SrcLen = 32
	tests := []struct {
		args string
		req  *rtroute.Route
	}{
		{"192.0.2.5", &rtroute.Route{Header: v4, Dst: ip("192.0.2.5")}},
		{"10.0.0.1", &rtroute.Route{Header: v4, Dst: ip("10.0.0.1")}},
		{"fibmatch 192.0.2.5", &rtroute.Route{Header: match, Dst: ip("192.0.2.5")}},
		{"2001:db8:2::5", &rtroute.Route{Header: v6, Dst: ip("2001:db8:2::5")}},
		{"203.0.113.5 oif va", &rtroute.Route{Header: v4, Dst: ip("203.0.113.5"), Oif: va}},
		{"10.0.0.1 from 10.0.0.77 iif va", &rtroute.Route{Header: in4, Dst: ip("10.0.0.1"), Src: ip("10.0.0.77"), Iif: va}},
	}
	for _, tt := range tests {
		args := append(strings.Fields("-d -j route get"), strings.Fields(tt.args)...)
		o := one(t, w.JSON("ip", args...))
		got := Get[*rtroute.Route](t)(w.Routes.GetRoute(w.Ctx, tt.req))
		tb.Compare(t, "get "+tt.args, o, got, got)
	}
}

func TestRoutesOfGo(t *testing.T) {
	w := New(t)
	w.Lines(`
		ip link add va type veth peer name vb
		ip link set va addrgenmode none
		ip link set vb addrgenmode none
		ip link set va up
		ip link set vb up
		ip addr add 10.0.0.1/24 dev va
		ip addr add 2001:db8::1/64 dev va nodad
	`)
	w.settle()
	links := w.Links()
	va := links.index("va")
	oif := nl.U32(uint32(va))
	multi := Get[[]byte](t)(func() ([]byte, error) {
		b, err := Multipath(Nexthop{Index: va, Weight: 4, Attrs: rtroute.Route{Gateway: ip("10.0.0.2")}},
			Nexthop{Index: va, Weight: 9, Flags: rtroute.RtmFlagsNhOnlink, Attrs: rtroute.Route{Via: Via(ip("fe80::2"))}})
		return b, err
	}())
	h := func(family, bits uint8) rtroute.Rtmsg {
		return rtroute.Rtmsg{Family: family, DstLen: bits, Type: rtroute.RtmTypeUnicast, Protocol: rtroute.RtProtocolStatic}
	}
	link := h(unix.AF_INET, 24)
	link.Scope = rtroute.RtScopeLink
	black := h(unix.AF_INET, 32)
	black.Type, black.TOS = rtroute.RtmTypeBlackhole, 4
	v6 := h(unix.AF_INET6, 48)
	v6.Protocol = 77
	cases := []struct {
		req  *rtroute.Route
		want Object
	}{
		{&rtroute.Route{Header: h(unix.AF_INET, 24), Dst: ip("192.0.2.0"), Gateway: ip("10.0.0.2"), Oif: oif, Priority: nl.U32(7), Prefsrc: ip("10.0.0.1"),
			Flow: nl.U32(3<<16 | 4), Metrics: &rtroute.Metrics{MTU: nl.U32(1300), Lock: nl.U32(1 << 2), RTT: nl.U32(160), CcAlgo: nl.Str("cubic"),
				Features: nl.Some(rtroute.RtaxFeatureECN), Hoplimit: nl.U32(9)}},
			Object{"dst": "192.0.2.0/24", "gateway": "10.0.0.2", "dev": "va", "protocol": "static", "metric": 7, "prefsrc": "10.0.0.1",
				"flow.from": "3", "flow.to": "4", "table": "main",
				"metrics": []Object{{"mtu": 1300, "rtt": 20, "congestion": "cubic", "ecn": nil, "hoplimit": 9}}}},
		{&rtroute.Route{Header: link, Dst: ip("192.0.3.0"), Oif: oif, Table: nl.U32(1000)},
			Object{"dst": "192.0.3.0/24", "scope": "link", "table": "1000"}},
		{&rtroute.Route{Header: black, Dst: ip("192.0.4.4"), Table: nl.U32(254)},
			Object{"type": "blackhole", "dst": "192.0.4.4", "tos": "0x04", "dev": nil}},
		{&rtroute.Route{Header: h(unix.AF_INET, 24), Dst: ip("192.0.5.0"), Oif: oif, Via: Via(ip("fe80::1"))},
			Object{"via.family": "inet6", "via.host": "fe80::1"}},
		{&rtroute.Route{Header: h(unix.AF_INET, 24), Dst: ip("192.0.6.0"), Multipath: multi},
			Object{"nexthops": []Object{
				{"dev": "va", "gateway": "10.0.0.2", "weight": 4, "flags": []string{}},
				{"dev": "va", "via": Object{"family": "inet6", "host": "fe80::2"}, "weight": 9, "flags": []string{"onlink"}}}}},
		{&rtroute.Route{Header: h(unix.AF_INET, 24), Dst: ip("192.0.7.0"), Oif: oif, Gateway: ip("10.0.0.2"),
			Encap: &rtroute.EncapIP{ID: nl.U64(99), Dst: ip("10.0.0.5"), TTL: nl.U8(7)}},
			Object{"encap": "ip", "id": 99, "ttl": 7}},
		{&rtroute.Route{Header: v6, Dst: ip("2001:db8:2::"), Gateway: ip("2001:db8::2"), Oif: oif, Table: nl.U32(70000), Pref: nl.Some(rtroute.RouterPrefLow),
			Expires: nl.U64(500), Metrics: &rtroute.Metrics{Advmss: nl.U32(1111)}},
			Object{"dst": "2001:db8:2::/48", "table": "70000", "pref": "low", "metric": 1024, "protocol": "77", "metrics": []Object{{"advmss": 1111}}}},
	}
	find := func(want Object) Object {
		for _, o := range w.JSON("ip", "-d", "-j", "route", "show", "table", "all") {
			flat := map[string]any{}
			flatten("", o, flat)
			if flat["dst"] == want["dst"] {
				return o
			}
		}
		return nil
	}
	dsts := []string{"192.0.2.0/24", "192.0.3.0/24", "192.0.4.4", "192.0.5.0/24", "192.0.6.0/24", "10.0.0.5", "2001:db8:2::/48"}
	for i, c := range cases {
		var echo rtroute.Route
		Must(t, w.Routes.NewRoute(w.Ctx, c.req, nl.Create, nl.Excl, nl.Echo(&echo)))
		if echo.Dst != c.req.Dst || echo.Header.Protocol != c.req.Header.Protocol {
			t.Errorf("%s: echo is %v of %v", dsts[i], echo.Dst, echo.Header.Protocol)
		}
		c.want["dst"] = dsts[i]
		o := find(c.want)
		if o == nil {
			t.Errorf("%s: not listed by ip", dsts[i])
			continue
		}
		wantKeys(t, o, c.want)
	}
	w.compareRoutes(RouteTable(links))

	t.Run("filters", func(t *testing.T) { w.routeFilters(t) })
	t.Run("change", func(t *testing.T) {
		change := *cases[0].req
		change.Metrics, change.Gateway = nil, ip("10.0.0.3")
		Must(t, w.Routes.NewRoute(w.Ctx, &change, nl.Replace))
		wantKeys(t, find(Object{"dst": "192.0.2.0/24"}), Object{"gateway": "10.0.0.3", "metrics": nil})
	})
	t.Run("delete", func(t *testing.T) {
		for i, c := range cases {
			gone := &rtroute.Route{Header: c.req.Header, Dst: c.req.Dst, Table: c.req.Table, Oif: c.req.Oif}
			Must(t, w.Routes.DelRoute(w.Ctx, gone))
			if find(Object{"dst": dsts[i]}) != nil {
				t.Errorf("%s: ip still lists it", dsts[i])
			}
			if err := w.Routes.DelRoute(w.Ctx, gone); !errors.Is(err, syscall.ESRCH) {
				t.Errorf("%s: second delete: %v, want ESRCH", dsts[i], err)
			}
		}
	})
}

// routeFilters compares what the kernel leaves out with the whole list.
func (w *World) routeFilters(t *testing.T) {
	tests := []struct {
		name string
		req  *rtroute.Route
		want func(r *rtroute.Route) bool
	}{
		{"family", &rtroute.Route{Header: rtroute.Rtmsg{Family: unix.AF_INET6}},
			func(r *rtroute.Route) bool { return r.Header.Family == unix.AF_INET6 }},
		{"table", &rtroute.Route{Header: rtroute.Rtmsg{Family: unix.AF_INET}, Table: nl.U32(1000)},
			func(r *rtroute.Route) bool { return r.Table.Value() == 1000 }},
		{"protocol", &rtroute.Route{Header: rtroute.Rtmsg{Protocol: rtroute.RtProtocolStatic}},
			func(r *rtroute.Route) bool { return r.Header.Protocol == rtroute.RtProtocolStatic }},
		{"type", &rtroute.Route{Header: rtroute.Rtmsg{Type: rtroute.RtmTypeBlackhole}},
			func(r *rtroute.Route) bool { return r.Header.Type == rtroute.RtmTypeBlackhole }},
		{"link", &rtroute.Route{Header: rtroute.Rtmsg{Family: unix.AF_INET}, Oif: nl.U32(uint32(w.Links().index("va"))), Table: nl.U32(254)},
			func(r *rtroute.Route) bool {
				return r.Header.Family == unix.AF_INET && r.Table.Value() == 254 && (r.Oif.IsSet() || r.Multipath != nil)
			}},
	}
	text := func(list []*rtroute.Route) (s []string) {
		for _, r := range list {
			s = append(s, fmt.Sprint(r.Table, r.Dst, "/", r.Header.DstLen, " ", r.Oif))
		}
		return s
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := slices.DeleteFunc(w.routes(nil), func(r *rtroute.Route) bool { return !tt.want(r) })
			got := w.routes(tt.req)
			if diff := cmp.Diff(text(want), text(got)); diff != "" || len(got) == 0 {
				t.Errorf("(-all +filtered by the kernel):\n%s", diff)
			}
		})
	}
}
