//go:build linux

package livetest

import (
	"errors"
	"fmt"
	"slices"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/generated/rtneigh"
	"github.com/nlgen/nlgen/runtime/nl"
	"golang.org/x/sys/unix"
)

const neighboursByTool = `
ip link add va type veth peer name vb
ip link add br0 type bridge
ip link add vx0 type vxlan id 42 dstport 4789
ip link set va addrgenmode none
ip link set vb addrgenmode none
ip link set br0 addrgenmode none
ip link set vb master br0
ip link set va up
ip link set vb up
ip link set br0 up
ip neigh add 10.0.0.5 lladdr 02:00:00:00:00:05 dev va nud permanent proto 5
ip neigh add 10.0.0.6 lladdr 02:00:00:00:00:06 dev va nud stale extern_learn
ip neigh add 10.0.0.7 lladdr 02:00:00:00:00:07 dev va nud noarp
ip neigh add 10.0.0.11 dev va nud none managed
ip neigh add 2001:db8::5 lladdr 02:00:00:00:00:05 dev va nud reachable router
ip neigh add proxy 10.0.0.9 dev va
ip neigh add proxy 2001:db8::9 dev va router extern_learn proto 7
bridge fdb add 02:00:00:00:00:10 dev vb master static sticky
bridge fdb add 02:00:00:00:00:11 dev vb master dynamic extern_learn
bridge fdb add 02:00:00:00:00:12 dev vb self
bridge fdb append 02:00:00:00:00:13 dev vx0 dst 10.0.0.9 port 99 vni 7 via va
bridge fdb append 00:00:00:00:00:00 dev vx0 dst 10.0.0.11
`

// compareNeighbours compares what the tool lists with what req asks for, by the keys that tell entries apart.
func (w *World) compareNeighbours(tb *Table[neighbour], keys []string, req neighbour, tool ...string) int {
	w.t.Helper()
	key := func(get func(string) any) string {
		s := ""
		for _, k := range keys {
			s += fmt.Sprint(get(k), " ")
		}
		return s
	}
	list := func() map[string]neighbour {
		all := map[string]neighbour{}
		for _, n := range w.neighbours(req) {
			all[key(func(k string) any { return tb.Fields[k](n) })] = n
		}
		return all
	}
	before := list()
	theirs := map[string]Object{}
	for _, o := range w.JSON(tool[0], tool[1:]...) {
		theirs[key(func(k string) any { return o[k] })] = o
	}
	tb.CompareAll(w.t, theirs, before, list())
	return len(theirs)
}

func TestNeighboursOfTool(t *testing.T) {
	w := New(t)
	w.Lines(neighboursByTool)
	links := w.Links()
	dst := []string{"dst", "dev"}
	tb := NeighTable(links)
	if n := w.compareNeighbours(tb, dst, &rtneigh.Neighbour{Header: rtneigh.Ndmsg{Family: unix.AF_INET}},
		"ip", "-4", "-s", "-d", "-j", "neigh", "show", "nud", "all"); n < 4 {
		t.Errorf("got %d IPv4 neighbours, want 4 at least", n)
	}
	w.compareNeighbours(tb, dst, &rtneigh.Neighbour{Header: rtneigh.Ndmsg{Family: unix.AF_INET6}},
		"ip", "-6", "-s", "-d", "-j", "neigh", "show", "nud", "all")
	if n := w.compareNeighbours(tb, dst, &rtneigh.Neighbour{Header: rtneigh.Ndmsg{Flags: rtneigh.NtfFlagsProxy}},
		"ip", "-s", "-d", "-j", "neigh", "show", "proxy"); n != 2 {
		t.Errorf("got %d proxies, want 2", n)
	}
	tb.CheckSeen(t)

	fdb := FDBTable(links)
	w.compareNeighbours(fdb, []string{"mac", "ifname", "dst", "master"}, &rtneigh.Neighbour{Header: rtneigh.Ndmsg{Family: unix.AF_BRIDGE}},
		"bridge", "-d", "-s", "-j", "fdb")
	fdb.CheckSeen(t)
}

