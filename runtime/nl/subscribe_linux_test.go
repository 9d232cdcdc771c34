package nl_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/internal/netns"
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/wire"
)

var links = nl.GroupRef{Name: "link", ID: groupLink}

func subscribe(t testing.TB, c *nl.Conn, opts ...nl.SubscribeOption) *nl.Subscription {
	t.Helper()
	sub, err := nl.Subscribe(t.Context(), c, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sub.Close() })
	return sub
}

// nextEvent leaves the loop after one event; the next call goes on where it stopped.
func nextEvent(t testing.TB, sub *nl.Subscription) (nl.Notification, error) {
	t.Helper()
	for n, err := range sub.All() {
		return n, err
	}
	t.Fatal("the subscription has ended")
	return nil, nil
}

// describe makes comparable text of an event.
func describe(n nl.Notification) string {
	switch n := n.(type) {
	case *newLinkEvent:
		return fmt.Sprintf("%s %s in %s", n.Op, n.Link.Name.Value(), n.Group)
	case *delLinkEvent:
		return fmt.Sprintf("%s %s in %s", n.Op, n.Link.Name.Value(), n.Group)
	case *nl.RawNotification:
		return fmt.Sprintf("raw %d in %s", n.Command, n.Group)
	}
	return fmt.Sprintf("%T", n)
}

// until returns events up to and including one, each kind once.
func until(t testing.TB, sub *nl.Subscription, last string) []string {
	t.Helper()
	var got []string
	for n, err := range sub.All() {
		if err != nil {
			t.Fatal(err)
		}
		text := describe(n)
		if len(got) == 0 || got[len(got)-1] != text {
			got = append(got, text)
		}
		if text == last {
			break
		}
	}
	return got
}

