package learn

import (
	"maps"
	"math"
	"slices"

	"github.com/nlgen/nlgen/generated/nlctrl"
)

// ids lists the attributes of a policy.
func (p policy) ids() []int { return slices.Sorted(maps.Keys(p)) }

// apply takes a type and limits from the kernel's policy.
func (a *attr) apply(s *schema, v *nlctrl.Policy) {
	switch kind := v.Type.Value(); kind {
	case nlctrl.AttrTypeU8, nlctrl.AttrTypeU16, nlctrl.AttrTypeU32, nlctrl.AttrTypeU64, nlctrl.AttrTypeUint:
		a.typ = kind.String()
		a.unsigned(s, v)
	case nlctrl.AttrTypeS8, nlctrl.AttrTypeS16, nlctrl.AttrTypeS32, nlctrl.AttrTypeS64, nlctrl.AttrTypeSint:
		a.typ = kind.String()
		a.signed(s, v)
	case nlctrl.AttrTypeString, nlctrl.AttrTypeNULString:
		a.typ = "string"
		a.length(v)
		if kind == nlctrl.AttrTypeString {
			a.checks = append(a.checks, pair{"unterminated-ok", "true"})
		}
	case nlctrl.AttrTypeFlag:
		a.typ = "flag"
	case nlctrl.AttrTypeBitfield32:
		a.typ = "bitfield32"
		if m, ok := v.Bitfield32Mask.Get(); ok && m != math.MaxUint32 {
			a.mask(s, uint64(m))
		}
	case nlctrl.AttrTypeNested:
		a.typ = "nest"
	case nlctrl.AttrTypeNestedArray:
		a.typ, a.subType = "indexed-array", "nest"
	default:
		a.typ = "binary"
		a.length(v)
	}
	a.addressByName()
}

// addressByName says what the kernel's policies do not: that a number or bytes are an address.
func (a *attr) addressByName() {
	g := attr{name: a.name}
	(&schema{}).guessType(&facts{}, &set{}, &g)
	switch {
	case g.hint == "ipv4" && a.typ == "u32" && len(a.checks) == 0:
		a.order, a.hint, a.guess = g.order, g.hint, "that it is an address, by the name"
	case g.hint == "ipv6" && a.typ == "binary" && len(a.checks) == 1 && a.checks[0] == pair{"exact-len", "16"}:
		a.hint, a.guess = g.hint, "that it is an address, by the name"
	}
}

func (a *attr) unsigned(s *schema, v *nlctrl.Policy) {
	full := uint64(math.MaxUint64)
	switch v.Type.Value() {
	case nlctrl.AttrTypeU8:
		full = math.MaxUint8
	case nlctrl.AttrTypeU16:
		full = math.MaxUint16
	case nlctrl.AttrTypeU32:
		full = math.MaxUint32
	}
	if lo := v.MinValueU.Or(0); lo > 0 {
		a.checks = append(a.checks, pair{"min", uitoa(lo)})
	}
	if hi := v.MaxValueU.Or(full); hi < full {
		a.checks = append(a.checks, pair{"max", uitoa(hi)})
	}
	if m, ok := v.Mask.Get(); ok {
		a.mask(s, m)
	}
}

func (a *attr) signed(s *schema, v *nlctrl.Policy) {
	least, most := int64(math.MinInt64), int64(math.MaxInt64)
	switch v.Type.Value() {
	case nlctrl.AttrTypeS8:
		least, most = math.MinInt8, math.MaxInt8
	case nlctrl.AttrTypeS16:
		least, most = math.MinInt16, math.MaxInt16
	case nlctrl.AttrTypeS32:
		least, most = math.MinInt32, math.MaxInt32
	}
	if lo := v.MinValueS.Or(least); lo > least {
		a.limit(s, "min", lo)
	}
	if hi := v.MaxValueS.Or(most); hi < most {
		a.limit(s, "max", hi)
	}
}

// limit adds a limit. Schemas write a negative one as the name of a constant.
func (a *attr) limit(s *schema, key string, n int64) {
	value := itoa(n)
	if n < 0 {
		value = s.constant(a.name+"-"+key, value)
	}
	a.checks = append(a.checks, pair{key, value})
}

// constant makes a constant with a name like the one given.
func (s *schema) constant(name, value string) string {
	d := &definition{name: s.usedDefs.take(name), kind: "const", value: value, guess: "the name"}
	s.defs = append(s.defs, d)
	return d.name
}

// length takes the limits of a payload's length.
func (a *attr) length(v *nlctrl.Policy) {
	lo, hi := v.MinLength.Or(0), v.MaxLength.Or(0)
	switch {
	case lo > 0 && lo == hi:
		a.checks = append(a.checks, pair{"exact-len", itoa(lo)})
		return
	case lo > 0:
		a.checks = append(a.checks, pair{"min-len", itoa(lo)})
	}
	if hi > 0 {
		a.checks = append(a.checks, pair{"max-len", itoa(hi)})
	}
}

// mask makes a constant of the bits that may be set, which is how schemas say it.
func (a *attr) mask(s *schema, m uint64) {
	a.checks = append(a.checks, pair{"flags-mask", s.constant(a.name+"-mask", uitoa(m))})
}
