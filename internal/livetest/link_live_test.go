//go:build linux

package livetest

import (
	"encoding/json"
	"errors"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/wire"
)

// linksByTool makes one link of every kind that the kernel of the tests has, with options away from the defaults.
const linksByTool = `
ip link add va address 02:00:00:00:00:01 mtu 1400 txqueuelen 500 numtxqueues 3 numrxqueues 2 type veth peer name vb mtu 1300
ip link add br0 type bridge forward_delay 300 hello_time 300 max_age 1500 ageing_time 1000 stp_state 1 priority 100 group_fwd_mask 8 mcast_snooping 0 no_linklocal_learn 1 mcast_hash_max 512 mcast_query_interval 500 nf_call_iptables 1
ip link add vx0 type vxlan id 42 dstport 4789 srcport 1000 2000 local 10.0.0.1 group 239.1.1.1 dev va ttl 5 tos 8 ageing 100 maxaddress 10 noudpcsum nolearning proxy rsc l2miss l3miss df set gbp
ip link add vx1 type vxlan id 43 dstport 4790 local 10.0.0.1 remote 10.0.0.2 tos inherit udp6zerocsumtx udp6zerocsumrx remcsumtx remcsumrx
ip link add vx2 type vxlan id 44 dstport 4791 local 2001:db8::1 group ff05::100 dev va flowlabel 0x123
ip link add vx3 type vxlan dstport 4792 external vnifilter
ip link add vx4 type vxlan dstport 4793 external gpe
ip link add ifb0 type ifb
ip link add base type ifb
ip link add mv0 link base type macvlan mode bridge bcqueuelen 500
ip link add base1 type ifb
ip link add mv1 link base1 type macvlan mode passthru nopromisc
ip link add base2 type ifb
ip link add mv2 link base2 type macvlan mode source
ip link set mv2 type macvlan macaddr add 02:00:00:00:00:77
ip link set mv2 type macvlan macaddr add 02:00:00:00:00:78
ip tuntap add tun0 mode tun user 0 group 0 multi_queue
ip tuntap add tap0 mode tap vnet_hdr pi
ip link set vb master br0
ip link set vb type bridge_slave priority 10 cost 7 hairpin on guard on root_block on fastleave on learning off flood off mcast_flood off bcast_flood off neigh_suppress on isolated on locked on group_fwd_mask 0x4008 vlan_tunnel on mcast_router 2 proxy_arp on proxy_arp_wifi on mcast_to_unicast on
ip link set va alias description
ip link set va group 7
ip link set va promisc on
ip link set va allmulticast on
ip link set va addrgenmode none
ip link property add dev va altname second altname third
ip link set vx1 protodown on
ip link set va up
ip link set vb up
ip link set br0 up
ip link set tun0 up
`

// links gets each link alone.
func (w *World) links() map[int32]*rtlink.Link {
	w.t.Helper()
	all := map[int32]*rtlink.Link{}
	for index := range w.Links().name {
		all[index] = w.link(&rtlink.Link{Header: rtlink.Ifinfomsg{Index: index}})
	}
	return all
}

func (w *World) link(req *rtlink.Link) *rtlink.Link {
	w.t.Helper()
	return Get[*rtlink.Link](w.t)(w.Link.GetLink(w.Ctx, req))
}

// dumpedLinks lists all links.
func (w *World) dumpedLinks(req *rtlink.Link) map[int32]*rtlink.Link {
	w.t.Helper()
	all := map[int32]*rtlink.Link{}
	for _, l := range Get[[]*rtlink.Link](w.t)(nl.Collect(w.Link.GetLinkDump(w.Ctx, req))) {
		all[l.Header.Index] = l
	}
	return all
}

func index(t testing.TB, o Object) int32 {
	t.Helper()
	n, err := strconv.ParseInt(o["ifindex"].(json.Number).String(), 10, 32)
	Must(t, err)
	return int32(n)
}

