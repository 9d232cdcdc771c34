package nltest_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/generated/rtroute"
	"github.com/nlgen/nlgen/internal/netns"
	"github.com/nlgen/nlgen/runtime/nl"
)

// child is set in the environment of a copy of the test binary that plays another process.
const child = "NLGEN_TEST_SPOOF"

func TestMain(m *testing.M) {
	if victim := os.Getenv(child); victim != "" {
		if err := spoof(victim); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// live opens a Conn to the kernel in a namespace.
func live(t testing.TB, ns *netns.NS, change ...func(*nl.Options)) *nl.Conn {
	t.Helper()
	o := nl.Options{NetNS: nl.NetNSFD(ns.FD())}
	for _, f := range change {
		f(&o)
	}
	c, err := nl.Dial(nl.Route, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// listener is a transport that remembers the sequence number of the last request, as somebody who looks on can.
type listener struct {
	nl.Transport
	mu   sync.Mutex
	last uint32
}

type heardSocket struct {
	nl.Socket
	l *listener
}

func (l *listener) Open(o nl.SocketOptions) (nl.Socket, error) {
	s, err := l.Transport.Open(o)
	if err != nil {
		return nil, err
	}
	return &heardSocket{s, l}, nil
}

func (s *heardSocket) Send(b []byte, to uint32) error {
	s.l.mu.Lock()
	s.l.last = binary.NativeEndian.Uint32(b[8:])
	s.l.mu.Unlock()
	return s.Socket.Send(b, to)
}

// spoof is the other process: it sends a link called evil0 to a port as a reply with a sequence number, the
// acknowledgement of that, and the same as an event to a port and to the group of links.
func spoof(victim string) error {
	var port, seq, events uint32
	if _, err := fmt.Sscan(victim, &port, &seq, &events); err != nil {
		return err
	}
	c, err := nl.Dial(nl.Route, nl.Options{})
	if err != nil {
		return err
	}
	p, err := c.Pin(context.Background())
	if err != nil {
		return err
	}
	evil, err := link("evil0", 666).MarshalBinary()
	if err != nil {
		return err
	}
	message := func(typ uint16, seq, port uint32, body []byte) []byte {
		b := binary.NativeEndian.AppendUint32(nil, uint32(16+len(body)))
		b = binary.NativeEndian.AppendUint16(b, typ)
		b = binary.NativeEndian.AppendUint16(b, 0)
		b = binary.NativeEndian.AppendUint32(b, seq)
		b = binary.NativeEndian.AppendUint32(b, port)
		return append(b, body...)
	}
	for _, m := range []struct {
		b  []byte
		to uint32
	}{
		{message(newLink, seq, port, evil), port},
		{message(2, seq, port, make([]byte, 20)), port},
		{message(newLink, 0, 0, evil), events},
	} {
		if err := p.Send(context.Background(), m.b, m.to); err != nil {
			return fmt.Errorf("send to %d: %w", m.to, err)
		}
	}
	return nil
}

// Another process knows address and sequence number, is root, and sends first. It is not believed.
func TestLiveSpoof(t *testing.T) {
	ns := netns.New(t)
	kernel, err := nl.Kernel(nl.NetNSFD(ns.FD()))
	if err != nil {
		t.Fatal(err)
	}
	l := &listener{Transport: kernel}
	c, err := nl.Dial(nl.Route, nl.Options{Transport: l})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	pin, err := c.Pin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	links := rtlink.New(pin.Conn)
	lo := &rtlink.Link{Ifname: nl.Str("lo")}
	if _, err := links.GetLink(t.Context(), lo); err != nil {
		t.Fatal(err)
	}
	sub, err := nl.Subscribe(t.Context(), c, rtlink.Events(rtlink.GroupLink))
	if err != nil {
		t.Fatal(err)
	}
	attack := exec.Command(os.Args[0])
	attack.Env = append(os.Environ(), fmt.Sprintf("%s=%d %d %d", child, pin.Port(), l.last+1, sub.Port()))
	ns.Do(func() {
		if out, err := attack.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	})
	got, err := links.GetLink(t.Context(), lo)
	if err != nil || got.Ifname != nl.Str("lo") || got.MTU == nl.U32(666) {
		t.Errorf("the reply is %+v, error %v, want lo of the kernel", got, err)
	}
	if err := rtlink.New(c).NewLink(t.Context(), bridge("br0"), nl.Create); err != nil {
		t.Fatal(err)
	}
	for e, err := range sub.All() {
		if n, ok := e.(*rtlink.NewLinkNotification); err != nil || !ok || n.Link.Ifname != nl.Str("br0") {
			t.Errorf("the first event is %+v, error %v, want br0 of the kernel", e, err)
		}
		break
	}
	if n := c.Stats().Drops.Sender; n != 1 { // the pinned socket keeps its two until somebody reads events
		t.Errorf("%d datagrams of another sender dropped, want the event", n)
	}
}

func bridge(name string) *rtlink.Link {
	return &rtlink.Link{Ifname: nl.Str(name), Linkinfo: &rtlink.Linkinfo{Data: &rtlink.LinkinfoDataBridge{}}}
}

// fill adds n routes to 10.0.0.0/8, one an address.
func fill(t testing.TB, ns *netns.NS, n int) {
	t.Helper()
	ns.Exec("ip", "link", "set", "lo", "up")
	var batch strings.Builder
	for i := range n {
		fmt.Fprintf(&batch, "route add 10.%d.%d.%d dev lo\n", i>>16, i>>8&255, i&255)
	}
	name := t.TempDir() + "/routes"
	if err := os.WriteFile(name, []byte(batch.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	ns.Exec("ip", "-batch", name)
}

const manyRoutes = 100_000

// isStable reports whether a route is one that nobody deletes.
func isStable(r *rtroute.Route) bool {
	return r.Dst.Is4() && r.Dst.As4()[0] == 10 && r.Header.DstLen == 32
}

// churn adds and deletes routes until the context ends, then sends how often it did.
func churn(ctx context.Context, t *testing.T, c *nl.Conn) <-chan int {
	done := make(chan int, 1)
	routes := rtroute.New(c)
	go func() {
		n := 0
		for ; ctx.Err() == nil; n++ {
			r := &rtroute.Route{Dst: netip.AddrFrom4([4]byte{172, 16, byte(n >> 8), byte(n)}), Oif: nl.U32(1)}
			r.Header.Family, r.Header.DstLen, r.Header.Table, r.Header.Protocol, r.Header.Type = 2, 32, 254, 4, 1
			r.Header.Scope = 253
			if err := routes.NewRoute(context.WithoutCancel(ctx), r, nl.Create); err != nil {
				t.Errorf("add route: %v", err)
				break
			}
			if err := routes.DelRoute(context.WithoutCancel(ctx), r); err != nil {
				t.Errorf("delete route: %v", err)
				break
			}
		}
		done <- n
	}()
	return done
}

// A dump under change is complete, or says that it was interrupted.
func TestLiveRoutesUnderChange(t *testing.T) {
	if testing.Short() {
		t.Skip("adds 100,000 routes")
	}
	ns := netns.New(t)
	fill(t, ns, manyRoutes)
	c := live(t, ns)
	routes := rtroute.New(c)
	ctx, cancel := context.WithCancel(t.Context())
	changes := churn(ctx, t, live(t, ns))
	complete, interrupted := 0, 0
	for range 5 {
		var r rtroute.Route
		stable, last := 0, error(nil)
		for err := range routes.GetRouteDumpInto(t.Context(), &rtroute.Route{Header: rtroute.Rtmsg{Family: 2}}, &r) {
			if last = err; err == nil && isStable(&r) {
				stable++
			}
		}
		switch {
		case last == nil && stable == manyRoutes:
			complete++
		case errors.Is(last, nl.ErrDumpInterrupted):
			interrupted++
		default:
			t.Errorf("the dump ended with %d routes of %d and error %v", stable, manyRoutes, last)
		}
	}
	cancel()
	t.Logf("%d dumps complete, %d interrupted, during %d changes", complete, interrupted, <-changes)
}

// descriptors counts the process's open files.
func descriptors(t testing.TB) int {
	t.Helper()
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// settled waits until a number is no longer above a limit; the runtime's goroutines end a moment after what they
// served. It gives up when the scheduler had many chances.
func settled(count func() int, limit int) int {
	n := count()
	for i := 0; i < 10_000 && n > limit; i++ {
		runtime.Gosched()
		n = count()
	}
	return n
}

// What callers abandon leaves nothing behind.
func TestLiveAbandoned(t *testing.T) {
	ns := netns.New(t)
	fill(t, ns, 3000)
	c := live(t, ns)
	routes := rtroute.New(c)
	use := func() {
		for range routes.GetRouteDump(t.Context(), nil) {
			break
		}
		ctx, cancel := context.WithCancel(t.Context())
		sub, err := nl.Subscribe(ctx, c, rtroute.Events())
		if err != nil {
			t.Fatal(err)
		}
		if sub.Port()%2 == 0 {
			sub.Close()
		}
		cancel()
	}
	use()
	files, routines := descriptors(t), runtime.NumGoroutine()
	for range 1000 {
		use()
	}
	if n := settled(runtime.NumGoroutine, routines); n > routines {
		t.Errorf("%d goroutines, there were %d", n, routines)
	}
	if n := settled(func() int { return descriptors(t) }, files); n > files {
		t.Errorf("%d open files, there were %d", n, files)
	}
}

// The Conn holds its namespace: deleting its name does not disturb it.
func TestLiveNamespaceDeleted(t *testing.T) {
	netns.Require(t)
	name := "nlgen-" + strconv.Itoa(os.Getpid())
	ip := func(args ...string) {
		if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
			t.Fatalf("ip %v: %v\n%s", args, err, out)
		}
	}
	ip("netns", "add", name)
	gone := false
	t.Cleanup(func() {
		if !gone {
			ip("netns", "del", name)
		}
	})
	c, err := nl.Dial(nl.Route, nl.Options{NetNS: nl.NetNSPath("/run/netns/" + name)})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	sub, err := nl.Subscribe(t.Context(), c, rtlink.Events(rtlink.GroupLink))
	if err != nil {
		t.Fatal(err)
	}
	ip("netns", "del", name)
	gone = true
	links := rtlink.New(c)
	if err := links.NewLink(t.Context(), bridge("br0"), nl.Create); err != nil {
		t.Fatal(err)
	}
	for range links.GetLinkDump(t.Context(), nil) { // two at once, so that a new socket is opened there
		all, err := nl.Collect(links.GetLinkDump(t.Context(), nil))
		if err != nil || len(all) != 2 || all[1].Ifname != nl.Str("br0") {
			t.Errorf("%d links, error %v, want lo and br0", len(all), err)
		}
	}
	for e, err := range sub.All() {
		if n, ok := e.(*rtlink.NewLinkNotification); err != nil || !ok || n.Link.Ifname != nl.Str("br0") {
			t.Errorf("got %+v, error %v, want br0", e, err)
		}
		break
	}
	if _, err := nl.Dial(nl.Route, nl.Options{NetNS: nl.NetNSPath("/run/netns/" + name)}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a new Conn in the deleted namespace: %v, want ErrNotExist", err)
	}
}

// Every group that rtnetlink has on one socket, those above 32 included: who joins them by a mask of 32 bits hears
// nothing of a host's multicast addresses (group 37), for instance.
func TestLiveEveryGroup(t *testing.T) {
	ns := netns.New(t)
	c := live(t, ns)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	all := nl.EventSource{Family: rtlink.Events().Family, Decode: rtlink.Events().Decode}
	for id := uint32(1); ; id++ {
		one := nl.EventSource{Family: all.Family, Groups: []nl.GroupRef{{ID: id}}}
		sub, err := nl.Subscribe(ctx, c, one)
		if err != nil {
			if id <= 36 || !errors.Is(err, syscall.EINVAL) { // 36 is stats, since Linux 5.18
				t.Fatal(err)
			}
			break
		}
		sub.Close()
		all.Groups = append(all.Groups, one.Groups...)
	}
	sub, err := nl.Subscribe(ctx, c, all)
	if err != nil {
		t.Fatal(err)
	}
	ns.Exec("ip", "link", "set", "lo", "up")
	ns.Exec("ip", "link", "add", "br0", "type", "bridge")
	ns.Exec("ip", "nexthop", "add", "id", "7", "blackhole")
	ns.Exec("ip", "address", "add", "192.0.2.1/24", "dev", "br0")
	ns.Exec("ip", "link", "set", "br0", "up")
	want := map[uint32]string{1: "link", 5: "IPv4 address", 32: "nexthop"}
	if len(all.Groups) >= 37 {
		want[37] = "IPv4 multicast address"
	}
	for e, err := range sub.All() {
		if err != nil {
			t.Fatalf("%v; groups without event: %v", err, want)
		}
		if delete(want, e.NetlinkMeta().GroupID); len(want) == 0 {
			break
		}
	}
	t.Logf("joined %d groups", len(all.Groups))
}

// A pinned socket hears of the changes that its own calls make: they carry the call's numbers, and are no answer.
func TestLiveOwnEvents(t *testing.T) {
	ns := netns.New(t)
	fill(t, ns, 0)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	p, err := live(t, ns).Pin(ctx, rtroute.Events(rtroute.GroupIPv4Route))
	if err != nil {
		t.Fatal(err)
	}
	r := &rtroute.Route{Dst: netip.MustParseAddr("192.0.2.1"), Oif: nl.U32(1)}
	r.Header = rtroute.Rtmsg{Family: 2, DstLen: 32, Table: 254, Protocol: 4, Type: 1, Scope: 253}
	routes := rtroute.New(p.Conn)
	if err := routes.NewRoute(ctx, r, nl.Create); err != nil {
		t.Fatal(err)
	}
	if err := routes.DelRoute(ctx, r); err != nil {
		t.Fatal(err)
	}
	var got []string
	for e, err := range p.Events(ctx) {
		if err != nil {
			t.Fatalf("%v; saw %q", err, got)
		}
		got = append(got, fmt.Sprint(e.NetlinkMeta().Op, " mine: ", e.NetlinkMeta().Port == p.Port()))
		if len(got) == 2 {
			break
		}
	}
	want := []string{"newroute-ntf mine: true", "delroute-ntf mine: true"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if n := p.Stats().Drops.Type; n != 0 {
		t.Errorf("%d messages taken for answers", n)
	}
}

// A cancelled call returns though the other end never answers.
func TestLiveNoAnswer(t *testing.T) {
	c, err := nl.Dial(nl.UserSock, nl.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	deaf, err := c.Pin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	family := nl.Family{Name: "deaf", Protocol: nl.UserSock}
	change := nl.Op{Family: &family, Name: "change", Request: 32, Reply: -1, RequestSet: -1, ReplySet: -1}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for range deaf.Events(t.Context(), nl.AnySender) {
			cancel() // the request is here, and stays unanswered
			return
		}
	}()
	err = nl.Do(ctx, c, &change, nil, nl.To(deaf.Port()))
	if !errors.Is(err, nl.ErrOutcomeUnknown) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want ErrOutcomeUnknown and Canceled", err)
	}
}
