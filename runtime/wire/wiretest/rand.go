// Package wiretest checks generated messages with random values. A generated test has one function a type,
// which fills a value through a Rand, and hands it to Check.
package wiretest

import (
	"math/rand/v2"
	"net"
	"net/netip"

	"github.com/nlgen/nlgen/runtime/wire"
)

// Bounds of one random message: attributes cannot hold more than 65,531 bytes, and recursive sets must end.
const (
	maxDepth  = 5
	maxBytes  = 12 << 10
	maxString = 24
)

// A Rand makes random values that a message can hold. Methods that may leave a value out do so depending on
// the message's density: there are full, half full and sparse messages.
type Rand struct {
	rng   *rand.Rand
	depth int
	bytes int     // left to spend
	dense float64 // probability that a value is present
	must  bool    // values are always present
}

// NewRand returns a Rand that makes the same values for the same seed and number of the message.
func NewRand(seed, n uint64) *Rand {
	r := &Rand{rng: rand.New(rand.NewPCG(seed, n)), bytes: maxBytes}
	switch n % 4 {
	case 0:
		r.dense = 0.95
	case 1:
		r.dense = 0.1
	default:
		r.dense = 0.5
	}
	return r
}

// present decides whether a value of about n bytes is to be there.
func (r *Rand) present(n int) bool {
	if !r.must && (r.bytes < n || r.rng.Float64() >= r.dense) {
		return false
	}
	r.bytes -= 4 + n
	return true
}

// Pick returns a number from 0 to n-1.
func (r *Rand) Pick(n int) int { return r.rng.IntN(n) }

// Enter reports whether a nest is to be there, which it never is when the message is deep or large already.
// After true, Leave ends the nest.
func (r *Rand) Enter() bool {
	if r.depth >= maxDepth || !r.present(64) {
		return false
	}
	r.depth++
	return true
}

// Leave ends a nest.
func (r *Rand) Leave() { r.depth-- }

// bits returns a number of that many bits: the ends of the range more often than others.
func (r *Rand) bits(n int) uint64 {
	mask := ^uint64(0) >> (64 - n)
	switch r.rng.IntN(8) {
	case 0:
		return 0
	case 1:
		return mask
	case 2:
		return mask >> 1 // largest signed
	case 3:
		return mask>>1 + 1 // smallest signed
	case 4:
		return r.rng.Uint64N(16)
	}
	return r.rng.Uint64() & mask
}

// opt returns a number of that many bits, or nothing.
func (r *Rand) opt(n int) (o wire.Opt[uint64]) {
	if r.present(n / 8) {
		o.Set(r.bits(n))
	}
	return o
}

// U8 returns an 8-bit unsigned integer, or nothing.
func (r *Rand) U8() wire.Opt[uint8] { return wire.As[uint8](r.opt(8)) }

// U16 returns a 16-bit unsigned integer, or nothing.
func (r *Rand) U16() wire.Opt[uint16] { return wire.As[uint16](r.opt(16)) }

// U32 returns a 32-bit unsigned integer, or nothing.
func (r *Rand) U32() wire.Opt[uint32] { return wire.As[uint32](r.opt(32)) }

// U64 returns a 64-bit unsigned integer, or nothing.
func (r *Rand) U64() wire.Opt[uint64] { return r.opt(64) }

// I8 returns an 8-bit signed integer, or nothing.
func (r *Rand) I8() wire.Opt[int8] { return wire.As[int8](r.opt(8)) }

// I16 returns a 16-bit signed integer, or nothing.
func (r *Rand) I16() wire.Opt[int16] { return wire.As[int16](r.opt(16)) }

// I32 returns a 32-bit signed integer, or nothing.
func (r *Rand) I32() wire.Opt[int32] { return wire.As[int32](r.opt(32)) }

// I64 returns a 64-bit signed integer, or nothing.
func (r *Rand) I64() wire.Opt[int64] { return wire.As[int64](r.opt(64)) }

// Uint returns an unsigned integer around the edge where 4 bytes end, or nothing.
func (r *Rand) Uint() wire.Opt[uint64] {
	if r.rng.IntN(2) == 0 {
		return r.opt(32)
	}
	return r.opt(64)
}

// Sint returns a signed integer around the edges where 4 bytes end, or nothing.
func (r *Rand) Sint() wire.Opt[int64] {
	switch r.rng.IntN(3) {
	case 0:
		return wire.As[int64](wire.As[int32](r.opt(32)))
	case 1:
		return wire.As[int64](r.opt(33))
	}
	return wire.As[int64](r.opt(64))
}

