package nl_test

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"testing"

	"github.com/nlgen/nlgen/runtime/nl"
)

// silent is a peer that tells when a request has arrived, and never answers those that want an answer.
func silent(t *testing.T) (*peer, <-chan request) {
	arrived := make(chan request, 8)
	return newPeer(t, func(p *peer, r request) {
		if binary.NativeEndian.Uint32(r.Data[4:]) == 1 {
			p.send(r, r.reply(40, multi, value(7)...), r.ack(0))
			return
		}
		arrived <- r
	}), arrived
}

func answered(t *testing.T, c *nl.Conn, p *peer) {
	t.Helper()
	got, err := nl.Get[datum](t.Context(), c, &testGet, &datum{nl.U32(1)}, nl.To(p.Port()))
	if err != nil || got.Value != nl.U32(7) {
		t.Errorf("the next call: got %v, error %v, want 7", got, err)
	}
}

func TestCancelledWhileWaiting(t *testing.T) {
	mute := &datum{nl.U32(0)}
	tests := []struct {
		name    string
		call    func(ctx context.Context, c *nl.Conn, to nl.CallOption) error
		unknown bool
	}{
		{"change", func(ctx context.Context, c *nl.Conn, to nl.CallOption) error {
			return nl.Do(ctx, c, &testDo, mute, to)
		}, true},
		{"get", func(ctx context.Context, c *nl.Conn, to nl.CallOption) error {
			_, err := nl.Get[datum](ctx, c, &testGet, mute, to)
			return err
		}, false},
		{"dump", func(ctx context.Context, c *nl.Conn, to nl.CallOption) error {
			_, err := nl.Collect(nl.Dump[datum](ctx, c, &testList, mute, to))
			return err
		}, false},
	}
	for _, tt := range tests {
		for _, pinned := range []bool{false, true} {
			name := tt.name
			if pinned {
				name += " on a pinned socket"
			}
			t.Run(name, func(t *testing.T) {
				p, arrived := silent(t)
				c := dialPeers(t, nl.Options{MaxSockets: 1})
				if pinned {
					pin, err := c.Pin(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					c = pin.Conn
				}
				ctx, cancel := context.WithCancel(t.Context())
				result := make(chan error, 1)
				go func() { result <- tt.call(ctx, c, nl.To(p.Port())) }()
				r := <-arrived
				cancel()
				err := <-result
				if !errors.Is(err, context.Canceled) || errors.Is(err, nl.ErrOutcomeUnknown) != tt.unknown {
					t.Errorf("got %v, want context.Canceled, with ErrOutcomeUnknown: %v", err, tt.unknown)
				}
				if pinned { // a socket of the pool has been closed
					p.send(r, r.reply(40, 0, value(9)...), r.ack(0))
				}
				answered(t, c, p)
			})
		}
	}
}

func TestDeadline(t *testing.T) {
	p, _ := silent(t)
	c := dialPeers(t, nl.Options{})
	ctx, cancel := context.WithTimeout(t.Context(), 1)
	defer cancel()
	<-ctx.Done()
	if err := nl.Do(ctx, c, &testDo, nil, nl.To(p.Port())); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want DeadlineExceeded", err)
	}
	answered(t, c, p)
}

func TestWaitsForTurn(t *testing.T) {
	p, arrived := silent(t)
	c := dialPeers(t, nl.Options{MaxSockets: 1})
	first, stop := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() { result <- nl.Do(first, c, &testDo, &datum{nl.U32(0)}, nl.To(p.Port())) }()
	<-arrived
	second, cancel := context.WithCancel(t.Context())
	go cancel()
	err := nl.Do(second, c, &testDo, &datum{nl.U32(0)}, nl.To(p.Port()))
	if !errors.Is(err, context.Canceled) || errors.Is(err, nl.ErrOutcomeUnknown) {
		t.Errorf("waiting for a socket: %v, want context.Canceled alone", err)
	}
	stop()
	<-result
	answered(t, c, p)
}

