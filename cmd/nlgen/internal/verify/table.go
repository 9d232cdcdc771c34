package verify

import (
	"fmt"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/ir"
	"github.com/nlgen/nlgen/generated/nlctrl"
)

// An attrTable finds the items of attributes and operations, which say what the sources know of them.
type attrTable struct {
	attrs map[*ir.Attr]*item
	ids   map[attrID]*item // by C name, for subsets
	ops   map[string]*item
	names map[*ir.Set]map[uint16]string // in C
	calls map[uint32]string             // operations in C
}

type attrID struct {
	cname string
	id    uint16
}

func newTable(f *ir.Family, groups []*group, ix *index) *attrTable {
	t := &attrTable{attrs: map[*ir.Attr]*item{}, ids: map[attrID]*item{}, ops: map[string]*item{}, names: map[*ir.Set]map[uint16]string{}, calls: map[uint32]string{}}
	sets := map[string]*ir.Set{}
	for _, s := range f.Sets {
		sets[s.Name] = s
	}
	for _, g := range groups {
		for _, it := range g.items {
			switch {
			case it.attr != nil:
				t.attrs[it.attr] = it
				t.ids[attrID{it.cnames[0], uint16(it.value)}] = it
			case g.name == "operations":
				t.ops[it.name] = it
			}
		}
		if ix != nil {
			t.name(g, sets[g.name], ix)
		}
	}
	return t
}

// name takes names in C from what a group is matched with.
func (t *attrTable) name(g *group, set *ir.Set, ix *index) {
	if g.kind != attributes && g.name != "operations" {
		return
	}
	m, _ := ix.match(g)
	if m == nil {
		return
	}
	names := map[uint16]string{}
	for _, v := range m.enum.values {
		switch {
		case sentinel(v.name) || v.value > 0xffff:
		case g.kind == attributes:
			names[uint16(v.value)] = v.name
		default:
			t.calls[uint32(v.value)] = v.name
		}
	}
	if g.kind == attributes {
		t.names[set] = names
	}
}

func (t *attrTable) item(a *ir.Attr) *item {
	if it := t.attrs[a]; it != nil {
		return it
	}
	return t.ids[attrID{a.CName, a.ID}]
}

// newer tells whether the type information lacks an attribute of a set that it knows.
func (t *attrTable) newer(a *ir.Attr) bool {
	it := t.item(a)
	return it != nil && it.newer
}

// known tells whether the type information knows an attribute.
func (t *attrTable) known(a *ir.Attr) bool {
	it := t.item(a)
	return it != nil && it.seen
}

// sawAttribute notes that a policy has an attribute, with the right type.
func (t *attrTable) sawAttribute(a *ir.Attr) {
	if it := t.item(a); it != nil {
		it.seen = true
	}
}

// sawOperation notes that the kernel's family has an operation.
func (t *attrTable) sawOperation(op *ir.Op) {
	if it := t.ops[op.Name]; it != nil {
		it.seen = true
	}
}

// attribute names an attribute that the schema does not have.
func (t *attrTable) attribute(s *ir.Set, id uint16, v *nlctrl.Policy) string {
	for s.Parent != nil {
		s = s.Parent
	}
	if name := t.names[s][id]; name != "" {
		return fmt.Sprintf("%s (%d, %s)", name, id, v.Type.Value())
	}
	return fmt.Sprintf("%d (%s)", id, v.Type.Value())
}

// operation names an operation that the schema does not have.
func (t *attrTable) operation(id uint32) string {
	if name := t.calls[id]; name != "" {
		return fmt.Sprintf("%s (%d)", name, id)
	}
	return fmt.Sprint(id)
}
