//go:build linux

package livetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/generated/rtaddr"
	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/generated/rtneigh"
	"github.com/nlgen/nlgen/generated/rtroute"
	"github.com/nlgen/nlgen/generated/rtrule"
	"github.com/nlgen/nlgen/runtime/nl"
	"golang.org/x/sys/unix"
)

// load is a test of watches while a table changes as fast as the kernel can change it.
type load[T any] struct {
	w        *World
	watch    func(opts ...nl.WatchOption) iter.Seq2[nl.Change[T], error]
	change   func()            // makes the changes, and adds the marker at last
	isMarker func(o *T) bool   // whether an object is the one that is added last
	text     func(o *T) string // what tool tells of an object, too
	tool     func() []string   // what ip says in the end
	few      bool              // whether queues are too large to overflow
}

// follower is a program that watches.
type follower struct {
	copy                             map[string]string // texts
	changes, overruns, stale, synced int
	inStep                           bool
}

// run starts three watches, makes the changes, and waits until each has the table that ip shows.
func (l *load[T]) run() {
	t := l.w.t
	t.Helper()
	before := runtime.NumGoroutine()
	var ready, done sync.WaitGroup
	expected := make(chan struct{})
	var want []string
	var overruns int
	var mu sync.Mutex
	for _, buffer := range []int{4096, 16384, 65536} {
		ready.Add(1)
		done.Go(func() {
			f := &follower{copy: map[string]string{}}
			began := time.Now()
			err := l.follow(f, l.watch(nl.EventBuffer(buffer)), sync.OnceFunc(ready.Done), func() []string {
				<-expected
				return want
			})
			if err != nil {
				t.Errorf("buffer %d: %v", buffer, err)
			}
			mu.Lock()
			defer mu.Unlock()
			overruns += f.overruns
			t.Logf("buffer %d: %d objects, %d changes, stale %d times, %d of them for overruns, synced %d times, %v",
				buffer, len(f.copy), f.changes, f.stale, f.overruns, f.synced, time.Since(began).Round(time.Millisecond))
		})
	}
	ready.Wait()
	l.change()
	want = slices.Sorted(slices.Values(l.tool()))
	close(expected)
	done.Wait()
	if overruns == 0 && !l.few {
		t.Error("no queue has overflowed: the test proves little")
	}
	for end := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
	}
}

// follow keeps a copy until it has the marker and is what it should be.
func (l *load[T]) follow(f *follower, seq iter.Seq2[nl.Change[T], error], ready func(), expected func() []string) error {
	defer ready()
	marked := false
	for c, err := range seq {
		if err != nil {
			return fmt.Errorf("%w; the copy differs (-ip +copy):\n%s", err, cmp.Diff(expected(), f.texts()))
		}
		switch c.Kind {
		case nl.Added, nl.Changed:
			f.changes++
			if _, known := f.copy[c.Key]; known == (c.Kind == nl.Added) {
				return fmt.Errorf("%v %s, known before: %v", c.Kind, l.text(c.Object), known)
			}
			f.copy[c.Key] = l.text(c.Object)
			marked = marked || l.isMarker(c.Object)
		case nl.Removed:
			f.changes++
			if _, known := f.copy[c.Key]; !known {
				return fmt.Errorf("removed %s, which is not known", l.text(c.Object))
			}
			delete(f.copy, c.Key)
		case nl.Synced:
			f.synced++
			f.inStep = true
			ready()
		case nl.Stale:
			f.stale++
			f.inStep = false
			var over *nl.OverrunError
			if errors.As(c.Err, &over) {
				f.overruns++
			}
		}
		if marked && f.inStep && len(f.copy) == len(expected()) && slices.Equal(f.texts(), expected()) {
			return nil
		}
	}
	return errors.New("the watch has ended")
}

func (f *follower) texts() []string { return slices.Sorted(maps.Values(f.copy)) }

// members prints members of an object as ip -j does.
func members(get func(key string) any, keys ...string) string {
	var b strings.Builder
	for _, key := range keys {
		v, _ := json.Marshal(get(key))
		fmt.Fprintf(&b, "%s=%s ", key, v)
	}
	return b.String()
}

// compared fills in how objects are compared with those of a command of ip.
func compared[T any](l *load[T], tb *Table[*T], keys []string, args ...string) {
	l.text = func(o *T) string { return members(func(key string) any { return tb.Fields[key](o) }, keys...) }
	l.tool = func() (all []string) {
		for _, o := range l.w.JSON("ip", args...) {
			flat := map[string]any{}
			flatten("", o, flat)
			all = append(all, members(func(key string) any { return flat[key] }, keys...))
		}
		return all
	}
}

