package nltest

import (
	"encoding/binary"
	"errors"

	"github.com/nlgen/nlgen/runtime/wire"
)

const (
	headerLen  = 16 // struct nlmsghdr
	genericLen = 4  // struct genlmsghdr
)

// Message types and flags that the fake reads or sends by itself.
const (
	typeNoop    = 1
	typeError   = 2
	typeDone    = 3
	typeOverrun = 4

	flagRequest     = 0x1
	flagMulti       = 0x2
	flagAck         = 0x4
	flagInterrupted = 0x10
	flagDump        = 0x300
	flagCapped      = 0x100
	flagTLVs        = 0x200
)

// header is struct nlmsghdr.
type header struct {
	size       uint32
	typ, flags uint16
	seq, port  uint32
}

// build makes a message, padded to a multiple of 4; the length in the header is without padding.
func build(h header, body []byte) []byte {
	b := make([]byte, align(headerLen+len(body)))
	copy(b[headerLen:], body)
	h.size = uint32(headerLen + len(body))
	h.put(b)
	return b
}

func (h header) put(b []byte) {
	binary.NativeEndian.PutUint32(b, h.size)
	binary.NativeEndian.PutUint16(b[4:], h.typ)
	binary.NativeEndian.PutUint16(b[6:], h.flags)
	binary.NativeEndian.PutUint32(b[8:], h.seq)
	binary.NativeEndian.PutUint32(b[12:], h.port)
}

// parse reads the header of b, which has at least its length.
func parse(b []byte) header {
	return header{
		size:  binary.NativeEndian.Uint32(b),
		typ:   binary.NativeEndian.Uint16(b[4:]),
		flags: binary.NativeEndian.Uint16(b[6:]),
		seq:   binary.NativeEndian.Uint32(b[8:]),
		port:  binary.NativeEndian.Uint32(b[12:]),
	}
}

// split cuts a datagram into its messages, padding included. What is no message is the last element.
func split(b []byte) (messages [][]byte) {
	for len(b) > 0 {
		n := len(b)
		if len(b) >= headerLen {
			if h := parse(b); h.size >= headerLen && uint64(h.size) <= uint64(len(b)) {
				n = min(align(int(h.size)), len(b))
			}
		}
		messages = append(messages, b[:n:n])
		b = b[n:]
	}
	return messages
}

// body returns what follows the header of a whole message, without padding.
func body(m []byte) []byte { return m[headerLen:min(int(parse(m).size), len(m))] }

func align(n int) int { return (n + 3) &^ 3 }

// encode returns a message's fixed header and attributes. A nil message has none.
func encode(m wire.Message) ([]byte, error) {
	if m == nil {
		return nil, nil
	}
	e := wire.NewEncoder(nil)
	m.Encode(&e)
	return e.Done(&wire.Schema{}, -1)
}

// decode reads a message's fixed header and attributes.
func decode(b []byte, m wire.Message) error {
	d := wire.NewDecoder(b, nil)
	m.Decode(&d)
	if err := d.Err(&wire.Schema{}, -1); err != nil {
		return err
	}
	if d.Unreadable() > 0 {
		return errors.New("an attribute does not fit its type")
	}
	return nil
}

// attribute appends an attribute to b.
func attribute(b []byte, id uint16, payload []byte) []byte {
	b = binary.NativeEndian.AppendUint16(b, uint16(4+len(payload)))
	b = binary.NativeEndian.AppendUint16(b, id)
	b = append(b, payload...)
	return append(b, make([]byte, -len(payload)&3)...)
}

func bytes32(v uint32) []byte { return binary.NativeEndian.AppendUint32(nil, v) }

func bytes64(v uint64) []byte { return binary.NativeEndian.AppendUint64(nil, v) }
