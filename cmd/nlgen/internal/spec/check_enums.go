package spec

import (
	"math/big"
	"slices"
)

// A carrier is one place where an enum or flag set is used: the reference, and the integer type there.
type carrier struct {
	ref   Value[string]
	typ   string
	flags bool
}

// has reports whether the type can hold an entry.
func (u carrier) has(e *Entry) bool {
	if u.flags {
		return e.Num.Sign() >= 0 && e.Num.Cmp(big.NewInt(int64(intBits(u.typ)))) < 0
	}
	lo, hi := intRange(u.typ)
	return e.Num.Cmp(lo) >= 0 && e.Num.Cmp(hi) <= 0
}

// enumUse checks a reference to an enum or flag set, and notes the type that carries it.
func (c *checker) enumUse(ref Value[string], asFlags Value[bool], typ string) {
	d := c.enum(ref)
	switch {
	case asFlags.V && !ref.Set():
		c.add(asFlags.Pos, RuleMissingKey, "%q says how to read an enum, but there is no %q", "enum-as-flags", "enum")
	case d == nil:
	case intBits(typ) == 0:
		c.add(ref.Pos, RuleEnumType, "values of type %s have no enum", typ)
	default:
		isFlags := d.Type.V == "flags"
		if asFlags.V && isFlags {
			c.hint(asFlags.Pos, RuleRedundantFlags, d.where(), "%q is a flag set anyway", ref.V)
		}
		c.carriers[d] = append(c.carriers[d], carrier{ref, typ, isFlags || asFlags.V})
	}
}

// enumWidths reports entries that none of the types that carry their enum can hold. A narrow type beside a
// wide one is common: an old header has one byte for flags, a newer attribute has four.
func (c *checker) enumWidths() {
	for _, d := range c.f.Definitions {
		uses, s := c.carriers[d], c.spans[d]
		if len(uses) == 0 || s.lo == nil {
			continue
		}
		widest := slices.MaxFunc(uses, func(a, b carrier) int { return int(intBits(a.typ)) - int(intBits(b.typ)) })
		for _, e := range []*Entry{s.lo, s.hi} {
			if slices.ContainsFunc(uses, func(u carrier) bool { return u.has(e) }) {
				continue
			}
			if widest.flags {
				c.hint(widest.ref.Pos, RuleFlagBit, e.Pos.at(), "flag %q of %q is bit %s, which %s does not have", e.Name.V, d.Name.V, e.Num, widest.typ)
			} else {
				c.hint(widest.ref.Pos, RuleEnumWidth, e.Pos.at(), "entry %q of %q is %s, which does not fit %s", e.Name.V, d.Name.V, e.Num, widest.typ)
			}
			break
		}
	}
}
