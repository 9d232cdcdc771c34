package learn

import (
	"slices"
	"strings"
)

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
		p.line("protonum: 0%s", inferred("NETLINK_ROUTE; the header does not say which protocol carries its attributes"))
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

// lists gives names to lists of attributes that come more than once.
type lists struct {
	times map[string]int
	names map[string]string
	used  naming
}

// key tells lists apart; that of a list too short for a name is empty.
func listKey(l []string) string {
	if len(l) < 3 {
		return ""
	}
	return strings.Join(l, " ")
}

func (s *schema) writeOps(p *printer) {
	l := lists{map[string]int{}, map[string]string{}, naming{}}
	for _, o := range s.ops {
		for _, m := range []*mode{o.do, o.dump} {
			if m != nil {
				l.times[listKey(m.request)]++
				l.times[listKey(m.reply)]++
			}
		}
	}
	p.line("\noperations:")
	if s.directional {
		p.line("  enum-model: directional")
	}
	if s.fixedHeader != "" {
		p.line("  fixed-header: %s", text(s.fixedHeader))
	}
	if s.opPrefix != "" {
		p.line("  name-prefix: %s", text(s.opPrefix))
	}
	if s.opEnum != "" {
		p.line("  enum-name: %s", text(s.opEnum))
	}
	for _, n := range s.opNotes {
		p.comment("  ", n)
	}
	if len(s.ops) == 0 {
		p.line("  list: []")
		return
	}
	p.line("  list:")
	next := 1
	for i, o := range s.ops {
		if i > 0 {
			p.line("")
		}
		note := ""
		if o.note != "" {
			note = " # " + o.note
		}
		p.line("    - name: %s%s", text(o.name), note)
		if !s.directional && o.value != next {
			p.line("      value: %d", o.value)
		}
		next = o.value + 1
		p.line("      attribute-set: %s", text(o.set))
		if len(o.flags) > 0 {
			p.line("      flags: [%s]", strings.Join(o.flags, ", "))
		}
		if o.event != nil {
			p.line("      event:%s", inferred("the family takes no requests"))
			p.list("        attributes: ", "          ", texts(o.event), "")
			p.line("      mcgrp: %s", text(o.group))
		}
		s.writeMode(p, &l, o, "do", o.do)
		s.writeMode(p, &l, o, "dump", o.dump)
	}
}

func (s *schema) writeMode(p *printer, l *lists, o *op, key string, m *mode) {
	if m == nil {
		return
	}
	if m.request == nil && !m.hasReply && !s.directional {
		p.line("      %s: {}", key)
		return
	}
	p.line("      %s:", key)
	if m.request != nil || s.directional {
		value := 0
		if s.directional {
			value = o.value
		}
		l.write(p, o, "request", m.request, value, s.directional, m.requestGuess)
	}
	if m.hasReply {
		value := 0
		if s.directional {
			if value = o.value; m.replyValue != 0 {
				value = m.replyValue
			}
		}
		l.write(p, o, "reply", m.reply, value, s.directional, m.replyGuess)
	}
}

// write writes a request or a reply.
func (l *lists) write(p *printer, o *op, what string, attrs []string, value int, numbered bool, guess string) {
	items := texts(attrs)
	list := "[" + strings.Join(items, ", ") + "]"
	key := listKey(attrs)
	named := l.names[key]
	head := "          attributes: "
	switch {
	case named != "" && key != "":
		list, items = "*"+named, nil
	case key != "" && l.times[key] > 1:
		l.names[key] = l.used.take(anchor(o, what))
		head += "&" + l.names[key] + " "
		list = "&" + l.names[key] + " " + list
	}
	var kv []pair
	if numbered {
		kv = append(kv, pair{"value", itoa(value)})
	}
	kv = append(kv, pair{"attributes", list})
	if one := "        " + what + ": " + flow(kv); len(one) <= width {
		p.line("%s%s", one, inferred(guess))
		return
	}
	p.line("        %s:%s", what, inferred(guess))
	if numbered {
		p.line("          value: %d", value)
	}
	p.list(head, "            ", items, "")
}

// texts are names as YAML.
func texts(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = text(n)
	}
	return out
}

// anchor is a name for a list in YAML.
func anchor(o *op, what string) string {
	return strings.Join(slices.DeleteFunc([]string{o.name, what}, func(s string) bool { return s == "" }), "-")
}