// batch makes requests, of which a few may fail.
func (w *World) batch(n int, request func(i int) nl.Request) {
	requests := func(yield func(nl.Request) bool) {
		for i := range n {
			if !yield(request(i)) {
				return
			}
		}
	}
	failed := 0
	for _, err := range nl.Batch(w.Ctx, w.Route, requests) {
		if err != nil {
			failed++
		}
	}
	if failed > n/4 {
		w.t.Errorf("%d of %d requests failed", failed, n)
	}
}

// twoLinks makes a pair of links with addresses.
func (w *World) twoLinks() {
	w.Lines(`
		ip link set lo up
		ip link add va type veth peer name vb
		ip link set va addrgenmode none
		ip link set vb addrgenmode none
		ip link set va up
		ip link set vb up
		ip addr add 10.0.0.1/16 dev va
		ip addr add fd00::1/64 dev va nodad
	`)
	w.settle()
}

// TestWatchRoutesUnderLoad makes 200,000 changes: routes of both families come, go, are replaced, and are appended to
// each other.
func TestWatchRoutesUnderLoad(t *testing.T) {
	w := New(t)
	w.twoLinks()
	va := nl.U32(uint32(w.Links().index("va")))
	const workers, each = 4, 50_000
	l := load[rtroute.Route]{w: w, watch: func(opts ...nl.WatchOption) iter.Seq2[nl.Change[rtroute.Route], error] {
		return w.Routes.WatchRoute(w.Ctx, nil, opts...)
	}}
	marker := netip.MustParseAddr("203.0.113.77")
	l.isMarker = func(r *rtroute.Route) bool { return r.Dst == marker }
	compared(&l, RouteTable(w.Links()), []string{"type", "dst", "gateway", "dev", "table", "protocol", "scope", "metric", "tos", "pref"},
		"-d", "-j", "route", "show", "table", "all")
	l.change = func() {
		var wait sync.WaitGroup
		for worker := range byte(workers) {
			wait.Go(func() { w.batch(each, func(i int) nl.Request { return someRoute(worker, i, va) }) })
		}
		wait.Wait()
		Must(t, w.Routes.NewRoute(w.Ctx, &rtroute.Route{Header: rtroute.Rtmsg{Family: unix.AF_INET, DstLen: 32, Type: rtroute.RtmTypeUnicast,
			Scope: rtroute.RtScopeLink}, Dst: marker, Oif: va}, nl.Create, nl.Excl))
	}
	l.run()
}

// someRoute is the i-th of a worker's changes, which has 4096 destinations of its own and turns to one after the other.
func someRoute(worker byte, i int, oif nl.Opt[uint32]) nl.Request {
	n, turn := i*2654435761%4096, i/4096
	gateway := byte(2 + i%200)
	r := &rtroute.Route{Header: rtroute.Rtmsg{Family: unix.AF_INET, DstLen: 32, Type: rtroute.RtmTypeUnicast, Protocol: rtroute.RtProtocolStatic},
		Dst: netip.AddrFrom4([4]byte{172, worker, byte(n >> 8), byte(n)}), Gateway: netip.AddrFrom4([4]byte{10, 0, 0, gateway}),
		Oif: oif, Table: nl.U32(254)}
	if n%5 == 0 {
		r.Header.Family, r.Header.DstLen = unix.AF_INET6, 128
		r.Dst = netip.AddrFrom16([16]byte{0xfd, 1, worker, 14: byte(n >> 8), 15: byte(n)})
		r.Gateway = netip.AddrFrom16([16]byte{0xfd, 15: gateway})
	}
	switch (n + turn) % 8 {
	case 0:
		return rtroute.NewRouteRequest(r, nl.Create, nl.Excl)
	case 1, 2, 3, 6:
		return rtroute.NewRouteRequest(r, nl.Create, nl.Replace)
	case 4:
		return rtroute.NewRouteRequest(r, nl.Create, nl.Append)
	}
	r.Gateway = netip.Addr{}
	return rtroute.DelRouteRequest(r) // one of two the first time
}

