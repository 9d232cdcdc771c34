package nl_test

import (
	"context"
	"encoding/binary"
	"errors"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/internal/netns"
	"github.com/nlgen/nlgen/runtime/nl"
)

// A peer plays the kernel on a socket of protocol USERSOCK, so that replies come in any order and form. It needs
// no privilege.
type peer struct {
	*nl.Pinned
	t      testing.TB
	others *nl.Pinned // a stranger
}

// request is what the peer has received.
type request struct {
	*nl.RawNotification
}

// newPeer answers each request with the datagrams that script returns.
func newPeer(t testing.TB, script func(p *peer, r request)) *peer {
	t.Helper()
	netns.Kernel(t)
	c, err := nl.Dial(nl.UserSock, nl.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := &peer{t: t}
	for _, pin := range []**nl.Pinned{&p.Pinned, &p.others} {
		if *pin, err = c.Pin(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var done sync.WaitGroup
	done.Go(func() {
		for ev, err := range p.Events(context.Background(), nl.AnySender) {
			if err != nil {
				if !errors.Is(err, nl.ErrClosed) {
					t.Errorf("peer: %v", err)
				}
				return
			}
			script(p, request{ev.(*nl.RawNotification)})
		}
	})
	t.Cleanup(func() {
		c.Close()
		done.Wait()
	})
	return p
}

// send sends a datagram of messages from the peer.
func (p *peer) send(r request, messages ...[]byte) { p.sendFrom(p.Pinned, r, messages...) }

func (p *peer) sendFrom(from *nl.Pinned, r request, messages ...[]byte) {
	var b []byte
	for _, m := range messages {
		b = append(b, m...)
	}
	if err := from.Send(context.Background(), b, r.Sender); err != nil {
		p.t.Errorf("peer: %v", err)
	}
}

// reply builds a message that answers the request.
func (r request) reply(typ, flags uint16, body ...byte) []byte {
	return message(typ, flags, r.Seq, r.Port, body...)
}

// ack builds an acknowledgement, or a refusal.
func (r request) ack(errno syscall.Errno, attrs ...byte) []byte {
	flags := uint16(0x100)
	if len(attrs) > 0 {
		flags = tlvs
	}
	return r.reply(failure, flags, append(append(number(-int32(errno)), make([]byte, 16)...), attrs...)...)
}

// text is an extended acknowledgement's text.
func text(s string) []byte {
	b := binary.NativeEndian.AppendUint16(nil, uint16(4+len(s)+1))
	b = append(append(binary.NativeEndian.AppendUint16(b, 1), s...), 0)
	return append(b, make([]byte, -len(b)&3)...)
}

func dialPeers(t testing.TB, o nl.Options) *nl.Conn {
	t.Helper()
	netns.Kernel(t)
	c, err := nl.Dial(nl.UserSock, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// Each script is a way of answering a get with the value 7.
func TestGetFromPeer(t *testing.T) {
	answer := func(r request) []byte { return r.reply(40, 0, value(7)...) }
	tests := []struct {
		name   string
		script func(p *peer, r request)
		drops  nl.Drops
	}{
		{"two datagrams", func(p *peer, r request) { p.send(r, answer(r)); p.send(r, r.ack(0)) }, nl.Drops{}},
		{"one datagram", func(p *peer, r request) { p.send(r, answer(r), r.ack(0)) }, nl.Drops{}},
		{"no-op before", func(p *peer, r request) { p.send(r, r.reply(noop, 0), answer(r), r.ack(0)) }, nl.Drops{}},
		{"port 0", func(p *peer, r request) { p.send(r, message(40, 0, r.Seq, 0, value(7)...), r.ack(0)) }, nl.Drops{}},
		{"peer's own port", func(p *peer, r request) {
			p.send(r, message(40, 0, r.Seq, p.Port(), value(7)...), r.ack(0))
		}, nl.Drops{}},
		{"late acknowledgement", func(p *peer, r request) {
			p.send(r, message(failure, 0, r.Seq-1, r.Port, make([]byte, 20)...))
			p.send(r, answer(r), r.ack(0))
		}, nl.Drops{Sequence: 1}},
		{"late message", func(p *peer, r request) {
			p.send(r, message(40, 0, r.Seq-1, r.Port, value(9)...), answer(r), r.ack(0))
		}, nl.Drops{Sequence: 1}},
		{"message from the future", func(p *peer, r request) {
			p.send(r, message(40, 0, r.Seq+1, r.Port, value(9)...), answer(r), r.ack(0))
		}, nl.Drops{Sequence: 1}},
		{"somebody else's answer", func(p *peer, r request) {
			p.send(r, message(40, 0, r.Seq, r.Port+1, value(9)...), answer(r), r.ack(0))
		}, nl.Drops{Port: 1}},
		{"stranger", func(p *peer, r request) {
			p.sendFrom(p.others, r, r.reply(40, 0, value(9)...), r.ack(syscall.EPERM))
			p.send(r, answer(r), r.ack(0))
		}, nl.Drops{Sender: 1}},
		{"other type", func(p *peer, r request) {
			p.send(r, r.reply(41, 0, value(9)...), answer(r), r.ack(0))
		}, nl.Drops{Type: 1}},
		{"done in place of an acknowledgement", func(p *peer, r request) {
			p.send(r, r.reply(40, multi, value(7)...), r.reply(done, multi, number(0)...))
		}, nl.Drops{}},
		{"done and acknowledgement", func(p *peer, r request) {
			p.send(r, r.reply(40, multi, value(7)...), r.reply(done, multi), r.ack(0))
		}, nl.Drops{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPeer(t, tt.script)
			c := dialPeers(t, nl.Options{MaxSockets: 1})
			for range 3 { // what one call leaves behind must not disturb the next
				got, err := nl.Get[datum](t.Context(), c, &testGet, nil, nl.To(p.Port()))
				if err != nil {
					t.Fatal(err)
				}
				if got.Value != nl.U32(7) {
					t.Errorf("got %v, want 7", got.Value)
				}
			}
			want := nl.Drops{Sender: 3 * tt.drops.Sender, Port: 3 * tt.drops.Port, Sequence: 3 * tt.drops.Sequence,
				Type: 3 * tt.drops.Type}
			if diff := cmp.Diff(want, c.Stats().Drops); diff != "" {
				t.Errorf("drops (-want +got):\n%s", diff)
			}
		})
	}
}

// Each script is a way for a get to fail; the call after it must be right.
func TestGetFails(t *testing.T) {
	tests := []struct {
		name   string
		script func(p *peer, r request)
		opts   []nl.CallOption
		want   string
		is     error
	}{
		{"refused", func(p *peer, r request) { p.send(r, r.ack(syscall.EPERM)) }, nil,
			"test get: operation not permitted", syscall.EPERM},
		{"refused with a text", func(p *peer, r request) { p.send(r, r.ack(syscall.EINVAL, text("no way")...)) }, nil,
			"test get: invalid argument: no way", syscall.EINVAL},
		{"refused after a message", func(p *peer, r request) { p.send(r, r.reply(40, 0, value(7)...), r.ack(syscall.EIO)) }, nil,
			"test get: input/output error", syscall.EIO},
		{"refused in done", func(p *peer, r request) {
			p.send(r, r.reply(done, multi|tlvs, append(number(-22), text("half")...)...))
		}, nil, "test get: invalid argument: half", syscall.EINVAL},
		{"no message", func(p *peer, r request) { p.send(r, r.ack(0)) }, nil, "test get: no reply message", nl.ErrNoReply},
		{"other type", func(p *peer, r request) { p.send(r, r.reply(41, 0, value(7)...), r.ack(0)) }, nil,
			"test get: no reply message, but 1 of another type", nl.ErrNoReply},
		{"two messages", func(p *peer, r request) {
			p.send(r, r.reply(40, 0, value(7)...), r.reply(40, 0, value(8)...), r.ack(0))
		}, nil, "test get: several reply messages: 2", nl.ErrManyReplies},
		{"overrun message", func(p *peer, r request) { p.send(r, r.reply(overrun, 0)) }, nil,
			"test get: receive queue overrun: messages lost (overrun 1)", syscall.ENOBUFS},
		{"not netlink", func(p *peer, r request) { p.send(r, []byte("hello")) }, nil, "test get: malformed message", nl.ErrMalformed},
		{"length beyond the datagram", func(p *peer, r request) {
			m := r.reply(40, 0, value(7)...)
			m[0] = 200
			p.send(r, m)
		}, nil, "test get: malformed message", nl.ErrMalformed},
		{"short error message", func(p *peer, r request) { p.send(r, r.reply(failure, 0, 1, 2)) }, nil,
			"test get: malformed message", nl.ErrMalformed},
		{"unreadable message", func(p *peer, r request) { p.send(r, r.reply(40, 0, broken(3, 1)...), r.ack(0)) }, nil,
			"test get: decode datum: attribute length 3 with 4 bytes left at byte 0", nil},
		{"unreadable attribute", func(p *peer, r request) { p.send(r, r.reply(40, 0, broken(5, 1, 9, 0, 0, 0)...), r.ack(0)) },
			[]nl.CallOption{nl.Strict}, "test get: decode datum: value: payload of 1 bytes, want 4 at byte 0", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPeer(t, func(p *peer, r request) {
				if r.Command == testGet.Request {
					tt.script(p, r)
				} else {
					p.send(r, r.ack(0))
				}
			})
			c := dialPeers(t, nl.Options{MaxSockets: 1})
			got, err := nl.Get[datum](t.Context(), c, &testGet, nil, append(tt.opts, nl.To(p.Port()))...)
			if err == nil || err.Error() != tt.want {
				t.Fatalf("got %v, error %v, want %s", got, err, tt.want)
			}
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("%v is not %v", err, tt.is)
			}
			if err := nl.Do(t.Context(), c, &testDo, nil, nl.To(p.Port())); err != nil {
				t.Errorf("the next call: %v", err)
			}
		})
	}
}

func TestUnreadableAttributeIsCounted(t *testing.T) {
	p := newPeer(t, func(p *peer, r request) { p.send(r, r.reply(40, 0, broken(5, 1, 9, 0, 0, 0)...), r.ack(0)) })
	c := dialPeers(t, nl.Options{})
	got, err := nl.Get[datum](t.Context(), c, &testGet, nil, nl.To(p.Port()))
	if err != nil || got.Value.IsSet() {
		t.Errorf("got %v, error %v, want an absent value", got, err)
	}
	if n := c.Stats().Unreadable; n != 1 {
		t.Errorf("%d unreadable attributes counted, want 1", n)
	}
}

func TestWarning(t *testing.T) {
	p := newPeer(t, func(p *peer, r request) {
		if r.Command == testList.Request {
			p.send(r, r.reply(40, multi, value(1)...), r.reply(done, multi|tlvs, append(number(0), text("not all")...)...))
		} else {
			p.send(r, r.ack(0, text("old ways")...))
		}
	})
	c := dialPeers(t, nl.Options{MaxSockets: 1})
	var got []string
	warn := nl.Warnings(func(w *nl.Warning) {
		got = append(got, w.String())
		if err := nl.Do(t.Context(), c, &testDo, nil, nl.To(p.Port())); err != nil { // with the only socket
			t.Error(err)
		}
	})
	if err := nl.Do(t.Context(), c, &testDo, nil, nl.To(p.Port()), warn); err != nil {
		t.Error(err)
	}
	if _, err := nl.Collect(nl.Dump[datum](t.Context(), c, &testList, nil, nl.To(p.Port()), warn)); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"test do: old ways", "test list: not all"}, got); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

func TestEchoFromPeer(t *testing.T) {
	p := newPeer(t, func(p *peer, r request) {
		switch {
		case r.Flags&0x8 == 0:
			p.send(r, r.ack(syscall.EBADMSG))
		case binary.NativeEndian.Uint32(r.Data[4:]) == 0:
			p.send(r, r.ack(0))
		default:
			p.send(r, r.reply(50, 0, value(1)...), r.reply(51, 0, value(2)...), r.ack(0))
		}
	})
	c := dialPeers(t, nl.Options{})
	var out datum
	if err := nl.Do(t.Context(), c, &testDo, &datum{nl.U32(1)}, nl.Echo(&out), nl.To(p.Port())); err != nil || out.Value != nl.U32(2) {
		t.Errorf("echo is %v, error %v, want 2", out.Value, err)
	}
	if err := nl.Do(t.Context(), c, &testDo, &datum{nl.U32(0)}, nl.Echo(&out), nl.To(p.Port())); !errors.Is(err, nl.ErrNoReply) {
		t.Errorf("a request without echo: %v, want ErrNoReply", err)
	}
}

func TestNoAck(t *testing.T) {
	p := newPeer(t, func(p *peer, r request) {
		if r.Flags != 1 {
			p.t.Errorf("request flags %#x, want NLM_F_REQUEST alone", r.Flags)
		}
		if r.Command == testGet.Request {
			p.send(r, r.reply(40, 0, value(7)...))
		}
	})
	c := dialPeers(t, nl.Options{MaxSockets: 1})
	for range 2 {
		if err := nl.Do(t.Context(), c, &testDo, nil, nl.NoAck, nl.To(p.Port())); err != nil {
			t.Error(err)
		}
		got, err := nl.Get[datum](t.Context(), c, &testGet, nil, nl.NoAck, nl.To(p.Port()))
		if err != nil || got.Value != nl.U32(7) {
			t.Errorf("got %v, error %v, want 7", got, err)
		}
	}
}

// list is what a dump gave: its values, with -1 for a message that could not be read, and how it ended.
func list(t testing.TB, c *nl.Conn, op *nl.Op, opts ...nl.CallOption) ([]int, error) {
	t.Helper()
	var got []int
	for m, err := range nl.Dump[datum](t.Context(), c, op, nil, opts...) {
		var bad *nl.DecodeError
		switch {
		case errors.As(err, &bad):
			got = append(got, -1)
		case err != nil:
			return got, err
		default:
			got = append(got, int(m.Value.Value()))
		}
	}
	return got, nil
}

func TestDumpFromPeer(t *testing.T) {
	item := func(r request, n byte, flags ...uint16) []byte {
		f := uint16(multi)
		for _, x := range flags {
			f |= x
		}
		return r.reply(40, f, value(n)...)
	}
	end := func(r request, flags uint16) []byte { return r.reply(done, multi|flags, number(0)...) }
	tests := []struct {
		name   string
		script func(p *peer, r request)
		want   []int
		err    string
		is     error
	}{
		{"several datagrams", func(p *peer, r request) {
			p.send(r, item(r, 1), item(r, 2))
			p.send(r, item(r, 3))
			p.send(r, end(r, 0))
		}, []int{1, 2, 3}, "", nil},
		{"nothing", func(p *peer, r request) { p.send(r, end(r, 0)) }, nil, "", nil},
		{"done without errno", func(p *peer, r request) { p.send(r, item(r, 1), r.reply(done, multi)) }, []int{1}, "", nil},
		{"acknowledged like a get", func(p *peer, r request) { p.send(r, item(r, 1), r.ack(0)) }, []int{1}, "", nil},
		{"interrupted in a message", func(p *peer, r request) { p.send(r, item(r, 1), item(r, 2, intr), item(r, 3), end(r, 0)) },
			[]int{1, 2, 3}, "test list: dump interrupted by a change", nl.ErrDumpInterrupted},
		{"interrupted in done only", func(p *peer, r request) { p.send(r, item(r, 1), end(r, intr)) },
			[]int{1}, "test list: dump interrupted by a change", nl.ErrDumpInterrupted},
		{"refused at once", func(p *peer, r request) { p.send(r, r.ack(syscall.EOPNOTSUPP)) },
			nil, "test list: operation not supported", syscall.EOPNOTSUPP},
		{"refused in done", func(p *peer, r request) {
			p.send(r, item(r, 1))
			p.send(r, r.reply(done, multi|tlvs, append(number(-95), text("went away")...)...))
		}, []int{1}, "test list: operation not supported: went away", syscall.EOPNOTSUPP},
		{"unreadable message in the middle", func(p *peer, r request) {
			p.send(r, item(r, 1), r.reply(40, multi, broken(2, 1)...), item(r, 3), end(r, 0))
		}, []int{1, -1, 3}, "", nil},
		{"stray messages", func(p *peer, r request) {
			p.sendFrom(p.others, r, end(r, 0))
			p.send(r, message(done, multi, r.Seq-1, r.Port), item(r, 1), message(40, multi, r.Seq+1, r.Port, value(9)...), r.reply(41, multi), end(r, 0))
		}, []int{1}, "", nil},
		{"only other types", func(p *peer, r request) { p.send(r, r.reply(41, multi), end(r, 0)) },
			nil, "test list: no reply message, but 1 of another type", nl.ErrNoReply},
		{"malformed", func(p *peer, r request) { p.send(r, item(r, 1), []byte("hello")) }, []int{1}, "test list: malformed message", nl.ErrMalformed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPeer(t, func(p *peer, r request) {
				if r.Command == testList.Request {
					tt.script(p, r)
				} else {
					p.send(r, r.ack(0))
				}
			})
			c := dialPeers(t, nl.Options{MaxSockets: 1})
			pinned, err := c.Pin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range []*nl.Conn{c, pinned.Conn} {
				got, err := list(t, c, &testList, nl.To(p.Port()))
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("values (-want +got):\n%s", diff)
				}
				if (err != nil || tt.err != "") && (err == nil || err.Error() != tt.err || !errors.Is(err, tt.is)) {
					t.Errorf("got error %v, want %s", err, tt.err)
				}
				if err := nl.Do(t.Context(), c, &testDo, nil, nl.To(p.Port())); err != nil {
					t.Errorf("the next call: %v", err)
				}
			}
		})
	}
}

