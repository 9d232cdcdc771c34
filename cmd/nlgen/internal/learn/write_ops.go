package learn

import (
	"slices"
	"strings"
)

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
