package nl

import (
	"context"
	"errors"
	"fmt"

	"github.com/nlgen/nlgen/runtime/wire"
)

// Do makes a call that has no reply message. It returns nil once the kernel has acknowledged the request. req
// may be nil: a request without attributes.
//
// A call whose context ends while it waits returns the context's error, joined with [ErrOutcomeUnknown] if the
// operation changes something.
func Do(ctx context.Context, c *Conn, op *Op, req wire.Message, opts ...CallOption) error {
	return c.call(ctx, op, req, nil, opts)
}

// Get makes a call that one message answers. None is [ErrNoReply], several are [ErrManyReplies].
func Get[T any, P interface {
	*T
	wire.Message
}](ctx context.Context, c *Conn, op *Op, req wire.Message, opts ...CallOption) (*T, error) {
	m := new(T)
	if err := c.call(ctx, op, req, P(m), opts); err != nil {
		return nil, err
	}
	return m, nil
}

// call makes a call. out, if not nil, is what the one reply goes into.
func (c *Conn) call(ctx context.Context, op *Op, req, out wire.Message, opts []CallOption) error {
	var cfg callConfig
	cfg.set(opts)
	c.complete(&cfg, out)
	return c.run(ctx, op, req, out, &cfg)
}

// complete adds to a call's options what the Conn and the protocol say.
func (c *Conn) complete(cfg *callConfig, out wire.Message) {
	cfg.strict = cfg.strict || c.opts.Strict
	cfg.noAck = cfg.noAck || !acknowledges(c.protocol, out != nil)
}

func (c *Conn) run(ctx context.Context, op *Op, req, out wire.Message, cfg *callConfig) error {
	typ, err := c.messageType(ctx, op)
	if err != nil {
		return err
	}
	warning, err := c.exchange(ctx, op, typ, req, out, cfg)
	if err != nil && op.Family.Generic {
		if again, ok, rerr := c.refreshed(ctx, op, typ, err); rerr != nil {
			err = rerr
		} else if ok {
			c.retried(op, "family moved")
			warning, err = c.exchange(ctx, op, again, req, out, cfg)
		}
	}
	if warning != nil && cfg.warn != nil {
		cfg.warn(warning)
	}
	return err
}

// exchange sends one request and reads its replies, with a socket of its own.
func (c *Conn) exchange(ctx context.Context, op *Op, typ uint16, req, out wire.Message, cfg *callConfig) (*Warning, error) {
	e, err := c.sockets.take(ctx, true)
	if err != nil {
		return nil, op.fail(err)
	}
	defer c.sockets.give(e)
	if err := e.send(op, typ, cfg, req); err != nil {
		return nil, op.fail(err)
	}
	if cfg.noAck && out == nil {
		e.busy = false
		return nil, nil
	}
	x := newReplies(e, op, typ, out, cfg)
	if err := x.read(ctx); err != nil {
		return nil, err
	}
	return x.warning, x.result()
}

// replies reads what answers a request for one object.
type replies struct {
	e   *endpoint
	op  *Op
	typ uint16
	cfg *callConfig
	out wire.Message

	wanted  bool // out is a reply, not an echo
	got     int  // messages that answer
	other   int  // messages of another type
	lost    error
	bad     error // of the last message's decoding
	warning *Warning
}

func newReplies(e *endpoint, op *Op, typ uint16, out wire.Message, cfg *callConfig) replies {
	x := replies{e: e, op: op, typ: typ, cfg: cfg, out: out, wanted: out != nil}
	if out == nil {
		x.out = cfg.echo
	}
	return x
}

// read reads until the request is acknowledged or refused. The kernel has answered in full before the request's
// send returns, so after a loss, and after a list that may or may not be acknowledged, it takes what is there
// without waiting.
func (x *replies) read(ctx context.Context) error {
	e, wait, listed := x.e, true, false
	for {
		m, err := e.next(ctx, wait)
		switch {
		case err == nil:
		case err == ErrWouldBlock && listed:
			e.busy = false
			return nil
		case err == ErrWouldBlock:
			return x.op.unknown(x.lost)
		case err == ErrTruncated || isOverrun(err):
			x.lost, wait = err, false
			continue
		default:
			return x.op.unknown(err)
		}
		switch m.typ {
		case typeError:
			errno, ack, ok := parseError(m.header, m.body)
			if !ok {
				return x.op.unknown(ErrMalformed)
			}
			e.busy = false
			return x.end(errno, &ack, e.request)
		case typeDone:
			errno, ack := parseDone(m.header, m.body)
			if err := x.end(min(errno, 0), &ack, e.request); err != nil {
				e.busy = false
				return err
			}
			wait, listed = false, true
		default:
			x.take(m)
			if x.cfg.noAck && x.got > 0 && m.flags&flagMulti == 0 {
				e.busy = false
				return nil
			}
		}
	}
}

