package wire

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
)

// AppendAddr is Append for addresses: one that could not be read is left out.
//
//go:noinline
func AppendAddr(d *Decoder, slot int, s []netip.Addr, a netip.Addr) []netip.Addr {
	return Append(d, slot, s, a, a.IsValid())
}

// Blob writes bytes as an element of a list, where nil is as good as empty.
func (e *Encoder) Blob(id uint16, b []byte) { copy(e.attr(id, len(b)), b) }

// AddrElem writes an address as an element of a list, where an invalid one is an error.
func (e *Encoder) AddrElem(id uint16, a netip.Addr) {
	if !a.IsValid() {
		e.Fail(id, "no address")
	}
	e.Addr(id, a)
}

// AddrElem4 is AddrElem for IPv4 alone.
func (e *Encoder) AddrElem4(id uint16, a netip.Addr) {
	if !a.IsValid() {
		e.Fail(id, "no address")
	}
	e.Addr4(id, a)
}

// Fit8 returns v for a struct member of 8 bits; a value that does not fit is an error.
func Fit8[T Integer](e *Encoder, v T) uint8 { return uint8(fit(e, v, 8)) }

// Fit16 is Fit8 for 16 bits.
func Fit16[T Integer](e *Encoder, v T) uint16 { return uint16(fit(e, v, 16)) }

// Fit32 is Fit8 for 32 bits.
func Fit32[T Integer](e *Encoder, v T) uint32 { return uint32(fit(e, v, 32)) }

func fit[T Integer](e *Encoder, v T, bits int) uint64 {
	if u := uint64(v); u>>bits != 0 {
		e.failStruct(fmt.Sprintf("%d does not fit the %d bits of its member", v, bits))
	}
	return uint64(v)
}

// NoTail makes it an error that a struct inside a struct has a tail, for which there is no room.
func (e *Encoder) NoTail(tail Bytes) {
	if len(tail) > 0 {
		e.failStruct("tail in a struct that is inside another one")
	}
}

// failStruct makes the message an error about the struct or fixed header that is being filled.
func (e *Encoder) failStruct(reason string) {
	if e.fail != nil {
		return
	}
	e.fail = &failure{at: e.inner - e.base, header: e.header, reason: reason}
	if !e.header {
		e.fail.id = binary.NativeEndian.Uint16(e.buf[e.inner+2:]) & TypeMask
	}
}

// UnmarshalHex fills dst with what hexadecimal text says; the length must be right.
func UnmarshalHex(dst, text []byte) error {
	if hex.DecodedLen(len(text)) != len(dst) || len(text)%2 != 0 {
		return fmt.Errorf("%d hexadecimal digits, want %d", len(text), 2*len(dst))
	}
	_, err := hex.Decode(dst, text)
	return err
}
