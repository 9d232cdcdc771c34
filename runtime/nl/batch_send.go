package nl

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/nlgen/nlgen/runtime/wire"
)

// What a chunk of requests, which go out in one write, may take.
const (
	chunkBytes = 64 << 10 // of requests; the last may go over it
	ackRoom    = 1280     // of the receive queue for an acknowledgement, as the kernel counts
	replyRoom  = 16 << 10 // of the receive queue for a message that answers
	smallQueue = 40 << 10 // of a receive queue that nobody has sized
	largeQueue = 1 << 20  // of one that was, where it can be; the kernel doubles it
)

// batch is a running [Batch].
type batch struct {
	ctx         context.Context
	c           *Conn
	errorsOnly  bool
	alone       bool         // the protocol reads one request of a datagram
	transaction *transaction // nil for none

	first int // index of the chunk's first request
	calls []batchCall
	out   []byte // the chunk's requests
	enc   wire.Encoder
	to    uint32
	cost  int // what the answers may take of the receive queue
	limit int // of that

	base uint32 // sequence number of the chunk's first request
	last int    // index in calls of the request whose acknowledgement may stand for those before, -1 for none
	open int    // calls without an answer
	lost error  // answers were lost
	in   inbox

	moved map[uint16]bool // of the chunk's families, by their ids: whether they have another one now
}

// batchCall is a request of the chunk, and what came of it.
type batchCall struct {
	replies
	options     callConfig
	start, stop int // of its bytes in the chunk; equal when it could not be encoded

	open   bool // not answered yet
	silent bool // answered only when it fails
	listed bool // answered by a list, which need not be acknowledged
	again  bool // the answer is lost and nothing changed: ask again
	err    error
}

func newBatch(ctx context.Context, c *Conn, opts []BatchOption) *batch {
	b := &batch{ctx: ctx, c: c, limit: smallQueue, alone: c.protocol == FIBLookup || c.protocol == Connector}
	for _, o := range opts {
		switch o := o.(type) {
		case BatchMode:
			b.errorsOnly = b.errorsOnly || o == ErrorsOnly
		case Transaction:
			b.transaction = &transaction{Transaction: o}
		}
	}
	return b
}

// isFull reports whether a request has to wait for the next chunk.
func (b *batch) isFull(r *Request) bool {
	switch {
	case len(b.calls) == 0 || b.transaction != nil:
		return false
	case b.alone || r.cfg.to != b.to || len(b.out) >= chunkBytes:
		return true
	case b.cost+r.room() <= b.limit:
		return false
	}
	b.enlarge()
	return b.cost+r.room() > b.limit
}

// room is what the answer may take of the receive queue.
func (r *Request) room() int {
	if r.out != nil || r.cfg.echo != nil {
		return replyRoom
	}
	return ackRoom
}

// enlarge makes the limit what a socket's queue can be made to take.
func (b *batch) enlarge() {
	if b.limit != smallQueue {
		return
	}
	if e, err := b.c.sockets.take(b.ctx, false); err == nil {
		b.limit = max(b.limit, e.enlarge(largeQueue))
		b.c.sockets.give(e)
	}
}

// enlarge makes the socket's queue take at least that many bytes, if it can, and returns how many it takes.
func (e *endpoint) enlarge(bytes int) int {
	if e.queue >= bytes {
		return e.queue
	}
	bytes = max(bytes, e.shared.opts.ReceiveBuffer)
	if e.pin != nil {
		bytes = max(bytes, e.pin.cfg.buffer)
	}
	if s, ok := e.sock.(BulkSocket); ok {
		if n, err := s.SetReceiveBuffer(bytes); err == nil {
			e.queue = n
		}
	}
	return e.queue
}

// add puts a request into the chunk.
func (b *batch) add(r *Request) {
	b.to = r.cfg.to
	b.cost += r.room()
	if b.transaction != nil && len(b.calls) == 0 {
		b.out = b.transaction.begin(b.out)
	}
	b.calls = append(b.calls, batchCall{options: r.cfg, start: len(b.out), stop: len(b.out)})
	c := &b.calls[len(b.calls)-1]
	b.c.complete(&c.options, r.out)
	c.replies = newReplies(nil, r.op, 0, r.out, &c.options)
	if c.err = b.check(c); c.err != nil {
		return
	}
	out, err := appendRequest(b.out, &b.enc, r.op, r.msg)
	if err != nil {
		c.err = r.op.fail(err)
		return
	}
	c.stop = len(out)
	for len(out)%4 != 0 {
		out = append(out, 0)
	}
	b.out = out
}

// check finds the message type, or why the request cannot be part of the batch.
func (b *batch) check(c *batchCall) (err error) {
	if c.op.Dump {
		return c.op.fail(fmt.Errorf("dumps cannot be part of a batch"))
	}
	if c.typ, err = b.c.messageType(b.ctx, c.op); err != nil {
		return err
	}
	if b.transaction != nil {
		return b.transaction.check(b.c.protocol, c)
	}
	return nil
}

// flush sends the chunk and yields its results. It reports whether the batch goes on.
func (b *batch) flush(yield func(int, error) bool) bool {
	if len(b.calls) == 0 {
		return true
	}
	b.exchange()
	b.settle()
	for k := range b.calls {
		if !yield(b.first+k, b.calls[k].err) {
			return false
		}
	}
	b.first += len(b.calls)
	clear(b.calls)
	b.calls, b.out, b.cost = b.calls[:0], b.out[:0], 0
	return b.ctx.Err() == nil && !b.c.isClosed()
}

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

// settle does what needs no socket in hand: it asks again where that may help, and hands out warnings.
func (b *batch) settle() {
	if b.transaction != nil {
		b.transaction.settle(b.calls)
	}
	b.moved = nil
	for k := range b.calls {
		c := &b.calls[k]
		switch {
		case c.again:
			b.c.retried(c.op, "answer was lost")
		case c.err != nil && c.op.Family.Generic && b.hasMoved(c):
			b.c.retried(c.op, "family moved")
		default:
			if c.warning != nil && c.options.warn != nil {
				c.options.warn(c.warning)
			}
			continue
		}
		// The message may be another one's by now: what counts is what was sent.
		again := RawMessage(b.out[c.start+headerLen+c.op.Family.prefix() : c.stop])
		c.err = b.c.run(b.ctx, c.op, &again, c.wantedInto(), &c.options)
	}
}

// wantedInto is what a reply goes into, nil for an echo.
func (c *batchCall) wantedInto() wire.Message {
	if c.wanted {
		return c.out
	}
	return nil
}

// hasMoved reports whether a request was refused because its family has another id now. It looks once a chunk.
func (b *batch) hasMoved(c *batchCall) bool {
	var refused *Error
	if !errors.As(c.err, &refused) || !mayBeStale(refused) {
		return false
	}
	moved, known := b.moved[c.typ]
	if known {
		return moved
	}
	_, moved, err := b.c.refreshed(b.ctx, c.op, c.typ, c.err)
	if err != nil {
		c.err = err
	}
	if b.moved == nil {
		b.moved = map[uint16]bool{}
	}
	b.moved[c.typ] = moved
	return moved
}
