//go:build linux

package livetest

import (
	"encoding/json"
	"iter"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/generated/netdev"
	"github.com/nlgen/nlgen/generated/rtaddr"
	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/generated/rtneigh"
	"github.com/nlgen/nlgen/generated/rtroute"
	"github.com/nlgen/nlgen/generated/rtrule"
	"github.com/nlgen/nlgen/runtime/nl"
)

// A mirror is a program's copy of a table, which a watch keeps.
type mirror[T any] struct {
	t     testing.TB
	steps chan struct{} // holds one when something has changed

	mu     sync.Mutex
	synced bool
	copy   map[string]*T
	err    error
}

// follow starts a mirror, which ends with the context of the watch.
func follow[T any](t testing.TB, watch iter.Seq2[nl.Change[T], error]) *mirror[T] {
	m := &mirror[T]{t: t, steps: make(chan struct{}, 1), copy: map[string]*T{}}
	go func() {
		for c, err := range watch {
			m.take(c, err)
			select {
			case m.steps <- struct{}{}:
			default:
			}
		}
	}()
	return m
}

func (m *mirror[T]) take(c nl.Change[T], err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch c.Kind {
	case nl.Added, nl.Changed:
		m.copy[c.Key] = c.Object
	case nl.Removed:
		delete(m.copy, c.Key)
	case nl.Synced:
		m.synced = true
	case nl.Stale:
		m.synced = false
	}
	m.err = err
}

// is waits until the copy equals what a fresh dump lists; text leaves out what changes all the time, and is empty for
// an object that comes without a notification.
func (m *mirror[T]) is(after string, dump func() ([]*T, error), text func(*T) string) {
	m.t.Helper()
	end := time.After(5 * time.Second)
	for {
		list, err := dump()
		Must(m.t, err)
		diff := m.diff(list, text)
		if diff == "" {
			return
		}
		select {
		case <-m.steps:
		case <-time.After(20 * time.Millisecond): // the table changed, and nothing tells
		case <-end:
			m.t.Errorf("%s: the copy is not the table (-kernel +copy):\n%s", after, diff)
			return
		}
	}
}

func (m *mirror[T]) diff(list []*T, text func(*T) string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	Must(m.t, m.err)
	var want, got []string
	for _, o := range list {
		want = append(want, text(o))
	}
	for _, o := range m.copy {
		got = append(got, text(o))
	}
	for _, l := range []*[]string{&want, &got} {
		slices.Sort(*l)
		*l = slices.DeleteFunc(*l, func(s string) bool { return s == "" })
	}
	if diff := cmp.Diff(want, got); diff != "" || m.synced {
		return diff
	}
	return "not synced"
}

// asText prints an object without what strip takes off it.
func asText[T any](strip func(*T)) func(*T) string {
	return func(o *T) string {
		c := *o
		strip(&c)
		b, err := json.Marshal(&c)
		if err != nil {
			return err.Error()
		}
		return string(b)
	}
}

// holds runs commands one after the other and sees after each that the copy follows.
func holds[T any](w *World, watch iter.Seq2[nl.Change[T], error], dump iter.Seq2[*T, error], text func(*T) string, commands []string) {
	w.t.Helper()
	m := follow(w.t, watch)
	list := func() ([]*T, error) { return nl.Collect(dump) }
	m.is("at first", list, text)
	for _, c := range commands {
		w.Run("sh", "-c", c)
		m.is(c, list, text)
	}
}

func TestLinkTable(t *testing.T) {
	w := New(t)
	holds(w, w.Link.WatchLink(w.Ctx, nil), w.Link.GetLinkDump(w.Ctx, nil), asText(stripLink), []string{
		"ip link set lo up",
		"ip link add va type veth peer name vb",
		"ip link add br0 type bridge",
		"ip link set va master br0",
		"ip link set va up; ip link set vb up; ip link set br0 up",
		"bridge link set dev va cost 7",
		"ip link set vb mtu 1400 alias x",
		"ip link set vb down; ip link set vb name vc; ip link set vc up",
		"ip link set va nomaster",
		"ip link add link vc name vm type macvlan",
		"ip link del vc",
		"ip link del br0",
	})
}

// stripLink leaves what every change of is told. Others are not: counters, the state of a bridge port, the peer of a
// veth that is made before its peer.
func stripLink(l *rtlink.Link) {
	*l = rtlink.Link{
		Header: rtlink.Ifinfomsg{Index: l.Header.Index, Type: l.Header.Type, Flags: l.Header.Flags},
		Ifname: l.Ifname, MTU: l.MTU, Master: l.Master, Address: l.Address, Ifalias: l.Ifalias, Operstate: l.Operstate,
	}
}

