package nl_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/runtime/nl"
)

// A pinned socket with a group receives events while calls run on it, in other goroutines and in the loop.
func TestEventsAndCallsOnOneSocket(t *testing.T) {
	c := dial(t, nl.Route)
	pin, err := c.Pin(t.Context(), linkEvents(links))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	seen := map[string]bool{}
	result := make(chan error, 1)
	go func() {
		var last error
		for n, err := range pin.Events(ctx) {
			if last = err; err != nil {
				break
			}
			e, ok := n.(*newLinkEvent)
			if !ok {
				t.Errorf("unexpected event %s", describe(n))
				continue
			}
			got, err := nl.Get[link](ctx, pin.Conn, &getLink, &link{Index: e.Link.Index})
			if err != nil || got.Name != e.Link.Name {
				t.Errorf("get in the loop: %v, error %v, want %v", got, err, e.Link.Name)
			}
			if seen[e.Link.Name.Value()] = true; len(seen) == 20 {
				cancel()
			}
		}
		result <- last
	}()
	for i := range 20 {
		addLink(t, pin.Conn, "ifb", fmt.Sprintf("ifb%d", i))
		all, err := nl.Collect(nl.Dump[link](t.Context(), pin.Conn, &getLinkDump, nil))
		if err != nil && !errors.Is(err, nl.ErrDumpInterrupted) || len(all) < i+2 {
			t.Errorf("%d links, error %v, want at least %d", len(all), err, i+2)
		}
	}
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("the loop ended with %v, want context.Canceled", err)
	}
	if len(seen) != 20 {
		t.Errorf("events of %d links, want 20", len(seen))
	}
}

func TestEventOptions(t *testing.T) {
	c := dial(t, nl.Route)
	pin, err := c.Pin(t.Context(), nl.EventBuffer(1<<16), nl.AllNSID)
	if err != nil {
		t.Fatal(err)
	}
	next := func(opts ...nl.SubscribeOption) (nl.Notification, error) {
		for n, err := range pin.Events(t.Context(), opts...) {
			return n, err
		}
		return nil, nil
	}
	want := "events: EventBuffer, EventFilter and AllNSID are options of Pin"
	if _, err := next(nl.EventBuffer(1 << 17)); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if err := pin.Send(t.Context(), message(18, 0x301, 9, 0, make([]byte, 16)...), 0); err != nil {
		t.Fatal(err)
	}
	// The answer of a message that was sent by hand is an event, which a source decodes like any other.
	n, err := next(linkEvents(links))
	if err != nil || describe(n) != "newlink lo in " || n.NetlinkMeta().Seq != 9 {
		t.Errorf("got %v, error %v, want lo", n, err)
	}
	addLink(t, c, "ifb", "ifb0")
	for n, err := range pin.Events(t.Context(), linkEvents(links)) {
		if err != nil {
			t.Fatal(err)
		}
		if describe(n) == "newlink ifb0 in link" {
			break
		}
	}
}

// What arrives while a call waits for its answer is not lost.
func TestEventDuringCall(t *testing.T) {
	p := newPeer(t, func(p *peer, r request) {
		p.send(r, message(77, 0, 0, 0, value(1)...), r.reply(40, 0, value(7)...), message(78, 0, 0, 0, value(2)...))
		p.sendFrom(p.others, r, message(79, 0, 0, 0), message(80, 0, 0, 0))
		p.send(r, r.ack(0))
	})
	c := dialPeers(t, nl.Options{})
	pin, err := c.Pin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := nl.Get[datum](t.Context(), pin.Conn, &testGet, nil, nl.To(p.Port()))
	if err != nil || got.Value != nl.U32(7) {
		t.Fatalf("got %v, error %v, want 7", got, err)
	}
	var events []uint16
	for n, err := range pin.Events(t.Context(), nl.AnySender) {
		if err != nil {
			t.Fatal(err)
		}
		if events = append(events, n.NetlinkMeta().Command); len(events) == 4 {
			break
		}
	}
	if diff := cmp.Diff([]uint16{77, 78, 79, 80}, events); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if drops := c.Stats().Drops; drops != (nl.Drops{}) {
		t.Errorf("messages were dropped: %+v", drops)
	}
}

func TestTwoEventLoops(t *testing.T) {
	c := dialPeers(t, nl.Options{})
	pin, err := c.Pin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 2)
	got := make(chan uint16, 10)
	for range 2 {
		go func() {
			for n, err := range pin.Events(ctx, nl.AnySender) {
				if err != nil {
					result <- err
					return
				}
				got <- n.NetlinkMeta().Command
			}
		}()
	}
	for i := range 10 {
		if err := pin.Send(t.Context(), message(uint16(50+i), 0, 0, 0), pin.Port()); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[uint16]bool{}
	for range 10 {
		seen[<-got] = true
	}
	cancel()
	for range 2 {
		if err := <-result; !errors.Is(err, context.Canceled) {
			t.Errorf("loop ended with %v, want context.Canceled", err)
		}
	}
	if len(seen) != 10 {
		t.Errorf("events %v, want 10", seen)
	}
}

// A flood of events between calls is bounded and reported.
func TestStoredEventsAreBounded(t *testing.T) {
	flood := make([]byte, 60_000)
	p := newPeer(t, func(p *peer, r request) {
		for range 2 {
			p.send(r, message(77, 0, 0, 0, flood...))
		}
		p.send(r, r.ack(0))
	})
	c := dialPeers(t, nl.Options{})
	pin, err := c.Pin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range 40 {
		if err := nl.Do(t.Context(), pin.Conn, &testDo, nil, nl.To(p.Port())); err != nil {
			t.Fatal(err)
		}
	}
	var lost *nl.OverrunError
	n := 0
	for _, err := range pin.Events(t.Context(), nl.AnySender) {
		if err != nil {
			if !errors.As(err, &lost) {
				t.Fatal(err)
			}
			continue
		}
		if n++; n == 69 { // 4 MiB
			break
		}
	}
	if lost == nil || lost.Count != 1 {
		t.Errorf("got overrun %v, want one", lost)
	}
}
