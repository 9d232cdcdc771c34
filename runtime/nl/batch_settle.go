package nl

import (
	"errors"

	"github.com/nlgen/nlgen/runtime/wire"
)

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
