package nl

import (
	"encoding/binary"
	"fmt"
)

// Numbers of struct nfgenmsg and of the messages around a transaction (linux/netfilter/nfnetlink.h).
const (
	beginTransaction = 16
	endTransaction   = 17
	generationAttr   = 1
	nfgenLen         = 4
)

// transaction is a running [Transaction].
type transaction struct {
	Transaction
	subsystem uint8
	known     bool  // subsystem counts
	refused   error // the transaction as a whole
}

// transactionOp names the messages around a transaction in errors.
var transactionOp = Op{Family: &Family{Name: "netfilter", Protocol: Netfilter}, Name: "transaction", Reply: -1, RequestSet: -1, ReplySet: -1}

// begin appends the first message. What number and subsystem it has is not known yet.
func (t *transaction) begin(b []byte) []byte {
	b = append(b, make([]byte, headerLen+nfgenLen)...)
	if v, ok := t.Generation.Get(); ok {
		b = binary.NativeEndian.AppendUint16(b, 8)
		b = binary.NativeEndian.AppendUint16(b, generationAttr)
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}

// check finds the subsystem in the message type, which must be the same for all.
func (t *transaction) check(protocol int, c *batchCall) error {
	subsystem := uint8(c.typ >> 8)
	switch {
	case protocol != Netfilter:
		return c.op.fail(fmt.Errorf("protocol %d has no transactions, %d (netfilter) has", protocol, Netfilter))
	case t.known && subsystem != t.subsystem:
		return c.op.fail(fmt.Errorf("netfilter subsystem %d in a transaction of subsystem %d", subsystem, t.subsystem))
	}
	t.subsystem, t.known = subsystem, true
	return nil
}

// hasFailed reports whether it is known to have failed. It must not be sent then.
func (t *transaction) hasFailed(calls []batchCall) bool {
	if t.refused != nil {
		return true
	}
	for k := range calls {
		if calls[k].err != nil {
			return true
		}
	}
	return false
}

// enclose writes the header of the first message and appends the last.
func (t *transaction) enclose(b []byte, seq, port uint32) []byte {
	n := headerLen + nfgenLen
	if t.Generation.IsSet() {
		n += 8
	}
	header{typ: beginTransaction, flags: flagRequest, seq: seq, port: port}.put(b[:n])
	binary.BigEndian.PutUint16(b[headerLen+2:], uint16(t.subsystem))
	at := len(b)
	b = append(b, make([]byte, headerLen+nfgenLen)...)
	header{typ: endTransaction, flags: flagRequest, seq: seq + 1, port: port}.put(b[at:])
	binary.BigEndian.PutUint16(b[at+headerLen+2:], uint16(t.subsystem))
	return b
}

// answer takes what the kernel says about the transaction as a whole: only that it failed.
func (t *transaction) answer(m message) {
	if m.typ != typeError {
		return
	}
	errno, ack, ok := parseError(m.header, m.body)
	switch {
	case !ok:
		t.refused = transactionOp.unknown(ErrMalformed)
	case errno == 0:
	case toErrno(errno) == errRestart:
		t.refused = fmt.Errorf("%w: %w", ErrGeneration, newError(&transactionOp, errno, &ack, nil))
	default:
		t.refused = newError(&transactionOp, errno, &ack, nil)
	}
}

// settle tells the requests that are not to blame what became of them.
func (t *transaction) settle(calls []batchCall) {
	if !t.hasFailed(calls) {
		return
	}
	why := t.refused
	if why == nil {
		why = ErrAborted
	}
	for k := range calls {
		if c := &calls[k]; c.err == nil {
			c.err = why
		}
	}
}
