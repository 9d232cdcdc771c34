package spec

import "strings"

// unused warns about what nothing refers to. Constants are left out: they are for the program that uses
// the family.
func (c *checker) unused() {
	for _, d := range c.f.Definitions {
		if !c.used[d] && d.Name.Set() && c.defs[d.Name.V] == d && d.Type.Set() && d.Type.V != "const" && d.Scope.V != "kernel" {
			c.add(d.Name.Pos, RuleUnusedDefinition, "nothing uses %s %q", strings.TrimPrefix(strings.TrimPrefix(d.kind(), "an "), "a "), d.Name.V)
		}
	}
	for _, s := range c.f.Sets {
		if !c.used[s] && s.Name.Set() && c.sets[s.Name.V] == s {
			c.add(s.Name.Pos, RuleUnusedSet, "nothing uses attribute set %q", s.Name.V)
		}
	}
	for _, m := range c.f.SubMessages {
		if !c.used[m] && m.Name.Set() && c.subs[m.Name.V] == m {
			c.add(m.Name.Pos, RuleUnusedSubMessage, "nothing uses sub-message %q", m.Name.V)
		}
	}
}
