package spec

import "strings"

// An index finds the named things of a file. Where a name is taken twice the first wins; the second is
// reported elsewhere.
type index struct {
	defs   map[string]*Definition
	consts map[string]*Definition // by every name that a limit may use, in the spelling of constName
	sets   map[string]*AttrSet
	subs   map[string]*SubMessage
	ops    map[string]*Op
	groups map[string]*Group
	attrs  map[*AttrSet]map[string]*Attr // filled on demand
}

func newIndex(f *File) *index {
	ix := &index{
		defs:   byName(f.Definitions, func(d *Definition) string { return d.Name.V }),
		consts: map[string]*Definition{},
		sets:   byName(f.Sets, func(s *AttrSet) string { return s.Name.V }),
		subs:   byName(f.SubMessages, func(s *SubMessage) string { return s.Name.V }),
		ops:    byName(f.Operations.List, func(o *Op) string { return o.Name.V }),
		groups: byName(f.Groups, func(g *Group) string { return g.Name.V }),
		attrs:  map[*AttrSet]map[string]*Attr{},
	}
	for _, prefix := range []func(*Definition) string{
		func(*Definition) string { return "" },
		func(d *Definition) string { return d.NamePrefix.V },
		func(*Definition) string { return f.Name.V + "-" },
	} {
		for _, d := range f.Definitions {
			if name := constName(prefix(d) + d.Name.V); d.Name.Set() && ix.consts[name] == nil {
				ix.consts[name] = d
			}
		}
	}
	return ix
}

// constName brings a constant's name, the schema's or the one in C, to one spelling.
func constName(name string) string { return strings.ReplaceAll(strings.ToLower(name), "_", "-") }

func byName[T any](all []*T, name func(*T) string) map[string]*T {
	m := make(map[string]*T, len(all))
	for _, v := range all {
		if n := name(v); n != "" && m[n] == nil {
			m[n] = v
		}
	}
	return m
}

// attrsOf returns the attributes of a set by name; of a name that comes twice the last wins, as in the
// kernel's own tools.
func (ix *index) attrsOf(s *AttrSet) map[string]*Attr {
	if m, ok := ix.attrs[s]; ok {
		return m
	}
	m := make(map[string]*Attr, len(s.Attrs))
	for _, a := range s.Attrs {
		if a.Name.Set() {
			m[a.Name.V] = a
		}
	}
	ix.attrs[s] = m
	return m
}
