package nl

import (
	"context"
	"encoding/binary"
	"os"
	"syscall"
	"time"

	"github.com/nlgen/nlgen/runtime/wire"
)

// endpoint is a request socket in the hands of one call: it sends a request and reads what answers it.
type endpoint struct {
	shared *shared
	sock   Socket
	port   uint32
	pin    *pin // keeps what is not a reply, nil for pooled sockets

	first   uint32 // the number before that of the socket's first request
	seq     uint32 // of the running request
	op      *Op    // what it asks for
	peer    uint32 // the port that was asked
	request []byte // kept for the paths in errors
	in      []byte
	rest    []byte // of the datagram that is being read
	packet  Packet // that datagram
	queue   int    // what the socket's queue takes, 0 when nobody has sized it
	reads   uint32 // datagrams since the request was sent

	echo        bool // the request asks for an echo
	busy        bool // replies of the request may still come
	interrupted bool // some reply carried NLM_F_DUMP_INTR
	counted     bool // holds one of the pool's turns
	tally       tally

	enc   wire.Encoder
	dec   wire.Decoder
	spare *wire.Spare // memory of single replies, which are the callers'
}

// message is one received message.
type message struct {
	header
	body []byte
}

// patience is after how many datagrams a call that keeps receiving looks whether its context has ended. Fewer are
// taken even then: the answer may be there.
const patience = 16

// longAgo as a deadline wakes whoever receives.
var longAgo = time.Unix(1, 0)

// next returns the next message that belongs to the running request. Errors are bare: ErrTruncated, an
// *OverrunError, ErrMalformed, ErrClosed, ErrWouldBlock without wait, or the context's.
func (e *endpoint) next(ctx context.Context, wait bool) (message, error) {
	for {
		for len(e.rest) > 0 {
			h, body, rest, ok := split(e.rest)
			if !ok {
				e.rest = nil
				e.tally.malformed++
				return message{}, ErrMalformed
			}
			whole := e.rest[:headerLen+len(body)]
			e.rest = rest
			e.tally.messages++
			switch {
			case h.typ == typeNoop:
			case h.typ == typeOverrun:
				return message{}, e.overrun()
			case e.expects(h):
				e.interrupted = e.interrupted || h.flags&flagDumpIntr != 0
				if t := e.shared.trace; t != nil {
					t.received(e.op, e.port, h, body)
				}
				return message{h, body}, nil
			default:
				e.stray(h, whole)
			}
		}
		if err := e.receive(ctx, wait); err != nil {
			return message{}, err
		}
	}
}

// expected is next for the one case that dumps are made of: another message of the datagram that is of the type
// wanted, answers the running request and says nothing else. It returns nil in all other cases.
func (e *endpoint) expected(typ int) []byte {
	b := e.rest
	if len(b) < headerLen || e.packet.Group != 0 {
		return nil
	}
	n := binary.NativeEndian.Uint32(b)
	if uint64(n) > uint64(len(b)) || n <= headerLen || int(binary.NativeEndian.Uint16(b[4:])) != typ ||
		binary.NativeEndian.Uint16(b[6:])&flagDumpIntr != 0 || binary.NativeEndian.Uint32(b[8:]) != e.seq ||
		binary.NativeEndian.Uint32(b[12:]) != e.port {
		return nil
	}
	e.rest = b[min(align(int(n)), len(b)):]
	e.tally.messages++
	return b[headerLen:n:n]
}

// expects reports whether a message answers the running request. The kernel fills in the port of the request's
// sender; a few families leave it 0, and processes may use their own. What came through a group is no answer, even if
// it carries our numbers as the cause of a change; an echo looks the same, and who asks for one gets no other copy.
func (e *endpoint) expects(h header) bool { return h.seq == e.seq && e.addressed(h) }

// addressed is expects without the sequence number.
func (e *endpoint) addressed(h header) bool {
	return (e.packet.Group == 0 || e.echo) && (h.port == e.port || h.port == 0 || h.port == e.peer)
}

// stray counts a message that answers nothing, or keeps it for the owner of a pinned socket.
func (e *endpoint) stray(h header, whole []byte) {
	switch {
	case e.pin != nil && !e.late(e.packet, h, e.seq):
		e.pin.keep(e.packet, whole, true)
	case h.seq != e.seq:
		e.tally.sequence++
		e.shared.trace.dropped("sequence number", whole, e.packet.Port)
	default:
		e.tally.port++
		e.shared.trace.dropped("port", whole, e.packet.Port)
	}
}

// late reports whether a message answers an earlier request of the socket, up to the one numbered last.
func (e *endpoint) late(p Packet, h header, last uint32) bool {
	n := h.seq - e.first
	return p.Group == 0 && h.port == e.port && n != 0 && n <= last-e.first
}