func TestSubscription(t *testing.T) {
	c := dial(t, nl.Route)
	sub := subscribe(t, c, linkEvents(links))
	addLink(t, c, "ifb", "ifb0")
	if err := nl.Do(t.Context(), c, &delLink, &link{Name: nl.Str("ifb0")}); err != nil {
		t.Fatal(err)
	}
	want := []string{"newlink ifb0 in link", "dellink ifb0 in link"}
	if diff := cmp.Diff(want, until(t, sub, "dellink ifb0 in link")); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestEventMeta(t *testing.T) {
	c := dial(t, nl.Route)
	pin, err := c.Pin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	addLink(t, c, "ifb", "ifb0")
	sub := subscribe(t, c, linkEvents(links))
	var echo link // the kernel names the cause of a removal only to who wants an echo
	if err := nl.Do(t.Context(), pin.Conn, &delLink, &link{Name: nl.Str("ifb0")}, nl.Echo(&echo)); err != nil {
		t.Fatal(err)
	}
	n, err := nextEvent(t, sub)
	if err != nil {
		t.Fatal(err)
	}
	got := *n.NetlinkMeta()
	if got.Port != pin.Port() || got.Seq == 0 {
		t.Errorf("caused by port %d, request %d, want port %d", got.Port, got.Seq, pin.Port())
	}
	got.Port, got.Seq = 0, 0
	want := nl.Meta{Op: "dellink", Command: 17, Group: "link", GroupID: 1, NSID: -1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("meta (-want +got):\n%s", diff)
	}
}

// Two sources on one socket: their events come in the order in which things happened.
func TestSourcesKeepOrder(t *testing.T) {
	ns := netns.New(t)
	c := dialIn(t, ns, nl.Route)
	addresses := nl.EventSource{Family: &nl.Family{Name: "rt-addr", Protocol: nl.Route},
		Groups: []nl.GroupRef{{Name: "ipv4-ifaddr", ID: 5}}}
	sub := subscribe(t, c, linkEvents(links), addresses)
	ns.Exec("ip", "link", "add", "ifb0", "type", "ifb")
	ns.Exec("ip", "addr", "add", "192.0.2.1/24", "dev", "ifb0")
	ns.Exec("ip", "link", "del", "ifb0")
	want := []string{"newlink ifb0 in link", "raw 20 in ipv4-ifaddr", "raw 21 in ipv4-ifaddr", "dellink ifb0 in link"}
	got := until(t, sub, "dellink ifb0 in link")
	if diff := cmp.Diff(want, compact(got)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// compact drops the link changes between the first event and the removal of the address.
func compact(events []string) []string {
	var out []string
	for _, e := range events {
		if e == "newlink ifb0 in link" && len(out) > 0 {
			continue
		}
		out = append(out, e)
	}
	return out
}

func TestHighGroup(t *testing.T) {
	ns := netns.New(t)
	c := dialIn(t, ns, nl.Route)
	nexthops := nl.GroupRef{Name: "nexthop", ID: 32}
	stats := nl.GroupRef{Name: "stats", ID: 36} // beyond the 32 of a socket address
	sub := subscribe(t, c, linkEvents(links, nexthops, stats))
	ns.Exec("ip", "link", "add", "ifb0", "type", "ifb")
	if n, err := nextEvent(t, sub); err != nil || describe(n) != "newlink ifb0 in link" {
		t.Errorf("got %v, error %v", n, err)
	}
	for _, id := range []uint32{0, 1 << 20, 1 << 31} {
		bad := linkEvents(nl.GroupRef{Name: "none", ID: id})
		if _, err := nl.Subscribe(t.Context(), c, bad); err == nil {
			t.Errorf("joined group %d", id)
		}
	}
}

func TestGenericGroups(t *testing.T) {
	c := dial(t, nl.Generic)
	family := nl.Family{Name: "nlctrl", Generic: true}
	subscribe(t, c, nl.EventSource{Family: &family, Groups: []nl.GroupRef{{Name: "notify"}}})
	_, err := nl.Subscribe(t.Context(), c, nl.EventSource{Family: &family, Groups: []nl.GroupRef{{Name: "gossip"}}})
	want := `subscribe: family "nlctrl": group "gossip": multicast group not found (it has: notify)`
	if !errors.Is(err, nl.ErrGroupNotFound) || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	missing := nl.Family{Name: "no-such-family", Generic: true}
	if _, err := nl.Subscribe(t.Context(), c, nl.EventSource{Family: &missing}); !errors.Is(err, nl.ErrFamilyNotFound) {
		t.Errorf("got %v, want ErrFamilyNotFound", err)
	}
}

func TestOverrun(t *testing.T) {
	c := dial(t, nl.Route)
	sub := subscribe(t, c, linkEvents(links), nl.EventBuffer(4096))
	for i := range 60 {
		addLink(t, c, "ifb", fmt.Sprintf("ifb%d", i))
	}
	var first *nl.OverrunError
	_, err := nextEvent(t, sub)
	if !errors.As(err, &first) || !errors.Is(err, syscall.ENOBUFS) {
		t.Fatalf("got %v, want an OverrunError", err)
	}
	if first.Count != 1 || first.Lost == 0 {
		t.Errorf("got overrun %d with %d datagrams lost, want overrun 1 and the number of those lost", first.Count, first.Lost)
	}
	seen := 0 // the stream goes on with what the queue had room for
	for range 60 - int(first.Lost) {
		n, err := nextEvent(t, sub)
		if err != nil {
			t.Fatal(err)
		}
		if n.NetlinkMeta().Op == "newlink" {
			seen++
		}
	}
	if seen != 60-int(first.Lost) || seen == 0 {
		t.Errorf("%d events after %d of 60 were lost", seen, first.Lost)
	}
	if n := c.Stats().Overruns; n != 1 {
		t.Errorf("%d overruns counted, want 1", n)
	}
	if err := nl.Do(t.Context(), c, &delLink, &link{Name: nl.Str("ifb0")}); err != nil {
		t.Fatal(err)
	}
	until(t, sub, "dellink ifb0 in link")
}

func TestSubscriptionEnds(t *testing.T) {
	c := dial(t, nl.Route)
	wait := func(sub *nl.Subscription) <-chan error {
		result := make(chan error, 1)
		go func() {
			var last error
			for n, err := range sub.All() {
				if err == nil {
					t.Errorf("unexpected event %s", describe(n))
				}
				last = err
			}
			result <- last
		}()
		return result
	}
	ctx, cancel := context.WithCancel(t.Context())
	byContext, err := nl.Subscribe(ctx, c, linkEvents(links))
	if err != nil {
		t.Fatal(err)
	}
	byClose := subscribe(t, c, linkEvents(links))
	byConn := subscribe(t, c, linkEvents(links))
	r1, r2, r3 := wait(byContext), wait(byClose), wait(byConn)
	cancel()
	if err := <-r1; !errors.Is(err, context.Canceled) {
		t.Errorf("context: %v, want context.Canceled", err)
	}
	byClose.Close()
	if err := <-r2; err != nil {
		t.Errorf("Close: %v, want the loop to end without an error", err)
	}
	c.Close()
	if err := <-r3; !errors.Is(err, nl.ErrClosed) {
		t.Errorf("Close of the Conn: %v, want ErrClosed", err)
	}
	if _, err := nl.Subscribe(ctx, c, linkEvents(links)); !errors.Is(err, context.Canceled) {
		t.Errorf("Subscribe with a cancelled context: %v", err)
	}
}

// A subscription that nobody reads costs no goroutine and no file once its context has ended.
func TestForgottenSubscription(t *testing.T) {
	c := dial(t, nl.Route)
	files := openFiles(t)
	ctx, cancel := context.WithCancel(t.Context())
	var subs []*nl.Subscription
	for range 20 {
		sub, err := nl.Subscribe(ctx, c, linkEvents(links))
		if err != nil {
			t.Fatal(err)
		}
		subs = append(subs, sub)
	}
	if n := openFiles(t); n != files+20 {
		t.Errorf("%d files are open, want %d", n, files+20)
	}
	cancel()
	for _, sub := range subs {
		sub.Close() // waits for nothing; the context may have closed it already
	}
	if n := openFiles(t); n > files {
		t.Errorf("%d files are open, %d before", n, files)
	}
}

func TestTwoReaders(t *testing.T) {
	c := dial(t, nl.Route)
	sub := subscribe(t, c, linkEvents(links))
	var mu sync.Mutex
	got := map[string]int{}
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for n, err := range sub.All() {
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				got[describe(n)]++
				total := len(got)
				mu.Unlock()
				if total == 10 {
					sub.Close()
				}
			}
		})
	}
	for i := range 10 {
		addLink(t, c, "ifb", fmt.Sprintf("ifb%d", i))
	}
	wg.Wait()
	if len(got) != 10 {
		t.Errorf("events: %v, want those of 10 links", got)
	}
}

