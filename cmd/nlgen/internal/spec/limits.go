package spec

import (
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// checks turns every limit into a number.
func (n *numberer) checks(c *Checks) {
	for _, l := range []*Limit{c.Min, c.Max} {
		n.limit(l, true)
	}
	for _, l := range []*Limit{c.ExactLen, c.MinLen, c.MaxLen} {
		n.limit(l, false)
	}
	if l := c.FlagsMask; l != nil {
		n.mask(l)
	}
}

func (n *numberer) limit(l *Limit, literals bool) {
	if l == nil || l.Int != nil {
		return
	}
	if literals && n.consts[constName(l.Text.V)] == nil {
		if l.Int = typeLimit(l.Text.V); l.Int != nil {
			return
		}
	}
	l.Int = n.constant(l.Text, literals)
}

var minus1 = regexp.MustCompile(`^(.*) - 1$`)

// constant returns the value of a constant, less one where the text ends in ` - 1`.
func (n *numberer) constant(text Value[string], literals bool) *big.Int {
	name, less := text.V, int64(0)
	if m := minus1.FindStringSubmatch(name); m != nil && !literals {
		name, less = m[1], 1
	}
	if i, ok := new(big.Int).SetString(name, 10); ok && len(name) <= maxDigits && i.Sign() >= 0 {
		return i.Sub(i, big.NewInt(less))
	}
	d := n.consts[constName(name)]
	switch {
	case d == nil:
		n.hint(text.Pos, RuleUnknownConstant, n.suggest.hint(name, n.constNames()), "no constant is called %q", name)
		return nil
	case d.Type.V != "const":
		n.hint(text.Pos, RuleWrongKind, d.where(), "%q is %s, not a constant", name, d.kind())
		return nil
	case d.Int == nil:
		n.hint(text.Pos, RuleWrongKind, d.where(), "constant %q is no number", name)
		return nil
	}
	return new(big.Int).Sub(d.Int, big.NewInt(less))
}

// constNames lists the constants that a limit may name.
func (n *numberer) constNames() []string {
	return slices.Sorted(maps.Keys(n.consts))
}

// kind names a definition's type in a sentence.
func (d *Definition) kind() string {
	switch d.Type.V {
	case "const":
		return "a constant"
	case "enum":
		return "an enum"
	case "flags":
		return "a flag set"
	case "struct":
		return "a struct"
	default:
		return "something else"
	}
}

// where says where the definition is.
func (d *Definition) where() string { return "defined at line " + strconv.Itoa(d.Name.Pos.Line) }

// mask adds up the flags of the definition that flags-mask names.
func (n *numberer) mask(l *Limit) {
	d := n.defs[l.Text.V]
	switch {
	case d == nil:
		n.hint(l.Text.Pos, RuleUnknownConstant, n.suggest.hint(l.Text.V, slices.Sorted(maps.Keys(n.defs))),
			"no flag set or constant is called %q", l.Text.V)
	case d.Type.V == "const":
		l.Int = n.constant(l.Text, false)
	case d.Type.V != "flags" && d.Type.V != "enum":
		n.hint(l.Text.Pos, RuleWrongKind, d.where(), "%q is %s, not a flag set", l.Text.V, d.kind())
	default:
		l.Int = new(big.Int)
		for _, e := range d.Entries {
			if e.Num.IsInt64() && e.Num.Sign() >= 0 && e.Num.Int64() < 64 {
				l.Int.SetBit(l.Int, int(e.Num.Int64()), 1)
			}
		}
	}
}

var typeLimitRE = regexp.MustCompile(`^([us])(8|16|32|64)-(min|max)$`)

// typeLimit returns the value of a literal such as u8-max.
func typeLimit(text string) *big.Int {
	m := typeLimitRE.FindStringSubmatch(text)
	if m == nil {
		return nil
	}
	lo, hi := intRange(m[1] + m[2])
	if m[3] == "min" {
		return lo
	}
	return hi
}

// intRange returns the bounds of an integer type; nil for other types.
func intRange(typ string) (lo, hi *big.Int) {
	bits := intBits(typ)
	if bits == 0 {
		return nil, nil
	}
	one := big.NewInt(1)
	if strings.HasPrefix(typ, "s") {
		hi = new(big.Int).Lsh(one, bits-1)
		return new(big.Int).Neg(hi), hi.Sub(hi, one)
	}
	hi = new(big.Int).Lsh(one, bits)
	return new(big.Int), hi.Sub(hi, one)
}

// intBits returns the width of an integer type; 0 for other types. A bitfield32 counts as its value word.
func intBits(typ string) uint {
	switch typ {
	case "u8", "s8":
		return 8
	case "u16", "s16":
		return 16
	case "u32", "s32", "bitfield32":
		return 32
	case "u64", "s64", "uint", "sint":
		return 64
	}
	return 0
}

// size turns a member's length into a number.
func (n *numberer) size(m *Member) {
	if !m.Len.Set() {
		return
	}
	i, ok := new(big.Int).SetString(strings.ReplaceAll(m.Len.V, "_", ""), 0)
	if !ok || len(m.Len.V) > maxDigits {
		if i = n.constant(m.Len, false); i == nil {
			return
		}
	}
	if i.Sign() <= 0 || i.Cmp(big.NewInt(maxPayload)) > 0 {
		n.add(m.Len.Pos, RuleMemberLength, "member %q cannot be %s bytes long", m.Name.V, short(i))
		return
	}
	m.Size = int(i.Int64())
}

// maxPayload is the largest payload of an attribute: its length is 16 bits and counts a header of 4.
const maxPayload = 1<<16 - 1 - 4
