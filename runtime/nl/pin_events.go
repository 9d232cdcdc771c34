package nl

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// Events returns what arrives on the socket without answering a call, decoded by the first source that knows it or
// as a [RawNotification]. The options add to those of Pin; groups of further sources are joined first. Calls may go on
// meanwhile, in the loop's body and in other goroutines.
//
// An error comes with a nil event. An [OverrunError] and a [DecodeError] do not end the loop; the context's error
// and [ErrClosed] do.
func (p *Pinned) Events(ctx context.Context, opts ...SubscribeOption) iter.Seq2[Notification, error] {
	return func(yield func(Notification, error) bool) {
		r := eventReader{ctx: ctx, pin: p.pin, cfg: p.pin.cfg}
		r.cfg.sources = slices.Clone(r.cfg.sources)
		joined := len(r.cfg.sources)
		r.cfg.set(opts)
		r.decoder = newEventDecoder(&r.cfg, nil)
		if err := r.prepare(p.Conn, joined); err != nil {
			yield(nil, fmt.Errorf("events: %w", err))
			return
		}
		for {
			n, err := r.next()
			if !yield(n, err) || err != nil && !goesOn(err) {
				return
			}
		}
	}
}

// goesOn reports whether a loop over events outlives an error.
func goesOn(err error) bool {
	switch err.(type) {
	case *OverrunError, *DecodeError:
		return true
	}
	return false
}

// eventReader reads the events of a pinned socket. Between events the socket is free.
type eventReader struct {
	ctx context.Context
	pin *pin
	cfg eventConfig

	decoder eventDecoder
	rest    []byte // of the datagram that is being read, a copy
	packet  Packet
	counted bool   // its messages have been counted
	last    uint32 // sequence number of the socket's last request when the datagram was read
}

// prepare joins the groups of all sources but the first few.
func (r *eventReader) prepare(c *Conn, joined int) error {
	if r.cfg.buffer != r.pin.cfg.buffer || r.cfg.allNSID != r.pin.cfg.allNSID || r.cfg.filter != r.pin.cfg.filter {
		return errors.New("EventBuffer, EventFilter and AllNSID are options of Pin")
	}
	added := eventConfig{sources: r.cfg.sources[joined:]}
	if len(added.sources) == 0 {
		return nil
	}
	if err := added.resolve(r.ctx, c); err != nil {
		return err
	}
	e, err := r.pin.take(r.ctx, false)
	if err != nil {
		return err
	}
	defer r.pin.give(e)
	return added.join(e.sock)
}

func (r *eventReader) next() (Notification, error) {
	for {
		for len(r.rest) > 0 {
			if n, err := r.parse(); n != nil || err != nil {
				return n, err
			}
		}
		if err := r.fill(); err != nil {
			return nil, err
		}
	}
}

// fill gets the next datagram: one that a call has come across, or the next of the socket. It owns it.
func (r *eventReader) fill() error {
	e, err := r.pin.takeTurn(r.ctx)
	if err != nil {
		return fmt.Errorf("events: %w", err)
	}
	defer r.pin.free()
	r.last = e.seq
	if err, ok := r.pin.pop(r); ok {
		return err
	}
	if r.pin.waiting.Load() > 0 {
		runtime.Gosched() // let the call go first, then come back
		return nil
	}
	return r.receive(e)
}

// free gives the socket back without touching what a call may have left in its buffers.
func (p *pin) free() {
	p.e.flush()
	p.turn <- struct{}{}
}

// pop hands the reader what calls have stored, and reports false when that is nothing.
func (p *pin) pop(r *eventReader) (error, bool) {
	if p.gap {
		p.gap = false
		return p.overrun(), true
	}
	if len(p.queue) == 0 {
		p.queue = nil
		return nil, false
	}
	s := p.queue[0]
	p.queue[0] = stored{}
	p.queue = p.queue[1:]
	p.queued -= len(s.data)
	if s.packet.Port != 0 && !r.cfg.anySender {
		p.e.tally.sender++
		return nil, true
	}
	r.packet, r.rest, r.counted = s.packet, s.data, s.counted
	return nil, true
}

// receive waits for a datagram, or until a call wants the socket.
func (r *eventReader) receive(e *endpoint) error {
	p, err := r.await(e)
	switch {
	case err == os.ErrDeadlineExceeded:
		if err := r.ctx.Err(); err != nil {
			return fmt.Errorf("events: %w", err)
		}
		e.sock.SetReadDeadline(time.Time{})
		return nil // fill looks who is waiting
	case err == syscall.ENOBUFS:
		e.tally.overruns++
		e.shared.trace.warn("netlink receive queue overrun", "socket", e.port)
		return r.pin.overrun()
	case err != nil:
		return fmt.Errorf("events: %w", err)
	}
	e.tally.bytes += uint64(p.Size)
	switch {
	case p.Port != 0 && !r.cfg.anySender:
		e.tally.sender++
		e.shared.trace.dropped("sender", e.in[:min(p.Size, len(e.in))], p.Port)
	case p.Size > len(e.in):
		e.grow(p.Size)
		return &OverrunError{Count: r.pin.overruns.Add(1), Lost: 1}
	default:
		r.packet, r.rest, r.counted = p, append([]byte{}, e.in[:p.Size]...), false
	}
	return nil
}

// await waits for a datagram. After an overrun the kernel loses everything until the queue has been empty, without a
// word: what was lost since the overrun is told then, as another one.
func (r *eventReader) await(e *endpoint) (Packet, error) {
	if r.pin.congested {
		p, err := obtain(e.sock, e.in, false)
		if err != ErrWouldBlock {
			return p, err
		}
		r.pin.congested = false
		if total, ok := e.sock.Dropped(); ok && total != r.pin.lost {
			return Packet{}, syscall.ENOBUFS
		}
	}
	if r.ctx.Done() == nil {
		return obtain(e.sock, e.in, true)
	}
	fired := make(chan struct{})
	stop := context.AfterFunc(r.ctx, func() {
		e.sock.SetReadDeadline(longAgo)
		close(fired)
	})
	p, err := obtain(e.sock, e.in, true)
	if !stop() {
		<-fired
		e.sock.SetReadDeadline(time.Time{})
	}
	return p, err
}

// overrun asks the kernel how many datagrams were lost since the last time.
func (p *pin) overrun() error {
	p.congested = true
	e := &OverrunError{Count: p.overruns.Add(1)}
	if total, ok := p.e.sock.Dropped(); ok {
		e.Lost, p.lost = total-p.lost, total
	}
	return e
}

// parse takes a message off the datagram. It returns neither event nor error for one that is none.
func (r *eventReader) parse() (Notification, error) {
	s := r.pin.shared
	h, body, rest, ok := split(r.rest)
	if !ok {
		r.rest = nil
		s.stats.malformed.Add(1)
		return nil, &DecodeError{Family: "pinned socket", Op: "datagram", Err: ErrMalformed}
	}
	r.rest = rest
	if !r.counted {
		s.stats.messages.Add(1)
	}
	switch {
	case h.typ == typeNoop:
		return nil, nil
	case h.typ == typeOverrun:
		s.stats.overruns.Add(1)
		return nil, &OverrunError{Count: r.pin.overruns.Add(1)}
	case r.pin.e.late(r.packet, h, r.last):
		s.stats.sequence.Add(1)
		return nil, nil
	}
	n, unreadable, err := r.decoder.decode(r.packet, h, body)
	s.countUnreadable(unreadable)
	return n, err
}
