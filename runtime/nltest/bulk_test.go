package nltest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/nltest"
)

// stream is a subscription to links whose sockets are of either kind.
func stream(t *testing.T, plain bool) (*world, *nl.Subscription) {
	t.Helper()
	w := newWorld(t)
	w.k.SetPlain(plain)
	sub, err := nl.Subscribe(w.ctx, w.links.Conn(), rtlink.Events(rtlink.GroupLink), nl.EventBuffer(1<<20))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sub.Close() })
	return w, sub
}

// both runs a test with sockets of both kinds.
func both(t *testing.T, f func(t *testing.T, plain bool)) {
	t.Run("bulk", func(t *testing.T) { f(t, false) })
	t.Run("plain", func(t *testing.T) { f(t, true) })
}

// told makes text of an event.
func told(n nl.Notification, err error) string {
	if err != nil {
		return err.Error()
	}
	switch n := n.(type) {
	case *rtlink.NewLinkNotification:
		return n.Link.Ifname.Value()
	case *nl.RawNotification:
		return fmt.Sprintf("raw %s", n.Data)
	}
	return fmt.Sprintf("%T", n)
}

// A burst with everything in it that can go wrong comes in order, whole loops or one event at a time.
func TestBurst(t *testing.T) {
	both(t, func(t *testing.T, plain bool) {
		for _, single := range []bool{false, true} {
			w, sub := stream(t, plain)
			before := w.links.Conn().Stats()
			var want []string
			bytes := 0
			for i := range 200 {
				name := fmt.Sprint("n", i)
				switch i % 40 {
				case 7: // every other one does not fit, after which buffers are larger by 64 KiB
					b := make([]byte, 60_000+i*1000)
					bytes += len(b)
					w.k.Deliver(sub.Port(), nltest.Datagram{Data: b, Group: 1})
					if i%80 == 7 {
						want = append(want, fmt.Sprintf("receive queue overrun: 1 datagram lost (overrun %d)", overruns(want)+1))
					} else {
						want = append(want, "subscription datagram: malformed message")
					}
				case 13:
					emit(w, "stranger", 4711)
				case 20:
					w.k.Deliver(sub.Port(), nltest.Datagram{Err: syscall.ENOBUFS})
					want = append(want, fmt.Sprintf("receive queue overrun: messages lost (overrun %d)", overruns(want)+1))
				case 21:
					w.k.Deliver(sub.Port(), nltest.Datagram{Err: syscall.EINTR})
				default:
					emit(w, name, 0)
					want = append(want, name)
				}
			}
			var got []string
			for len(got) < len(want) {
				for n, err := range sub.All() {
					got = append(got, told(n, err))
					if single || len(got) == len(want) {
						break
					}
				}
			}
			for i := range want {
				if got[i] != want[i] {
					t.Fatalf("event %d is %q, want %q", i, got[i], want[i])
				}
			}
			s := w.links.Conn().Stats()
			if n := s.Drops.Sender - before.Drops.Sender; n != 5 {
				t.Errorf("%d datagrams of strangers counted, want 5", n)
			}
			if n := s.Overruns - before.Overruns; n != overruns(want) {
				t.Errorf("%d overruns counted, want %d", n, overruns(want))
			}
			links := uint64(0)
			for _, s := range want {
				if s[0] == 'n' {
					links++
				}
			}
			if n := s.Messages - before.Messages; n != links {
				t.Errorf("%d messages counted, want %d", n, links)
			}
			if n := s.Bytes - before.Bytes; n < uint64(bytes) {
				t.Errorf("%d bytes counted, want more than %d", n, bytes)
			}
		}
	})
}

func overruns(told []string) (n uint64) {
	for _, s := range told {
		if strings.Contains(s, "overrun") {
			n++
		}
	}
	return n
}

// What was received in bulk is given to nobody after the end.
func TestEndWithinBulk(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  func(w *world, sub *nl.Subscription, cancel func())
		is   error
	}{
		{"Close", func(_ *world, sub *nl.Subscription, _ func()) { sub.Close() }, nil},
		{"context", func(_ *world, _ *nl.Subscription, cancel func()) { cancel() }, context.Canceled},
		{"Close of the Conn", func(w *world, _ *nl.Subscription, _ func()) { w.links.Conn().Close() }, nl.ErrClosed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			both(t, func(t *testing.T, plain bool) {
				w := newWorld(t)
				w.k.SetPlain(plain)
				ctx, cancel := context.WithCancel(w.ctx)
				defer cancel()
				sub, err := nl.Subscribe(ctx, w.links.Conn(), rtlink.Events(rtlink.GroupLink))
				if err != nil {
					t.Fatal(err)
				}
				defer sub.Close()
				for i := range 50 {
					emit(w, fmt.Sprint("n", i), 0)
				}
				n := 0
				var last error
				for _, err := range sub.AllReused() {
					if last = err; err != nil {
						continue
					}
					if n++; n == 10 {
						tt.end(w, sub, cancel)
					}
				}
				if n != 10 || !errors.Is(last, tt.is) {
					t.Errorf("%d events, then %v, want 10, then %v", n, last, tt.is)
				}
			})
		})
	}
}

// The limit of a queue can be changed, and a plain socket does not tell it.
func TestReceiveBuffer(t *testing.T) {
	both(t, func(t *testing.T, plain bool) {
		want := 1 << 20
		if plain {
			want = 0
		}
		if _, sub := stream(t, plain); sub.ReceiveBuffer() != want {
			t.Errorf("a queue of %d bytes, want %d", sub.ReceiveBuffer(), want)
		}
	})
	k := nltest.New()
	sock, err := k.Open(nl.SocketOptions{Events: true, ReceiveBuffer: 10})
	if err != nil {
		t.Fatal(err)
	}
	defer sock.Close()
	if err := sock.Join(1); err != nil {
		t.Fatal(err)
	}
	emit := func() {
		if _, err := k.Emit(nl.Route, nltest.Event{Group: 1, Type: 99}); err != nil {
			t.Fatal(err)
		}
	}
	emit() // 16 bytes
	if _, err := sock.(nl.BulkSocket).SetReceiveBuffer(40); err != nil {
		t.Fatal(err)
	}
	emit()
	emit()
	emit()
	if n, _ := sock.Dropped(); n != 2 {
		t.Errorf("%d of 4 events lost, want the first and the last", n)
	}
}

func TestFilterIsRefused(t *testing.T) {
	w := newWorld(t)
	_, err := nl.Subscribe(w.ctx, w.links.Conn(), nl.EventFilter([]nl.BPFInstruction{{Op: 6, K: 1}}))
	if !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("got %v, want errors.ErrUnsupported", err)
	}
	if n := w.k.Sockets(); n != 2 {
		t.Errorf("%d sockets, want those of the two Conns", n)
	}
}
