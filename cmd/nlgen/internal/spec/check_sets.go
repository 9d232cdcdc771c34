package spec

import "strconv"

func (c *checker) attrSets() {
	unique(c, RuleDuplicateSet, "attribute set", c.f.Sets, func(s *AttrSet) Value[string] { return s.Name })
	seen := make(map[*AttrSet]bool, len(c.f.Sets))
	for _, s := range c.f.Sets {
		if s.SubsetOf.Set() {
			c.subset(s, seen)
		} else {
			c.wholeSet(s)
		}
		seen[s] = true
	}
}

func (c *checker) wholeSet(s *AttrSet) {
	names := make(map[string]Pos, len(s.Attrs))
	numbers := make(map[int64]*Attr, len(s.Attrs))
	for _, a := range s.Attrs {
		if at, twice := names[a.Name.V]; twice && a.Name.Set() {
			c.hint(a.Name.Pos, RuleDuplicateAttr, at.hint(), "set %q has two attributes called %q", s.Name.V, a.Name.V)
		} else {
			names[a.Name.V] = a.Name.Pos
		}
		if at := numbers[a.Num]; at != nil {
			pos := a.Value.Pos
			if !a.Value.Set() {
				pos = a.Pos
			}
			c.hint(pos, RuleDuplicateAttrNumber, at.Pos.hint(), "attributes %q and %q of set %q share the number %d", at.Name.V, a.Name.V, s.Name.V, a.Num)
		} else {
			numbers[a.Num] = a
		}
		if a.Type.Set() {
			c.attr(a)
		} else {
			c.references(a)
		}
	}
}

// subset checks a set whose attributes are another's; seen are the sets before it in the file.
func (c *checker) subset(s *AttrSet, seen map[*AttrSet]bool) {
	whole := c.set(s.SubsetOf)
	if whole != s {
		c.used[whole] = true
	}
	switch {
	case whole == nil:
		return
	case whole == s:
		c.add(s.SubsetOf.Pos, RuleSubsetOfSubset, "set %q cannot be a subset of itself", s.Name.V)
		return
	case whole.SubsetOf.Set():
		c.hint(s.SubsetOf.Pos, RuleSubsetOfSubset, "name "+strconv.Quote(whole.SubsetOf.V), "set %q is itself a subset", whole.Name.V)
		return
	case !seen[whole]:
		c.hint(s.SubsetOf.Pos, RuleSubsetForward, "move it up", "set %q must stand before its subsets", whole.Name.V)
		return
	}
	attrs := c.attrsOf(whole)
	names := make(map[string]Pos, len(s.Attrs))
	for _, a := range s.Attrs {
		if !a.Name.Set() {
			continue
		}
		if at, twice := names[a.Name.V]; twice {
			c.hint(a.Name.Pos, RuleDuplicateInList, at.hint(), "subset %q lists %q twice", s.Name.V, a.Name.V)
		}
		names[a.Name.V] = a.Name.Pos
		p := attrs[a.Name.V]
		if p == nil {
			c.hint(a.Name.Pos, RuleUnknownSubsetMember, c.suggest.hint(a.Name.V, c.attrNames(whole)), "set %q has no attribute %q to take over", whole.Name.V, a.Name.V)
			continue
		}
		if a.Value.Set() && a.Value.V != p.Num {
			c.hint(a.Value.Pos, RuleSubsetNumber, "leave value out", "attribute %q has the number %d in set %q, not %d", a.Name.V, p.Num, whole.Name.V, a.Value.V)
		}
		if all := a.Inherit(p); all.Type.Set() {
			c.attr(all)
		}
	}
}

// attrNames lists the attributes of a set.
func (c *checker) attrNames(s *AttrSet) []string {
	key := "attributes of " + s.Name.V
	if names, ok := c.names[key]; ok {
		return names
	}
	var names []string
	for _, a := range s.Attrs {
		names = append(names, a.Name.V)
	}
	c.names[key] = names
	return names
}

// effective returns an attribute as it is on the wire: in a subset, with what it takes from the whole set.
func (c *checker) effective(s *AttrSet, a *Attr) *Attr {
	if whole := c.sets[s.SubsetOf.V]; s.SubsetOf.Set() && whole != nil {
		if p := c.attrsOf(whole)[a.Name.V]; p != nil {
			return a.Inherit(p)
		}
	}
	return a
}
