//go:build linux

package livetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/generated/rtaddr"
	"github.com/nlgen/nlgen/runtime/nl"
	"golang.org/x/sys/unix"
)

const addrsByTool = `
ip link add va type veth peer name vb
ip link set va addrgenmode none
ip link set vb addrgenmode none
ip link set lo up
ip link set va up
ip link set vb up
ip addr add 10.0.0.1/24 brd + label va:x dev va valid_lft 1000 preferred_lft 500
ip addr add 10.0.0.7/24 dev va
ip addr add 10.1.0.1 peer 10.1.0.2/32 dev va metric 50 noprefixroute scope link
ip addr add 10.2.0.1/16 dev vb scope 123 valid_lft 1000 preferred_lft 0
ip addr add 224.1.2.3/32 dev vb autojoin
ip addr add 2001:db8::1/64 dev va nodad home mngtmpaddr
ip addr add 2001:db8::5 peer 2001:db8:1::9/64 dev va metric 77 valid_lft 2000 preferred_lft 1000
`

// addrKey tells addresses apart.
func addrKey(link any, local any, prefix any) string {
	return fmt.Sprint(link, " ", local, "/", prefix)
}

// addrsByKey lists addresses by link, address and prefix length.
func (w *World) addrsByKey() map[string]*rtaddr.Addr {
	w.t.Helper()
	all := map[string]*rtaddr.Addr{}
	for _, a := range w.addrs(nil) {
		local := a.Address
		if a.Local.IsValid() {
			local = a.Local
		}
		all[addrKey(a.Header.Index, local, a.Header.Prefixlen)] = a
	}
	return all
}

// toolAddrs is the same list by ip.
func (w *World) toolAddrs() map[string]Object {
	w.t.Helper()
	all := map[string]Object{}
	for _, l := range w.JSON("ip", "-d", "-j", "addr") {
		for _, a := range l["addr_info"].([]any) {
			o := a.(Object)
			all[addrKey(l["ifindex"], o["local"], o["prefixlen"])] = o
		}
	}
	return all
}

func (w *World) compareAddrs(tb *Table[*rtaddr.Addr]) (n int) {
	w.t.Helper()
	before := w.addrsByKey()
	tool := w.toolAddrs()
	tb.CompareAll(w.t, tool, before, w.addrsByKey())
	return len(tool)
}

func TestAddrsOfTool(t *testing.T) {
	w := New(t)
	w.Lines(addrsByTool)
	tb := AddrTable()
	if n := w.compareAddrs(tb); n != 9 {
		t.Errorf("ip lists %d addresses, want 9", n)
	}
	tb.CheckSeen(t)
}