// TestWatchNeighboursUnderLoad makes 40,000 changes.
func TestWatchNeighboursUnderLoad(t *testing.T) {
	w := New(t)
	w.twoLinks()
	va := int32(w.Links().index("va"))
	l := load[rtneigh.Neighbour]{w: w, watch: func(opts ...nl.WatchOption) iter.Seq2[nl.Change[rtneigh.Neighbour], error] {
		return w.Neigh.WatchNeigh(w.Ctx, nil, opts...)
	}}
	neighbour := func(third, last byte) *rtneigh.Neighbour {
		return &rtneigh.Neighbour{Header: rtneigh.Ndmsg{Family: unix.AF_INET, Ifindex: va, State: rtneigh.NudStatePermanent},
			Dst: netip.AddrFrom4([4]byte{10, 0, third, last}), Lladdr: net.HardwareAddr{2, 0, 0, 0, third, last}}
	}
	l.isMarker = func(n *rtneigh.Neighbour) bool { return n.Dst == netip.AddrFrom4([4]byte{10, 0, 255, 77}) }
	compared(&l, NeighTable(w.Links()), []string{"dst", "dev", "lladdr", "state"}, "-j", "neigh", "show", "nud", "all")
	l.change = func() {
		var wait sync.WaitGroup
		for worker := range byte(2) {
			wait.Go(func() {
				w.batch(20_000, func(i int) nl.Request {
					n := neighbour(1+2*byte(i/256%8)+worker, byte(i*31))
					switch (i + i/2048) % 4 {
					case 0:
						return rtneigh.NewNeighRequest(n, nl.Create, nl.Excl)
					case 1, 2:
						n.Lladdr = net.HardwareAddr{2, 1, byte(i), byte(i >> 8), 0, 1}
						return rtneigh.NewNeighRequest(n, nl.Create, nl.Replace)
					}
					n.Lladdr, n.Header.State = nil, 0
					return rtneigh.DelNeighRequest(n)
				})
			})
		}
		wait.Wait()
		Must(t, w.Neigh.NewNeigh(w.Ctx, neighbour(255, 77), nl.Create, nl.Excl))
	}
	l.run()
}

// TestWatchLinksUnderLoad makes 20,000 changes to links, some of which come and go.
func TestWatchLinksUnderLoad(t *testing.T) {
	w := New(t)
	l := load[rtlink.Link]{w: w, watch: func(opts ...nl.WatchOption) iter.Seq2[nl.Change[rtlink.Link], error] {
		return w.Link.WatchLink(w.Ctx, nil, opts...)
	}}
	l.isMarker = func(k *rtlink.Link) bool { return k.Ifname.Value() == "marker" }
	l.text = func(k *rtlink.Link) string {
		return members(func(key string) any {
			return map[string]any{"ifindex": k.Header.Index, "ifname": k.Ifname.Value(), "mtu": k.MTU.Value(), "ifalias": Value(k.Ifalias)}[key]
		}, "ifindex", "ifname", "mtu", "ifalias")
	}
	l.tool = func() (all []string) {
		for _, o := range w.JSON("ip", "-d", "-j", "link", "show") {
			all = append(all, members(func(key string) any { return o[key] }, "ifindex", "ifname", "mtu", "ifalias"))
		}
		return all
	}
	bridge := func(name string) *rtlink.Link {
		return &rtlink.Link{Ifname: nl.Str(name), Linkinfo: &rtlink.Linkinfo{Data: &rtlink.LinkinfoDataBridge{}}}
	}
	for i := range 30 {
		Must(t, w.Link.NewLink(w.Ctx, bridge(fmt.Sprint("br", i)), nl.Create, nl.Excl))
		w.Run("ip", "link", "set", fmt.Sprint("br", i), "up") // nothing tells of the alias of a link that is down
	}
	l.change = func() {
		var wait sync.WaitGroup
		for worker := range 2 {
			wait.Go(func() {
				w.batch(10_000, func(i int) nl.Request {
					k := &rtlink.Link{Ifname: nl.Str(fmt.Sprint("br", 2*(i%15)+worker))}
					if i%3 == 0 {
						k.MTU = nl.U32(uint32(1000 + i%400))
					} else {
						k.Ifalias = nl.Str(fmt.Sprint("alias ", i))
					}
					return rtlink.SetLinkRequest(k)
				})
			})
		}
		for i := range 40 {
			name := fmt.Sprint("extra", i)
			Must(t, w.Link.NewLink(w.Ctx, bridge(name), nl.Create, nl.Excl))
			if i%4 != 0 {
				Must(t, w.Link.DelLink(w.Ctx, &rtlink.Link{Ifname: nl.Str(name)}))
			}
		}
		wait.Wait()
		Must(t, w.Link.NewLink(w.Ctx, bridge("marker"), nl.Create, nl.Excl))
	}
	l.run()
}

