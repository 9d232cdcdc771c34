package wire

import (
	"encoding/binary"
	"fmt"
)

// The Put functions write integers of a type of the caller's, such as a generated enum, in the width and byte
// order that the name says. A value that does not fit the width is an error.

// PutU8 writes an 8-bit unsigned integer.
func PutU8[T Integer](e *Encoder, id uint16, o Opt[T]) {
	if v := uint8(o.v); T(v) != o.v || o.v < 0 {
		misfit(e, id, o.v, "unsigned", 8)
		return
	}
	e.U8(id, As[uint8](o))
}

// PutU16 writes a 16-bit unsigned integer.
func PutU16[T Integer](e *Encoder, id uint16, o Opt[T]) {
	if v := uint16(o.v); T(v) != o.v || o.v < 0 {
		misfit(e, id, o.v, "unsigned", 16)
		return
	}
	e.U16(id, As[uint16](o))
}

// PutU16BE writes a big-endian 16-bit unsigned integer.
func PutU16BE[T Integer](e *Encoder, id uint16, o Opt[T]) {
	if v := uint16(o.v); T(v) != o.v || o.v < 0 {
		misfit(e, id, o.v, "unsigned", 16)
		return
	}
	e.U16BE(id, As[uint16](o))
}

// PutU16LE writes a little-endian 16-bit unsigned integer.
func PutU16LE[T Integer](e *Encoder, id uint16, o Opt[T]) {
	if v := uint16(o.v); T(v) != o.v || o.v < 0 {
		misfit(e, id, o.v, "unsigned", 16)
		return
	}
	e.U16LE(id, As[uint16](o))
}

// PutU32 writes a 32-bit unsigned integer.
func PutU32[T Integer](e *Encoder, id uint16, o Opt[T]) {
	if v := uint32(o.v); T(v) != o.v || o.v < 0 {
		misfit(e, id, o.v, "unsigned", 32)
		return
	}
	e.U32(id, As[uint32](o))
}

// PutU32BE writes a big-endian 32-bit unsigned integer.
func PutU32BE[T Integer](e *Encoder, id uint16, o Opt[T]) {
	if v := uint32(o.v); T(v) != o.v || o.v < 0 {
		misfit(e, id, o.v, "unsigned", 32)
		return
	}
	e.U32BE(id, As[uint32](o))
}

// PutU32LE writes a little-endian 32-bit unsigned integer.
func PutU32LE[T Integer](e *Encoder, id uint16, o Opt[T]) {
	if v := uint32(o.v); T(v) != o.v || o.v < 0 {
		misfit(e, id, o.v, "unsigned", 32)
		return
	}
	e.U32LE(id, As[uint32](o))
}

// PutU64 writes a 64-bit unsigned integer.
func PutU64[T Integer](e *Encoder, id uint16, o Opt[T]) {
	if v := uint64(o.v); T(v) != o.v || o.v < 0 {
		misfit(e, id, o.v, "unsigned", 64)
		return
	}
	e.U64(id, As[uint64](o))
}

// PutU64BE writes a big-endian 64-bit unsigned integer.
func PutU64BE[T Integer](e *Encoder, id uint16, o Opt[T]) {
	if v := uint64(o.v); T(v) != o.v || o.v < 0 {
		misfit(e, id, o.v, "unsigned", 64)
		return
	}
	e.U64BE(id, As[uint64](o))
}

// PutU64LE writes a little-endian 64-bit unsigned integer.
func PutU64LE[T Integer](e *Encoder, id uint16, o Opt[T]) {
	if v := uint64(o.v); T(v) != o.v || o.v < 0 {
		misfit(e, id, o.v, "unsigned", 64)
		return
	}
	e.U64LE(id, As[uint64](o))
}

// PutI8 writes an 8-bit signed integer.
func PutI8[T Integer](e *Encoder, id uint16, o Opt[T]) {
	if v := int8(o.v); T(v) != o.v || (v < 0) != (o.v < 0) {
		misfit(e, id, o.v, "signed", 8)
		return
	}
	e.I8(id, As[int8](o))
}

// PutI16 writes a 16-bit signed integer.
func PutI16[T Integer](e *Encoder, id uint16, o Opt[T]) {
	if v := int16(o.v); T(v) != o.v || (v < 0) != (o.v < 0) {
		misfit(e, id, o.v, "signed", 16)
		return
	}
	e.I16(id, As[int16](o))
}

// PutI16BE writes a big-endian 16-bit signed integer.
func PutI16BE[T Integer](e *Encoder, id uint16, o Opt[T]) {
	if v := int16(o.v); T(v) != o.v || (v < 0) != (o.v < 0) {
		misfit(e, id, o.v, "signed", 16)
		return
	}
	e.I16BE(id, As[int16](o))
}

