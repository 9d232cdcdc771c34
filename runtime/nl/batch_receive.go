package nl

import (
	"encoding/binary"
	"os"
	"syscall"
	"time"
)

const (
	ackBytes = 4 << 10  // a datagram that holds an acknowledgement only
	maxQueue = 16 << 20 // to ask for at most
)

// read reads until each request has its answer. The kernel has answered all of them before the write returns, so it
// waits only for other processes and for what the kernel leaves to its threads.
func (b *batch) read(e *endpoint) error {
	for wait := false; b.open > 0; {
		err := b.receive(e, wait)
		switch {
		case err == nil:
			wait = false
		case err == ErrWouldBlock:
			if b.isOver() {
				return nil
			}
			wait = true
		case isOverrun(err):
			b.lost = err
		default:
			return err
		}
	}
	return nil
}

// isOver closes what the answers that are there have decided.
func (b *batch) isOver() bool {
	failed := b.transaction != nil && b.transaction.hasFailed(b.calls)
	for k := range b.calls {
		c := &b.calls[k]
		switch {
		case !c.open:
		case failed:
			b.close(c, nil)
		case c.listed:
			b.close(c, c.result())
		case b.lost != nil && c.op.Reads:
			c.again = true
			b.close(c, nil)
		case b.lost != nil:
			b.close(c, c.op.unknown(b.lost))
		}
	}
	return b.open == 0
}

// receive takes the datagrams that are there, or waits for one.
func (b *batch) receive(e *endpoint, wait bool) error {
	if wait {
		p, err := e.await(b.ctx)
		if err != nil {
			return b.failed(e, err)
		}
		return b.datagram(e, p, e.in[:min(p.Size, len(e.in))])
	}
	size := ackBytes
	if b.cost > len(b.calls)*ackRoom || b.to != 0 {
		size = len(e.in)
	}
	b.in.turn(e.sock, size)
	err := b.in.fill(false)
	for err == os.ErrDeadlineExceeded { // of a call that wants a pinned socket, not for us
		e.sock.SetReadDeadline(time.Time{})
		err = b.in.fill(false)
	}
	if err != nil {
		return b.failed(e, err)
	}
	for !b.in.isEmpty() {
		p, in := b.in.take()
		if err := b.datagram(e, p, in); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) failed(e *endpoint, err error) error {
	if err == syscall.ENOBUFS {
		return e.overrun()
	}
	return err
}

// datagram reads what one datagram says. Of one that is cut an acknowledgement can be read all the same: what is cut is
// the copy of the request.
func (b *batch) datagram(e *endpoint, p Packet, in []byte) error {
	e.tally.bytes += uint64(p.Size)
	if e.reads++; e.reads%patience == 0 && b.ctx.Err() != nil && p.Port != e.peer { // who keeps sending must not keep us
		return b.ctx.Err()
	}
	if p.Port != e.peer {
		e.stranger(p, in)
		return nil
	}
	e.packet = p
	rest := in
	if p.Size > len(in) {
		e.grow(p.Size)
		b.lost = ErrTruncated
		if len(rest) >= headerLen && binary.NativeEndian.Uint32(rest) > uint32(len(rest)) {
			binary.NativeEndian.PutUint32(rest, uint32(len(rest)))
			if binary.NativeEndian.Uint16(rest[4:]) == typeError {
				b.lost = nil
				binary.NativeEndian.PutUint16(rest[6:], flagCapped)
			}
		}
	}
	for len(rest) > 0 {
		h, body, next, ok := split(rest)
		if !ok {
			e.tally.malformed++
			return ErrMalformed
		}
		whole := rest[:headerLen+len(body)]
		rest = next
		e.tally.messages++
		switch k := h.seq - b.base; {
		case h.typ == typeNoop:
		case h.typ == typeOverrun:
			b.lost = e.overrun()
		case !e.addressed(h) || k > uint32(len(b.calls)):
			e.stray(h, whole)
		default:
			b.message(e, int(k), message{h, body})
		}
	}
	return nil
}

// message takes what answers the chunk's request k; one after the last is the beginning of a transaction.
func (b *batch) message(e *endpoint, k int, m message) {
	if k == len(b.calls) {
		if b.transaction != nil {
			b.transaction.answer(m)
		}
		return
	}
	c := &b.calls[k]
	if t := e.shared.trace; t != nil {
		t.received(c.op, e.port, m.header, m.body)
	}
	request := b.out[c.start:c.stop]
	switch m.typ {
	case typeError:
		errno, ack, ok := parseError(m.header, m.body)
		if !ok {
			b.answered(c, k, c.op.unknown(ErrMalformed))
			return
		}
		b.answered(c, k, c.end(errno, &ack, request))
	case typeDone:
		errno, ack := parseDone(m.header, m.body)
		if err := c.end(min(errno, 0), &ack, request); err != nil {
			b.answered(c, k, err)
			return
		}
		c.listed = true
	default:
		c.take(m)
		if c.options.noAck && c.got > 0 && m.flags&flagMulti == 0 {
			b.answered(c, k, nil)
		}
	}
}

// answered ends a call, and with the last one those before it that are answered only when they fail.
func (b *batch) answered(c *batchCall, k int, err error) {
	if err == nil {
		if c.lost = b.lost; c.lost != nil && c.got == 0 && c.wanted && c.op.Reads {
			c.again = true
		} else {
			err = c.result()
		}
	}
	b.close(c, err)
	if k != b.last || b.lost != nil {
		return
	}
	for i := range b.calls[:k] {
		if c := &b.calls[i]; c.open && c.silent {
			b.close(c, c.result())
		}
	}
}

// close gives a call its result, unless it has failed before.
func (b *batch) close(c *batchCall, err error) {
	if c.open {
		c.open = false
		b.open--
	}
	if c.err == nil {
		c.err = err
	}
}
