package nl_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/runtime/nl"
)

// What goes wrong between events of a pinned socket is told in the loop, which goes on.
func TestTroubleBetweenPinnedEvents(t *testing.T) {
	c := dial(t, nl.UserSock)
	from, err := c.Pin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	to, err := c.Pin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range [][]byte{
		append(message(40, 0, 1, 0, value(1)...), message(noop, 0, 2, 0)...),
		[]byte("hello"),
		message(overrun, 0, 4, 0),
		message(40, 0, 6, 0, make([]byte, 100_000)...),
		message(41, 0, 7, 0),
	} {
		if err := from.Send(t.Context(), b, to.Port()); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for n, err := range to.Events(t.Context(), nl.AnySender) {
		if err != nil {
			got = append(got, err.Error())
		} else {
			got = append(got, describe(n))
		}
		if len(got) == 5 {
			break
		}
	}
	want := []string{
		"raw 40 in ",
		"pinned socket datagram: malformed message",
		"receive queue overrun: messages lost (overrun 1)",
		"receive queue overrun: 1 datagram lost (overrun 2)",
		"raw 41 in ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestOverrunOfPinned(t *testing.T) {
	c := dial(t, nl.Route)
	pin, err := c.Pin(t.Context(), linkEvents(links), nl.EventBuffer(4096))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		addLink(t, c, "ifb", fmt.Sprintf("ifb%d", i))
	}
	var lost *nl.OverrunError
	events := 0
	for _, err := range pin.Events(t.Context()) {
		switch {
		case err == nil:
			events++
		case !errors.As(err, &lost):
			t.Fatal(err)
		}
		if lost != nil && events == 40-int(lost.Lost) {
			break
		}
	}
	if lost == nil || lost.Count != 1 || lost.Lost == 0 || events == 0 {
		t.Fatalf("%d events and the loss %+v, want some of each", events, lost)
	}
	// A full queue does not keep calls on the socket from their answers for good.
	if _, err := nl.Get[link](t.Context(), pin.Conn, &getLink, &link{Name: nl.Str("lo")}); err != nil {
		t.Error(err)
	}
}

// A process that nobody asked can neither answer a call nor be taken for the kernel, whatever it sends.
func TestStrangersDoNotDisturbPinned(t *testing.T) {
	p := newPeer(t, func(p *peer, r request) {
		p.sendFrom(p.others, r, message(77, 0, 0, 0, make([]byte, 100_000)...))
		p.sendFrom(p.others, r, r.ack(1))
		p.send(r, r.ack(0))
	})
	c := dialPeers(t, nl.Options{})
	pin, err := c.Pin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []*nl.Conn{c, pin.Conn} {
		if err := nl.Do(t.Context(), c, &testDo, nil, nl.To(p.Port())); err != nil {
			t.Error(err)
		}
	}
	if err := pin.Send(t.Context(), message(78, 0, 0, 0), pin.Port()); err != nil {
		t.Fatal(err)
	}
	for n, err := range pin.Events(t.Context(), nl.AnySender) {
		if errors.Is(err, nl.ErrClosed) {
			t.Fatal(err)
		}
		if err == nil && n.NetlinkMeta().Command == 78 {
			break
		}
	}
}