// PutI16LE writes a little-endian 16-bit signed integer.
func PutI16LE[T Integer](e *Encoder, id uint16, o Opt[T]) {
	if v := int16(o.v); T(v) != o.v || (v < 0) != (o.v < 0) {
		misfit(e, id, o.v, "signed", 16)
		return
	}
	e.I16LE(id, As[int16](o))
}

// PutI32 writes a 32-bit signed integer.
func PutI32[T Integer](e *Encoder, id uint16, o Opt[T]) {
	if v := int32(o.v); T(v) != o.v || (v < 0) != (o.v < 0) {
		misfit(e, id, o.v, "signed", 32)
		return
	}
	e.I32(id, As[int32](o))
}

// PutI32BE writes a big-endian 32-bit signed integer.
func PutI32BE[T Integer](e *Encoder, id uint16, o Opt[T]) {
	if v := int32(o.v); T(v) != o.v || (v < 0) != (o.v < 0) {
		misfit(e, id, o.v, "signed", 32)
		return
	}
	e.I32BE(id, As[int32](o))
}

// PutI32LE writes a little-endian 32-bit signed integer.
func PutI32LE[T Integer](e *Encoder, id uint16, o Opt[T]) {
	if v := int32(o.v); T(v) != o.v || (v < 0) != (o.v < 0) {
		misfit(e, id, o.v, "signed", 32)
		return
	}
	e.I32LE(id, As[int32](o))
}

// PutI64 writes a 64-bit signed integer.
func PutI64[T Integer](e *Encoder, id uint16, o Opt[T]) {
	if v := int64(o.v); T(v) != o.v || (v < 0) != (o.v < 0) {
		misfit(e, id, o.v, "signed", 64)
		return
	}
	e.I64(id, As[int64](o))
}

// PutI64BE writes a big-endian 64-bit signed integer.
func PutI64BE[T Integer](e *Encoder, id uint16, o Opt[T]) {
	if v := int64(o.v); T(v) != o.v || (v < 0) != (o.v < 0) {
		misfit(e, id, o.v, "signed", 64)
		return
	}
	e.I64BE(id, As[int64](o))
}

// PutI64LE writes a little-endian 64-bit signed integer.
func PutI64LE[T Integer](e *Encoder, id uint16, o Opt[T]) {
	if v := int64(o.v); T(v) != o.v || (v < 0) != (o.v < 0) {
		misfit(e, id, o.v, "signed", 64)
		return
	}
	e.I64LE(id, As[int64](o))
}

// PutUint writes an unsigned integer in 4 bytes if it fits, else in 8.
func PutUint[T Integer](e *Encoder, id uint16, o Opt[T]) {
	if o.v < 0 {
		misfit(e, id, o.v, "unsigned", 64)
		return
	}
	e.Uint(id, As[uint64](o))
}

// PutSint writes a signed integer in 4 bytes if it fits, else in 8.
func PutSint[T Integer](e *Encoder, id uint16, o Opt[T]) {
	if o.v > 0 && int64(o.v) < 0 {
		misfit(e, id, o.v, "signed", 64)
		return
	}
	e.Sint(id, As[int64](o))
}

func misfit[T Integer](e *Encoder, id uint16, v T, sign string, bits int) {
	e.Fail(id, fmt.Sprintf("%d does not fit %d bits %s", v, bits, sign))
}

// PutBitfield32 writes a value and a selector of 32 bits each.
func PutBitfield32[T ~uint32](e *Encoder, id uint16, o Opt[Bitfield32[T]]) {
	if o.set {
		p := e.attr(id, 8)
		binary.NativeEndian.PutUint32(p, uint32(o.v.Value))
		binary.NativeEndian.PutUint32(p[4:], uint32(o.v.Selector))
	}
}

// PutArray writes integers in host order, one after the other, unless s is nil.
func PutArray[T Integer](e *Encoder, id uint16, s []T) {
	if s == nil {
		return
	}
	size := sizeOf[T]()
	if len(s) > MaxPayload/size {
		e.Fail(id, fmt.Sprintf("%d elements of %d bytes, at most %d bytes fit", len(s), size, MaxPayload))
		return
	}
	p := e.attr(id, len(s)*size)
	for i, v := range s {
		switch size {
		case 1:
			p[i] = uint8(v)
		case 2:
			binary.NativeEndian.PutUint16(p[2*i:], uint16(v))
		case 4:
			binary.NativeEndian.PutUint32(p[4*i:], uint32(v))
		default:
			binary.NativeEndian.PutUint64(p[8*i:], uint64(v))
		}
	}
}