func TestAddrTable(t *testing.T) {
	w := New(t)
	w.Run("ip", "link", "add", "va", "type", "veth", "peer", "name", "vb")
	holds(w, w.Addr.WatchAddr(w.Ctx, nil), w.Addr.GetAddrDump(w.Ctx, nil), asText(stripAddr), []string{
		"ip link set lo up",
		"ip addr add 10.0.0.1/24 dev va",
		"ip addr add 10.0.0.2/24 dev va",
		"ip addr add 10.0.0.1/32 dev va",
		"ip addr add 10.0.0.1 peer 10.0.0.9/32 dev va",
		"ip addr replace 10.0.0.2/24 dev va valid_lft 1000 preferred_lft 500",
		"ip link set va up; ip link set vb up",
		"ip addr add fd00::1/64 dev va",
		"ip addr add fd00::2 peer fd00::3/64 dev va nodad",
		"ip addr replace fd00::1/64 dev va preferred_lft 0 nodad",
		"ip addr replace fd00::2 peer fd00::5/64 dev va nodad",
		"ip addr replace fd00::1 peer fd00::6/64 dev va nodad",
		"ip link set va down",
		"ip link set va up",
		"ip addr del 10.0.0.1/24 dev va",
		"ip addr add fd00::4/64 dev va nodad",
		"ip addr del fd00::4/64 dev va",
		"ip link del va",
	})
}

func stripAddr(a *rtaddr.Addr) { a.Cacheinfo = nil }

func TestRouteTable(t *testing.T) {
	w := New(t)
	w.Run("sh", "-c", "ip link set lo up; ip link add va type veth peer name vb; ip link set va up; ip link set vb up; ip addr add 10.0.0.1/24 dev va; ip addr add fd00::1/64 dev va nodad; ip addr add 10.1.0.1/24 dev vb; ip addr add fd01::1/64 dev vb nodad")
	w.settle()
	holds(w, w.Routes.WatchRoute(w.Ctx, nil), w.Routes.GetRouteDump(w.Ctx, nil), asText(func(r *rtroute.Route) { r.Cacheinfo = nil }), []string{
		"ip route add 10.9.0.0/16 via 10.0.0.2",
		"ip route add 10.9.0.0/16 via 10.0.0.3 metric 5",
		"ip route add 10.9.0.0/16 via 10.0.0.3 tos 0x10",
		"ip route append 10.9.0.0/16 via 10.0.0.4",
		"ip route append 10.9.0.0/16 via 10.0.0.5",
		"ip route prepend 10.9.0.0/16 via 10.0.0.6",
		"ip route replace 10.9.0.0/16 via 10.0.0.7",
		"ip route del 10.9.0.0/16 via 10.0.0.4",
		"ip route del 10.9.0.0/16",
		"ip route add default via 10.0.0.2 table 1000",
		"ip route add 10.8.0.0/16 nexthop via 10.0.0.2 nexthop via 10.1.0.2 weight 3",
		"ip nexthop add id 5 via 10.0.0.2 dev va; ip route add 10.7.0.0/16 nhid 5",
		"ip nexthop replace id 5 via 10.0.0.3 dev va",
		"ip nexthop del id 5",
		"ip route add 10.6.0.0/16 dev vb src 10.1.0.1",
		"ip addr del 10.1.0.1/24 dev vb",
		"ip -6 route add fd09::/64 via fd00::2",
		"ip -6 route add fd09::/64 via fd00::3 metric 5",
		"ip -6 route append fd09::/64 via fd01::2",
		"ip -6 route append fd09::/64 via fd00::4",
		"ip -6 route del fd09::/64 via fd00::4",
		"ip -6 route replace fd09::/64 via fd00::5",
		"ip -6 route add fd08::/64 from fd02::/64 dev va",
		"ip nexthop add id 6 via fd00::2 dev va; ip -6 route add fd07::/64 nhid 6",
		"ip nexthop del id 6",
		"ip -6 route add fd06::/64 dev va src fd00::1",
		"ip addr del fd00::1/64 dev va",
		"ip -6 route add blackhole fd05::/64",
		"ip link set vb down",
		"ip link set vb up",
		"ip link set va down",
		"ip link del va",
	})
}

