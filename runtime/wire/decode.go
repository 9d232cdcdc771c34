package wire

import (
	"bytes"
	"encoding/binary"
	"net"
	"net/netip"
)

// The read methods below return the current attribute's value. A payload that does not fit keeps the
// attribute raw, counts it as unreadable, and gives the zero value.

// U8 reads an 8-bit unsigned integer.
func (d *Decoder) U8() Opt[uint8] {
	if d.lv.lim-d.lv.at == 4+1 {
		return Opt[uint8]{d.buf[d.lv.at+4], true}
	}
	d.wrongSize(1)
	return Opt[uint8]{}
}

// U16 reads a 16-bit unsigned integer.
func (d *Decoder) U16() Opt[uint16] {
	if d.lv.lim-d.lv.at == 4+2 {
		return Opt[uint16]{binary.NativeEndian.Uint16(d.buf[d.lv.at+4:]), true}
	}
	d.wrongSize(2)
	return Opt[uint16]{}
}

// U32 reads a 32-bit unsigned integer.
func (d *Decoder) U32() Opt[uint32] {
	if d.lv.lim-d.lv.at == 4+4 {
		return Opt[uint32]{binary.NativeEndian.Uint32(d.buf[d.lv.at+4:]), true}
	}
	d.wrongSize(4)
	return Opt[uint32]{}
}

// U64 reads a 64-bit unsigned integer.
func (d *Decoder) U64() Opt[uint64] {
	if d.lv.lim-d.lv.at == 4+8 {
		return Opt[uint64]{binary.NativeEndian.Uint64(d.buf[d.lv.at+4:]), true}
	}
	d.wrongSize(8)
	return Opt[uint64]{}
}

// I8 reads an 8-bit signed integer.
func (d *Decoder) I8() Opt[int8] { return As[int8](d.U8()) }

// I16 reads a 16-bit signed integer.
func (d *Decoder) I16() Opt[int16] { return As[int16](d.U16()) }

// I32 reads a 32-bit signed integer.
func (d *Decoder) I32() Opt[int32] { return As[int32](d.U32()) }

// I64 reads a 64-bit signed integer.
func (d *Decoder) I64() Opt[int64] { return As[int64](d.U64()) }

// U16BE reads a big-endian 16-bit unsigned integer.
func (d *Decoder) U16BE() Opt[uint16] {
	if d.lv.lim-d.lv.at == 4+2 {
		return Opt[uint16]{binary.BigEndian.Uint16(d.buf[d.lv.at+4:]), true}
	}
	d.wrongSize(2)
	return Opt[uint16]{}
}

// U32BE reads a big-endian 32-bit unsigned integer.
func (d *Decoder) U32BE() Opt[uint32] {
	if d.lv.lim-d.lv.at == 4+4 {
		return Opt[uint32]{binary.BigEndian.Uint32(d.buf[d.lv.at+4:]), true}
	}
	d.wrongSize(4)
	return Opt[uint32]{}
}

// U64BE reads a big-endian 64-bit unsigned integer.
func (d *Decoder) U64BE() Opt[uint64] {
	if d.lv.lim-d.lv.at == 4+8 {
		return Opt[uint64]{binary.BigEndian.Uint64(d.buf[d.lv.at+4:]), true}
	}
	d.wrongSize(8)
	return Opt[uint64]{}
}

// I16BE reads a big-endian 16-bit signed integer.
func (d *Decoder) I16BE() Opt[int16] { return As[int16](d.U16BE()) }

// I32BE reads a big-endian 32-bit signed integer.
func (d *Decoder) I32BE() Opt[int32] { return As[int32](d.U32BE()) }

// I64BE reads a big-endian 64-bit signed integer.
func (d *Decoder) I64BE() Opt[int64] { return As[int64](d.U64BE()) }

// U16LE reads a little-endian 16-bit unsigned integer.
func (d *Decoder) U16LE() Opt[uint16] {
	if d.lv.lim-d.lv.at == 4+2 {
		return Opt[uint16]{binary.LittleEndian.Uint16(d.buf[d.lv.at+4:]), true}
	}
	d.wrongSize(2)
	return Opt[uint16]{}
}

// U32LE reads a little-endian 32-bit unsigned integer.
func (d *Decoder) U32LE() Opt[uint32] {
	if d.lv.lim-d.lv.at == 4+4 {
		return Opt[uint32]{binary.LittleEndian.Uint32(d.buf[d.lv.at+4:]), true}
	}
	d.wrongSize(4)
	return Opt[uint32]{}
}

// U64LE reads a little-endian 64-bit unsigned integer.
func (d *Decoder) U64LE() Opt[uint64] {
	if d.lv.lim-d.lv.at == 4+8 {
		return Opt[uint64]{binary.LittleEndian.Uint64(d.buf[d.lv.at+4:]), true}
	}
	d.wrongSize(8)
	return Opt[uint64]{}
}

