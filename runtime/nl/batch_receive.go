package nl

import (
	"encoding/binary"
	"os"
	"syscall"
	"time"
)

// intake is memory for several datagrams.
type intake struct {
	buffers [][]byte
	packets []Packet
}

const (
	maxBulk  = 32       // datagrams taken in one system call
	ackBytes = 4 << 10  // a datagram that holds acknowledgements only
	maxQueue = 16 << 20 // to ask for at most
)

// prepare makes room for n datagrams of that size.
func (in *intake) prepare(n, size int) {
	have := len(in.buffers)
	if have >= n && len(in.buffers[0]) >= size {
		return
	}
	n = max(n, have)
	if have > 0 {
		size = max(size, len(in.buffers[0]))
	}
	all := make([]byte, n*size)
	in.buffers, in.packets = make([][]byte, n), make([]Packet, n)
	for i := range in.buffers {
		in.buffers[i] = all[i*size : (i+1)*size : (i+1)*size]
	}
}

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
		return b.datagram(e, p, e.in)
	}
	s, ok := e.sock.(BulkSocket)
	if !ok {
		p, err := e.poll()
		if err != nil {
			return b.failed(e, err)
		}
		return b.datagram(e, p, e.in)
	}
	size := ackBytes
	if b.cost > len(b.calls)*ackRoom || b.to != 0 {
		size = len(e.in)
	}
	b.spare.prepare(min(b.open, maxBulk), size)
	n, err := obtainMany(s, b.spare.buffers, b.spare.packets)
	if err != nil {
		return b.failed(e, err)
	}
	for i := range n {
		if err := b.datagram(e, b.spare.packets[i], b.spare.buffers[i]); err != nil {
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

// obtainMany receives the datagrams that are there. A call that wants a pinned socket may have set a deadline, which is
// not for us.
func obtainMany(s BulkSocket, buffers [][]byte, packets []Packet) (int, error) {
	for {
		n, err := s.ReceiveMany(buffers, packets, false)
		switch err {
		case syscall.EINTR:
		case syscall.EAGAIN:
			return 0, ErrWouldBlock
		case os.ErrDeadlineExceeded:
			s.SetReadDeadline(time.Time{})
		default:
			return n, err
		}
	}
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
	rest := in[:min(p.Size, len(in))]
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
		err := c.op.unknown(ErrMalformed)
		if ok {
			err = c.end(errno, &ack, request)
		}
		b.answered(c, k, err)
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