// TestWatchAddressesUnderLoad makes 20,000 changes.
func TestWatchAddressesUnderLoad(t *testing.T) {
	w := New(t)
	w.twoLinks()
	vb := uint32(w.Links().index("vb"))
	l := load[rtaddr.Addr]{w: w, watch: func(opts ...nl.WatchOption) iter.Seq2[nl.Change[rtaddr.Addr], error] {
		return w.Addr.WatchAddr(w.Ctx, nil, opts...)
	}}
	address := func(third, last byte) *rtaddr.Addr {
		a := netip.AddrFrom4([4]byte{10, 9, third, last})
		return &rtaddr.Addr{Header: rtaddr.Ifaddrmsg{Family: unix.AF_INET, Prefixlen: 32, Index: vb}, Local: a, Address: a}
	}
	l.isMarker = func(a *rtaddr.Addr) bool { return a.Local == netip.AddrFrom4([4]byte{10, 9, 9, 9}) }
	l.text = func(a *rtaddr.Addr) string {
		local := a.Local
		if !local.IsValid() {
			local = a.Address
		}
		return fmt.Sprintf("%v/%d on %d label %v", local, a.Header.Prefixlen, a.Header.Index, Value(a.Label))
	}
	l.tool = func() (all []string) {
		for _, link := range w.JSON("ip", "-j", "addr", "show") {
			infos, _ := link["addr_info"].([]any)
			for _, info := range infos {
				o := info.(Object)
				all = append(all, fmt.Sprintf("%v/%v on %v label %v", o["local"], o["prefixlen"], link["ifindex"], o["label"]))
			}
		}
		return all
	}
	l.change = func() {
		var wait sync.WaitGroup
		for worker := range byte(2) {
			wait.Go(func() {
				w.batch(10_000, func(i int) nl.Request {
					a := address(worker, byte(i*37))
					if (i+i/256)%2 == 0 {
						return rtaddr.NewAddrRequest(a, nl.Create, nl.Replace)
					}
					return rtaddr.DelAddrRequest(a)
				})
			})
		}
		wait.Wait()
		Must(t, w.Addr.NewAddr(w.Ctx, address(9, 9), nl.Create, nl.Excl))
	}
	l.run()
}

// TestWatchRulesUnderLoad makes 6,000 changes.
func TestWatchRulesUnderLoad(t *testing.T) {
	w := New(t)
	l := load[rtrule.FIBRule]{w: w, watch: func(opts ...nl.WatchOption) iter.Seq2[nl.Change[rtrule.FIBRule], error] {
		return w.Rule.WatchRule(w.Ctx, &rtrule.FIBRule{Header: rtrule.FIBRuleHdr{Family: unix.AF_INET}}, opts...)
	}}
	rule := func(priority, table uint32) *rtrule.FIBRule {
		return &rtrule.FIBRule{Header: rtrule.FIBRuleHdr{Family: unix.AF_INET, Action: rtrule.FrActToTbl}, Priority: nl.U32(priority), Table: nl.U32(table)}
	}
	l.isMarker = func(r *rtrule.FIBRule) bool { return r.Priority.Value() == 30_000 }
	l.text = func(r *rtrule.FIBRule) string { return fmt.Sprint(r.Priority.Value(), " ", r.Table.Value()) }
	l.tool = func() (all []string) {
		for _, o := range w.JSON("ip", "-j", "-N", "rule", "show") {
			all = append(all, fmt.Sprint(o["priority"], " ", o["table"]))
		}
		return all
	}
	l.change = func() {
		var wait sync.WaitGroup
		for worker := range uint32(2) {
			wait.Go(func() {
				w.batch(3_000, func(i int) nl.Request {
					r := rule(100+2*uint32(i*7%150)+worker, 1000)
					if (i+i/150)%2 == 0 {
						return rtrule.NewRuleRequest(r, nl.Create, nl.Excl)
					}
					return rtrule.DelRuleRequest(r)
				})
			})
		}
		wait.Wait()
		Must(t, w.Rule.NewRule(w.Ctx, rule(30_000, 1000), nl.Create, nl.Excl))
	}
	l.run()
}

