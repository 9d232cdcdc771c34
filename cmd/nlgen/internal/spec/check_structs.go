package spec

import "slices"

// A layout is the size and alignment of a struct in C.
type layout struct{ size, align int }

func (c *checker) members(d *Definition) {
	first := make(map[string]Pos, len(d.Members))
	for _, m := range d.Members {
		if at, twice := first[m.Name.V]; twice && m.Name.Set() && m.Type.V != "pad" {
			c.hint(m.Name.Pos, RuleDuplicateMember, at.hint(), "struct %q has two members called %q", d.Name.V, m.Name.V)
		}
		if m.Name.Set() && m.Type.V != "pad" {
			first[m.Name.V] = m.Name.Pos
		}
		if m.Type.Set() {
			c.member(m)
		}
	}
	if d.Members != nil && len(d.Members) == 0 {
		c.add(d.Pos, RuleStructSize, "struct %q has no members", d.Name.V)
	}
}

func (c *checker) member(m *Member) {
	width := intBits(m.Type.V)
	switch {
	case width != 0 && m.Len.Set():
		c.hint(m.Len.Pos, RuleMemberLength, "leave len out, or use binary", "member %q is a %s, which has a length of its own", m.Name.V, m.Type.V)
	case m.Struct.Set() && m.Type.V != "binary":
		c.hint(m.Struct.Pos, RuleMisplacedKey, "use binary", "a member of type %s cannot hold a struct", m.Type.V)
	case m.Struct.Set() && m.Len.Set():
		c.hint(m.Len.Pos, RuleMemberLength, "leave len out", "member %q has the length of struct %q", m.Name.V, m.Struct.V)
	case width == 0 && !m.Struct.Set() && !m.Len.Set():
		c.hint(m.Pos, RuleMemberLength, "add len", "member %q of type %s has no length", m.Name.V, m.Type.V)
	}
	if m.Type.V == "binary" {
		c.structure(m.Struct)
	}
	c.enumUse(m.Enum, m.EnumAsFlags, m.Type.V)
	if m.ByteOrder.Set() {
		c.byteOrder(m.ByteOrder, m.Type.V, false)
	}
}

// layout returns how large a struct is in C. It reports a struct that holds itself, and one that no
// attribute has room for. The structs that are being measured are on the path.
func (c *checker) layout(d *Definition, path []*Definition) layout {
	if l, ok := c.sizes[d]; ok {
		return l
	}
	l := layout{align: 1}
	for _, m := range d.Members {
		part := layout{m.Size, 1}
		if bytes := int(intBits(m.Type.V) / 8); bytes != 0 {
			part = layout{bytes, bytes}
		}
		if inner := c.defs[m.Struct.V]; m.Type.V == "binary" && inner != nil && inner.Type.V == "struct" {
			if inner == d || slices.Contains(path, inner) {
				c.hint(m.Struct.Pos, RuleStructRecursion, inner.where(), "struct %q holds itself", inner.Name.V)
				continue
			}
			part = c.layout(inner, append(path, d))
		}
		l.align = max(l.align, part.align)
		l.size = min(roundUp(l.size, part.align)+part.size, maxPayload+1)
	}
	l.size = roundUp(l.size, l.align)
	if l.size > maxPayload {
		c.add(d.Pos, RuleStructSize, "struct %q is larger than the %d bytes that an attribute holds", d.Name.V, maxPayload)
		l.size = 0 // structs that hold this one are not to blame
	}
	c.sizes[d] = l
	return l
}

func roundUp(n, align int) int { return (n + align - 1) / align * align }
