package learn

import "strings"

// license is what the kernel's own tools want a schema to begin with.
const license = "# SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)"

// yaml writes the schema.
func (s *schema) yaml() []byte {
	p := &printer{}
	p.line("%s", license)
	for _, n := range s.notes {
		p.comment("", n)
	}
	p.line("name: %s%s", text(s.name), inferred(s.guess))
	if l := s.level(); l != "genetlink" {
		p.line("protocol: %s", l)
	}
	if s.classic {
		p.line("protonum: %d%s", s.protonum, inferred(s.protocol+"; the header does not say which protocol carries its attributes"))
	}
	if s.version > 1 {
		p.line("version: %d", s.version)
	}
	if s.header != "" {
		p.line("uapi-header: %s", s.header)
	}
	if s.cFamily != "" {
		p.line("c-family-name: %s", text(ident(s.cFamily)))
	}
	if s.cVersion != "" {
		p.line("c-version-name: %s", text(ident(s.cVersion)))
	}
	p.line("doc: %s", s.doc)
	if len(s.defs) > 0 {
		p.line("\ndefinitions:")
		for i, d := range s.defs {
			if i > 0 && (d.kind != "const" || s.defs[i-1].kind != "const") {
				p.line("")
			}
			d.write(p, s.classic)
		}
	}
	if len(s.sets) == 0 {
		p.line("\nattribute-sets: []")
	} else {
		p.line("\nattribute-sets:")
	}
	for i, st := range s.sets {
		if i > 0 {
			p.line("")
		}
		st.write(p)
	}
	s.writeOps(p)
	if len(s.groups) > 0 {
		p.line("\nmcast-groups:\n  list:")
		for _, g := range s.groups {
			kv := []pair{{"name", text(g.name)}}
			if g.define != "" {
				kv = append(kv, pair{"c-define-name", text(ident(g.define))})
			}
			p.line("    - %s", flow(kv))
		}
	}
	return []byte(p.b.String())
}

func (d *definition) write(p *printer, classic bool) {
	for _, n := range d.notes {
		p.comment("  ", n)
	}
	if d.kind == "const" {
		kv := []pair{{"name", text(d.name)}, {"type", "const"}, {"value", d.value}}
		if d.prefix != nil {
			kv = append(kv, pair{"name-prefix", quoteEmpty(*d.prefix)})
		}
		p.line("  - %s%s", flow(kv), inferred(d.guess))
		return
	}
	p.line("  - name: %s%s", text(d.name), inferred(d.guess))
	p.line("    type: %s", d.kind)
	if d.tag != nil {
		p.line("%s", strings.TrimRight("    enum-name: "+*d.tag, " "))
	}
	if d.prefix != nil {
		p.line("    name-prefix: %s", quoteEmpty(*d.prefix))
	}
	if d.kind == "struct" {
		p.line("    members:")
		for _, m := range d.members {
			m.write(p, classic)
		}
		return
	}
	var items []string
	next := int64(0)
	for i, e := range d.entries {
		switch {
		case i == 0 && e.value > 0:
			p.line("    value-start: %d", e.value)
			items = append(items, text(e.name))
		case e.value != next || i == 0 && e.value < 0:
			items = append(items, flow([]pair{{"name", text(e.name)}, {"value", itoa(e.value)}}))
		default:
			items = append(items, text(e.name))
		}
		next = e.value + 1
	}
	p.list("    entries: ", "      ", items, "")
}

func quoteEmpty(s string) string {
	if s == "" {
		return `""`
	}
	return text(s)
}

func (m member) write(p *printer, classic bool) {
	kv := []pair{{"name", text(m.name)}, {"type", m.typ}}
	if m.typ == "pad" && !classic { // raw families alone have the type pad
		kv[1].value = "binary"
	}
	if m.structs != "" {
		kv = append(kv, pair{"struct", text(m.structs)})
	} else if m.length > 0 {
		kv = append(kv, pair{"len", itoa(m.length)})
	}
	if m.order != "" {
		kv = append(kv, pair{"byte-order", m.order})
	}
	if m.hint != "" {
		kv = append(kv, pair{"display-hint", m.hint})
	}
	note := ""
	if m.note != "" {
		note = " # " + m.note
	}
	p.line("      - %s%s", flow(kv), note)
}

func (s *set) write(p *printer) {
	for _, n := range s.notes {
		p.comment("  ", n)
	}
	p.line("  - name: %s%s", text(s.name), inferred(s.guess))
	if s.prefix != "" {
		p.line("    name-prefix: %s", text(s.prefix))
	}
	if s.tag != "" {
		p.line("    enum-name: %s", text(s.tag))
	}
	if len(s.attrs) == 0 {
		p.line("    attributes: []")
		return
	}
	p.line("    attributes:")
	next := 1
	for _, a := range s.attrs {
		kv := []pair{{"name", text(a.name)}}
		if a.id != next {
			kv = append(kv, pair{"value", itoa(a.id)})
		}
		next = a.id + 1
		note := inferred(a.guess)
		if a.note != "" {
			note += " # " + a.note
		}
		p.line("      - %s%s", flow(append(kv, a.pairs()...)), note)
	}
}

// pairs are the keys of an attribute behind its name and number.
func (a *attr) pairs() []pair {
	kv := []pair{{"type", a.typ}}
	add := func(key, value string) {
		if value != "" {
			kv = append(kv, pair{key, text(value)})
		}
	}
	add("sub-type", a.subType)
	add("nested-attributes", a.nested)
	add("struct", a.structs)
	add("byte-order", a.order)
	add("enum", a.enum)
	add("display-hint", a.hint)
	if len(a.checks) > 0 {
		kv = append(kv, pair{"checks", flow(a.checks)})
	}
	return kv
}