// Events of a namespace that has an id here carry it.
func TestAllNSID(t *testing.T) {
	ns, other := netns.New(t), netns.New(t)
	c, there := dialIn(t, ns, nl.Route), dialIn(t, other, nl.Route)
	family := nl.Family{Name: "rt-netns", Protocol: nl.Route}
	newNSID := nl.Op{Family: &family, Name: "newnsid", Request: 88, Reply: -1, RequestSet: -1}
	if err := nl.Do(t.Context(), c, &newNSID, &nsid{id: 7, fd: uint32(other.FD())}); err != nil {
		t.Fatal(err)
	}
	all := subscribe(t, c, linkEvents(links), nl.AllNSID)
	own := subscribe(t, c, linkEvents(links))
	addLink(t, there, "ifb", "there0")
	addLink(t, c, "ifb", "here0")
	n, err := nextEvent(t, all)
	if err != nil || describe(n) != "newlink there0 in link" || n.NetlinkMeta().NSID != 7 {
		t.Errorf("got %v, error %v, want there0 from namespace 7", n, err)
	}
	until(t, all, "newlink here0 in link")
	n, err = nextEvent(t, own)
	if err != nil || describe(n) != "newlink here0 in link" || n.NetlinkMeta().NSID != -1 {
		t.Errorf("got %v, error %v, want here0 alone", n, err)
	}
}

