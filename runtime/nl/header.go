package nl

import "encoding/binary"

const (
	headerLen  = 16 // struct nlmsghdr
	genericLen = 4  // struct genlmsghdr
)

// header is struct nlmsghdr without the length.
type header struct {
	typ, flags uint16
	seq, port  uint32
}

// put writes h and the length of b into the first bytes of b.
func (h header) put(b []byte) {
	binary.NativeEndian.PutUint32(b[0:], uint32(len(b)))
	binary.NativeEndian.PutUint16(b[4:], h.typ)
	binary.NativeEndian.PutUint16(b[6:], h.flags)
	binary.NativeEndian.PutUint32(b[8:], h.seq)
	binary.NativeEndian.PutUint32(b[12:], h.port)
}

// split takes the first message off a datagram: its header, what follows the header, and the rest of the
// datagram. It reports false when the bytes are no whole message.
func split(b []byte) (h header, body, rest []byte, ok bool) {
	if len(b) < headerLen {
		return header{}, nil, nil, false
	}
	n := binary.NativeEndian.Uint32(b)
	if n < headerLen || uint64(n) > uint64(len(b)) {
		return header{}, nil, nil, false
	}
	h = header{
		typ:   binary.NativeEndian.Uint16(b[4:]),
		flags: binary.NativeEndian.Uint16(b[6:]),
		seq:   binary.NativeEndian.Uint32(b[8:]),
		port:  binary.NativeEndian.Uint32(b[12:]),
	}
	return h, b[headerLen:n:n], b[min(align(int(n)), len(b)):], true
}

// align rounds n up to the four bytes that messages and attributes start on.
func align(n int) int { return (n + 3) &^ 3 }