func TestLinksOfTool(t *testing.T) {
	w := New(t)
	w.Lines(linksByTool)
	tb := LinkTable(w.Links())
	ways := []struct {
		name string
		read func() map[int32]*rtlink.Link
	}{
		{"get", w.links},
		{"dump", func() map[int32]*rtlink.Link { return w.dumpedLinks(nil) }},
		{"into", func() map[int32]*rtlink.Link {
			all := map[int32]*rtlink.Link{}
			var l rtlink.Link
			for err := range w.Link.GetLinkDumpInto(w.Ctx, nil, &l) {
				Must(t, err)
				b, err := l.MarshalBinary() // l is valid until the next step only
				Must(t, err)
				all[l.Header.Index] = new(rtlink.Link)
				Must(t, all[l.Header.Index].UnmarshalBinary(b))
			}
			return all
		}},
	}
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			before := way.read()
			tool := w.JSON("ip", "-d", "-j", "link")
			after := way.read()
			if len(tool) != 18 || len(before) != len(tool) {
				t.Errorf("%d links for ip and %d for us, want 18", len(tool), len(before))
			}
			for _, o := range tool {
				i := index(t, o)
				if before[i] == nil || after[i] == nil {
					t.Errorf("link %v: not listed", o["ifname"])
					continue
				}
				tb.Compare(t, o["ifname"].(string), o, before[i], after[i])
			}
		})
	}
	tb.CheckSeen(t)
}

func TestLinkStatsOfTool(t *testing.T) {
	w := New(t)
	w.Run("ip", "link", "set", "lo", "up")
	w.datagrams(3)
	tb := LinkStatsTable()
	lo := &rtlink.Link{Ifname: nl.Str("lo")}
	before := w.link(lo)
	tool := w.JSON("ip", "-s", "-s", "-j", "link", "show", "lo")
	tb.Compare(t, "lo", tool[0]["stats64"].(Object), before.Stats64, w.link(lo).Stats64)
	tb.CheckSeen(t)
	if got := before.Stats64.RXPackets; got != 3 {
		t.Errorf("lo has received %d packets, want 3", got)
	}
	if got := uint64(before.Stats.RXPackets); got != before.Stats64.RXPackets {
		t.Errorf("32 bit counters say %d packets, want %d", got, before.Stats64.RXPackets)
	}
	// The same counters by the operation that is made for them.
	req := &rtlink.Stats{Header: rtlink.IfStatsMsg{Ifindex: 1, FilterMask: rtlink.StatsFilterLink64}}
	got := Get[*rtlink.Stats](t)(w.Link.GetStats(w.Ctx, req))
	if diff := cmp.Diff(before.Stats64, got.Link64); diff != "" {
		t.Errorf("getlink and getstats differ (-link +stats):\n%s", diff)
	}
	all := Get[[]*rtlink.Stats](t)(nl.Collect(w.Link.GetStatsDump(w.Ctx,
		&rtlink.Stats{Header: rtlink.IfStatsMsg{FilterMask: rtlink.StatsFilterLink64 | rtlink.StatsFilterAFSpec}})))
	if len(all) != 1 || all[0].Header.Ifindex != 1 || !cmp.Equal(all[0].Link64, got.Link64) {
		t.Errorf("dump of counters: got %+v, want those of lo: %+v", all, got)
	}
}

// datagrams sends some over the loopback device, each of 100 bytes.
func (w *World) datagrams(n int) {
	w.t.Helper()
	w.Do(func() {
		from, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		Must(w.t, err)
		defer from.Close()
		for range n {
			_, err := from.WriteTo(make([]byte, 100), from.LocalAddr())
			Must(w.t, err)
			_, _, err = from.ReadFrom(make([]byte, 200))
			Must(w.t, err)
		}
	})
}

// one returns the only object of a list.
func one(t testing.TB, list []Object) Object {
	t.Helper()
	if len(list) != 1 {
		t.Fatalf("got %d objects, want one: %v", len(list), list)
	}
	return list[0]
}

func ip(s string) netip.Addr { return netip.MustParseAddr(s) }

func mac(s string) net.HardwareAddr {
	a, err := net.ParseMAC(s)
	if err != nil {
		panic(err)
	}
	return a
}

