package nl

import (
	"context"
	"fmt"
	"iter"
	"sync/atomic"
	"unsafe"

	"github.com/nlgen/nlgen/runtime/wire"
)

// Dump lists objects. Each range over the result sends the request anew. The values are the caller's.
//
// An error comes with a nil value and ends the loop, except a *[DecodeError], which stands for one message. A
// dump that ends in [ErrDumpInterrupted] has given everything that arrived. The body of the loop may make calls
// on the same Conn, and may leave the loop at any time.
func Dump[T any, P interface {
	*T
	wire.Message
}](ctx context.Context, c *Conn, op *Op, req wire.Message, opts ...CallOption) iter.Seq2[*T, error] {
	var interrupted atomic.Bool
	return func(yield func(*T, error) bool) {
		d := newDump(ctx, c, op, req, opts, false, &interrupted)
		defer d.stop()
		var values chunk[T]
		for {
			more, err := d.next()
			if err != nil {
				yield(nil, err)
				return
			}
			if !more {
				return
			}
			m := values.next()
			P(m).Decode(&d.dec)
			if err := d.decoded(); err != nil {
				if !yield(nil, err) {
					return
				}
				continue
			}
			values.used()
			if !yield(m, nil) {
				return
			}
		}
	}
}

// DumpInto lists objects, each decoded into the same value: what the loop keeps it must copy. It does not
// allocate for each object. Byte slices alias the receive buffer and, like everything below into, are valid until
// the loop's next step. Otherwise it is like [Dump].
func DumpInto(ctx context.Context, c *Conn, op *Op, req, into wire.Message, opts ...CallOption) iter.Seq[error] {
	var interrupted atomic.Bool
	return func(yield func(error) bool) {
		d := newDump(ctx, c, op, req, opts, true, &interrupted)
		defer d.stop()
		for {
			more, err := d.next()
			if err != nil {
				yield(err)
				return
			}
			if !more {
				return
			}
			into.Decode(&d.dec)
			if !yield(d.decoded()) {
				return
			}
		}
	}
}

// chunk hands out values from small arrays, to save allocations without keeping much memory alive when only
// one of the values lives on.
type chunk[T any] struct {
	free []T
	size int
}

const (
	maxChunk      = 16
	maxChunkBytes = 2 << 10
)

// next returns the value that is next in turn. It stays the next one until used is called.
func (c *chunk[T]) next() *T {
	if len(c.free) == 0 {
		var v T
		c.size = max(1, min(2*c.size, maxChunk, maxChunkBytes/max(1, int(unsafe.Sizeof(v)))))
		c.free = make([]T, c.size)
	}
	return &c.free[0]
}

func (c *chunk[T]) used() { c.free = c.free[1:] }

// dump is a running dump. It takes its socket with the first call of next.
type dump struct {
	ctx context.Context
	c   *Conn
	op  *Op
	req wire.Message
	cfg callConfig

	e       *endpoint // nil when the dump is over or read in advance
	started bool
	typ     uint16
	dec     wire.Decoder
	got     int // messages that answer
	other   int // messages of another type
	unread  int // unreadable attributes

	interrupted *atomic.Bool // the range before was, for the count of retries
	ahead       *readAhead   // on a pinned socket
}

func newDump(ctx context.Context, c *Conn, op *Op, req wire.Message, opts []CallOption, recycle bool, interrupted *atomic.Bool) *dump {
	d := &dump{ctx: ctx, c: c, op: op, req: req, cfg: callConfig{strict: c.opts.Strict}, interrupted: interrupted}
	d.cfg.set(opts)
	d.cfg.noAck = d.cfg.noAck || !acknowledges(c.protocol, true)
	spare := wire.NewSpare(recycle)
	spare.Strict = d.cfg.strict
	d.dec = wire.NewDecoder(nil, spare)
	return d
}

// next makes the decoder ready for the next message. It reports false at the end.
func (d *dump) next() (bool, error) {
	body, err := d.message()
	if body == nil {
		return false, err
	}
	d.dec.Reset(body)
	return true, nil
}

// message returns the next message, nil at the end. It is valid until the next call.
func (d *dump) message() ([]byte, error) {
	if !d.started {
		d.started = true
		if err := d.start(); err != nil {
			return nil, err
		}
	}
	if d.ahead != nil {
		return d.ahead.next()
	}
	return d.read()
}

// isAtStart reports whether the next message is the first of a datagram. Of an answer that was read in advance that is
// not known.
func (d *dump) isAtStart() bool { return d.ahead != nil || d.e == nil || len(d.e.rest) == 0 }

