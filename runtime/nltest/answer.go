package nltest

import (
	"syscall"

	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/wire"
)

// A Handler answers a request. When it returns, the answer is completed as the kernel would: with DONE for a
// dump, else with an acknowledgement if the request wants one.
type Handler func(a *Answer, r *Request)

// An Answer takes what a handler has to say.
type Answer struct {
	request *Request
	acks    AckLayout
	dump    bool

	messages [][]byte
	refusal  *Refusal
	silent   bool
}

// Send adds a message of that type, or of that command if the family is generic.
func (a *Answer) Send(number uint16, m wire.Message) {
	b, err := encode(m)
	if err != nil {
		a.Fail(&Refusal{Errno: syscall.EPROTO, Message: "the test's reply: " + err.Error()})
		return
	}
	a.SendRaw(number, 0, b)
}

// SendRaw adds a message with any bytes behind the header. flags are set beside NLM_F_MULTI, which the messages of a
// dump have.
func (a *Answer) SendRaw(number, flags uint16, body []byte) {
	r := a.request
	h := header{typ: number, flags: flags, seq: r.Seq, port: r.Port}
	if r.Protocol == nl.Generic {
		h.typ = r.Type
		body = append([]byte{byte(number), r.Version, 0, 0}, body...)
	}
	if a.dump {
		h.flags |= flagMulti
	}
	a.messages = append(a.messages, build(h, body))
}

// Fail ends the answer with an error: a *[Refusal], a syscall.Errno, or any other, which becomes EINVAL with its text.
// Nil is success. In a dump the messages that were sent before arrive, too, and the error comes in DONE.
func (a *Answer) Fail(err error) { a.refusal = asRefusal(err) }

// Warn ends the answer with success and a word about it.
func (a *Answer) Warn(message string) { a.refusal = &Refusal{Message: message} }

// Silence leaves the request without acknowledgement, error and DONE.
func (a *Answer) Silence() { a.silent = true }

// maxDatagram is how much of a dump the kernel puts into one datagram.
const maxDatagram = 32 << 10

// datagrams completes the answer and packs it the way the kernel does: the messages of a dump share datagrams, each
// other message has its own.
func (a *Answer) datagrams() []Datagram {
	r := a.request
	messages := a.messages
	switch {
	case a.silent:
	case a.dump && (a.refusal == nil || a.refusal.Errno == 0 || len(messages) > 0):
		messages = append(messages, a.refusal.done(r, a.acks))
	case a.refusal != nil && a.refusal.Errno != 0, r.Flags&flagAck != 0:
		messages = append(messages, a.refusal.ack(r, a.acks))
	}
	var out []Datagram
	for _, m := range messages {
		last := len(out) - 1
		if a.dump && last >= 0 && len(out[last].Data)+len(m) <= maxDatagram {
			out[last].Data = append(out[last].Data, m...)
			continue
		}
		out = append(out, Datagram{Data: m, NSID: -1})
	}
	return out
}

// message is a pointer to a generated message type.
type message[T any] interface {
	*T
	wire.Message
}

// Do makes a handler of a function that carries a request out.
func Do[Q any, PQ message[Q]](f func(req *Q) error) Handler {
	return func(a *Answer, r *Request) {
		var req Q
		if err := r.Decode(PQ(&req)); err != nil {
			a.Fail(err)
			return
		}
		a.Fail(f(&req))
	}
}

// Get makes a handler of a function that returns one object, which is sent with that message type or command.
func Get[Q, R any, PQ message[Q], PR message[R]](reply uint16, f func(req *Q) (*R, error)) Handler {
	return func(a *Answer, r *Request) {
		var req Q
		if err := r.Decode(PQ(&req)); err != nil {
			a.Fail(err)
			return
		}
		m, err := f(&req)
		if m != nil {
			a.Send(reply, PR(m))
		}
		if err != nil {
			a.Fail(err)
		}
	}
}

// Dump makes a handler of a function that lists objects, which are sent with that message type or command. Objects
// that come with an error are sent before it.
func Dump[Q, R any, PQ message[Q], PR message[R]](reply uint16, f func(req *Q) ([]*R, error)) Handler {
	return func(a *Answer, r *Request) {
		var req Q
		if err := r.Decode(PQ(&req)); err != nil {
			a.Fail(err)
			return
		}
		all, err := f(&req)
		for _, m := range all {
			a.Send(reply, PR(m))
		}
		if err != nil {
			a.Fail(err)
		}
	}
}