// linkCases are links that generated code makes, and what ip then prints.
func linkCases(names Links) []linkCase {
	up := rtlink.Ifinfomsg{Flags: rtlink.IfinfoFlagsUp, Change: rtlink.IfinfoFlagsUp}
	base := uint32(names.index("base"))
	kind := func(d rtlink.LinkinfoData) *rtlink.Linkinfo { return &rtlink.Linkinfo{Data: d} }
	return []linkCase{
		{&rtlink.Link{Header: up, Ifname: nl.Str("g0"), MTU: nl.U32(1400), Address: mac("02:00:00:00:00:0a"), Txqlen: nl.U32(77),
			Group: nl.U32(9), NumTXQueues: nl.U32(3), NumRXQueues: nl.U32(4),
			Linkinfo: kind(&rtlink.LinkinfoDataVeth{Peer: &rtlink.LinkPeerVeth{
				Ifname: nl.Str("g1"), MTU: nl.U32(1300), Address: mac("02:00:00:00:00:0b"), NumTXQueues: nl.U32(2)}})},
			Object{"mtu": 1400, "address": "02:00:00:00:00:0a", "txqlen": 77, "group": "9", "num_tx_queues": 3, "num_rx_queues": 4,
				"link": "g1", "linkinfo.info_kind": "veth", "flags": Set{"BROADCAST", "M-DOWN", "MULTICAST", "NO-CARRIER", "UP"}}},
		{&rtlink.Link{Ifname: nl.Str("gbr"), Linkinfo: kind(&rtlink.LinkinfoDataBridge{
			ForwardDelay: nl.U32(400), HelloTime: nl.U32(300), MaxAge: nl.U32(1700), AgeingTime: nl.U32(1234), STPState: nl.U32(1), Priority: nl.U16(99),
			GroupFwdMask: nl.U16(8), McastRouter: nl.U8(2), McastSnooping: nl.U8(0), McastHashMax: nl.U32(1024), McastQuerier: nl.U8(1),
			McastLastMemberIntvl: nl.U64(200), NFCallIp6tables: nl.U8(1), McastIGMPVersion: nl.U8(3), GroupAddr: mac("01:80:c2:00:00:0e"),
			MultiBoolopt: &rtlink.BrBooloptMulti{Optval: 1, Optmask: 1}})},
			Object{"linkinfo.info_kind": "bridge", "linkinfo.info_data.forward_delay": 400, "linkinfo.info_data.hello_time": 300,
				"linkinfo.info_data.max_age": 1700, "linkinfo.info_data.ageing_time": 1234, "linkinfo.info_data.stp_state": 1,
				"linkinfo.info_data.priority": 99, "linkinfo.info_data.group_fwd_mask": "0x8", "linkinfo.info_data.mcast_router": 2,
				"linkinfo.info_data.mcast_snooping": 0, "linkinfo.info_data.mcast_hash_max": 1024, "linkinfo.info_data.mcast_querier": 1,
				"linkinfo.info_data.mcast_last_member_intvl": 200, "linkinfo.info_data.nf_call_ip6tables": 1,
				"linkinfo.info_data.mcast_igmp_version": 3, "linkinfo.info_data.group_addr": "01:80:c2:00:00:0e",
				"linkinfo.info_data.no_linklocal_learn": 1}},
		{&rtlink.Link{Ifname: nl.Str("gvx"), Linkinfo: kind(&rtlink.LinkinfoDataVXLAN{
			ID: nl.U32(7), Group: ip("239.1.1.9"), Local: ip("10.0.0.9"), Link: nl.U32(base), TTL: nl.U8(6), TOS: nl.U8(12), Port: nl.U16(4799),
			PortRange: &rtlink.IflaVXLANPortRange{Low: 5000, High: 6000}, Learning: nl.U8(0), Ageing: nl.U32(77), Limit: nl.U32(5),
			Proxy: nl.U8(1), UDPCsum: nl.U8(0), Gbp: true, DF: nl.Some(rtlink.IflaVXLANDFInherit)})},
			Object{"linkinfo.info_kind": "vxlan", "linkinfo.info_data.id": 7, "linkinfo.info_data.group": "239.1.1.9",
				"linkinfo.info_data.local": "10.0.0.9", "linkinfo.info_data.link": "base", "linkinfo.info_data.ttl": 6,
				"linkinfo.info_data.tos": "0xc", "linkinfo.info_data.port": 4799, "linkinfo.info_data.port_range.low": 5000,
				"linkinfo.info_data.port_range.high": 6000, "linkinfo.info_data.learning": false, "linkinfo.info_data.ageing": 77,
				"linkinfo.info_data.limit": 5, "linkinfo.info_data.proxy": true, "linkinfo.info_data.udp_csum": false,
				"linkinfo.info_data.gbp": true, "linkinfo.info_data.df": "inherit"}},
		{&rtlink.Link{Ifname: nl.Str("gvx6"), Linkinfo: kind(&rtlink.LinkinfoDataVXLAN{
			ID: nl.U32(8), Group6: ip("ff05::9"), Local6: ip("2001:db8::9"), Link: nl.U32(base), Port: nl.U16(4798), Label: nl.U32(0x54321)})},
			Object{"linkinfo.info_data.group6": "ff05::9", "linkinfo.info_data.local6": "2001:db8::9"}},
		{&rtlink.Link{Ifname: nl.Str("gifb"), NumTXQueues: nl.U32(2), Linkinfo: kind(&rtlink.LinkinfoDataIfb{})},
			Object{"linkinfo.info_kind": "ifb", "num_tx_queues": 2}},
		{&rtlink.Link{Ifname: nl.Str("gmv"), Link: nl.U32(base), Linkinfo: kind(&rtlink.LinkinfoDataMacvlan{
			Mode: nl.Some(rtlink.MacvlanModeVepa), BcQueueLen: nl.U32(300)})},
			Object{"linkinfo.info_kind": "macvlan", "link": "base", "linkinfo.info_data.mode": "vepa", "linkinfo.info_data.bcqueuelen": 300}},
	}
}