// I16LE reads a little-endian 16-bit signed integer.
func (d *Decoder) I16LE() Opt[int16] { return As[int16](d.U16LE()) }

// I32LE reads a little-endian 32-bit signed integer.
func (d *Decoder) I32LE() Opt[int32] { return As[int32](d.U32LE()) }

// I64LE reads a little-endian 64-bit signed integer.
func (d *Decoder) I64LE() Opt[int64] { return As[int64](d.U64LE()) }

// Uint reads an unsigned integer of 4 or 8 bytes.
func (d *Decoder) Uint() Opt[uint64] {
	switch d.lv.lim - d.lv.at {
	case 4 + 4:
		return Opt[uint64]{uint64(binary.NativeEndian.Uint32(d.buf[d.lv.at+4:])), true}
	case 4 + 8:
		return Opt[uint64]{binary.NativeEndian.Uint64(d.buf[d.lv.at+4:]), true}
	}
	d.wrongSizes(4, 8)
	return Opt[uint64]{}
}

// Sint reads a signed integer of 4 or 8 bytes.
func (d *Decoder) Sint() Opt[int64] {
	switch d.lv.lim - d.lv.at {
	case 4 + 4:
		return Opt[int64]{int64(int32(binary.NativeEndian.Uint32(d.buf[d.lv.at+4:]))), true}
	case 4 + 8:
		return Opt[int64]{int64(binary.NativeEndian.Uint64(d.buf[d.lv.at+4:])), true}
	}
	d.wrongSizes(4, 8)
	return Opt[int64]{}
}

// BitfieldAs reads a value and a selector of 32 bits each.
func BitfieldAs[T ~uint32](d *Decoder) Opt[Bitfield32[T]] {
	if d.lv.lim-d.lv.at == 4+8 {
		p := d.payload()
		return Some(Bitfield32[T]{T(binary.NativeEndian.Uint32(p)), T(binary.NativeEndian.Uint32(p[4:]))})
	}
	d.wrongSize(8)
	return Opt[Bitfield32[T]]{}
}

// Flag reads an attribute whose presence is its value. Its payload does not matter.
func (d *Decoder) Flag() bool { return true }

// String reads a string up to its first NUL, or to its end if it has none.
func (d *Decoder) String() Opt[string] {
	p := d.payload()
	if i := bytes.IndexByte(p, 0); i >= 0 {
		p = p[:i]
	}
	if d.sp != nil {
		return Opt[string]{d.sp.intern(p), true}
	}
	return Opt[string]{string(p), true}
}

// Bytes reads the payload as it is. The result is not nil, even if it is empty.
func (d *Decoder) Bytes() Bytes {
	return d.own(d.payload())
}

// MAC reads a link-layer address of any length. The result is not nil, even if it is empty.
func (d *Decoder) MAC() net.HardwareAddr { return net.HardwareAddr(d.Bytes()) }

// Addr reads an IP address of 4 or 16 bytes.
func (d *Decoder) Addr() netip.Addr {
	switch p := d.payload(); len(p) {
	case 4:
		return netip.AddrFrom4([4]byte(p))
	case 16:
		return netip.AddrFrom16([16]byte(p))
	}
	d.wrongSizes(4, 16)
	return netip.Addr{}
}

// Addr4 reads an IPv4 address.
func (d *Decoder) Addr4() netip.Addr {
	if p := d.payload(); len(p) == 4 {
		return netip.AddrFrom4([4]byte(p))
	}
	d.wrongSize(4)
	return netip.Addr{}
}

// Addr16 reads an IPv6 address.
func (d *Decoder) Addr16() netip.Addr {
	if p := d.payload(); len(p) == 16 {
		return netip.AddrFrom16([16]byte(p))
	}
	d.wrongSize(16)
	return netip.Addr{}
}

// Struct reads a C struct of n bytes. A shorter payload is extended with zeros; what a longer one has more
// goes to tail, which becomes nil if there is nothing. A nil tail drops it. The result is valid until the next
// method call.
func (d *Decoder) Struct(n int, tail *Bytes) []byte {
	p := d.payload()
	if len(p) < n {
		z := d.zeros(n)
		copy(z, p)
		p = z
	}
	if tail == nil {
		return p[:n:n]
	}
	*tail = nil
	if len(p) > n {
		*tail = d.own(p[n:])
	}
	return p[:n:n]
}

// aliases reports whether decoded bytes may share the message's memory.
func (d *Decoder) aliases() bool { return d.sp != nil && d.sp.recycle }

//go:noinline
func (d *Decoder) wrongSize(want int) { d.unreadable(wrongSize, int(d.lv.lim-d.lv.at)-4, want) }

//go:noinline
func (d *Decoder) wrongSizes(want, or int) {
	d.unreadable(wrongSizes, int(d.lv.lim-d.lv.at)-4, want<<8|or)
}
