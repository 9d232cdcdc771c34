package nl

import (
	"context"
	"errors"

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

var errInBatch = errors.New("dumps cannot be part of a batch")

// check finds the message type, or why the request cannot be part of the batch.
func (b *batch) check(c *batchCall) (err error) {
	if c.op.Dump {
		return c.op.fail(errInBatch)
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
