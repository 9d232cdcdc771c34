package learn

import (
	"slices"
	"strings"
)

// addStruct adds a struct, and before it those that it has inside. It returns nil where a schema cannot say what
// the struct is.
func (s *schema) addStruct(f *facts, c *cStruct) *definition {
	if d, ok := s.defOf[c.name]; ok {
		return d
	}
	s.defOf[c.name] = nil // a struct that has itself inside would not compile; a pointer to itself does not travel
	if c.size == 0 || c.size > 0xffff || slices.ContainsFunc(c.members, func(m cMember) bool { return m.kind == cForeign }) {
		return nil
	}
	d := &definition{kind: "struct"}
	b := layouter{s: s, f: f, of: c, names: naming{}}
	at := 0
	for i := 0; i < len(c.members); i++ {
		m := c.members[i]
		if m.kind == cBits {
			i = b.bits(i, &at)
			continue
		}
		if m.size == 0 {
			b.note("member " + m.name + " has no length of its own: what follows the struct")
			continue
		}
		if m.offset < at { // a member of a union with no name
			continue
		}
		b.pad(&at, m.offset)
		b.add(m)
		at = m.offset + m.size
	}
	b.pad(&at, c.size)
	if len(b.members) == 0 {
		return nil
	}
	d.members, d.notes = b.members, b.notes
	d.name = s.usedDefs.take(ident(c.name))
	s.defs = append(s.defs, d)
	s.defOf[c.name] = d
	return d
}

// A layouter lays out the members of a struct.
type layouter struct {
	s       *schema
	f       *facts
	of      *cStruct
	names   naming
	members []member
	notes   []string
}

func (b *layouter) note(text string) { b.notes = append(b.notes, text+".") }

// pad fills a hole, which C leaves silently.
func (b *layouter) pad(at *int, to int) {
	if *at < to {
		b.members = append(b.members, member{name: b.names.take("pad"), typ: "pad", length: to - *at})
		*at = to
	}
}

// bits makes bytes of the bit-fields from member i on, which schemas do not have. It returns the last one's index.
func (b *layouter) bits(i int, at *int) int {
	var names []string
	j := i
	for ; j < len(b.of.members) && b.of.members[j].kind == cBits; j++ {
		if n := b.of.members[j].name; n != "" {
			names = append(names, n)
		}
	}
	end := b.of.size
	if j < len(b.of.members) {
		end = b.of.members[j].offset
	}
	if end > *at {
		b.members = append(b.members, member{
			name: b.names.take("bits"), typ: "binary", length: end - *at, note: "bit-fields: " + strings.Join(names, ", "),
		})
		*at = end
	}
	return j - 1
}

// add adds a member whose place is reached.
func (b *layouter) add(c cMember) {
	name := ident(c.name)
	if !strings.ContainsAny(name, "abcdefghijklmnopqrstuvwxyz0123456789") {
		name = "member"
	}
	m := member{name: b.names.takeAsIs(name), typ: "binary", length: c.size}
	switch {
	case c.kind == cInt && c.offset%c.size == 0 && b.of.size%c.size == 0:
		m.typ, m.length, m.order = "u"+itoa(8*c.size), 0, c.order
		if c.signed {
			m.typ = "s" + itoa(8*c.size)
		}
		if m.order != "" && c.size == 1 {
			m.order = ""
		}
	case c.kind == cInt:
		m.note = c.describe() + ", not aligned"
	case c.kind == cNested && addressHint(c.tag) == "ipv4" && c.offset%4 == 0 && b.of.size%4 == 0:
		m.typ, m.length, m.order, m.hint = "u32", 0, "big-endian", "ipv4"
	case c.kind == cNested && addressHint(c.tag) == "ipv6":
		m.hint = "ipv6"
	case c.kind == cNested:
		b.nest(&m, c)
	case c.array != "":
		m.note = "an array of " + c.array
		if c.array == "a union" {
			m.note = c.array
		}
	}
	b.members = append(b.members, m)
}

// nest refers to a struct inside, where it lies as the schema language lays it out.
func (b *layouter) nest(m *member, c cMember) {
	in := b.f.structOf(c.tag)
	if in == nil {
		m.note = "struct " + c.tag
		return
	}
	d := b.s.addStruct(b.f, in)
	if align := d.align(b.s); d == nil || c.offset%align != 0 || b.of.size%align != 0 {
		m.note = "struct " + c.tag
		return
	}
	m.structs = d.name
}

// align is the alignment of a struct.
func (d *definition) align(s *schema) int {
	n := 1
	if d == nil {
		return n
	}
	for _, m := range d.members {
		switch m.typ {
		case "u16", "s16":
			n = max(n, 2)
		case "u32", "s32":
			n = max(n, 4)
		case "u64", "s64":
			n = max(n, 8)
		}
		for _, in := range s.defs {
			if m.structs != "" && in.name == m.structs {
				n = max(n, in.align(s))
			}
		}
	}
	return n
}

// takeAsIs is take for names that may begin with dashes.
func (n naming) takeAsIs(name string) string {
	if !n[name] {
		n[name] = true
		return name
	}
	return n.take(name)
}
