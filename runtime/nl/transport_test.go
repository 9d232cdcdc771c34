package nl_test

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/runtime/nl"
)

// A script is a Transport whose sockets answer each request with what the function returns.
type script func(s *scriptedSocket, r received)

// received is a request as a script sees it.
type received struct {
	typ, flags uint16
	seq        uint32
	body       []byte
}

func (f script) Open(nl.SocketOptions) (nl.Socket, error) {
	s := &scriptedSocket{script: f}
	s.changed.L = &s.mu
	return s, nil
}

func (script) Close() error { return nil }

type scriptedSocket struct {
	script script

	mu      sync.Mutex
	changed sync.Cond
	queue   []any // []byte or error
	closed  bool
	late    bool // the deadline has passed
}

const scriptedPort = 4711

func (s *scriptedSocket) Port() uint32            { return scriptedPort }
func (s *scriptedSocket) Join(uint32) error       { return nil }
func (s *scriptedSocket) Leave(uint32) error      { return nil }
func (s *scriptedSocket) Dropped() (uint32, bool) { return 0, false }

func (s *scriptedSocket) Send(b []byte, _ uint32) error {
	s.script(s, received{binary.NativeEndian.Uint16(b[4:]), binary.NativeEndian.Uint16(b[6:]), binary.NativeEndian.Uint32(b[8:]), b[16:]})
	return nil
}

// answer queues datagrams and errors.
func (s *scriptedSocket) answer(items ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue = append(s.queue, items...)
	s.changed.Broadcast()
}

func (s *scriptedSocket) Receive(b []byte, wait bool) (nl.Packet, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.closed:
			return nl.Packet{}, nl.ErrClosed
		case s.late:
			return nl.Packet{}, os.ErrDeadlineExceeded
		case len(s.queue) > 0:
			item := s.queue[0]
			s.queue = s.queue[1:]
			if err, ok := item.(error); ok {
				return nl.Packet{}, err
			}
			copy(b, item.([]byte))
			return nl.Packet{Size: len(item.([]byte)), NSID: -1}, nil
		case !wait:
			return nl.Packet{}, nl.ErrWouldBlock
		}
		s.changed.Wait()
	}
}

func (s *scriptedSocket) SetReadDeadline(t time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.late = !t.IsZero()
	s.changed.Broadcast()
	return nil
}

func (s *scriptedSocket) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.changed.Broadcast()
	return nil
}

func message(typ, flags uint16, seq, port uint32, body ...byte) []byte {
	b := binary.NativeEndian.AppendUint32(nil, uint32(16+len(body)))
	b = binary.NativeEndian.AppendUint16(b, typ)
	b = binary.NativeEndian.AppendUint16(b, flags)
	b = binary.NativeEndian.AppendUint32(b, seq)
	b = binary.NativeEndian.AppendUint32(b, port)
	b = append(b, body...)
	return append(b, make([]byte, -len(b)&3)...)
}

func (r received) reply(typ, flags uint16, body ...byte) []byte {
	return message(typ, flags, r.seq, scriptedPort, body...)
}

func (r received) ack(errno syscall.Errno) []byte {
	return r.reply(failure, 0x100, append(number(-int32(errno)), make([]byte, 16)...)...)
}

func number(n int32) []byte { return binary.NativeEndian.AppendUint32(nil, uint32(n)) }

// value is an attribute 1 with a number.
func value(n byte) []byte { return field(1, number(int32(n))...) }

func field(id uint16, payload ...byte) []byte {
	b := binary.NativeEndian.AppendUint16(nil, uint16(4+len(payload)))
	b = append(binary.NativeEndian.AppendUint16(b, id), payload...)
	return append(b, make([]byte, -len(b)&3)...)
}

// broken is an attribute with any length in its header.
func broken(length, id uint16, payload ...byte) []byte {
	b := binary.NativeEndian.AppendUint16(nil, length)
	return append(binary.NativeEndian.AppendUint16(b, id), payload...)
}

const (
	noop    = 1
	failure = 2
	done    = 3
	overrun = 4
	multi   = 0x2
	intr    = 0x10
	tlvs    = 0x300 // capped, with attributes
)

