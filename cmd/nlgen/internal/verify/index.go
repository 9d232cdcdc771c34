package verify

// An index finds enumerators by their names and by how their names end.
type index struct {
	*facts
	named  map[string][]hit // by the whole name
	ending map[string][]hit // by what follows a prefix that ends in an underscore
}

// A hit is an enumerator, and the prefix before the part of its name that was looked for.
type hit struct {
	enum   *cEnum
	value  cValue
	prefix string
}

// newIndex indexes what the groups may look for.
func newIndex(f *facts, groups []*group) *index {
	ix := &index{facts: f, named: map[string][]hit{}, ending: map[string][]hit{}}
	names, ends := map[string]bool{}, map[string]bool{}
	for _, g := range groups {
		for _, it := range g.items {
			for _, c := range it.cnames {
				names[c] = true
			}
			for _, e := range endings(it) {
				ends[e] = true
			}
		}
	}
	for _, e := range f.enums {
		for _, v := range e.values {
			if names[v.name] {
				ix.named[v.name] = append(ix.named[v.name], hit{enum: e, value: v})
			}
			for i := 1; i < len(v.name); i++ {
				if v.name[i-1] != '_' {
					continue
				}
				if end := v.name[i:]; ends[end] {
					ix.ending[end] = append(ix.ending[end], hit{e, v, v.name[:i]})
				}
			}
		}
	}
	return ix
}

// endings returns how an item's name in C may end.
func endings(it *item) []string {
	if it.ends != nil {
		return it.ends
	}
	c := cName(it.name)
	if it.kind == values {
		return []string{c, c + "_BIT"}
	}
	return []string{c}
}