// Enum returns a value of an enum of that many bits, often one with a name, or nothing.
func (r *Rand) Enum(names wire.EnumNames, bits int) wire.Opt[uint64] {
	o := r.opt(bits)
	if o.IsSet() && len(names) > 0 && r.rng.IntN(4) > 0 {
		o.Set(names[r.rng.IntN(len(names))].Value & (^uint64(0) >> (64 - bits)))
	}
	return o
}

// Flags returns a combination of flags of that many bits, some without name, or nothing.
func (r *Rand) Flags(names wire.EnumNames, bits int) wire.Opt[uint64] {
	o := r.opt(bits)
	if o.IsSet() && r.rng.IntN(4) > 0 {
		var v uint64
		for _, n := range names {
			if r.rng.IntN(2) == 0 {
				v |= n.Value & (^uint64(0) >> (64 - bits))
			}
		}
		o.Set(v)
	}
	return o
}

// Flag returns true or false.
func (r *Rand) Flag() bool { return r.present(0) }

// Fill fills b.
func (r *Rand) Fill(b []byte) {
	for i := range b {
		b[i] = byte(r.rng.Uint32())
	}
}

// text returns a string without NUL; some are not valid UTF-8.
func (r *Rand) text() string {
	b := make([]byte, r.rng.IntN(maxString))
	odd := r.rng.IntN(4) == 0
	for i := range b {
		if b[i] = "abcdefghij-_.0123456789é<>&\"\\"[r.rng.IntN(30)]; odd {
			b[i] = byte(1 + r.rng.IntN(255))
		}
	}
	return string(b)
}

// String returns a string, or nothing.
func (r *Rand) String() (o wire.Opt[string]) {
	if r.present(maxString) {
		o.Set(r.text())
	}
	return o
}

// Blob returns bytes, not nil.
func (r *Rand) Blob() wire.Bytes {
	b := make(wire.Bytes, r.rng.IntN(maxString))
	r.bytes -= len(b)
	r.Fill(b)
	return b
}

// Bytes returns bytes, or nil.
func (r *Rand) Bytes() wire.Bytes {
	if !r.present(maxString) {
		return nil
	}
	return r.Blob()
}

// Tail returns some bytes, or nil, but never none: what follows a C struct.
func (r *Rand) Tail() wire.Bytes {
	if r.rng.IntN(4) > 0 || !r.present(8) {
		return nil
	}
	b := make(wire.Bytes, 1+r.rng.IntN(8))
	r.Fill(b)
	return b
}

// MAC returns a link-layer address, often of 6 bytes, or nil.
func (r *Rand) MAC() net.HardwareAddr {
	if !r.present(20) {
		return nil
	}
	b := make(net.HardwareAddr, []int{6, 6, 6, 0, 4, 20}[r.rng.IntN(6)])
	r.Fill(b)
	return b
}

// Addr4 returns an IPv4 address, or the zero Addr.
func (r *Rand) Addr4() netip.Addr {
	var b [4]byte
	if !r.present(len(b)) {
		return netip.Addr{}
	}
	r.Fill(b[:])
	return netip.AddrFrom4(b)
}

// Addr16 returns an IPv6 address, or the zero Addr.
func (r *Rand) Addr16() netip.Addr {
	var b [16]byte
	if !r.present(len(b)) {
		return netip.Addr{}
	}
	if r.Fill(b[:]); r.rng.IntN(4) == 0 {
		copy(b[:12], "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff")
	}
	return netip.AddrFrom16(b)
}

// Addr returns an IP address, or the zero Addr.
func (r *Rand) Addr() netip.Addr {
	if r.rng.IntN(2) == 0 {
		return r.Addr4()
	}
	return r.Addr16()
}

// Unknown returns attributes that the set does not know, most often none.
func (r *Rand) Unknown(set *wire.Set) wire.Attrs {
	if r.rng.IntN(4) > 0 || r.bytes < 64 {
		return nil
	}
	var attrs wire.Attrs
	for range 1 + r.rng.IntN(3) {
		id := uint16(r.bits(14))
		if set.Attr(id) != nil {
			continue
		}
		attrs = append(attrs, wire.Attr{Type: id | uint16(r.rng.IntN(4))<<14, Data: r.Blob()})
	}
	return attrs
}
