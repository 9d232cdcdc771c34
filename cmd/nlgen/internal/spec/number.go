package spec

import "math/big"

// A numberer fills in what the file leaves to counting or to constants.
type numberer struct {
	*report
	*index
	suggest *suggester
}

func (n *numberer) file(f *File) {
	for _, d := range f.Definitions {
		numberEntries(d)
	}
	for _, d := range f.Definitions {
		for _, m := range d.Members {
			n.size(m)
		}
	}
	for _, s := range f.Sets {
		if s.SubsetOf.Set() {
			n.subset(s)
		} else {
			n.attrs(s)
		}
		for _, a := range s.Attrs {
			if a.Checks != nil {
				n.checks(a.Checks)
			}
		}
	}
}

// numberEntries counts up from value-start, or zero; a written value sets the count.
func numberEntries(d *Definition) {
	next := new(big.Int)
	if d.ValueStart.Set() {
		next = d.ValueStart.V
	}
	for _, e := range d.Entries {
		if e.Value.Set() {
			next = e.Value.V
		}
		e.Num = next
		next = new(big.Int).Add(next, big.NewInt(1))
	}
}

// attrs counts up from one; a written value sets the count, and every type uses up a number.
func (n *numberer) attrs(s *AttrSet) {
	next, reported := int64(1), false
	for _, a := range s.Attrs {
		if a.Value.Set() {
			next = a.Value.V
		}
		if next > maxAttr && !reported {
			n.add(a.Pos, RuleAttrNumber, "attribute %q gets the number %d; the largest is %d", a.Name.V, next, maxAttr)
			reported = true
		}
		a.Num = next
		next++
	}
}

// subset takes the numbers of the whole set.
func (n *numberer) subset(s *AttrSet) {
	whole := n.sets[s.SubsetOf.V]
	if whole == nil {
		return
	}
	attrs := n.attrsOf(whole)
	for _, a := range s.Attrs {
		if p := attrs[a.Name.V]; p != nil {
			a.Num = p.Num
		}
	}
}
