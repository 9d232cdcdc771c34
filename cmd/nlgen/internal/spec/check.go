package spec

import (
	"maps"
	"slices"
	"strings"
)

// A checker holds one file against the rules of the language that go beyond the shape of its YAML.
type checker struct {
	*report
	*index
	f       *File
	level   levels
	suggest *suggester

	used     map[any]bool               // definitions, sets and sub-messages that something refers to
	names    map[string][]string        // what a reference of a kind may name, filled on demand
	spans    map[*Definition]span       // what the entries of an enum or flag set hold
	carriers map[*Definition][]carrier  // where an enum or flag set is used
	sizes    map[*Definition]layout     // of structs; a size below zero marks one that cannot be told
	parents  map[*AttrSet][]*AttrSet    // who nests a set
	headers  map[*AttrSet][]*Definition // the fixed headers of the messages whose root a set is
	picked   map[formatUse]bool         // selectors whose formats have been looked at
}

func newChecker(n *numberer, f *File, level levels) *checker {
	return &checker{
		report: n.report, index: n.index, f: f, level: level, suggest: n.suggest,
		used: map[any]bool{}, names: map[string][]string{},
		spans: map[*Definition]span{}, carriers: map[*Definition][]carrier{}, sizes: map[*Definition]layout{},
		picked: map[formatUse]bool{},
	}
}

func (c *checker) file() {
	c.definitions()
	c.attrSets()
	c.enumWidths()
	c.subMessages()
	c.operations()
	c.groupList()
	c.graph()
	c.selectors()
	c.unused()
}

// known returns the names that a reference of a kind may use.
func (c *checker) known(kind string) []string {
	if names, ok := c.names[kind]; ok {
		return names
	}
	var names []string
	switch kind {
	case "set":
		names = slices.Sorted(maps.Keys(c.sets))
	case "sub-message":
		names = slices.Sorted(maps.Keys(c.subs))
	case "operation":
		names = slices.Sorted(maps.Keys(c.ops))
	case "group":
		names = slices.Sorted(maps.Keys(c.groups))
	default:
		for name, d := range c.defs {
			if d.Type.V == kind || kind == "enum" && d.Type.V == "flags" {
				names = append(names, name)
			}
		}
		slices.Sort(names)
	}
	c.names[kind] = names
	return names
}

// dangling reports a reference to nothing. What was probably meant then counts as used.
func (c *checker) dangling(ref Value[string], rule, kind, what string) {
	near := c.suggest.nearest(ref.V, c.known(kind))
	c.hint(ref.Pos, rule, didYouMean(near), "no %s is called %q", what, ref.V)
	switch kind {
	case "set":
		c.used[c.sets[near]] = true
	case "sub-message":
		c.used[c.subs[near]] = true
	default:
		c.used[c.defs[near]] = true
	}
}

// set follows a reference to an attribute set; nil where there is none or it dangles.
func (c *checker) set(ref Value[string]) *AttrSet {
	s := c.sets[ref.V]
	if ref.Set() && s == nil {
		c.dangling(ref, RuleUnknownSet, "set", "attribute set")
	}
	return s
}

// subMessage follows a reference to a sub-message.
func (c *checker) subMessage(ref Value[string]) *SubMessage {
	m := c.subs[ref.V]
	if ref.Set() && m == nil {
		c.dangling(ref, RuleUnknownSubMessage, "sub-message", "sub-message")
	}
	return m
}

// enum follows a reference to an enum or flag set, which counts as used then.
func (c *checker) enum(ref Value[string]) *Definition {
	return c.definition(ref, RuleUnknownEnum, "enum", "enum or flag set")
}

// structure follows a reference to a struct, which counts as used then.
func (c *checker) structure(ref Value[string]) *Definition {
	return c.definition(ref, RuleUnknownStruct, "struct", "struct")
}

func (c *checker) definition(ref Value[string], rule, kind, what string) *Definition {
	d := c.defs[ref.V]
	switch {
	case !ref.Set():
		return nil
	case d == nil:
		c.dangling(ref, rule, kind, what)
		return nil
	case d.Type.V == kind || kind == "enum" && d.Type.V == "flags":
		c.used[d] = true
		return d
	case d.Type.Set():
		c.hint(ref.Pos, RuleWrongKind, d.where(), "%q is %s, not %s", ref.V, d.kind(), article(what))
	}
	c.used[d] = true
	return nil
}

func article(noun string) string {
	if strings.HasPrefix(noun, "enum") {
		return "an " + noun
	}
	return "a " + noun
}

// unique reports every name that has been taken before.
func unique[T any](c *checker, rule, what string, all []*T, name func(*T) Value[string]) {
	first := make(map[string]Pos, len(all))
	for _, v := range all {
		n := name(v)
		if !n.Set() {
			continue
		}
		if at, twice := first[n.V]; twice {
			c.hint(n.Pos, rule, at.hint(), "%s %q is defined twice", what, n.V)
			continue
		}
		first[n.V] = n.Pos
	}
}