func TestRuleTable(t *testing.T) {
	w := New(t)
	holds(w, w.Rule.WatchRule(w.Ctx, nil), w.Rule.GetRuleDump(w.Ctx, nil), asText(func(*rtrule.FIBRule) {}), []string{
		"ip rule add from 10.0.0.0/8 table 10 pref 100",
		"ip rule add from 10.0.0.0/8 table 11 pref 100",
		"ip rule add not from 10.0.0.0/8 table 10 pref 101",
		"ip -6 rule add fwmark 1/3 lookup 12 sport 1-5 dport 7 ipproto tcp uidrange 0-4",
		"ip rule add iif va lookup 13 pref 50",
		"ip link add va type veth peer name vb",
		"ip link set va name vc",
		"ip link del vc",
		"ip rule add pref 200 goto 300",
		"ip rule add pref 10 iif lo tos 0x10 lookup 10 suppress_prefixlength 0",
		"ip rule del from 10.0.0.0/8 table 10 pref 100",
		"ip rule del pref 100",
		"ip rule flush",
	})
}

func TestNeighTable(t *testing.T) {
	w := New(t)
	w.Run("sh", "-c", "ip link add va type veth peer name vb; ip link set va up; ip link set vb up; ip addr add 10.0.0.1/24 dev va; ip addr add fd00::1/64 dev va nodad")
	w.settle()
	// The kernel's own messages make entries of multicast addresses, which need no resolving and are not told of.
	text := func(n *rtneigh.Neighbour) string {
		if n.Dst.IsMulticast() {
			return ""
		}
		return asText(stripNeigh)(n)
	}
	holds(w, w.Neigh.WatchNeigh(w.Ctx, nil), w.Neigh.GetNeighDump(w.Ctx, nil), text, []string{
		"ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev va",
		"ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev vb nud noarp",
		"ip neigh add fd00::2 lladdr 02:00:00:00:00:02 dev va",
		"ip neigh add proxy 10.0.0.3 dev va",
		"ip neigh replace 10.0.0.2 lladdr 02:00:00:00:00:03 dev va",
		"ip neigh del 10.0.0.2 dev va",
		"ip link set va down",
		"ip link del va",
	})
}

func stripNeigh(n *rtneigh.Neighbour) { n.Cacheinfo = nil }

func TestForwardingTable(t *testing.T) {
	w := New(t)
	w.Run("sh", "-c", "ip link add va type veth peer name vb; ip link add br0 type bridge; ip link set va up; ip link set vb up; ip link set br0 up")
	w.settle()
	bridge := &rtneigh.Neighbour{Header: rtneigh.Ndmsg{Family: 7}}
	strip := func(n *rtneigh.Neighbour) {
		stripNeigh(n)
		n.Header.State = 0 // of a link's own address: permanent in the list, noarp as well in the notification
	}
	holds(w, w.Neigh.WatchNeigh(w.Ctx, bridge), w.Neigh.GetNeighDump(w.Ctx, bridge), asText(strip), []string{
		"ip link set va master br0; ip link set vb master br0",
		"bridge fdb add 02:00:00:00:00:02 dev va master static",
		"bridge fdb replace 02:00:00:00:00:02 dev vb master static",
		"bridge fdb add 02:00:00:00:00:02 dev va self",
		"bridge fdb add 02:00:00:00:00:02 dev vb self",
		"ip link add vx0 type vxlan id 7 dstport 4789; ip link set vx0 up",
		"bridge fdb append 00:00:00:00:00:00 dev vx0 dst 10.0.0.2",
		"bridge fdb append 00:00:00:00:00:00 dev vx0 dst 10.0.0.3",
		"bridge fdb add 02:00:00:00:00:09 dev vx0 dst 10.0.0.3",
		"bridge fdb replace 02:00:00:00:00:09 dev vx0 dst 10.0.0.4",
		"bridge fdb del 00:00:00:00:00:00 dev vx0 dst 10.0.0.2",
		"bridge fdb del 02:00:00:00:00:02 dev vb self",
		"bridge fdb del 02:00:00:00:00:02 dev vb master",
		"ip link set va nomaster",
		"ip link del vx0",
		"ip link del br0",
		"ip link del va",
	})
}

func TestDeviceTable(t *testing.T) {
	w := New(t)
	holds(w, w.Netdev.WatchDev(w.Ctx, nil), w.Netdev.DevGetDump(w.Ctx, nil), asText(func(*netdev.Dev) {}), []string{
		"ip link add va type veth peer name vb",
		"ip link del va",
	})
}
