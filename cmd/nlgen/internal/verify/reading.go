package verify

import (
	"math/bits"
	"strings"
)

// A reading is how an enum's values in C relate to a schema's.
type reading int

const (
	plainly  reading = iota
	asBits           // C numbers the bits that a schema has as masks
	fromOne          // the same, counted from 1
	asMasks          // C has masks, the schema numbers the bits
	swapped          // C has 16-bit values in network order
	indexes          // C has indexes from 0 of what is numbered from 1
	readings         // how many there are
)

// agree compares a schema's value with C's.
func (r reading) agree(g *group, value, c uint64) bool {
	return r.value(g, value) == c || r == plainly && sameInt(r.value(g, value), c)
}

// sameInt compares with a C value that may be negative where the schema has what travels.
func sameInt(v, c uint64) bool {
	return v == c || int64(c) < 0 && (v == uint64(uint32(c)) || v == uint64(uint16(c)) || v == uint64(uint8(c)))
}

// value is a schema's value as C has it.
func (r reading) value(g *group, v uint64) uint64 {
	if g.mask != 0 {
		v &= g.mask
	}
	switch r {
	case asBits:
		return uint64(bits.TrailingZeros64(v))
	case fromOne:
		return uint64(bits.TrailingZeros64(v)) + 1
	case asMasks:
		return 1 << (v & 63)
	case indexes:
		return v - 1
	case swapped:
		return uint64(bits.ReverseBytes16(uint16(v)))
	}
	return v
}

// fits reports whether a group can be read so at all.
func (r reading) fits(g *group, m *match) bool {
	switch r {
	case indexes:
		return g.kind == attributes && strings.Contains(m.enum.tag, "index")
	case asBits, fromOne:
		return g.flags
	case asMasks:
		return g.kind == values && !g.flags
	case swapped:
		return g.kind == values
	}
	return true
}

// minForReading is how many values must agree under another reading before it is believed.
const minForReading = 2

// readingOf takes the plain reading, unless under another one all values agree.
func readingOf(g *group, m *match) reading {
	agreeing := func(r reading) int {
		n := 0
		for it, v := range m.found {
			if r.agree(g, it.value, v.value) {
				n++
			}
		}
		return n
	}
	if agreeing(plainly) == len(m.found) {
		return plainly
	}
	for r := plainly + 1; r < readings; r++ {
		if r.fits(g, m) && len(m.found) >= minForReading && agreeing(r) == len(m.found) {
			return r
		}
	}
	return plainly
}
