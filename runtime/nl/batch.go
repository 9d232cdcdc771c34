package nl

import (
	"context"
	"errors"
	"iter"

	"github.com/nlgen/nlgen/runtime/wire"
)

// A Request is one call of a [Batch]. Generated packages make them.
type Request struct {
	op  *Op
	msg wire.Message
	out wire.Message // what the reply goes into
	cfg callConfig
}

// NewRequest makes a Request of an operation without reply. req may be nil: a request without attributes. The batch
// encodes it when it takes it from the sequence; after that req may be used for the next one.
func NewRequest(op *Op, req wire.Message, opts ...CallOption) Request {
	r := Request{op: op, msg: req}
	r.cfg.set(opts)
	return r
}

// NewGet makes a Request of an operation that one message answers, which is decoded into into. A nil into asks for the
// request's success only. Otherwise it is like [NewRequest].
func NewGet[T any, P interface {
	*T
	wire.Message
}](op *Op, req wire.Message, into *T, opts ...CallOption) Request {
	r := Request{op: op, msg: req}
	if into != nil {
		r.out = P(into)
	}
	r.cfg.set(opts)
	return r
}

// A BatchOption changes how [Batch] works: a [BatchMode] or a [Transaction].
type BatchOption interface{ batchOption() }

// A BatchMode is an option without a value.
type BatchMode uint8

// ErrorsOnly asks the kernel for an acknowledgement of the last request in each write only, which is faster. Failures
// are told all the same, so that the results are no different, but [Warnings] have nothing to tell. Requests to other
// processes ([To]) and those that have a reply are acknowledged even so.
const ErrorsOnly BatchMode = iota

// A Transaction makes a [Batch] all or nothing: the kernel carries out every request, in one step, or none. Only
// nftables has this; the Conn's protocol must be [Netfilter], and every request one of the same subsystem.
//
// The whole batch is held in memory and sent in one write. Of a batch that fails, each request that is to blame has its
// own error as its result, and the others' is [ErrAborted]. A batch that is refused as a whole has that error as the
// result of every request.
type Transaction struct {
	// Generation is that of the rule set which the transaction was made for, as nftables' getgen tells it. If the
	// rule set has changed since, the batch fails with [ErrGeneration]. Absent means that any will do.
	Generation Opt[uint32]
}

func (BatchMode) batchOption()   {}
func (Transaction) batchOption() {}

// Errors of a [Transaction].
var (
	// ErrAborted says that a request was not carried out because another one of its transaction failed.
	ErrAborted = errors.New("transaction aborted, another request failed")
	// ErrGeneration says that the rule set is no longer the one that a transaction was made for. It comes with
	// ERESTART.
	ErrGeneration = errors.New("rule set has changed")
)

// Batch sends many requests, of any families of the Conn's protocol, in few system calls. It yields the result of each,
// in order: its index, counted from 0, and what [Do] or [Get] would have returned.
//
// Requests are taken from the sequence as they are sent, some hundreds at a time, so that memory is bounded however many
// there are; the kernel carries them out in order, also after one that fails. The loop's body runs between two
// writes: when a result is yielded, later requests may have been carried out already. Body and sequence may make
// calls on the same Conn, and may end the batch at any time; requests that were taken are carried out then.
//
// A failure to send or to receive is the result of every request of that write which was not answered, joined with
// [ErrOutcomeUnknown] where the request was sent and changes something. After the end of the context, and once the Conn
// is closed, no more requests are taken.
func Batch(ctx context.Context, c *Conn, requests iter.Seq[Request], opts ...BatchOption) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		b := newBatch(ctx, c, opts)
		for r := range requests {
			if b.isFull(&r) && !b.flush(yield) {
				return
			}
			b.add(&r)
		}
		b.flush(yield)
	}
}
