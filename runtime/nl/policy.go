package nl

import (
	"fmt"
	"math"
	"strings"

	"github.com/nlgen/nlgen/runtime/wire"
)

// A Policy is what the kernel demands of an attribute. It names only what the kernel told.
type Policy struct {
	Type                 string // "u32", "string", "nested"...; "" when the kernel did not say
	Min, Max             Opt[uint64]
	MinSigned, MaxSigned Opt[int64]
	MinLength, MaxLength Opt[uint32]
	Mask                 Opt[uint64] // bits that may be set
}

// policyTypes are the names of enum netlink_attribute_type.
var policyTypes = [...]string{"invalid", "flag", "u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64", "binary",
	"string", "nul-string", "nested", "nested-array", "bitfield32", "sint", "uint"}

// parsePolicy reads the policy nest of an extended acknowledgement.
func parsePolicy(b []byte) *Policy {
	if b == nil {
		return nil
	}
	p := &Policy{}
	for id, v := range attributes(b) {
		switch id {
		case 1:
			if n := u32(v); n < uint32(len(policyTypes)) {
				p.Type = policyTypes[n]
			} else {
				p.Type = fmt.Sprintf("type %d", n)
			}
		case 2:
			p.MinSigned = wire.Some(int64(u64(v)))
		case 3:
			p.MaxSigned = wire.Some(int64(u64(v)))
		case 4:
			p.Min = wire.Some(u64(v))
		case 5:
			p.Max = wire.Some(u64(v))
		case 6:
			p.MinLength = wire.Some(u32(v))
		case 7:
			p.MaxLength = wire.Some(u32(v))
		case 10:
			p.Mask = wire.Some(uint64(u32(v)))
		case 12:
			p.Mask = wire.Some(u64(v))
		}
	}
	return p
}

// String returns the policy as words, such as "u16, range 1..4094".
func (p *Policy) String() string {
	var words []string
	if p.Type != "" {
		words = append(words, p.Type)
	}
	return strings.Join(append(words, p.limits()...), ", ")
}

// isWhole reports whether the range says no more than the type does.
func (p *Policy) isWhole() bool {
	bits := map[string]int{"u8": 8, "u16": 16, "u32": 32, "u64": 64, "uint": 64, "s8": 8, "s16": 16, "s32": 32, "s64": 64,
		"sint": 64}[p.Type]
	if bits == 0 {
		return false
	}
	highest := uint64(math.MaxUint64) >> (64 - bits)
	if p.MinSigned.IsSet() || p.MaxSigned.IsSet() {
		half := int64(highest >> 1)
		return p.MinSigned.Or(-half-1) == -half-1 && p.MaxSigned.Or(half) == half
	}
	return p.Min.Or(0) == 0 && p.Max.Or(highest) == highest
}

// limits returns all but the type.
func (p *Policy) limits() []string {
	var words []string
	if !p.isWhole() {
		words = appendRange(words, "range", p.Min, p.Max)
		words = appendRange(words, "range", p.MinSigned, p.MaxSigned)
	}
	words = appendRange(words, "length", p.MinLength, p.MaxLength)
	if m, ok := p.Mask.Get(); ok {
		words = append(words, fmt.Sprintf("mask %#x", m))
	}
	return words
}

func appendRange[T uint32 | uint64 | int64](words []string, what string, lo, hi Opt[T]) []string {
	l, hasLo := lo.Get()
	h, hasHi := hi.Get()
	switch {
	case hasLo && hasHi && l == h:
		return append(words, fmt.Sprintf("%s %d", what, l))
	case hasLo && hasHi:
		return append(words, fmt.Sprintf("%s %d..%d", what, l, h))
	case hasLo:
		return append(words, fmt.Sprintf("%s at least %d", what, l))
	case hasHi:
		return append(words, fmt.Sprintf("%s at most %d", what, h))
	}
	return words
}