func TestCollectTriesAgain(t *testing.T) {
	asked := 0
	p := newPeer(t, func(p *peer, r request) {
		asked++
		flags := uint16(0)
		if asked < 3 || r.Flags&0x800 != 0 {
			flags = intr
		}
		p.send(r, r.reply(40, multi, value(byte(asked))...), r.reply(done, multi|flags, number(0)...))
	})
	c := dialPeers(t, nl.Options{})
	var n int
	all, err := nl.Collect(nl.Dump[datum](t.Context(), c, &testList, nil, nl.To(p.Port())), nl.CountAttempts(&n))
	if err != nil || len(all) != 1 || all[0].Value != nl.U32(3) || n != 3 {
		t.Errorf("got %v after %d attempts, error %v, want 3 after 3", all, n, err)
	}
	all, err = nl.Collect(nl.Dump[datum](t.Context(), c, &testList, nil, nl.To(p.Port()), nl.Append), nl.Attempts(2))
	var gaveUp *nl.InterruptedError
	if !errors.As(err, &gaveUp) || gaveUp.Attempts != 2 || !errors.Is(err, nl.ErrDumpInterrupted) {
		t.Errorf("got error %v, want an InterruptedError of 2 attempts", err)
	}
	if len(all) != 1 || all[0].Value != nl.U32(5) {
		t.Errorf("got %v, want the last attempt's value 5", all)
	}
}

func TestCollectKeepsReadableMessages(t *testing.T) {
	p := newPeer(t, func(p *peer, r request) {
		p.send(r, r.reply(40, multi, value(1)...), r.reply(40, multi, broken(2, 1)...), r.reply(40, multi, value(3)...), r.reply(done, multi))
	})
	c := dialPeers(t, nl.Options{})
	all, err := nl.Collect(nl.Dump[datum](t.Context(), c, &testList, nil, nl.To(p.Port())))
	var bad *nl.DecodeError
	if !errors.As(err, &bad) || len(all) != 2 || all[1].Value != nl.U32(3) {
		t.Errorf("got %v, error %v, want 1 and 3 and a DecodeError", all, err)
	}
}
