package wiretest

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
)

// damage returns a changed copy of a message.
func damage(rng *rand.Rand, b []byte) []byte {
	b = slices.Clone(b)
	if len(b) == 0 {
		return b
	}
	for range 1 + rng.IntN(4) {
		at := rng.IntN(len(b))
		word := at &^ 3 // where attribute headers are
		switch rng.IntN(7) {
		case 0: // one bit
			b[at] ^= 1 << rng.IntN(8)
		case 1: // one byte
			b[at] = byte(rng.Uint32())
		case 2: // the end
			b = b[:at+1]
		case 3: // a length
			if word+2 <= len(b) {
				binary.NativeEndian.PutUint16(b[word:], uint16(rng.IntN(24)))
			}
		case 4: // a type, or the upper half of a value
			if word+4 <= len(b) {
				binary.NativeEndian.PutUint16(b[word+2:], uint16(rng.IntN(32)))
			}
		case 5: // a piece twice
			end := min(len(b), word+4*(1+rng.IntN(8)))
			b = slices.Insert(b, word, slices.Clone(b[word:end])...)
		case 6: // a piece less
			b = slices.Delete(b, word, min(len(b), word+4))
		}
		if len(b) == 0 {
			break
		}
	}
	return b
}