func TestCloseEndsCalls(t *testing.T) {
	p, arrived := silent(t)
	c := dialPeers(t, nl.Options{})
	pin, err := c.Pin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	result := make(chan error, 3)
	go func() { result <- nl.Do(t.Context(), c, &testDo, &datum{nl.U32(0)}, nl.To(p.Port())) }()
	go func() { result <- nl.Do(t.Context(), pin.Conn, &testDo, &datum{nl.U32(0)}, nl.To(p.Port())) }()
	<-arrived
	<-arrived
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	for range 2 {
		err := <-result
		if !errors.Is(err, nl.ErrClosed) || !errors.Is(err, net.ErrClosed) || !errors.Is(err, nl.ErrOutcomeUnknown) {
			t.Errorf("got %v, want ErrClosed and ErrOutcomeUnknown", err)
		}
	}
	if err := c.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	closed := map[string]error{
		"Do":        nl.Do(t.Context(), c, &testDo, nil),
		"pinned Do": nl.Do(t.Context(), pin.Conn, &testDo, nil),
		"Send":      pin.Send(t.Context(), nil, 0),
	}
	_, closed["Dump"] = nl.Collect(nl.Dump[datum](t.Context(), c, &testList, nil))
	_, closed["Pin"] = c.Pin(t.Context())
	_, closed["Subscribe"] = nl.Subscribe(t.Context(), c)
	for name, err := range closed {
		if !errors.Is(err, nl.ErrClosed) || errors.Is(err, nl.ErrOutcomeUnknown) {
			t.Errorf("%s on a closed Conn: %v, want ErrClosed", name, err)
		}
	}
}

func TestCloseOfPinned(t *testing.T) {
	p, _ := silent(t)
	c := dialPeers(t, nl.Options{})
	pin, err := c.Pin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := pin.Close(); err != nil {
		t.Error(err)
	}
	if err := nl.Do(t.Context(), pin.Conn, &testDo, nil, nl.To(p.Port())); !errors.Is(err, nl.ErrClosed) {
		t.Errorf("call on a closed pinned socket: %v, want ErrClosed", err)
	}
	answered(t, c, p)
}

func TestTruncation(t *testing.T) {
	large := make([]byte, 100_000)
	p := newPeer(t, func(p *peer, r request) {
		if r.Command == testDo.Request {
			p.send(r, r.ack(0))
			return
		}
		end := r.ack(0)
		if r.Command == testList.Request {
			end = r.reply(done, multi)
		}
		p.send(r, r.reply(40, multi, large...), end)
	})
	for _, pinned := range []bool{false, true} {
		c := dialPeers(t, nl.Options{MaxSockets: 1})
		conn := c
		if pinned {
			pin, err := c.Pin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			conn = pin.Conn
		}
		to := nl.To(p.Port())
		if _, err := nl.Get[nl.RawMessage](t.Context(), conn, &testGet, nil, to); !errors.Is(err, nl.ErrTruncated) {
			t.Errorf("got %v, want ErrTruncated", err)
		}
		if err := nl.Do(t.Context(), conn, &testDo, nil, to); err != nil {
			t.Errorf("the next call: %v", err)
		}
		got, err := nl.Get[nl.RawMessage](t.Context(), conn, &testGet, nil, to)
		if err != nil || len(*got) != len(large) {
			t.Errorf("with the larger buffer: error %v, want %d bytes", err, len(large))
		}
		all, err := nl.Collect(nl.Dump[nl.RawMessage](t.Context(), conn, &testList, nil, to))
		if err != nil || len(all) != 1 {
			t.Errorf("dump with the larger buffer: %d messages, error %v, want one", len(all), err)
		}
		if n := c.Stats().Truncated; n != 1 {
			t.Errorf("%d truncations counted, want 1", n)
		}
	}
	c := dialPeers(t, nl.Options{})
	if _, err := nl.Collect(nl.Dump[nl.RawMessage](t.Context(), c, &testList, nil, nl.To(p.Port()))); !errors.Is(err, nl.ErrTruncated) {
		t.Errorf("dump: %v, want ErrTruncated", err)
	}
}

func TestWrongProtocol(t *testing.T) {
	c := dialPeers(t, nl.Options{})
	want := "rt-link: connection speaks netlink protocol 2, the family needs 0"
	if err := nl.Do(t.Context(), c, &newLink, nil); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if _, err := nl.Subscribe(t.Context(), c, linkEvents()); err == nil || err.Error() != "subscribe: "+want {
		t.Errorf("got %v, want subscribe: %s", err, want)
	}
}

func TestPeerIsGone(t *testing.T) {
	p, _ := silent(t)
	c := dialPeers(t, nl.Options{})
	port := p.Port()
	p.Close()
	err := nl.Do(t.Context(), c, &testDo, nil, nl.To(port))
	if err == nil || errors.Is(err, nl.ErrOutcomeUnknown) {
		t.Errorf("got %v, want a refused connection", err)
	}
}