type linkCase struct {
	req  *rtlink.Link
	want Object
}

func TestLinksOfGo(t *testing.T) {
	w := New(t)
	w.Run("ip", "link", "add", "base", "type", "ifb")
	cases := linkCases(w.Links())
	for _, c := range cases {
		Must(t, w.Link.NewLink(w.Ctx, c.req, nl.Create, nl.Excl))
	}
	tb := LinkTable(w.Links())
	for _, c := range cases {
		name := c.req.Ifname.Value()
		t.Run(name, func(t *testing.T) {
			before := w.link(&rtlink.Link{Ifname: nl.Str(name)})
			o := one(t, w.JSON("ip", "-d", "-j", "link", "show", name))
			tb.Compare(t, name, o, before, w.link(&rtlink.Link{Ifname: nl.Str(name)}))
			wantKeys(t, o, c.want)
		})
	}
	t.Run("peer", func(t *testing.T) {
		o := one(t, w.JSON("ip", "-d", "-j", "link", "show", "g1"))
		wantKeys(t, o, Object{"mtu": 1300, "address": "02:00:00:00:00:0b", "num_tx_queues": 2, "link": "g0"})
	})
}

// wantKeys compares some keys of a tool's object with what they should be.
func wantKeys(t testing.TB, tool, want Object) {
	t.Helper()
	flat := map[string]any{}
	flatten("", tool, flat)
	for _, key := range slices.Sorted(maps.Keys(want)) {
		have := flat[key]
		if _, ok := want[key].(Set); ok {
			have = sorted(have)
		}
		if a, b := normal(t, have), normal(t, want[key]); !within(a, b, b) {
			t.Errorf("the tool says %s is %v, want %v", key, a, b)
		}
	}
}