func isOverrun(err error) bool {
	_, ok := err.(*OverrunError)
	return ok
}

// end reads an acknowledgement.
func (x *replies) end(errno int32, ack *extendedAck, request []byte) error {
	if errno != 0 {
		return newError(x.op, errno, ack, request)
	}
	if w := newWarning(x.op, ack, request); w != nil {
		x.warning = w
	}
	return nil
}

// take decodes a message.
func (x *replies) take(m message) {
	body, ok := x.op.answer(x.typ, m)
	if !ok || x.out == nil {
		x.other++
		x.e.tally.typ++
		return
	}
	x.got++
	set := x.op.ReplySet
	if !x.wanted && x.op.Reply < 0 {
		set = x.op.RequestSet
	}
	d := &x.e.dec
	if x.e.spare == nil {
		x.e.spare = wire.NewSpare(false)
	}
	*d = wire.NewDecoder(body, x.e.spare)
	d.SetStrict(x.cfg.strict)
	x.out.Decode(d)
	x.e.tally.unreadable += uint64(d.Unreadable())
	x.bad = d.Err(x.op.Family.Schema, set)
}

// result judges what came before the acknowledgement.
func (x *replies) result() error {
	switch {
	case x.out == nil:
		return nil
	case x.bad != nil:
		return &DecodeError{Family: x.op.Family.Name, Op: x.op.Name, Err: x.bad}
	case x.got == 0 && x.lost != nil:
		return x.op.fail(x.lost)
	case x.got == 0 && x.other > 0:
		return x.op.fail(fmt.Errorf("%w, but %d of another type", ErrNoReply, x.other))
	case x.got == 0:
		return x.op.fail(ErrNoReply)
	case x.got > 1 && x.wanted:
		return x.op.fail(fmt.Errorf("%w: %d", ErrManyReplies, x.got))
	}
	return nil
}

// answer reports whether a message is of the type that answers the operation, and returns the family's own
// bytes of it. An operation without reply takes any: what comes then is an echo.
func (o *Op) answer(typ uint16, m message) (body []byte, ok bool) {
	if !o.Family.Generic {
		return m.body, o.Reply < 0 || int(m.typ) == o.Reply
	}
	if m.typ != typ || len(m.body) < genericLen {
		return nil, false
	}
	return m.body[genericLen:], o.Reply < 0 || int(m.body[0]) == o.Reply
}

// messageType returns what goes into the request's nlmsg_type.
func (c *Conn) messageType(ctx context.Context, op *Op) (uint16, error) {
	if err := c.serves(op.Family); err != nil {
		return 0, err
	}
	if !op.Family.Generic {
		return op.Request, nil
	}
	f, err := c.family(ctx, op.Family.Name)
	if err != nil {
		return 0, op.fail(err)
	}
	return f.ID, nil
}

// refreshed reports whether an operation is to be sent again under a new family id. The kernel numbers families
// anew when their module is loaded again; it answers ENOENT for an id that is gone, and whatever the family
// that has it now makes of the request. Neither answer carries a text.
func (c *Conn) refreshed(ctx context.Context, op *Op, typ uint16, err error) (id uint16, ok bool, _ error) {
	var refused *Error
	if !errors.As(err, &refused) || !mayBeStale(refused) {
		return 0, false, nil
	}
	c.families.forget(op.Family.Name, typ)
	f, err := c.family(ctx, op.Family.Name)
	if err != nil {
		if errors.Is(err, ErrFamilyNotFound) {
			return 0, false, op.fail(err)
		}
		return 0, false, nil
	}
	return f.ID, f.ID != typ, nil
}
