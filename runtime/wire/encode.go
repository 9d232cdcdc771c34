package wire

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// U8 writes an 8-bit unsigned integer.
func (e *Encoder) U8(id uint16, o Opt[uint8]) {
	if o.set {
		e.put8(id, o.v)
	}
}

// U16 writes a 16-bit unsigned integer.
func (e *Encoder) U16(id uint16, o Opt[uint16]) {
	if o.set {
		e.put16(id, o.v)
	}
}

// U32 writes a 32-bit unsigned integer.
func (e *Encoder) U32(id uint16, o Opt[uint32]) {
	if o.set {
		e.put32(id, o.v)
	}
}

// U64 writes a 64-bit unsigned integer.
func (e *Encoder) U64(id uint16, o Opt[uint64]) {
	if o.set {
		e.put64(id, o.v)
	}
}

// I8 writes an 8-bit signed integer.
func (e *Encoder) I8(id uint16, o Opt[int8]) { e.U8(id, As[uint8](o)) }

// I16 writes a 16-bit signed integer.
func (e *Encoder) I16(id uint16, o Opt[int16]) { e.U16(id, As[uint16](o)) }

// I32 writes a 32-bit signed integer.
func (e *Encoder) I32(id uint16, o Opt[int32]) { e.U32(id, As[uint32](o)) }

// I64 writes a 64-bit signed integer.
func (e *Encoder) I64(id uint16, o Opt[int64]) { e.U64(id, As[uint64](o)) }

// U16BE writes a big-endian 16-bit unsigned integer.
func (e *Encoder) U16BE(id uint16, o Opt[uint16]) {
	if o.set {
		binary.BigEndian.PutUint16(e.attr(id, 2), o.v)
	}
}

// U32BE writes a big-endian 32-bit unsigned integer.
func (e *Encoder) U32BE(id uint16, o Opt[uint32]) {
	if o.set {
		binary.BigEndian.PutUint32(e.attr(id, 4), o.v)
	}
}

// U64BE writes a big-endian 64-bit unsigned integer.
func (e *Encoder) U64BE(id uint16, o Opt[uint64]) {
	if o.set {
		binary.BigEndian.PutUint64(e.attr(id, 8), o.v)
	}
}

// I16BE writes a big-endian 16-bit signed integer.
func (e *Encoder) I16BE(id uint16, o Opt[int16]) { e.U16BE(id, As[uint16](o)) }

// I32BE writes a big-endian 32-bit signed integer.
func (e *Encoder) I32BE(id uint16, o Opt[int32]) { e.U32BE(id, As[uint32](o)) }

// I64BE writes a big-endian 64-bit signed integer.
func (e *Encoder) I64BE(id uint16, o Opt[int64]) { e.U64BE(id, As[uint64](o)) }

// U16LE writes a little-endian 16-bit unsigned integer.
func (e *Encoder) U16LE(id uint16, o Opt[uint16]) {
	if o.set {
		binary.LittleEndian.PutUint16(e.attr(id, 2), o.v)
	}
}

// U32LE writes a little-endian 32-bit unsigned integer.
func (e *Encoder) U32LE(id uint16, o Opt[uint32]) {
	if o.set {
		binary.LittleEndian.PutUint32(e.attr(id, 4), o.v)
	}
}

// U64LE writes a little-endian 64-bit unsigned integer.
func (e *Encoder) U64LE(id uint16, o Opt[uint64]) {
	if o.set {
		binary.LittleEndian.PutUint64(e.attr(id, 8), o.v)
	}
}

// I16LE writes a little-endian 16-bit signed integer.
func (e *Encoder) I16LE(id uint16, o Opt[int16]) { e.U16LE(id, As[uint16](o)) }

// I32LE writes a little-endian 32-bit signed integer.
func (e *Encoder) I32LE(id uint16, o Opt[int32]) { e.U32LE(id, As[uint32](o)) }

// I64LE writes a little-endian 64-bit signed integer.
func (e *Encoder) I64LE(id uint16, o Opt[int64]) { e.U64LE(id, As[uint64](o)) }

// Uint writes an unsigned integer in 4 bytes if it fits, else in 8.
func (e *Encoder) Uint(id uint16, o Opt[uint64]) {
	switch {
	case !o.set:
	case o.v>>32 == 0:
		e.put32(id, uint32(o.v))
	default:
		e.put64(id, o.v)
	}
}

