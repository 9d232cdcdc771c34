//go:build linux

package livetest

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/generated/ethtool"
	"github.com/nlgen/nlgen/generated/mptcppm"
	"github.com/nlgen/nlgen/generated/netdev"
	"github.com/nlgen/nlgen/generated/rtaddr"
	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/generated/rtneigh"
	"github.com/nlgen/nlgen/generated/rtroute"
	"github.com/nlgen/nlgen/generated/rtrule"
	"github.com/nlgen/nlgen/runtime/nl"
	"golang.org/x/sys/unix"
)

// eventText is a line for a notification: its operation, what tells its object from others, its group.
func eventText(n nl.Notification) string {
	var what any
	switch n := n.(type) {
	case *rtlink.NewLinkNotification:
		what = n.Link.Ifname
	case *rtlink.DelLinkNotification:
		what = n.Link.Ifname
	case *rtaddr.NewAddrNotification:
		what = fmt.Sprint(n.Addr.Address, "/", n.Addr.Header.Prefixlen)
	case *rtaddr.DelAddrNotification:
		what = fmt.Sprint(n.Addr.Address, "/", n.Addr.Header.Prefixlen)
	case *rtroute.NewRouteNotification:
		what = fmt.Sprint(n.Route.Header.Type, " ", prefix(n.Route.Dst, n.Route.Header.DstLen, n.Route.Header.Family))
	case *rtroute.DelRouteNotification:
		what = fmt.Sprint(n.Route.Header.Type, " ", prefix(n.Route.Dst, n.Route.Header.DstLen, n.Route.Header.Family))
	case *rtrule.NewRuleNotification:
		what = fmt.Sprint(n.FIBRule.Priority, " table ", n.FIBRule.Table)
	case *rtrule.DelRuleNotification:
		what = fmt.Sprint(n.FIBRule.Priority, " table ", n.FIBRule.Table)
	case *rtneigh.NewNeighNotification:
		what = fmt.Sprint(n.Neighbour.Dst, n.Neighbour.Lladdr, " ", n.Neighbour.Header.State)
	case *rtneigh.DelNeighNotification:
		what = fmt.Sprint(n.Neighbour.Dst, n.Neighbour.Lladdr, " ", n.Neighbour.Header.State)
	case *netdev.DevAddNotification:
		what = n.Dev.Ifindex
	case *netdev.DevDelNotification:
		what = n.Dev.Ifindex
	case *netdev.DevChangeNotification:
		what = fmt.Sprint(n.Dev.Ifindex, " ", n.Dev.XDPFeatures)
	case *ethtool.FeaturesNotification:
		what = n.Features.Header.DevName
	case *ethtool.ChannelsNotification:
		what = fmt.Sprint(n.Channels.Header.DevName, " rx ", n.Channels.RXCount, " tx ", n.Channels.TXCount)
	case *ethtool.CoalesceNotification:
		what = fmt.Sprint(n.Coalesce.Header.DevName, " rx frames ", n.Coalesce.RXMaxFrames)
	case *ethtool.LinkmodesNotification:
		what = fmt.Sprint(n.Linkmodes.Header.DevName, " ", n.Linkmodes.Speed)
	case *ethtool.LinkinfoNotification:
		what = fmt.Sprint(n.Linkinfo.Header.DevName, " ", n.Linkinfo.Port)
	case *ethtool.DebugNotification:
		what = fmt.Sprint(n.Debug.Header.DevName, " ", n.Debug.Msgmask.Value)
	case *mptcppm.CreatedNotification:
		what = mptcpText(n.EventAttr)
	case *mptcppm.EstablishedNotification:
		what = mptcpText(n.EventAttr)
	case *mptcppm.ClosedNotification:
		what = mptcpText(n.EventAttr)
	case *mptcppm.ListenerCreatedNotification:
		what = mptcpText(n.EventAttr)
	case *mptcppm.ListenerClosedNotification:
		what = mptcpText(n.EventAttr)
	default:
		what = fmt.Sprintf("%T", n)
	}
	m := n.NetlinkMeta()
	return fmt.Sprintf("%s %v @%s", m.Op, what, m.Group)
}

// mptcpText tells a connection by its token, or a listener.
func mptcpText(a mptcppm.EventAttr) string {
	if !a.Token.IsSet() {
		return "listener"
	}
	return a.Token.String()
}