func dialScript(t testing.TB, protocol int, f script) *nl.Conn {
	t.Helper()
	c, err := nl.Dial(protocol, nl.Options{Transport: f, MaxSockets: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

var (
	movingFamily = nl.Family{Name: "moving", Generic: true, Version: 3, Schema: &testSchema}
	movingGet    = nl.Op{Family: &movingFamily, Name: "get", Request: 5, Reply: 6, Reads: true}
	movingList   = nl.Op{Family: &movingFamily, Name: "list", Request: 5, Reply: 6, Reads: true, Dump: true}
)

// controller answers for a family whose id changes, and records the conversation.
type controller struct {
	id     uint16 // 0: gone
	refuse syscall.Errno
	asked  []uint16 // message types
}

func (c *controller) serve(s *scriptedSocket, r received) {
	c.asked = append(c.asked, r.typ)
	switch {
	case r.typ == 16 && c.id == 0:
		s.answer(r.ack(syscall.ENOENT))
	case r.typ == 16:
		body := append([]byte{1, 2, 0, 0}, field(1, byte(c.id), byte(c.id))...)
		binary.NativeEndian.PutUint16(body[8:], c.id)
		s.answer(r.reply(16, 0, append(body, field(2, []byte("moving\x00")...)...)...), r.ack(0))
	case r.typ != c.id:
		s.answer(r.ack(syscall.ENOENT))
	case c.refuse != 0:
		s.answer(r.ack(c.refuse))
	case r.flags&0x300 != 0:
		s.answer(append(r.reply(c.id, multi, append([]byte{6, 3, 0, 0}, value(7)...)...), r.reply(done, multi)...))
	default:
		s.answer(r.reply(c.id, 0, append([]byte{6, 3, 0, 0}, value(7)...)...), r.ack(0))
	}
}

func TestFamilyMoves(t *testing.T) {
	k := &controller{id: 40}
	c := dialScript(t, nl.Generic, k.serve)
	get := func() error {
		got, err := nl.Get[datum](t.Context(), c, &movingGet, nil)
		if err == nil && got.Value != nl.U32(7) {
			t.Errorf("got %v, want 7", got.Value)
		}
		return err
	}
	dump := func() error {
		all, err := nl.Collect(nl.Dump[datum](t.Context(), c, &movingList, nil))
		if err == nil && len(all) != 1 {
			t.Errorf("%d messages in the dump, want 1", len(all))
		}
		return err
	}
	steps := []struct {
		name   string
		id     uint16
		refuse syscall.Errno
		call   func() error
		asked  []uint16
		is     error
	}{
		{"first use", 40, 0, get, []uint16{16, 40}, nil},
		{"cached", 40, 0, get, []uint16{40}, nil},
		{"loaded again", 41, 0, get, []uint16{40, 16, 41}, nil},
		{"loaded again, dump", 42, 0, dump, []uint16{41, 16, 42}, nil},
		{"a genuine refusal", 42, syscall.ENOENT, get, []uint16{42, 16}, syscall.ENOENT},
		{"a genuine refusal of a dump", 42, syscall.ENOENT, dump, []uint16{42, 16}, syscall.ENOENT},
		{"another refusal", 42, syscall.EBUSY, get, []uint16{42}, syscall.EBUSY},
		{"gone", 0, 0, get, []uint16{42, 16}, nl.ErrFamilyNotFound},
		{"still gone", 0, 0, dump, []uint16{16}, nl.ErrFamilyNotFound},
		{"back", 50, 0, dump, []uint16{16, 50}, nil},
	}
	for _, s := range steps {
		k.id, k.refuse, k.asked = s.id, s.refuse, nil
		if err := s.call(); !errors.Is(err, s.is) {
			t.Errorf("%s: got %v, want %v", s.name, err, s.is)
		}
		if diff := cmp.Diff(s.asked, k.asked); diff != "" {
			t.Errorf("%s: message types (-want +got):\n%s", s.name, diff)
		}
	}
	k.id = 0
	if err := get(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a family that is gone: %v, want fs.ErrNotExist", err)
	}
}

// A queue that overflows during a call matters only if the answer was in it.
func TestOverrunDuringCall(t *testing.T) {
	full := syscall.ENOBUFS
	tests := []struct {
		name    string
		answer  func(r received) []any
		op      *nl.Op
		err     string
		unknown bool
	}{
		{"get, answer there", func(r received) []any { return []any{full, r.reply(40, 0, value(7)...), r.ack(0)} }, &testGet, "", false},
		{"get, answer lost", func(r received) []any { return []any{full, r.ack(0)} }, &testGet,
			"test get: receive queue overrun: messages lost (overrun 1)", false},
		{"get, all lost", func(r received) []any { return []any{full} }, &testGet,
			"test get: receive queue overrun: messages lost (overrun 1)", false},
		{"do, acknowledged", func(r received) []any { return []any{full, r.ack(0)} }, &testDo, "", false},
		{"do, all lost", func(r received) []any { return []any{full} }, &testDo,
			"test do: outcome unknown: receive queue overrun: messages lost (overrun 1)", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			opened := 0
			c := dialScript(t, nl.UserSock, func(s *scriptedSocket, r received) { opened++; s.answer(tt.answer(r)...) })
			var err error
			if tt.op == &testGet {
				_, err = nl.Get[datum](t.Context(), c, tt.op, nil)
			} else {
				err = nl.Do(t.Context(), c, tt.op, nil)
			}
			if (err != nil || tt.err != "") && (err == nil || err.Error() != tt.err) {
				t.Errorf("got %v, want %s", err, tt.err)
			}
			if errors.Is(err, nl.ErrOutcomeUnknown) != tt.unknown || errors.Is(err, full) != (tt.err != "") {
				t.Errorf("got %v, want ErrOutcomeUnknown: %v", err, tt.unknown)
			}
			if n := c.Stats().Overruns; n != 1 {
				t.Errorf("%d overruns counted, want 1", n)
			}
		})
	}
}

func TestStats(t *testing.T) {
	c := dialScript(t, nl.UserSock, func(s *scriptedSocket, r received) {
		s.answer(r.reply(40, multi, value(1)...), append(r.reply(40, multi, value(2)...), r.reply(done, multi)...))
	})
	if _, err := nl.Collect(nl.Dump[datum](t.Context(), c, &testList, nil)); err != nil {
		t.Fatal(err)
	}
	want := nl.Stats{Sockets: 1, Requests: 1, Messages: 3, Bytes: 24 + 24 + 16}
	if diff := cmp.Diff(want, c.Stats()); diff != "" {
		t.Errorf("stats (-want +got):\n%s", diff)
	}
}
