package nl

import (
	"syscall"

	"github.com/nlgen/nlgen/runtime/wire"
)

// send encodes a request and sends it. typ is the message type: the operation's, or the family's id when that
// is generic. From then on the endpoint is busy.
func (e *endpoint) send(op *Op, typ uint16, cfg *callConfig, req wire.Message) error {
	e.seq++
	if e.seq == 0 { // the number of what nobody asked for
		e.seq = 1
	}
	e.peer, e.rest, e.interrupted, e.reads = cfg.to, nil, false, 0
	if err := e.encode(op, typ, cfg, req); err != nil {
		return err
	}
	if err := e.checkFilter(op); err != nil {
		return err
	}
	if err := transmit(e.sock, e.request, cfg.to); err != nil {
		return err
	}
	e.tally.requests++
	e.busy, e.op, e.echo = true, op, requestFlags(op, cfg)&flagEcho != 0
	if t := e.shared.trace; t != nil {
		t.sent(op, e.port, cfg.to, e.request)
	}
	return nil
}

// transmit sends a datagram, again when a signal came in between: then nothing was sent.
func transmit(s Socket, b []byte, to uint32) error {
	for {
		if err := s.Send(b, to); err != syscall.EINTR {
			return err
		}
	}
}

func (e *endpoint) encode(op *Op, typ uint16, cfg *callConfig, req wire.Message) error {
	b, err := appendRequest(e.request[:0], &e.enc, op, req)
	if err != nil {
		return err
	}
	e.request = b
	header{typ: typ, flags: requestFlags(op, cfg), seq: e.seq, port: e.port}.put(b)
	return nil
}

// appendRequest appends a request to b, its struct nlmsghdr left empty. enc is memory for the encoder.
func appendRequest(b []byte, enc *wire.Encoder, op *Op, req wire.Message) ([]byte, error) {
	var head [headerLen + genericLen]byte
	n := headerLen + op.Family.prefix()
	if n > headerLen {
		head[headerLen], head[headerLen+1] = uint8(op.Request), op.Family.Version
	}
	start := len(b) + n
	*enc = wire.NewEncoder(append(b, head[:n]...))
	if req != nil {
		req.Encode(enc)
	} else if set := op.set(op.RequestSet); set != nil && set.Header > 0 {
		enc.Header(set.Header)
	}
	b, err := enc.Done(op.Family.Schema, op.RequestSet)
	if err != nil {
		return b[:start-n], err
	}
	if raw, ok := req.(*RawMessage); ok && raw != nil {
		b = b[:start+len(*raw)]
	}
	return b, nil
}

// requestFlags asks for an acknowledgement of dumps, too: it is what ends the answer of a family that takes the
// request for a plain get.
func requestFlags(op *Op, cfg *callConfig) uint16 {
	f := flagRequest | cfg.flags
	if !cfg.noAck {
		f |= flagAck
	}
	if op.Dump {
		f |= flagDump
	}
	if op.Echo || cfg.echo != nil {
		f |= flagEcho
	}
	return f
}