// TestWatchRoutesOfLinks takes links and addresses away from routes, of which the kernel says little, and some of it
// before it is done. After each step the copy must become what ip shows, with nothing else happening.
func TestWatchRoutesOfLinks(t *testing.T) {
	w := New(t)
	w.twoLinks()
	l := load[rtroute.Route]{w: w}
	compared(&l, RouteTable(w.Links()), []string{"type", "dst", "gateway", "dev", "table", "prefsrc", "metric", "flags", "nexthops"},
		"-d", "-j", "route", "show", "table", "all")
	next, stop := iter.Pull2(w.Routes.WatchRoute(w.Ctx, nil))
	defer stop()
	routes := map[string]string{}
	follow := func(after string) {
		t.Helper()
		want := slices.Sorted(slices.Values(l.tool()))
		for {
			if len(routes) == len(want) && slices.Equal(slices.Sorted(maps.Values(routes)), want) {
				return
			}
			c, err, _ := next()
			if err != nil {
				t.Fatalf("after %s: %v; the copy differs (-ip +copy):\n%s", after, err, cmp.Diff(want, slices.Sorted(maps.Values(routes))))
			}
			switch c.Kind {
			case nl.Added, nl.Changed:
				routes[c.Key] = l.text(c.Object)
			case nl.Removed:
				delete(routes, c.Key)
			case nl.Synced: // the other link's state follows in the kernel's own time
				want = slices.Sorted(slices.Values(l.tool()))
			}
		}
	}
	follow("begin")
	va := nl.U32(uint32(w.Links().index("va")))
	for turn := range 4 {
		w.batch(300, func(i int) nl.Request {
			return rtroute.NewRouteRequest(&rtroute.Route{Header: rtroute.Rtmsg{Family: unix.AF_INET, DstLen: 32, Type: rtroute.RtmTypeUnicast,
				Protocol: rtroute.RtProtocolStatic}, Dst: netip.AddrFrom4([4]byte{172, 16, byte(i >> 8), byte(i)}),
				Gateway: netip.AddrFrom4([4]byte{10, 0, 0, byte(2 + turn)}), Oif: va}, nl.Create, nl.Excl)
		})
		for _, command := range []string{
			"ip addr add 10.7.0.1/24 dev vb",
			"ip route add 192.0.2.0/24 via 10.0.0.9 src 10.7.0.1",
			"ip route add 198.51.100.0/24 nexthop via 10.0.0.8 dev va nexthop via 10.7.0.8 dev vb",
			"ip addr del 10.7.0.1/24 dev vb",
			"ip link set va down",
			"ip link set va up",
			"ip addr add fd00::1/64 dev va nodad",
		} {
			w.Lines(command)
			follow(command)
		}
	}
	w.Lines("ip link del va")
	follow("delete")
}

// TestWatchWaitsForFlush takes a link down that thousands of routes go with, without a word about them. Word of the link
// comes before they are gone, yet the list that follows must not show a part of them.
func TestWatchWaitsForFlush(t *testing.T) {
	w := New(t)
	w.Lines(`
		ip link add i0 type ifb
		ip link set i0 addrgenmode none
		ip addr add 10.0.0.1/24 dev i0
	`)
	i0 := w.Links().index("i0")
	next, stop := iter.Pull2(w.Routes.WatchRoute(w.Ctx, &rtroute.Route{Header: rtroute.Rtmsg{Family: unix.AF_INET, Protocol: rtroute.RtProtocolStatic}}))
	defer stop()
	const all = 10_000
	routes := map[string]bool{}
	until := func(n int) {
		t.Helper()
		for synced := false; !synced || len(routes) != n; {
			c, err, _ := next()
			Must(t, err)
			switch c.Kind {
			case nl.Added:
				routes[c.Key] = true
			case nl.Removed:
				delete(routes, c.Key)
			case nl.Synced:
				if n == 0 && len(routes) != 0 && len(routes) != all {
					t.Fatalf("%d routes, want all %d or none", len(routes), all)
				}
			}
			synced = c.Kind == nl.Synced || synced && c.Kind != nl.Stale
		}
	}
	up := func(flags rtlink.IfinfoFlags) {
		if err := w.Link.SetLink(w.Ctx, &rtlink.Link{Header: rtlink.Ifinfomsg{Index: i0, Flags: flags, Change: rtlink.IfinfoFlagsUp}}); err != nil {
			t.Error(err)
		}
	}
	until(0)
	for range 10 {
		up(rtlink.IfinfoFlagsUp)
		w.batch(all, func(i int) nl.Request {
			return rtroute.NewRouteRequest(&rtroute.Route{Header: rtroute.Rtmsg{Family: unix.AF_INET, DstLen: 32, Type: rtroute.RtmTypeUnicast,
				Scope: rtroute.RtScopeLink, Protocol: rtroute.RtProtocolStatic}, Dst: netip.AddrFrom4([4]byte{172, 16, byte(i >> 8), byte(i)}),
				Oif: nl.U32(uint32(i0))}, nl.Create, nl.Excl)
		})
		until(all)
		var down sync.WaitGroup
		down.Go(func() { up(0) })
		until(0)
		down.Wait()
	}
}