// nsid is a request that gives a namespace an id: struct rtgenmsg, NETNSA_NSID, NETNSA_FD.
type nsid struct{ id, fd uint32 }

func (m *nsid) Encode(e *wire.Encoder) {
	e.Header(1)
	e.U32(1, nl.U32(m.id))
	e.U32(3, nl.U32(m.fd))
}

func (m *nsid) Decode(*wire.Decoder) {}

// A process in the group cannot pass for the kernel.
func TestSenderOfEvents(t *testing.T) {
	c := dial(t, nl.UserSock)
	source := nl.EventSource{Family: &testFamily, Groups: []nl.GroupRef{{Name: "chat", ID: 3}}}
	kernelOnly := subscribe(t, c, source)
	any := subscribe(t, c, source, nl.AnySender)
	pin, err := c.Pin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := pin.Send(t.Context(), message(40, 0, 5, 6, value(7)...), any.Port()); err != nil {
		t.Fatal(err)
	}
	n, err := nextEvent(t, any)
	if err != nil {
		t.Fatal(err)
	}
	raw, ok := n.(*nl.RawNotification)
	want := nl.Meta{Command: 40, NSID: -1, Port: 6, Seq: 5, Sender: pin.Port()}
	if !ok || raw.Meta != want || string(raw.Data) != string(value(7)) {
		t.Errorf("got %+v, want %+v with the value 7", n, want)
	}
	if err := pin.Send(t.Context(), message(40, 0, 5, 6, value(7)...), kernelOnly.Port()); err != nil {
		t.Fatal(err)
	}
	kernelOnly.Close()
	for n, err := range kernelOnly.All() {
		t.Errorf("got %v, error %v of a process", n, err)
	}
}

func TestEventsThatDoNotFit(t *testing.T) {
	c := dial(t, nl.UserSock)
	source := nl.EventSource{Family: &testFamily, Decode: func(op uint16, m *nl.Meta, d *wire.Decoder, _ nl.Notification) (nl.Notification, int) {
		if op != 40 {
			return nil, 0
		}
		n := &datumEvent{Meta: *m}
		n.Op = "datum"
		n.Datum.Decode(d)
		return n, 0
	}}
	sub := subscribe(t, c, source, nl.AnySender)
	pin, err := c.Pin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range [][]byte{
		append(message(40, 0, 1, 0, value(1)...), message(1, 0, 2, 0)...), // and a no-op
		message(40, 0, 3, 0, broken(3, 1)...),
		[]byte("hello"),
		message(4, 0, 4, 0),
		message(41, 0, 5, 0),
		message(40, 0, 6, 0, make([]byte, 100_000)...),
		message(40, 0, 7, 0, value(2)...),
	} {
		if err := pin.Send(t.Context(), b, sub.Port()); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for n, err := range sub.All() {
		switch e, _ := n.(*datumEvent); {
		case err != nil:
			got = append(got, err.Error())
		case e != nil:
			got = append(got, fmt.Sprintf("datum %v", e.Datum.Value))
		default:
			got = append(got, describe(n))
		}
		if len(got) == 7 {
			break
		}
	}
	want := []string{
		"datum 1",
		"test datum: decode datum: attribute length 3 with 4 bytes left at byte 0",
		"subscription datagram: malformed message",
		"receive queue overrun: messages lost (overrun 1)",
		"raw 41 in ",
		"receive queue overrun: 1 datagram lost (overrun 2)",
		"datum 2",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

type datumEvent struct {
	nl.Meta
	Datum datum
}