// Sint writes a signed integer in 4 bytes if it fits, else in 8.
func (e *Encoder) Sint(id uint16, o Opt[int64]) {
	switch {
	case !o.set:
	case int64(int32(o.v)) == o.v:
		e.put32(id, uint32(o.v))
	default:
		e.put64(id, uint64(o.v))
	}
}

// Flag writes an empty attribute if on.
func (e *Encoder) Flag(id uint16, on bool) {
	if on {
		e.attr(id, 0)
	}
}

// String writes a string and a NUL after it. A NUL inside is an error.
func (e *Encoder) String(id uint16, o Opt[string]) {
	if !o.set {
		return
	}
	if i := strings.IndexByte(o.v, 0); i >= 0 {
		e.Fail(id, fmt.Sprintf("string has a NUL at byte %d", i))
		return
	}
	copy(e.attr(id, len(o.v)+1), o.v)
}

// Bytes writes b as it is, unless it is nil.
func (e *Encoder) Bytes(id uint16, b []byte) {
	if b != nil {
		copy(e.attr(id, len(b)), b)
	}
}

// MAC writes a link-layer address, unless it is nil.
func (e *Encoder) MAC(id uint16, a net.HardwareAddr) { e.Bytes(id, a) }

// Addr writes an IP address in 4 or 16 bytes, unless it is the zero Addr. A zone is an error.
func (e *Encoder) Addr(id uint16, a netip.Addr) {
	switch {
	case !a.IsValid():
	case a.Is4():
		b := a.As4()
		copy(e.attr(id, len(b)), b[:])
	default:
		e.Addr16(id, a)
	}
}

// Addr4 writes an IPv4 address, unless it is the zero Addr. An IPv6 address that stands for an IPv4 one is
// written as that, another one is an error.
func (e *Encoder) Addr4(id uint16, a netip.Addr) {
	switch {
	case !a.IsValid():
	case a.Unmap().Is4():
		b := a.Unmap().As4()
		copy(e.attr(id, len(b)), b[:])
	default:
		e.Fail(id, fmt.Sprintf("%s is not an IPv4 address", a))
	}
}

// Addr16 writes an IPv6 address, unless it is the zero Addr. An IPv4 address or a zone is an error.
func (e *Encoder) Addr16(id uint16, a netip.Addr) {
	switch {
	case !a.IsValid():
	case a.Zone() != "":
		e.Fail(id, fmt.Sprintf("address %s has a zone", a))
	case a.Is6():
		b := a.As16()
		copy(e.attr(id, len(b)), b[:])
	default:
		e.Fail(id, fmt.Sprintf("%s is not an IPv6 address", a))
	}
}

// Struct writes a C struct of n bytes and the tail after it. It returns the n bytes, zero, to fill; they are
// valid until the next method call.
func (e *Encoder) Struct(id uint16, n int, tail Bytes) []byte {
	if len(tail) > MaxPayload-n {
		e.tooLong(id, n+len(tail))
		tail = nil
	}
	e.inner, e.header = len(e.buf), false
	p := e.attr(id, n+len(tail))
	copy(p[n:], tail)
	return p[:n:n]
}

func (e *Encoder) put8(id uint16, v uint8) {
	b := append(e.buf, 0, 0, 0, 0, v, 0, 0, 0)
	putHead(b[len(b)-8:], 4+1, id)
	e.buf = b
}

func (e *Encoder) put16(id uint16, v uint16) {
	b := append(e.buf, 0, 0, 0, 0, 0, 0, 0, 0)
	p := b[len(b)-8:]
	putHead(p, 4+2, id)
	binary.NativeEndian.PutUint16(p[4:], v)
	e.buf = b
}

func (e *Encoder) put32(id uint16, v uint32) {
	b := append(e.buf, 0, 0, 0, 0, 0, 0, 0, 0)
	p := b[len(b)-8:]
	putHead(p, 4+4, id)
	binary.NativeEndian.PutUint32(p[4:], v)
	e.buf = b
}

func (e *Encoder) put64(id uint16, v uint64) {
	b := append(e.buf, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	p := b[len(b)-12:]
	putHead(p, 4+8, id)
	binary.NativeEndian.PutUint64(p[4:], v)
	e.buf = b
}

func putHead(p []byte, n int, id uint16) {
	binary.NativeEndian.PutUint16(p, uint16(n))
	binary.NativeEndian.PutUint16(p[2:], id)
}