// events subscribes, lets change make changes and returns the events up to the one for which last is true. What
// comes twice in a row counts once.
func (w *World) events(c *nl.Conn, last func(text string) bool, change func(), opts ...nl.SubscribeOption) []nl.Notification {
	w.t.Helper()
	sub := Get[*nl.Subscription](w.t)(nl.Subscribe(w.Ctx, c, opts...))
	defer sub.Close()
	change()
	var list []nl.Notification
	before := ""
	for n, err := range sub.All() {
		Must(w.t, err)
		text := eventText(n)
		if u := Unknown(n); u != nil {
			w.t.Errorf("%s: not known: %v", text, u)
		}
		if text != before {
			list = append(list, n)
		}
		if last(text) {
			break
		}
		before = text
	}
	return list
}

// begins returns a function that reports whether a text begins so.
func begins(prefix string) func(text string) bool {
	return func(text string) bool { return strings.HasPrefix(text, prefix) }
}

func eventTexts(list []nl.Notification) (s []string) {
	for _, n := range list {
		s = append(s, eventText(n))
	}
	return s
}

// routeEvents adds and deletes an object of each kind, each of which needs the one before. IPv6 is off: it would mix in
// events of its own.
const routeEvents = `
ip link add i0 type ifb
ip link set i0 up
ip addr add 10.0.0.1/24 dev i0
ip route add 192.0.2.0/24 dev i0
ip rule add pref 100 from 10.0.0.0/8 table 1000
ip neigh add 10.0.0.5 lladdr 02:00:00:00:00:05 dev i0 nud permanent
ip neigh del 10.0.0.5 dev i0
ip rule del pref 100
ip route del 192.0.2.0/24 dev i0
ip addr del 10.0.0.1/24 dev i0
ip link set i0 down
ip link del i0
`

// wantRouteEvents are the events of routeEvents, in order.
var wantRouteEvents = []string{
	"newlink-ntf i0 @link",
	"newaddr-ntf 10.0.0.1/24 @ipv4-ifaddr",
	"newroute-ntf local 10.0.0.1 @ipv4-route",
	"newroute-ntf unicast 10.0.0.0/24 @ipv4-route",
	"newroute-ntf broadcast 10.0.0.255 @ipv4-route",
	"newroute-ntf unicast 192.0.2.0/24 @ipv4-route",
	"newrule-ntf 100 table 1000 @ipv4-rule",
	"newneigh-ntf 10.0.0.5 02:00:00:00:00:05 permanent @neigh",
	"newneigh-ntf 10.0.0.5  failed @neigh",
	"delneigh-ntf 10.0.0.5  failed @neigh",
	"delrule-ntf 100 table 1000 @ipv4-rule",
	"delroute-ntf unicast 192.0.2.0/24 @ipv4-route",
	"deladdr-ntf 10.0.0.1/24 @ipv4-ifaddr",
	"delroute-ntf unicast 10.0.0.0/24 @ipv4-route",
	"delroute-ntf broadcast 10.0.0.255 @ipv4-route",
	"delroute-ntf local 10.0.0.1 @ipv4-route",
	"newlink-ntf i0 @link",
	"dellink-ntf i0 @link",
}

// routeSources subscribe to all of them.
var routeSources = []nl.SubscribeOption{rtlink.Events(rtlink.GroupLink), rtaddr.Events(rtaddr.GroupIPv4Ifaddr), rtroute.Events(rtroute.GroupIPv4Route),
	rtrule.Events(rtrule.GroupIPv4Rule), rtneigh.Events(rtneigh.GroupNeigh)}

