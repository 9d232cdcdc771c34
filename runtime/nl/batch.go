package nl

import "github.com/nlgen/nlgen/runtime/wire"

// A Request is one call of a [Batch]. Generated packages make them.
type Request struct {
	op  *Op
	msg wire.Message
	out wire.Message // what the reply goes into
	cfg callConfig
}

// NewRequest makes a Request. req may be nil: a request without attributes. into is what the reply is decoded into,
// nil for an operation without reply. The request is encoded when the batch comes to it; req must not change before.
func NewRequest(op *Op, req, into wire.Message, opts ...CallOption) Request {
	r := Request{op: op, msg: req, out: into}
	r.cfg.set(opts)
	return r
}