func TestAddrsOfGo(t *testing.T) {
	w := New(t)
	w.Lines(`
		ip link add va type veth peer name vb
		ip link set va up
		ip link set vb up
	`)
	va := uint32(w.Links().index("va"))
	h4 := rtaddr.Ifaddrmsg{Family: unix.AF_INET, Index: va}
	h6 := rtaddr.Ifaddrmsg{Family: unix.AF_INET6, Index: va}
	with := func(h rtaddr.Ifaddrmsg, prefix uint8, scope rtaddr.RtScope) rtaddr.Ifaddrmsg {
		h.Prefixlen, h.Scope = prefix, scope
		return h
	}
	cases := []struct {
		req  *rtaddr.Addr
		key  string
		want Object
	}{
		{&rtaddr.Addr{Header: with(h4, 24, 0), Local: ip("10.0.0.1"), Address: ip("10.0.0.1"), Broadcast: ip("10.0.0.255"), Label: nl.Str("va:go"),
			RtPriority: nl.U32(33), Cacheinfo: &rtaddr.IfaCacheinfo{IfaValid: 1000, IfaPrefered: 500}, Flags: nl.Some(rtaddr.IfaFlagsNoprefixroute)},
			addrKey(va, "10.0.0.1", 24), Object{"local": "10.0.0.1", "broadcast": "10.0.0.255", "label": "va:go", "metric": 33, "noprefixroute": true,
				"dynamic": true, "scope": "global"}},
		{&rtaddr.Addr{Header: with(h4, 32, rtaddr.RtScopeLink), Local: ip("10.1.0.1"), Address: ip("10.1.0.2")},
			addrKey(va, "10.1.0.1", 32), Object{"local": "10.1.0.1", "address": "10.1.0.2", "scope": "link", "valid_life_time": uint32(0xffffffff)}},
		{&rtaddr.Addr{Header: with(h6, 64, 0), Address: ip("2001:db8::1"), Flags: nl.Some(rtaddr.IfaFlagsNodad | rtaddr.IfaFlagsHomeaddress)},
			addrKey(va, "2001:db8::1", 64), Object{"family": "inet6", "nodad": true, "home": true}},
		{&rtaddr.Addr{Header: with(h6, 128, 0), Local: ip("2001:db8::2"), Address: ip("2001:db8:1::2"), Proto: nl.Some(rtaddr.IfaProto(77)),
			Flags: nl.Some(rtaddr.IfaFlagsNodad)},
			addrKey(va, "2001:db8::2", 128), Object{"local": "2001:db8::2", "address": "2001:db8:1::2"}},
	}
	for _, c := range cases {
		Must(t, w.Addr.NewAddr(w.Ctx, c.req, nl.Create, nl.Excl))
	}
	tool := w.toolAddrs()
	for _, c := range cases {
		if tool[c.key] == nil {
			t.Errorf("%s: not listed by ip", c.key)
			continue
		}
		wantKeys(t, tool[c.key], c.want)
	}
	w.compareAddrs(AddrTable())

	if err := w.Addr.NewAddr(w.Ctx, cases[0].req, nl.Create, nl.Excl); !errors.Is(err, syscall.EEXIST) {
		t.Errorf("second add: %v, want EEXIST", err)
	}
	// ip 6.1 does not print who made an address, so it is only read back.
	if got := w.addrsByKey()[cases[3].key].Proto; got != nl.Some(rtaddr.IfaProto(77)) {
		t.Errorf("protocol is %v, want 77", got)
	}

	t.Run("get", func(t *testing.T) {
		got := Get[*rtaddr.Addr](t)(w.Addr.GetAddr(w.Ctx, &rtaddr.Addr{Header: h6, Address: ip("2001:db8::1")}))
		if diff := cmp.Diff(w.addrsByKey()[cases[2].key], got, equal); diff != "" {
			t.Errorf("dump and get differ (-dump +get):\n%s", diff)
		}
	})
	t.Run("change", func(t *testing.T) {
		change := *cases[0].req
		change.Cacheinfo = &rtaddr.IfaCacheinfo{IfaValid: 0xffffffff, IfaPrefered: 0xffffffff}
		change.RtPriority = nl.U32(44)
		Must(t, w.Addr.NewAddr(w.Ctx, &change, nl.Replace))
		wantKeys(t, w.toolAddrs()[cases[0].key], Object{"metric": 44, "valid_life_time": uint32(0xffffffff), "dynamic": nil, "label": "va:go"})
	})
	t.Run("delete", func(t *testing.T) {
		for _, c := range cases {
			Must(t, w.Addr.DelAddr(w.Ctx, &rtaddr.Addr{Header: c.req.Header, Local: c.req.Local, Address: c.req.Address}))
			if w.toolAddrs()[c.key] != nil {
				t.Errorf("%s: ip still lists it", c.key)
			}
		}
		if err := w.Addr.DelAddr(w.Ctx, cases[0].req); !errors.Is(err, syscall.EADDRNOTAVAIL) {
			t.Errorf("second delete: %v, want EADDRNOTAVAIL", err)
		}
	})
}

