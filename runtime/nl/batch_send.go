package nl

import "math"

// exchange sends the chunk and reads the answers, with a socket of its own.
func (b *batch) exchange() {
	if b.transaction != nil && b.transaction.hasFailed(b.calls) {
		return
	}
	e, err := b.c.sockets.take(b.ctx, false)
	if err != nil {
		b.fail(err)
		return
	}
	defer b.c.sockets.give(e)
	if b.cost > smallQueue {
		e.enlarge(max(largeQueue, min(b.cost/2, maxQueue)))
	}
	if !b.number(e) {
		return
	}
	if err := transmit(e.sock, b.out, b.to); err != nil {
		b.open = 0
		b.fail(err)
		return
	}
	b.sent(e)
	e.busy = b.open > 0
	err = b.read(e)
	e.busy = b.open > 0
	for k := range b.calls {
		if c := &b.calls[k]; c.open {
			c.err = c.op.unknown(err)
		}
	}
}

// fail is the result of all requests that have none.
func (b *batch) fail(err error) {
	for k := range b.calls {
		if c := &b.calls[k]; c.err == nil {
			c.err = c.op.fail(err)
		}
		b.calls[k].open = false
	}
}

// number writes the message headers, and reports whether there is something to send.
func (b *batch) number(e *endpoint) (some bool) {
	n := uint32(len(b.calls)) + 2 // the ends of a transaction
	if e.seq > math.MaxUint32-n { // 0 is the number of what nobody asked for
		e.seq = 0
	}
	b.base = e.seq + 1
	e.seq += n
	b.last = -1
	for k := range b.calls {
		if c := &b.calls[k]; c.stop > c.start {
			some = true
			if !c.options.noAck || c.out == nil {
				b.last = k
			}
		}
	}
	e.peer, e.rest, e.reads, e.echo = b.to, nil, 0, false
	b.open, b.lost = 0, nil
	for k := range b.calls {
		if c := &b.calls[k]; c.stop > c.start {
			c.e, c.cfg = e, &c.options
			h := header{typ: c.typ, flags: b.flags(c, k == b.last), seq: b.base + uint32(k), port: e.port}
			h.put(b.out[c.start:c.stop])
			c.silent = b.quiet() && h.flags&flagAck == 0 && c.out == nil
			if c.open = !c.options.noAck || c.out != nil || b.quiet(); c.open {
				b.open++
			}
			e.echo = e.echo || h.flags&flagEcho != 0
		}
	}
	if b.transaction != nil {
		b.out = b.transaction.enclose(b.out, b.base+n-2, e.port)
	}
	return some
}

// quiet reports whether only failures are told.
func (b *batch) quiet() bool { return b.transaction != nil || b.errorsOnly && b.to == 0 && !b.alone }

// flags are a request's header flags. Where only failures are told, the acknowledgement of the last request says that
// the others were carried out.
func (b *batch) flags(c *batchCall, last bool) uint16 {
	f := requestFlags(c.op, &c.options)
	if !b.quiet() {
		return f
	}
	if last {
		return f | flagAck
	}
	if c.out == nil {
		f &^= flagAck
	}
	return f
}

// sent counts and traces the chunk.
func (b *batch) sent(e *endpoint) {
	for k := range b.calls {
		if c := &b.calls[k]; c.stop > c.start {
			e.tally.requests++
			if t := e.shared.trace; t != nil {
				t.sent(c.op, e.port, b.to, b.out[c.start:c.stop])
			}
		}
	}
}
