package spec

import (
	"math/big"
	"strings"
)

func (c *checker) subMessages() {
	unique(c, RuleDuplicateSubMessage, "sub-message", c.f.SubMessages, func(m *SubMessage) Value[string] { return m.Name })
	for _, m := range c.f.SubMessages {
		unique(c, RuleDuplicateFormat, "format", m.Formats, func(f *Format) Value[string] { return f.Value })
		for _, f := range m.Formats {
			c.structure(f.FixedHeader)
			c.used[c.set(f.AttrSet)] = true
			if f.Value.Set() && !strings.ContainsFunc(f.Value.V, isAlnum) {
				c.add(f.Value.Pos, RuleFormatValue, "format value %q has neither letters nor digits", f.Value.V)
			}
			if strings.ContainsFunc(f.Value.V, func(r rune) bool { return r < ' ' || r > '~' }) {
				c.add(f.Value.Pos, RuleFormatValue, "format value %q has characters other than printable ASCII", f.Value.V)
			}
		}
	}
}

func isAlnum(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// graph notes who nests whom and which fixed headers stand before a set, for selectors further out.
func (c *checker) graph() {
	c.parents = map[*AttrSet][]*AttrSet{}
	c.headers = map[*AttrSet][]*Definition{}
	for _, s := range c.f.Sets {
		children := map[*AttrSet]bool{}
		for _, a := range s.Attrs {
			a := c.effective(s, a)
			if in := c.sets[a.Nested.V]; in != nil {
				children[in] = true
			}
			if m := c.subs[a.SubMessage.V]; m != nil {
				for _, f := range m.Formats {
					if in := c.sets[f.AttrSet.V]; in != nil {
						children[in] = true
					}
				}
			}
		}
		for in := range children {
			c.parents[in] = append(c.parents[in], s)
		}
	}
	ops := &c.f.Operations
	for _, op := range ops.List {
		of := op
		if op.Notify.Set() && !op.AttrSet.Set() && c.ops[op.Notify.V] != nil {
			of = c.ops[op.Notify.V]
		}
		header := op.FixedHeader.Or(ops.FixedHeader.V)
		if s, d := c.sets[of.AttrSet.V], c.defs[header]; s != nil && d != nil && d.Type.V == "struct" {
			c.headers[s] = append(c.headers[s], d)
		}
	}
}

// selectors finds what every selector names and checks the formats against it.
func (c *checker) selectors() {
	for _, s := range c.f.Sets {
		for _, a := range s.Attrs {
			a := c.effective(s, a)
			if a.Type.V == "sub-message" && a.Selector.Set() {
				c.selector(s, a)
			}
		}
	}
}

// selector looks in the attribute's own set, then in the sets around it, then in the fixed headers before
// them.
func (c *checker) selector(s *AttrSet, a *Attr) {
	if sel := c.attrsOf(s)[a.Selector.V]; sel != nil {
		c.selectorAttr(a, c.effective(s, sel))
		return
	}
	seen := map[*AttrSet]bool{s: true}
	todo := []*AttrSet{s}
	found := false
	for i := 0; i < len(todo); i++ {
		for _, h := range c.headers[todo[i]] {
			for _, m := range h.Members {
				if m.Name.V == a.Selector.V {
					c.selectorMember(a, m)
					found = true
				}
			}
		}
		for _, p := range c.parents[todo[i]] {
			if seen[p] {
				continue
			}
			seen[p] = true
			if sel := c.attrsOf(p)[a.Selector.V]; sel != nil {
				c.selectorAttr(a, c.effective(p, sel))
				found = true
				continue
			}
			todo = append(todo, p)
		}
	}
	if !found {
		c.hint(a.Selector.Pos, RuleUnknownSelector, c.suggest.hint(a.Selector.V, c.attrNames(s)),
			"no attribute %q is in set %q, in a set around it or in a fixed header", a.Selector.V, s.Name.V)
	}
}

func (c *checker) selectorAttr(a, sel *Attr) {
	if sel.MultiAttr.V {
		c.add(a.Selector.Pos, RuleSelectorType, "selector %q may repeat, so that it does not select", sel.Name.V)
		return
	}
	c.formats(a, sel.Type, sel.Enum, sel.EnumAsFlags)
}

func (c *checker) selectorMember(a *Attr, m *Member) {
	if m.Type.V == "string" {
		c.add(a.Selector.Pos, RuleSelectorType, "selector %q is text in a fixed header; there it must be an integer", m.Name.V)
		return
	}
	c.formats(a, m.Type, m.Enum, m.EnumAsFlags)
}

// A formatUse is a sub-message together with what selects from it.
type formatUse struct {
	sub       *SubMessage
	typ, enum string
}

// formats checks the formats of a sub-message against the type of its selector.
func (c *checker) formats(a *Attr, typ, enum Value[string], asFlags Value[bool]) {
	m := c.subs[a.SubMessage.V]
	if m == nil || typ.V == "string" || !typ.Set() {
		return
	}
	d := c.defs[enum.V]
	if intBits(typ.V) == 0 || typ.V == "bitfield32" {
		c.add(a.Selector.Pos, RuleSelectorType, "selector %q is of type %s; a selector is a string or an integer", a.Selector.V, typ.V)
		return
	}
	if d != nil && (d.Type.V == "flags" || asFlags.V) {
		c.add(a.Selector.Pos, RuleSelectorType, "selector %q is a flag set, which can have several values at once", a.Selector.V)
		return
	}
	use := formatUse{m, typ.V, enum.V}
	if c.picked[use] {
		return
	}
	c.picked[use] = true
	c.numericFormats(m, a.Selector.V, typ.V, d)
}

// numericFormats checks formats that a number selects: entries of the selector's enum, or plain numbers.
func (c *checker) numericFormats(m *SubMessage, selector, typ string, d *Definition) {
	entries := map[string]*Entry{}
	var names []string
	if d != nil && d.Type.V == "enum" {
		for _, e := range d.Entries {
			entries[e.Name.V] = e
			names = append(names, e.Name.V)
		}
	}
	_, hi := intRange(typ)
	seen := map[string]*Format{}
	for _, f := range m.Formats {
		if !f.Value.Set() {
			continue
		}
		num, ok := new(big.Int), false
		if e := entries[f.Value.V]; e != nil {
			num, ok = e.Num, true
		} else if len(f.Value.V) <= maxDigits {
			num, ok = num.SetString(f.Value.V, 0)
		}
		switch {
		case !ok && names != nil:
			c.hint(f.Value.Pos, RuleFormatValue, c.suggest.hint(f.Value.V, names), "format %q is no entry of %q, the enum of selector %q", f.Value.V, d.Name.V, selector)
			continue
		case !ok:
			c.add(f.Value.Pos, RuleFormatValue, "format %q is no number, but selector %q is of type %s", f.Value.V, selector, typ)
			continue
		case num.Sign() < 0 || num.Cmp(hi) > 0:
			c.add(f.Value.Pos, RuleFormatValue, "format %q is %s, which selector %q of type %s cannot have", f.Value.V, short(num), selector, typ)
			continue
		}
		if at := seen[num.String()]; at != nil && at.Value.V != f.Value.V {
			c.hint(f.Value.Pos, RuleDuplicateFormat, at.Value.Pos.hint(), "formats %q and %q are the same number %s", at.Value.V, f.Value.V, num)
		}
		seen[num.String()] = f
	}
}
