package wire

import (
	"bytes"
	"encoding/binary"
)

// layout says how the bytes of an integer kind are read.
func (k Kind) layout() (size int, order binary.ByteOrder, signed, ok bool) {
	switch k {
	case KindU8, KindI8:
		size = 1
	case KindU16, KindU16BE, KindU16LE, KindI16, KindI16BE, KindI16LE:
		size = 2
	case KindU32, KindU32BE, KindU32LE, KindI32, KindI32BE, KindI32LE:
		size = 4
	case KindU64, KindU64BE, KindU64LE, KindI64, KindI64BE, KindI64LE:
		size = 8
	case KindUint, KindSint: // size 0: 4 or 8
	default:
		return 0, nil, false, false
	}
	order = binary.NativeEndian
	switch {
	case k >= KindU16BE && k <= KindI64BE:
		order = binary.BigEndian
	case k >= KindU16LE && k <= KindI64LE:
		order = binary.LittleEndian
	}
	signed = k >= KindI8 && k <= KindI64 || k >= KindI16BE && k <= KindI64BE ||
		k >= KindI16LE && k <= KindI64LE || k == KindSint
	return size, order, signed, true
}

// uint reads a payload of an integer kind; negative values are extended to 64 bits.
func (k Kind) uint(p []byte) (uint64, bool) {
	size, order, signed, ok := k.layout()
	if !ok || size == 0 && len(p) != 4 && len(p) != 8 || size != 0 && len(p) != size {
		return 0, false
	}
	v, ok := orderedUint(p, order)
	if shift := 64 - 8*len(p); signed {
		v = uint64(int64(v<<shift) >> shift)
	}
	return v, ok
}

func orderedUint(p []byte, order binary.ByteOrder) (uint64, bool) {
	switch len(p) {
	case 1:
		return uint64(p[0]), true
	case 2:
		return uint64(order.Uint16(p)), true
	case 4:
		return uint64(order.Uint32(p)), true
	case 8:
		return order.Uint64(p), true
	}
	return 0, false
}

func hostUint(p []byte) (uint64, bool) { return orderedUint(p, binary.NativeEndian) }

// cString returns p up to its first NUL.
func cString(p []byte) []byte {
	if i := bytes.IndexByte(p, 0); i >= 0 {
		return p[:i]
	}
	return p
}