func TestNeighboursOfGo(t *testing.T) {
	w := New(t)
	w.Lines(`
		ip link add va type veth peer name vb
		ip link add br0 type bridge
		ip link add vx0 type vxlan id 42 dstport 4789
		ip link set va addrgenmode none
		ip link set vb addrgenmode none
		ip link set vb master br0
		ip link set va up
		ip link set vb up
	`)
	links := w.Links()
	va, vb, vx := links.index("va"), links.index("vb"), links.index("vx0")
	v4 := rtneigh.Ndmsg{Family: unix.AF_INET, Ifindex: va, State: rtneigh.NudStatePermanent}
	stale := rtneigh.Ndmsg{Family: unix.AF_INET6, Ifindex: va, State: rtneigh.NudStateStale, Flags: rtneigh.NtfFlagsRouter}
	proxy := rtneigh.Ndmsg{Family: unix.AF_INET, Ifindex: va, Flags: rtneigh.NtfFlagsProxy}
	static := rtneigh.Ndmsg{Family: unix.AF_BRIDGE, Ifindex: vb, State: rtneigh.NudStateNoarp, Flags: rtneigh.NtfFlagsMaster | rtneigh.NtfFlagsSticky}
	self := rtneigh.Ndmsg{Family: unix.AF_BRIDGE, Ifindex: vx, State: rtneigh.NudStatePermanent, Flags: rtneigh.NtfFlagsSelf}
	cases := []struct {
		req  *rtneigh.Neighbour
		show string
		want Object
	}{
		{&rtneigh.Neighbour{Header: v4, Dst: ip("10.0.0.5"), Lladdr: mac("02:00:00:00:00:05"), Protocol: nl.U8(9)},
			"ip -d -j neigh show 10.0.0.5", Object{"dst": "10.0.0.5", "lladdr": "02:00:00:00:00:05", "state": []string{"PERMANENT"}, "protocol": "ra", "dev": "va"}},
		{&rtneigh.Neighbour{Header: stale, Dst: ip("2001:db8::5"), Lladdr: mac("02:00:00:00:00:06")},
			"ip -d -j neigh show 2001:db8::5", Object{"dst": "2001:db8::5", "lladdr": "02:00:00:00:00:06", "state": []string{"STALE"}, "router": true}},
		{&rtneigh.Neighbour{Header: proxy, Dst: ip("10.0.0.9")},
			"ip -d -j neigh show proxy", Object{"dst": "10.0.0.9", "proxy": true}},
		{&rtneigh.Neighbour{Header: static, Lladdr: mac("02:00:00:00:00:10")},
			"bridge -d -j fdb get 02:00:00:00:00:10 dev vb master", Object{"mac": "02:00:00:00:00:10", "state": "static", "flags": Set{"sticky"}, "master": "br0"}},
		{&rtneigh.Neighbour{Header: self, Lladdr: mac("02:00:00:00:00:13"), Dst: ip("10.0.0.9"), Port: nl.U16(4000), VNI: nl.U32(77), Ifindex: nl.U32(uint32(va))},
			"bridge -d -j fdb show dev vx0", Object{"mac": "02:00:00:00:00:13", "dst": "10.0.0.9", "port": 4000, "vni": 77, "viaIf": "va", "flags": Set{"self"}}},
	}
	for _, c := range cases {
		Must(t, w.Neigh.NewNeigh(w.Ctx, c.req, nl.Create, nl.Excl))
		words := fileLines(t, c.show)[0]
		wantKeys(t, one(t, w.JSON(words[0], words[1:]...)), c.want)
		if err := w.Neigh.NewNeigh(w.Ctx, c.req, nl.Create, nl.Excl); !errors.Is(err, syscall.EEXIST) && c.req.Header.Flags != rtneigh.NtfFlagsProxy {
			t.Errorf("%s: second add: %v, want EEXIST", c.show, err)
		}
	}

	t.Run("get", func(t *testing.T) {
		got := Get[*rtneigh.Neighbour](t)(w.Neigh.GetNeigh(w.Ctx, &rtneigh.Neighbour{
			Header: rtneigh.Ndmsg{Family: unix.AF_INET, Ifindex: va}, Dst: ip("10.0.0.5")}))
		if got.Lladdr.String() != "02:00:00:00:00:05" || got.Header.State != rtneigh.NudStatePermanent || got.Protocol != nl.U8(9) {
			t.Errorf("got %+v", got)
		}
		got = Get[*rtneigh.Neighbour](t)(w.Neigh.GetNeigh(w.Ctx, &rtneigh.Neighbour{
			Header: rtneigh.Ndmsg{Family: unix.AF_BRIDGE, Ifindex: vb, Flags: rtneigh.NtfFlagsMaster}, Lladdr: mac("02:00:00:00:00:10")}))
		if got.Header.State != rtneigh.NudStateNoarp || got.Master.Value() != uint32(links.index("br0")) {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("filters", func(t *testing.T) {
		tests := []struct {
			name string
			req  *rtneigh.Neighbour
			want []string
		}{
			{"link", &rtneigh.Neighbour{Ifindex: nl.U32(uint32(va))}, []string{"10.0.0.5", "2001:db8::5"}},
			{"other link", &rtneigh.Neighbour{Ifindex: nl.U32(uint32(vb))}, nil},
			{"fdb", &rtneigh.Neighbour{Header: rtneigh.Ndmsg{Family: unix.AF_BRIDGE, Ifindex: vx}}, []string{"02:00:00:00:00:13"}},
		}
		for _, tt := range tests {
			var got []string
			for _, n := range w.neighbours(tt.req) {
				switch {
				case n.Header.Family == unix.AF_BRIDGE:
					got = append(got, n.Lladdr.String())
				case !n.Dst.IsMulticast(): // which IPv6 makes as it sends
					got = append(got, n.Dst.String())
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.name, diff)
			}
		}
	})
	t.Run("change", func(t *testing.T) {
		change := *cases[0].req
		change.Lladdr = mac("02:00:00:00:00:77")
		Must(t, w.Neigh.NewNeigh(w.Ctx, &change, nl.Replace))
		wantKeys(t, one(t, w.JSON("ip", "-j", "neigh", "show", "10.0.0.5")), Object{"lladdr": "02:00:00:00:00:77"})
	})
	t.Run("delete", func(t *testing.T) {
		for _, c := range cases {
			Must(t, w.Neigh.DelNeigh(w.Ctx, c.req))
			if err := w.Neigh.DelNeigh(w.Ctx, c.req); !errors.Is(err, syscall.ENOENT) {
				t.Errorf("%s: second delete: %v, want ENOENT", c.show, err)
			}
		}
	})
}

func TestNeighbourTables(t *testing.T) {
	w := New(t)
	w.Lines(`
		ip link add va type veth peer name vb
		ip link set va up
	`)
	va := uint32(w.Links().index("va"))
	Must(t, w.Neigh.SetNeightbl(w.Ctx, &rtneigh.Ndt{Header: rtneigh.Ndtmsg{Family: unix.AF_INET}, Name: nl.Str("arp_cache"),
		Parms: &rtneigh.Ndtpa{Ifindex: nl.U32(va), RetransTime: nl.U64(1200), UcastProbes: nl.U32(7), Locktime: nl.U64(240)}}))
	tb := NeighTableTable(w.Links())
	list := func() map[string]ndt {
		all := map[string]ndt{}
		for _, n := range Get[[]ndt](t)(nl.Collect(w.Neigh.GetNeightblDump(w.Ctx, nil))) {
			all[fmt.Sprint(tb.Fields["name"](n), tb.Fields["dev"](n))] = n
		}
		return all
	}
	before := list()
	tool := map[string]Object{}
	for _, o := range w.JSON("ip", "-s", "-j", "ntable") {
		tool[fmt.Sprint(o["name"], o["dev"])] = o
	}
	tb.CompareAll(t, tool, before, list())
	wantKeys(t, tool["arp_cacheva"], Object{"retrans": 1200, "ucast_probes": 7, "locktime": 240})
	if len(tool) < 6 {
		t.Errorf("got %d tables, want 6 at least", len(tool))
	}
	tb.CheckSeen(t)
}