// start sends the request. On a pinned socket it reads all of the answer, so that the body of the loop can make
// calls on that socket.
func (d *dump) start() error {
	typ, err := d.c.messageType(d.ctx, d.op)
	if err != nil {
		return err
	}
	if err := d.begin(typ); err != nil {
		return err
	}
	if d.interrupted.Swap(false) {
		d.c.retried(d.op, "dump was interrupted")
	}
	if d.e.pin != nil {
		d.ahead = d.readAll()
	}
	return nil
}

func (d *dump) begin(typ uint16) error {
	e, err := d.c.sockets.take(d.ctx, false)
	if err != nil {
		return d.op.fail(err)
	}
	d.e, d.typ = e, typ
	if err := e.send(d.op, typ, &d.cfg, d.req); err != nil {
		return d.op.fail(err)
	}
	return nil
}

// read returns the next message of the answer, nil at its end.
func (d *dump) read() ([]byte, error) {
	if !d.op.Family.Generic && d.e.shared.trace == nil {
		if body := d.e.expected(d.op.Reply); body != nil {
			d.got++
			return body, nil
		}
	}
	for wait := true; ; {
		if len(d.e.rest) == 0 {
			d.e.flush()
			if err := d.ctx.Err(); err != nil {
				return nil, d.op.fail(err)
			}
		}
		m, err := d.e.next(d.ctx, wait)
		if err == ErrWouldBlock { // a list that no acknowledgement follows
			return nil, d.finish()
		}
		if err != nil {
			return nil, d.op.fail(err)
		}
		switch m.typ {
		case typeError:
			errno, ack, ok := parseError(m.header, m.body)
			if !ok {
				return nil, d.op.fail(ErrMalformed)
			}
			if errno != 0 {
				return d.refused(errno, &ack)
			}
			return nil, d.end(&ack)
		case typeDone:
			errno, ack := parseDone(m.header, m.body)
			if errno < 0 {
				return d.refused(errno, &ack)
			}
			if d.op.Dump || d.cfg.noAck {
				return nil, d.end(&ack)
			}
			wait = false
		default:
			body, ok := d.op.answer(d.typ, m)
			if ok {
				d.got++
				return body[:len(body):len(body)], nil
			}
			d.other++
			d.e.tally.typ++
		}
	}
}

// refused ends the dump with the kernel's error, or begins it again under the family's new id.
func (d *dump) refused(errno int32, ack *extendedAck) ([]byte, error) {
	err := newError(d.op, errno, ack, d.e.request)
	d.e.busy = false
	d.release()
	if !d.op.Family.Generic || d.got > 0 {
		return nil, err
	}
	again, ok, rerr := d.c.refreshed(d.ctx, d.op, d.typ, err)
	if rerr != nil {
		return nil, rerr
	}
	if !ok {
		return nil, err
	}
	d.c.retried(d.op, "family moved")
	if err := d.begin(again); err != nil {
		return nil, err
	}
	return d.read()
}

// end is the end of an answer that the kernel calls complete.
func (d *dump) end(ack *extendedAck) error {
	w := newWarning(d.op, ack, d.e.request)
	err := d.finish()
	if w != nil && d.cfg.warn != nil {
		d.cfg.warn(w)
	}
	return err
}

func (d *dump) finish() error {
	interrupted := d.e.interrupted
	d.e.busy = false
	d.release()
	switch {
	case interrupted:
		d.c.stats.interrupts.Add(1)
		d.interrupted.Store(true)
		return d.op.fail(ErrDumpInterrupted)
	case d.got == 0 && d.other > 0:
		return d.op.fail(fmt.Errorf("%w, but %d of another type", ErrNoReply, d.other))
	}
	return nil
}

// decoded returns the error of the message that was decoded last.
func (d *dump) decoded() error {
	d.unread += d.dec.Unreadable()
	if err := d.dec.Err(d.op.Family.Schema, d.op.ReplySet); err != nil {
		return &DecodeError{Family: d.op.Family.Name, Op: d.op.Name, Err: err}
	}
	return nil
}

// stop ends the dump wherever it is.
func (d *dump) stop() {
	if d.unread > 0 {
		d.c.stats.unreadable.Add(uint64(d.unread))
	}
	d.release()
}

// release gives the socket back. An answer that was not read to its end is drained if little of it is left;
// otherwise the pool closes the socket.
func (d *dump) release() {
	e := d.e
	if e == nil {
		return
	}
	d.e = nil
	if e.busy {
		e.drain(maxDrain)
	}
	d.c.sockets.give(e)
}