func TestAddrDumpFilters(t *testing.T) {
	w := New(t)
	w.Lines(addrsByTool)
	links := w.Links()
	tests := []struct {
		name string
		h    rtaddr.Ifaddrmsg
		want func(a *rtaddr.Addr) bool
	}{
		{"family", rtaddr.Ifaddrmsg{Family: unix.AF_INET}, func(a *rtaddr.Addr) bool { return a.Header.Family == unix.AF_INET }},
		{"link", rtaddr.Ifaddrmsg{Index: uint32(links.index("vb"))}, func(a *rtaddr.Addr) bool { return a.Header.Index == uint32(links.index("vb")) }},
		{"both", rtaddr.Ifaddrmsg{Family: unix.AF_INET6, Index: uint32(links.index("va"))},
			func(a *rtaddr.Addr) bool {
				return a.Header.Family == unix.AF_INET6 && a.Header.Index == uint32(links.index("va"))
			}},
	}
	text := func(list []*rtaddr.Addr) (s []string) {
		for _, a := range list {
			s = append(s, fmt.Sprint(a.Header.Index, a.Address, a.Local))
		}
		return s
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := slices.DeleteFunc(w.addrs(nil), func(a *rtaddr.Addr) bool { return !tt.want(a) })
			got := w.addrs(&rtaddr.Addr{Header: tt.h})
			if diff := cmp.Diff(text(want), text(got)); diff != "" || len(got) == 0 {
				t.Errorf("(-all +filtered by the kernel):\n%s", diff)
			}
		})
	}
}

// TestGroupAddresses compares multicast and anycast addresses with the kernel's text files.
func TestGroupAddresses(t *testing.T) {
	w := New(t)
	w.Lines(`
		ip link add va type veth peer name vb
		ip link set va addrgenmode none
		ip link set vb addrgenmode none
		ip link set lo up
		ip link set va up
		ip link set vb up
		ip addr add 10.0.0.1/24 dev va
		ip addr add 2001:db8::1/64 dev va nodad
		ip addr add 2001:db8:1::2/64 dev vb nodad
	`)
	w.settle()
	w.Sysctl("net/ipv6/conf/all/forwarding", "1") // joins the anycast address of each prefix
	names := w.Links().name

	var want []string
	for _, l := range w.JSON("ip", "-j", "maddr") {
		for _, a := range l["maddr"].([]any) {
			o := a.(Object)
			if o["family"] == "inet6" {
				want = append(want, fmt.Sprint(l["ifname"], " ", o["address"], " ", users(o["users"])))
			}
		}
	}
	var got []string
	for _, m := range Get[[]*rtaddr.Addr](t)(nl.Collect(w.Addr.GetMulticastDump(w.Ctx, &rtaddr.Addr{Header: rtaddr.Ifaddrmsg{Family: unix.AF_INET6}}))) {
		got = append(got, fmt.Sprint(names[int32(m.Header.Index)], " ", m.Multicast, " 1"))
		if m.Cacheinfo == nil {
			t.Errorf("%v: no cacheinfo", m.Multicast)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" || len(got) < 8 {
		t.Errorf("multicast (-ip +we):\n%s", diff)
	}

	want, got = nil, nil
	for _, line := range fileLines(t, w.Run("cat", "/proc/net/anycast6")) {
		var b [16]byte
		for i := range b {
			_, err := fmt.Sscanf(line[2][2*i:2*i+2], "%x", &b[i])
			Must(t, err)
		}
		want = append(want, fmt.Sprint(line[1], " ", netip.AddrFrom16(b)))
	}
	for _, m := range Get[[]*rtaddr.Addr](t)(nl.Collect(w.Addr.GetAnycastDump(w.Ctx, &rtaddr.Addr{Header: rtaddr.Ifaddrmsg{Family: unix.AF_INET6}}))) {
		got = append(got, fmt.Sprint(names[int32(m.Header.Index)], " ", m.Anycast))
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" || len(got) == 0 {
		t.Errorf("anycast (-file +we):\n%s", diff)
	}
}

// users is how often a group was joined; ip leaves out 1.
func users(v any) any {
	if n, ok := v.(json.Number); ok {
		return n
	}
	return 1
}