// TestRouteEvents sees adds and deletes of every kind of object on one socket, which keeps their order.
func TestRouteEvents(t *testing.T) {
	w := New(t)
	w.Sysctl("net/ipv6/conf/default/disable_ipv6", "1")
	list := w.events(w.Route, begins("dellink-ntf i0"), func() { w.Lines(routeEvents) }, routeSources...)
	if diff := cmp.Diff(wantRouteEvents, eventTexts(list)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	for _, n := range list {
		if m := n.NetlinkMeta(); m.NSID != -1 || m.GroupID == 0 || m.Sender != 0 {
			t.Errorf("%s: namespace %d, group %d, sender %d, want -1, a group, 0", eventText(n), m.NSID, m.GroupID, m.Sender)
		}
	}
}

func TestIPv6Events(t *testing.T) {
	w := New(t)
	w.Lines(`
		ip link add i0 type ifb
		ip link set i0 addrgenmode none
		ip link set i0 up
	`)
	sources := []nl.SubscribeOption{rtaddr.Events(rtaddr.GroupIPv6Ifaddr), rtroute.Events(rtroute.GroupIPv6Route),
		rtrule.Events(rtrule.GroupIPv6Rule), rtneigh.Events(rtneigh.GroupNeigh)}
	// The kernel tells of an address when it has begun to use it, some time after the request, and of the local route
	// with it.
	list := w.events(w.Route, begins("newaddr-ntf"), func() { w.Run("ip", "addr", "add", "2001:db8::1/64", "dev", "i0", "nodad") }, sources...)
	if diff := cmp.Diff([]string{
		"newroute-ntf unicast 2001:db8::/64 @ipv6-route",
		"newaddr-ntf 2001:db8::1/64 @ipv6-ifaddr",
	}, eventTexts(list)); diff != "" {
		t.Errorf("events of an address (-want +got):\n%s", diff)
	}
	list = w.events(w.Route, begins("delneigh-ntf 2001:db8::9"), func() {
		w.Lines(`
			ip -6 route add 2001:db8:1::/48 dev i0
			ip -6 rule add pref 100 from 2001:db8::/32 table 1000
			ip -6 rule del pref 100
			ip -6 route del 2001:db8:1::/48 dev i0
			ip addr del 2001:db8::1/64 dev i0
			ip -6 neigh add 2001:db8::9 lladdr 02:00:00:00:00:09 dev i0 nud permanent
			ip -6 neigh del 2001:db8::9 dev i0
		`)
	}, sources...)
	want := []string{
		"newroute-ntf unicast 2001:db8:1::/48 @ipv6-route",
		"newrule-ntf 100 table 1000 @ipv6-rule",
		"delrule-ntf 100 table 1000 @ipv6-rule",
		"delroute-ntf unicast 2001:db8:1::/48 @ipv6-route",
		"deladdr-ntf 2001:db8::1/64 @ipv6-ifaddr",
		"delroute-ntf local 2001:db8::1 @ipv6-route",
		"delroute-ntf unicast 2001:db8::/64 @ipv6-route",
		"newneigh-ntf 2001:db8::9 02:00:00:00:00:09 permanent @neigh",
		"newneigh-ntf 2001:db8::9  failed @neigh",
		"delneigh-ntf 2001:db8::9  failed @neigh",
	}
	got := slices.DeleteFunc(eventTexts(list), begins("newroute-ntf local 2001:db8::1"))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// known returns a namespace and its id in another, which the kernel gives it with a link between the two.
func known(t *testing.T, here *World) (there *World, id int32) {
	t.Helper()
	there = New(t)
	there.Sysctl("net/ipv6/conf/default/disable_ipv6", "1")
	Must(t, here.Link.NewLink(here.Ctx, &rtlink.Link{Ifname: nl.Str("near"), Linkinfo: &rtlink.Linkinfo{
		Data: &rtlink.LinkinfoDataVeth{Peer: &rtlink.LinkPeerVeth{Ifname: nl.Str("far"), NetNsFD: nl.U32(uint32(there.FD()))}}}},
		nl.Create, nl.Excl))
	return there, here.link(&rtlink.Link{Ifname: nl.Str("near")}).LinkNetnsid.Value()
}

// TestRouteEventsOfOtherNamespaces sees all kinds of objects come and go in another namespace, each with its id.
func TestRouteEventsOfOtherNamespaces(t *testing.T) {
	here := New(t)
	there, id := known(t, here)
	list := here.events(here.Route, begins("dellink-ntf i0"), func() { there.Lines(routeEvents) }, append(slices.Clone(routeSources), nl.AllNSID)...)
	if diff := cmp.Diff(wantRouteEvents, eventTexts(list)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	for _, n := range list {
		if m := n.NetlinkMeta(); m.NSID != id {
			t.Errorf("%s: namespace %d, want %d", eventText(n), m.NSID, id)
		}
	}
}

// TestEventsOfOtherNamespaces sees links come in two namespaces, each with the id of where it happens.
func TestEventsOfOtherNamespaces(t *testing.T) {
	here := New(t)
	there, id := known(t, here)
	list := here.events(here.Route, begins("newlink-ntf last"), func() {
		there.Run("ip", "link", "add", "away", "type", "ifb")
		here.Run("ip", "link", "add", "home", "type", "ifb")
		there.Run("ip", "link", "del", "away")
		here.Run("ip", "link", "add", "last", "type", "ifb")
	}, rtlink.Events(rtlink.GroupLink), nl.AllNSID)
	var got []string
	for _, n := range list {
		got = append(got, fmt.Sprint(eventText(n), " ", n.NetlinkMeta().NSID))
	}
	want := []string{
		fmt.Sprint("newlink-ntf away @link ", id),
		"newlink-ntf home @link -1",
		fmt.Sprint("dellink-ntf away @link ", id),
		"newlink-ntf last @link -1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	// Without asking for it, only the own namespace's come.
	list = here.events(here.Route, begins("dellink-ntf last"), func() {
		there.Run("ip", "link", "add", "away", "type", "ifb")
		here.Run("ip", "link", "del", "last")
	}, rtlink.Events(rtlink.GroupLink))
	if diff := cmp.Diff([]string{"dellink-ntf last @link"}, eventTexts(list)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// TestGenericEventsOfOtherNamespaces is the same for generic families.
func TestGenericEventsOfOtherNamespaces(t *testing.T) {
	here := New(t)
	there, id := known(t, here)
	list := here.events(here.Generic, begins("dev-del-ntf 78"), func() {
		there.Run("ip", "link", "add", "i0", "index", "77", "type", "ifb")
		here.Run("ip", "link", "add", "i0", "index", "78", "type", "ifb")
		there.Run("ip", "link", "del", "i0")
		here.Run("ip", "link", "del", "i0")
	}, netdev.Events(netdev.GroupMgmt), nl.AllNSID)
	var got []string
	for _, n := range list {
		got = append(got, fmt.Sprint(eventText(n), " ", n.NetlinkMeta().NSID))
	}
	want := []string{
		fmt.Sprint("dev-add-ntf 77 @mgmt ", id),
		"dev-add-ntf 78 @mgmt -1",
		fmt.Sprint("dev-del-ntf 77 @mgmt ", id),
		"dev-del-ntf 78 @mgmt -1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	there.Lines("ip link set lo up\nip tuntap add tap0 mode tap")
	list = here.events(here.Generic, begins("debug-ntf"), func() { there.Run("ethtool", "-s", "tap0", "msglvl", "3") }, ethtool.Events(), nl.AllNSID)
	if got := eventText(list[0]); got != "debug-ntf tap0 [3] @monitor" || list[0].NetlinkMeta().NSID != id {
		t.Errorf("event %s of namespace %d, want that of tap0 and %d", got, list[0].NetlinkMeta().NSID, id)
	}
	list = here.events(here.Generic, begins("listener-closed"), func() { there.Do(func() { there.connectMPTCP() }) },
		mptcppm.Events(mptcppm.GroupMPTCPPmEvents), nl.AllNSID)
	for _, n := range list {
		if m := n.NetlinkMeta(); m.NSID != id {
			t.Errorf("%s: namespace %d, want %d", eventText(n), m.NSID, id)
		}
	}
}

func TestNetdevEvents(t *testing.T) {
	w := New(t)
	w.Lines(`
		ip link add va index 50 type veth peer name vb index 51
		ip link set va up
		ip link set vb up
	`)
	list := w.events(w.Generic, begins("dev-del-ntf 77"), func() {
		w.Lines(`
			ip link add i0 index 77 type ifb
			ethtool -K va gro on
			ip link del i0
		`)
	}, netdev.Events(netdev.GroupMgmt))
	want := []string{
		"dev-add-ntf 77 @mgmt",
		"dev-change-ntf 51 basic|redirect|ndo-xmit|rx-sg|ndo-xmit-sg @mgmt",
		"dev-del-ntf 77 @mgmt",
	}
	if diff := cmp.Diff(want, eventTexts(list)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestEthtoolEvents(t *testing.T) {
	w := New(t)
	w.Lines(`
		ip link add va numtxqueues 4 numrxqueues 4 type veth peer name vb
		ip tuntap add tap0 mode tap
	`)
	list := w.events(w.Generic, begins("debug-ntf"), func() {
		w.Lines(`
			ethtool -K va tso off
			ethtool -L va rx 2 tx 3
			ethtool -C tap0 rx-frames 7
			ethtool -s tap0 speed 100
			ethtool -s tap0 port fibre
			ethtool -s tap0 msglvl 3
		`)
	}, ethtool.Events())
	want := []string{
		"features-ntf va @monitor",
		"channels-ntf va rx 2 tx 3 @monitor",
		"coalesce-ntf tap0 rx frames 7 @monitor",
		"linkmodes-ntf tap0 100 @monitor",
		"linkinfo-ntf tap0 fibre @monitor",
		"debug-ntf tap0 [3] @monitor",
	}
	if diff := cmp.Diff(want, eventTexts(list)); diff != "" {
		t.Fatalf("events (-want +got):\n%s", diff)
	}
	names := w.strings(ethtool.StringsetEnumFeatures, "")
	f := list[0].(*ethtool.FeaturesNotification).Features
	for _, feature := range []string{"tx-tcp-segmentation", "tx-tcp6-segmentation"} {
		if slices.Contains(bitsOf(f.Active, names), feature) || !slices.Contains(bitsOf(f.HW, names), feature) {
			t.Errorf("%s is active or missing: %v", feature, bitsOf(f.Active, names))
		}
	}
}

// TestMPTCPEvents follows both ends of a connection over the loopback device. The two are not ordered among each
// other.
func TestMPTCPEvents(t *testing.T) {
	w := New(t)
	w.Run("ip", "link", "set", "lo", "up")
	var port uint16
	closed := 0
	list := w.events(w.Generic, func(text string) bool {
		if begins("closed")(text) || begins("listener-closed")(text) {
			closed++
		}
		return closed == 3
	}, func() { w.Do(func() { port = w.connectMPTCP() }) }, mptcppm.Events(mptcppm.GroupMPTCPPmEvents))

	ops := map[string][]string{} // by who it is about
	side := map[string]string{}  // by token
	for _, n := range list {
		if m := n.NetlinkMeta(); m.Group != "mptcp_pm_events" || m.NSID != -1 {
			t.Errorf("%s: namespace %d", eventText(n), m.NSID)
		}
		switch n := n.(type) {
		case *mptcppm.CreatedNotification:
			a, peer := n.EventAttr, n.EventAttr.Dport
			token := mptcpText(a)
			side[token] = "client"
			if a.Flags.Value().Has(mptcppm.EventFlagsServerSide) || a.ServerSide.Value() == 1 {
				side[token], peer = "server", a.Sport
			}
			if a.Saddr4 != ip("127.0.0.1") || a.Daddr4 != ip("127.0.0.1") || peer.Value() != port || a.Family.Value() != unix.AF_INET {
				t.Errorf("%s: %v %v to %v %v, want the listener at 127.0.0.1 port %d", side[token], a.Saddr4, a.Sport, a.Daddr4, a.Dport, port)
			}
			ops[side[token]] = append(ops[side[token]], n.Op)
		case *mptcppm.EstablishedNotification:
			ops[side[mptcpText(n.EventAttr)]] = append(ops[side[mptcpText(n.EventAttr)]], n.Op)
		case *mptcppm.ClosedNotification:
			ops[side[mptcpText(n.EventAttr)]] = append(ops[side[mptcpText(n.EventAttr)]], n.Op)
		case *mptcppm.ListenerCreatedNotification:
			ops["listener"] = append(ops["listener"], fmt.Sprint(n.Op, " ", n.EventAttr.Saddr4, " ", n.EventAttr.Sport.Value() == port))
		case *mptcppm.ListenerClosedNotification:
			ops["listener"] = append(ops["listener"], fmt.Sprint(n.Op, " ", n.EventAttr.Saddr4, " ", n.EventAttr.Sport.Value() == port))
		}
	}
	life := []string{"created", "established", "closed"}
	want := map[string][]string{"client": life, "server": life,
		"listener": {"listener-created 127.0.0.1 true", "listener-closed 127.0.0.1 true"}}
	if diff := cmp.Diff(want, ops); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// connectMPTCP makes a connection, and closes all of it. It returns the port that listened.
func (w *World) connectMPTCP() uint16 {
	var lc net.ListenConfig
	lc.SetMultipathTCP(true)
	l, err := lc.Listen(w.Ctx, "tcp4", "127.0.0.1:0")
	Must(w.t, err)
	var d net.Dialer
	d.SetMultipathTCP(true)
	c, err := d.DialContext(w.Ctx, "tcp4", l.Addr().String())
	Must(w.t, err)
	s, err := l.Accept()
	Must(w.t, err)
	if mp, err := c.(*net.TCPConn).MultipathTCP(); err != nil || !mp {
		w.t.Fatalf("the connection is no MPTCP: %v", err)
	}
	_, err = c.Write([]byte("x"))
	Must(w.t, err)
	_, err = s.Read(make([]byte, 1))
	Must(w.t, err)
	Must(w.t, c.Close())
	Must(w.t, s.Close())
	Must(w.t, l.Close())
	return uint16(l.Addr().(*net.TCPAddr).Port)
}
