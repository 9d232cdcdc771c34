package learn

import (
	"slices"
	"strings"
)

// header finds the struct of a family's fixed header.
func (b *builder) header() {
	size := int(b.fam.header)
	if size == 0 {
		return
	}
	c := unique(b.f.structs, func(c *cStruct) int {
		if c.size != size || c.kernel {
			return 0
		}
		score, rest := kinship(words(c.name), b.base)
		if score == 0 || slices.ContainsFunc(c.members, func(m cMember) bool { return m.kind == cForeign }) {
			return 0
		}
		rank := 10 * score
		if slices.Contains(rest, "HEADER") || slices.Contains(rest, "HDR") {
			rank += 5
		}
		return rank
	})
	if c != nil {
		if d := b.s.addStruct(b.f, c); d != nil {
			d.guess = "by its name and size"
			b.s.fixedHeader = d.name
			return
		}
	}
	d := &definition{
		name: b.s.usedDefs.take("header"), kind: "struct", notes: []string{"The kernel says only how long the fixed header is."},
		members: []member{{name: "data", typ: "binary", length: size}},
	}
	b.s.defs = append(b.s.defs, d)
	b.s.fixedHeader = d.name
}

// others adds what else belongs to the family: all that headers have, else what in the kernel has names that begin
// with the family's.
func (b *builder) others() {
	if b.own != nil {
		b.s.addAll(b.own, b.base, b.parts)
		return
	}
	used := map[*cEnum]bool{}
	for _, p := range b.parts {
		used[p.enum] = true
	}
	const why = "that it belongs here, by its name"
	for _, c := range b.f.structs {
		if n, _ := kinship(words(c.name), b.base); n == 3 && b.travels(c, 0) {
			if d := b.s.addStruct(b.f, c); d != nil && d.guess == "" {
				d.guess = why
			}
		}
	}
	for _, e := range b.f.enums {
		if used[e] || b.s.setOf[e] != nil || len(e.values) == 0 {
			continue
		}
		score, _ := kinship(words(e.prefix()), b.base)
		for _, p := range b.parts[1:] {
			n, _ := kinship(words(e.prefix()), p.base)
			score = max(score, n)
		}
		if score != 3 {
			continue
		}
		if e.role() == attributes {
			b.s.addSet(e, b.base, why)
		} else {
			b.s.addEnum(e, b.base, why)
		}
	}
}

// travels tells whether a struct may be one that user space knows: nothing in it is of a type that only code inside
// the kernel has.
func (b *builder) travels(c *cStruct, depth int) bool {
	if c == nil || c.kernel || len(c.members) == 0 || depth > maxDepth {
		return false
	}
	for _, m := range c.members {
		if m.kind == cForeign || m.kind == cNested && addressHint(m.tag) == "" && !b.travels(b.f.structOf(m.tag), depth+1) {
			return false
		}
	}
	return true
}

// addAll adds what headers have: structs, enums, attribute sets, constants. The enums of the parts' operations are
// in the schema already.
func (s *schema) addAll(own *facts, base []string, parts []*part) {
	used := map[*cEnum]bool{}
	for _, p := range parts {
		if p.enum != nil {
			used[p.enum] = true
		}
	}
	for _, e := range own.enums {
		switch {
		case len(e.values) == 0 || used[e] || s.setOf[e] != nil:
		case e.role() == attributes:
			s.addSet(e, base, "")
		default:
			s.addEnum(e, base, "")
		}
	}
	for _, c := range own.structs {
		if s.addStruct(own, c) == nil {
			s.notes = append(s.notes, "struct "+c.name+" is left out: a schema cannot say what it is.")
		}
	}
	s.addMacros(own, base, s.macrosUsed(own))
}

// macrosUsed are the macros that have a place in the schema other than a constant.
func (s *schema) macrosUsed(own *facts) map[string]bool {
	used := map[string]bool{s.cFamily: true, s.cVersion: true}
	for _, g := range s.groups {
		used[g.define] = true
	}
	return used
}

// useMacros takes from headers what macros say of the family: its name, version and groups. fam is what the kernel
// says, nil without.
func (s *schema) useMacros(own *facts, fam *family) {
	var names []string
	for _, m := range own.macros {
		if m.text != "" && strings.HasSuffix(m.name, "_NAME") && !groupName(m.name) {
			names = append(names, m.name)
		}
	}
	for _, m := range own.macros {
		w := words(m.name)
		isName := familyName(w) || len(names) == 1 && names[0] == m.name
		switch {
		case s.cFamily == "" && m.text != "" && (fam == nil && isName || fam != nil && m.text == fam.name && w[len(w)-1] == "NAME"):
			s.cFamily = m.name
			s.name = m.text
		case m.isInt && s.cVersion == "" && len(w) > 2 && w[len(w)-1] == "VERSION" && has(w, fillers):
			s.cVersion = m.name
			if fam == nil && m.value > 0 && m.value < 256 {
				s.version = int(m.value)
			}
		case m.text != "" && groupName(m.name) && (fam == nil || slices.Contains(fam.groups, m.text)):
			if !slices.ContainsFunc(s.groups, func(g group) bool { return g.name == m.text }) {
				s.groups = append(s.groups, group{m.text, m.name})
			}
		}
	}
}

// familyName tells the macros that hold the name of a generic family.
func familyName(w []string) bool {
	n := len(w)
	return n >= 3 && w[n-1] == "NAME" && (has(w[n-2:n-1], fillers) || w[n-2] == "FAMILY")
}

// groupName tells the macros that hold the name of a multicast group.
func groupName(name string) bool {
	for _, part := range []string{"MCGRP", "MCGROUP", "MCAST_GRP", "MCAST_GROUP", "_GRP", "_GROUP"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}
