package nl

import "github.com/nlgen/nlgen/runtime/wire"

// A RawMessage is a message as bytes: the fixed header and the attributes, without struct nlmsghdr and, in
// generic families, without struct genlmsghdr. As a request it is sent verbatim; as a reply it is a copy.
type RawMessage []byte

// Encode writes the bytes, and zeros up to a multiple of 4, which calls take off again.
func (m *RawMessage) Encode(e *wire.Encoder) {
	if m != nil {
		copy(e.Header(len(*m)), *m)
	}
}

// Decode copies the whole message.
func (m *RawMessage) Decode(d *wire.Decoder) { *m = append((*m)[:0], d.Header(remaining(d))...) }

// remaining finds out how many bytes d has left, by asking copies of it for a fixed header.
func remaining(d *wire.Decoder) int {
	fits := func(n int) bool {
		probe := *d
		probe.Header(n)
		return probe.Err(nil, -1) == nil
	}
	low, high := 0, 1
	for fits(high) {
		low, high = high, 2*high
	}
	for high-low > 1 {
		if mid := low + (high-low)/2; fits(mid) {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}
