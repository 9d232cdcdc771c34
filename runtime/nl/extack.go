package nl

import (
	"bytes"
	"encoding/binary"
)

// Attributes of an extended acknowledgement, and what its payload looks like.
const (
	ackMessage  = 1
	ackOffset   = 2
	ackCookie   = 3
	ackPolicy   = 4
	ackMissType = 5
	ackMissNest = 6
)

// extendedAck is what the kernel says beyond the error number. Slices alias the message.
type extendedAck struct {
	message  []byte
	cookie   []byte
	policy   []byte
	offset   uint32 // of the attribute that is wrong, from the start of the request; 0 for none
	missType uint32
	missNest uint32 // offset of the nest that lacks missType; 0 for the top level
	missing  bool   // missType counts
}

// parseError reads the body of an NLMSG_ERROR message: a negative errno, the request's header, the rest of the
// request unless it was capped, and then attributes.
func parseError(h header, body []byte) (errno int32, ack extendedAck, ok bool) {
	const fixed = 4 + headerLen
	if len(body) < fixed {
		return 0, ack, false
	}
	errno = int32(binary.NativeEndian.Uint32(body))
	if h.flags&flagTLVs == 0 {
		return errno, ack, true
	}
	at := fixed
	if h.flags&flagCapped == 0 {
		n := binary.NativeEndian.Uint32(body[4:])
		if n < headerLen || uint64(n) > uint64(len(body)-4) {
			return errno, ack, true
		}
		at = min(4+align(int(n)), len(body))
	}
	ack.parse(body[at:])
	return errno, ack, true
}

// parseDone reads the body of an NLMSG_DONE message: nothing, or an errno and then attributes.
func parseDone(h header, body []byte) (errno int32, ack extendedAck) {
	if len(body) < 4 {
		return 0, ack
	}
	errno = int32(binary.NativeEndian.Uint32(body))
	if h.flags&flagTLVs != 0 {
		ack.parse(body[4:])
	}
	return errno, ack
}

func (a *extendedAck) parse(b []byte) {
	for id, v := range attributes(b) {
		switch id {
		case ackMessage:
			if i := bytes.IndexByte(v, 0); i >= 0 {
				v = v[:i]
			}
			a.message = v
		case ackOffset:
			a.offset = u32(v)
		case ackCookie:
			a.cookie = v
		case ackPolicy:
			a.policy = v
		case ackMissType:
			a.missType, a.missing = u32(v), len(v) >= 4
		case ackMissNest:
			a.missNest = u32(v)
		}
	}
}

// attributes walks one level of attributes and stops at the first that is broken.
func attributes(b []byte) func(yield func(id uint16, v []byte) bool) {
	return func(yield func(uint16, []byte) bool) {
		for len(b) >= 4 {
			n := int(binary.NativeEndian.Uint16(b))
			if n < 4 || n > len(b) {
				return
			}
			if !yield(binary.NativeEndian.Uint16(b[2:])&0x3fff, b[4:n]) {
				return
			}
			b = b[min(align(n), len(b)):]
		}
	}
}

// u32 reads a number, or 0 from a payload that is too short.
func u32(b []byte) uint32 {
	if len(b) < 4 {
		return 0
	}
	return binary.NativeEndian.Uint32(b)
}

func u64(b []byte) uint64 {
	if len(b) < 8 {
		return 0
	}
	return binary.NativeEndian.Uint64(b)
}
