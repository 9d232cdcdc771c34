package spec

import "math/big"

// A span is the smallest and the largest value among the entries of an enum or flag set. Both are nil
// where there are no entries.
type span struct{ lo, hi *Entry }

var (
	minInt64  = new(big.Int).Lsh(big.NewInt(-1), 63)
	maxInt64  = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 63), big.NewInt(1))
	maxUint64 = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 64), big.NewInt(1))
	lastBit   = big.NewInt(63)
)

func (c *checker) definitions() {
	unique(c, RuleDuplicateDefinition, "definition", c.f.Definitions, func(d *Definition) Value[string] { return d.Name })
	for _, d := range c.f.Definitions {
		if d.Type.V == "enum" || d.Type.V == "flags" {
			c.entries(d)
		}
	}
	for _, d := range c.f.Definitions {
		switch d.Type.V {
		case "const":
			if d.Int != nil && (d.Int.Cmp(minInt64) < 0 || d.Int.Cmp(maxUint64) > 0) {
				c.add(d.Value.Pos, RuleNumberRange, "constant %q does not fit 64 bits", d.Name.V)
			}
		case "struct":
			c.members(d)
			c.layout(d, nil)
		}
	}
}

func (c *checker) entries(d *Definition) {
	what := "value"
	if d.Type.V == "flags" {
		what = "bit"
	}
	unique(c, RuleDuplicateEntry, "entry", d.Entries, func(e *Entry) Value[string] { return e.Name })
	first := make(map[string]*Entry, len(d.Entries))
	var s span
	for _, e := range d.Entries {
		pos := e.valuePos()
		if at := first[e.Num.String()]; at != nil {
			c.hint(pos, RuleDuplicateEntryValue, at.Pos.hint(), "entries %q and %q share the %s %s", at.Name.V, e.Name.V, what, short(e.Num))
		}
		first[e.Num.String()] = e
		switch {
		case d.Type.V == "flags" && (e.Num.Sign() < 0 || e.Num.Cmp(lastBit) > 0):
			c.add(pos, RuleFlagBit, "flag %q has the bit %s; bits go from 0 to 63", e.Name.V, short(e.Num))
			continue
		case e.Num.Cmp(minInt64) < 0 || e.Num.Cmp(maxUint64) > 0:
			c.add(pos, RuleEntryValue, "entry %q has the value %s, which does not fit 64 bits", e.Name.V, short(e.Num))
			continue
		}
		if s.lo == nil || e.Num.Cmp(s.lo.Num) < 0 {
			s.lo = e
		}
		if s.hi == nil || e.Num.Cmp(s.hi.Num) > 0 {
			s.hi = e
		}
	}
	if s.lo != nil && s.lo.Num.Sign() < 0 && s.hi.Num.Cmp(maxInt64) > 0 {
		c.add(s.hi.valuePos(), RuleEntryValue, "entries %q = %s and %q = %s do not fit one 64-bit type",
			s.lo.Name.V, s.lo.Num, s.hi.Name.V, s.hi.Num)
	}
	c.spans[d] = s
}

// valuePos is where the value of an entry is written, or the entry itself where it is counted.
func (e *Entry) valuePos() Pos {
	if e.Value.Set() {
		return e.Value.Pos
	}
	return e.Pos
}