// receive reads a datagram of the asked port into e.rest.
func (e *endpoint) receive(ctx context.Context, wait bool) error {
	for {
		p, err := e.poll()
		if err == ErrWouldBlock && wait {
			p, err = e.await(ctx)
		}
		if err != nil {
			if err == syscall.ENOBUFS {
				return e.overrun()
			}
			return err
		}
		e.tally.bytes += uint64(p.Size)
		if e.reads++; e.reads%patience == 0 && ctx.Err() != nil { // who keeps sending must not keep us
			return ctx.Err()
		}
		if p.Port != e.peer {
			e.stranger(p, e.in)
			continue
		}
		if p.Size > len(e.in) {
			e.grow(p.Size)
			return ErrTruncated
		}
		e.packet, e.rest = p, e.in[:p.Size]
		return nil
	}
}

// stranger counts a datagram of a port that was not asked, or keeps it for the owner of a pinned socket.
func (e *endpoint) stranger(p Packet, in []byte) {
	switch {
	case e.pin == nil:
		e.tally.sender++
		e.shared.trace.dropped("sender", in[:min(p.Size, len(in))], p.Port)
	case p.Size > len(in):
		e.tally.truncated++
		e.pin.gap = true
	default:
		e.pin.keep(p, in[:p.Size], false)
	}
}

// obtain receives a datagram. A Transport may hand down what the system said as it is: EINTR is no answer, and
// EAGAIN is ErrWouldBlock, or no answer either for who waits.
func obtain(s Socket, b []byte, wait bool) (Packet, error) {
	for {
		p, err := s.Receive(b, wait)
		switch {
		case err == syscall.EINTR, err == syscall.EAGAIN && wait:
		case err == syscall.EAGAIN:
			return p, ErrWouldBlock
		default:
			return p, err
		}
	}
}

// poll receives what is there. A call that wants a pinned socket may have set a deadline, which is not for us.
func (e *endpoint) poll() (Packet, error) {
	for {
		p, err := obtain(e.sock, e.in, false)
		if err != os.ErrDeadlineExceeded {
			return p, err
		}
		e.sock.SetReadDeadline(time.Time{})
	}
}

// await blocks until a datagram arrives, the context ends or the socket is closed.
func (e *endpoint) await(ctx context.Context) (Packet, error) {
	if ctx.Done() == nil {
		return e.sleep(ctx)
	}
	fired := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		e.sock.SetReadDeadline(longAgo)
		close(fired)
	})
	p, err := e.sleep(ctx)
	if !stop() {
		<-fired // or the deadline would hit the next exchange
		e.sock.SetReadDeadline(time.Time{})
	}
	return p, err
}

// sleep receives until something other than a passed deadline comes. On a pinned socket the deadline is also
// how calls interrupt a reader of events, which is not for us then.
func (e *endpoint) sleep(ctx context.Context) (Packet, error) {
	for {
		p, err := obtain(e.sock, e.in, true)
		if err != os.ErrDeadlineExceeded {
			return p, err
		}
		if err := ctx.Err(); err != nil {
			return Packet{}, err
		}
		e.sock.SetReadDeadline(time.Time{})
		if err := ctx.Err(); err != nil { // its deadline may be the one just taken away
			return Packet{}, err
		}
	}
}

// grow makes this and future receive buffers large enough for a datagram of that size.
func (e *endpoint) grow(size int) {
	e.tally.truncated++
	e.shared.trace.warn("netlink datagram truncated", "socket", e.port, "length", size, "buffer", len(e.in))
	e.in = make([]byte, e.shared.room(size))
}

// room remembers the size of the largest datagram, and returns the buffer size that fits it.
func (s *shared) room(size int) int64 {
	want := (int64(size) + firstBuffer - 1) / firstBuffer * firstBuffer
	for {
		have := s.buffer.Load()
		if have >= want || s.buffer.CompareAndSwap(have, want) {
			return max(have, want)
		}
	}
}

func (e *endpoint) overrun() error {
	e.tally.overruns++
	e.shared.trace.warn("netlink receive queue overrun", "socket", e.port)
	if e.pin != nil {
		e.pin.gap = true // it may be events that were lost
	}
	return &OverrunError{Count: 1}
}

// settle ends the use of the endpoint by a call.
func (e *endpoint) settle() {
	e.flush()
	e.rest = nil
	if cap(e.request) > firstBuffer {
		e.request, e.enc = nil, wire.Encoder{}
	}
}

// flush adds what the socket has counted to the Conn's counters.
func (e *endpoint) flush() { e.shared.stats.add(&e.tally) }