func TestLinkDumpFilters(t *testing.T) {
	w := New(t)
	w.Lines(linksByTool)
	br0 := uint32(w.Links().index("br0"))
	tests := []struct {
		name string
		req  *rtlink.Link
		want []string
	}{
		{"kind", &rtlink.Link{Linkinfo: &rtlink.Linkinfo{Kind: nl.Str("vxlan")}}, []string{"vx0", "vx1", "vx2", "vx3", "vx4"}},
		{"kind by data", &rtlink.Link{Linkinfo: &rtlink.Linkinfo{Data: &rtlink.LinkinfoDataMacvlan{}}}, []string{"mv0", "mv1", "mv2"}},
		{"master", &rtlink.Link{Master: nl.U32(br0)}, []string{"vb"}},
		{"none", &rtlink.Link{Linkinfo: &rtlink.Linkinfo{Kind: nl.Str("bridge")}, Master: nl.U32(br0)}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, l := range w.dumpedLinks(tt.req) {
				got = append(got, l.Ifname.Value())
			}
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestBridgePorts reads the bridge's view of its ports, whose nests mean something else than in a plain link.
func TestBridgePorts(t *testing.T) {
	w := New(t)
	w.Lines(linksByTool)
	ports := Get[[]*rtlink.Link](t)(nl.Collect(w.Link.GetLinkDump(w.Ctx,
		&rtlink.Link{Header: rtlink.Ifinfomsg{Family: rtlink.AddressFamilyBridge}})))
	got := map[string]*rtlink.LinkProtinfoBridge{}
	for _, p := range ports {
		if info, ok := p.Protinfo.(*rtlink.LinkProtinfoBridge); ok {
			got[p.Ifname.Value()] = info
		}
	}
	vb := got["vb"]
	if len(got) != 1 || vb == nil {
		t.Fatalf("ports of the bridge are %v, want vb", got)
	}
	if vb.Cost.Value() != 7 || vb.Priority.Value() != 10 || vb.GroupFwdMask.Value() != 0x4008 || vb.Locked.Value() != 1 {
		t.Errorf("vb has cost %v, priority %v, mask %v, locked %v, want 7, 10, 0x4008, 1", vb.Cost, vb.Priority, vb.GroupFwdMask, vb.Locked)
	}
	// What it says equals what the plain link says of the port.
	plain := w.link(&rtlink.Link{Ifname: nl.Str("vb")}).Linkinfo.SlaveData.(*rtlink.LinkinfoMemberDataBridge)
	plain.ForwardDelayTimer = vb.ForwardDelayTimer // which runs
	if diff := cmp.Diff((*rtlink.LinkinfoBrport)(plain), (*rtlink.LinkinfoBrport)(vb), equal); diff != "" {
		t.Errorf("the port for the link and for the bridge (-link +bridge):\n%s", diff)
	}
	at := rtlink.Ifinfomsg{Family: rtlink.AddressFamilyBridge, Index: w.Links().index("vb")}
	Must(t, w.Link.SetLink(w.Ctx, &rtlink.Link{Header: at,
		Protinfo: &rtlink.LinkProtinfoBridge{Cost: nl.U32(33), Learning: nl.U8(1)}}))
	o := one(t, w.JSON("ip", "-d", "-j", "link", "show", "vb"))
	wantKeys(t, o, Object{"linkinfo.info_slave_data.cost": 33, "linkinfo.info_slave_data.learning": true,
		"linkinfo.info_slave_data.priority": 10})
}

func TestLinkChange(t *testing.T) {
	w := New(t)
	w.Run("ip", "link", "add", "i0", "type", "bridge")
	i := w.link(&rtlink.Link{Ifname: nl.Str("i0")}).Header.Index
	at := rtlink.Ifinfomsg{Index: i}
	show := func(name string) Object { return one(t, w.JSON("ip", "-d", "-j", "link", "show", name)) }

	Must(t, w.Link.SetLink(w.Ctx, &rtlink.Link{Header: at, MTU: nl.U32(1300), Ifalias: nl.Str("text"), Group: nl.U32(3),
		AFSpec: &rtlink.LinkAFSpecUnspec{Inet6: &rtlink.Ifla6{AddrGenMode: nl.Some(rtlink.In6AddrGenModeRandom)}}}))
	wantKeys(t, show("i0"), Object{"mtu": 1300, "ifalias": "text", "group": "3", "inet6_addr_gen_mode": "random"})

	up := rtlink.Ifinfomsg{Index: i, Flags: rtlink.IfinfoFlagsUp, Change: rtlink.IfinfoFlagsUp}
	Must(t, w.Link.NewLink(w.Ctx, &rtlink.Link{Header: up, Address: mac("02:00:00:00:00:99")}))
	wantKeys(t, show("i0"), Object{"flags": Set{"BROADCAST", "MULTICAST", "NO-CARRIER", "UP"}, "address": "02:00:00:00:00:99", "mtu": 1300})

	Must(t, w.Link.SetLink(w.Ctx, &rtlink.Link{Header: rtlink.Ifinfomsg{Index: i, Change: rtlink.IfinfoFlagsUp}, Ifname: nl.Str("renamed"), Ifalias: nl.Str("")}))
	o := show("renamed")
	wantKeys(t, o, Object{"flags": Set{"BROADCAST", "MULTICAST"}, "ifname": "renamed", "ifalias": nil})

	alt := &rtlink.Link{Header: at, PropList: &rtlink.PropListLink{AltIfname: wire.Strings{"one", "another-name-longer-than-16-bytes"}}}
	Must(t, w.Link.NewLinkprop(w.Ctx, alt, nl.Create, nl.Excl, nl.Append))
	wantKeys(t, show("one"), Object{"ifname": "renamed", "altnames": []string{"one", "another-name-longer-than-16-bytes"}})
	if got := w.link(&rtlink.Link{AltIfname: nl.Str("another-name-longer-than-16-bytes")}).Header.Index; got != i {
		t.Errorf("got link %d by its other name, want %d", got, i)
	}
	alt.PropList.AltIfname = wire.Strings{"one"}
	Must(t, w.Link.DelLinkprop(w.Ctx, alt))
	wantKeys(t, show("renamed"), Object{"altnames": []string{"another-name-longer-than-16-bytes"}})

	Must(t, w.Link.DelLink(w.Ctx, &rtlink.Link{Header: at}))
	if _, err := w.Link.GetLink(w.Ctx, &rtlink.Link{Header: at}); !errors.Is(err, syscall.ENODEV) {
		t.Errorf("get of a deleted link: %v, want ENODEV", err)
	}
	if names := w.Links().name; len(names) != 1 {
		t.Errorf("links are %v, want lo alone", names)
	}
}

// TestLinkToOtherNamespace moves a link, and looks at it from here by the id of the other namespace.
func TestLinkToOtherNamespace(t *testing.T) {
	here, there := New(t), New(t)
	Must(t, here.Link.NewLink(here.Ctx, &rtlink.Link{Ifname: nl.Str("near"), Linkinfo: &rtlink.Linkinfo{
		Data: &rtlink.LinkinfoDataVeth{Peer: &rtlink.LinkPeerVeth{Ifname: nl.Str("far"), NetNsFD: nl.U32(uint32(there.FD()))}}}},
		nl.Create, nl.Excl))
	near := here.link(&rtlink.Link{Ifname: nl.Str("near")})
	far := there.link(&rtlink.Link{Ifname: nl.Str("far")})
	if !near.LinkNetnsid.IsSet() || near.Link.Value() != uint32(far.Header.Index) || far.Link.Value() != uint32(near.Header.Index) {
		t.Errorf("near is %d over %v in namespace %v, far is %d over %v", near.Header.Index, near.Link, near.LinkNetnsid, far.Header.Index, far.Link)
	}
	wantKeys(t, one(t, there.JSON("ip", "-d", "-j", "link", "show", "far")), Object{"ifname": "far", "linkinfo.info_kind": "veth",
		"link_index": near.Header.Index})
	seen := here.link(&rtlink.Link{Ifname: nl.Str("far"), TargetNetnsid: near.LinkNetnsid})
	if !cmp.Equal(seen.Address, far.Address) || seen.Header.Index != far.Header.Index || seen.TargetNetnsid != near.LinkNetnsid {
		t.Errorf("far from here: address %v, index %d, in %v, want %v, %d, %v", seen.Address, seen.Header.Index, seen.TargetNetnsid,
			far.Address, far.Header.Index, near.LinkNetnsid)
	}
}
