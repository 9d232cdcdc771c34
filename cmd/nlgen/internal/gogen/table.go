package gogen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/ir"
)

// tableFile writes the schema table: names and structure of every set, for error paths and traces.
func (p *pkg) tableFile() *file {
	w := p.file()
	t := &table{p: p, subIndex: map[string]int{}, enumIndex: map[*ir.Enum]int{}}
	for i, e := range p.fam.Enums {
		t.enumIndex[e] = i + 1
	}
	lines := []string{"var schema = wire.Schema{", fmt.Sprintf("Family: %q,", p.fam.Name), "Sets: []wire.Set{"}
	for _, r := range p.records {
		lines = append(lines, t.set(r)...)
	}
	lines = append(lines, "},")
	if t.subs != nil {
		lines = append(append(append(lines, "Subs: []wire.Sub{"), t.subs...), "},")
	}
	if len(p.fam.Enums) > 0 {
		lines = append(lines, "Enums: []wire.EnumTable{")
		for _, e := range p.fam.Enums {
			lines = append(lines, fmt.Sprintf("{Name: %q, Flags: %t, Names: %sNames},", e.Name, e.Flags, lowerFirst(p.enums[e])))
		}
		lines = append(lines, "},")
	}
	w.decl(nil, "%s", strings.Join(append(lines, "}"), "\n"))
	return w
}

type table struct {
	p         *pkg
	subs      []string
	subIndex  map[string]int
	enumIndex map[*ir.Enum]int
}

func (t *table) set(r *record) []string {
	head := "{"
	if r.set != nil {
		head += fmt.Sprintf("Name: %q, ", r.set.Name)
	}
	if r.header != nil {
		head += fmt.Sprintf("Header: %d, HeaderName: %q, ", r.header.Size, r.header.Name)
	}
	if len(r.fields) == 0 {
		return []string{strings.TrimSuffix(head, ", ") + "},"}
	}
	lines := []string{head + "Attrs: []wire.AttrInfo{"}
	for _, f := range r.fields {
		lines = append(lines, t.attr(r, f))
	}
	return append(lines, "}},")
}

func (t *table) attr(r *record, f *field) string {
	a := f.attr
	kind, elem, ref, depth, enum := t.kind(r, a.Type)
	s := fmt.Sprintf("{ID: %d, Name: %q, Kind: wire.Kind%s", a.ID, a.Name, kind)
	if elem != "" {
		s += ", Elem: wire.Kind" + elem
	}
	if a.Multi {
		s += ", Multi: true"
	}
	if ref != 0 {
		s += fmt.Sprintf(", Ref: %d", ref)
	}
	if depth > 1 {
		s += fmt.Sprintf(", Depth: %d", depth)
	}
	if enum != nil {
		s += fmt.Sprintf(", Enum: %d", t.enumIndex[enum])
	}
	return s + "},"
}

// kind describes a type in the table's terms.
func (t *table) kind(r *record, ty *ir.Type) (kind, elem string, ref, depth int, enum *ir.Enum) {
	if _, ok := isAddr(ty); ok {
		return "Addr", "", -1, 0, nil
	}
	switch ty.Kind {
	case ir.Scalar, ir.Uint, ir.Sint:
		return call(ty), "", -1, 0, ty.Enum
	case ir.String:
		return "String", "", -1, 0, nil
	case ir.Flag:
		return "Flag", "", -1, 0, nil
	case ir.Binary:
		if isMAC(ty) {
			return "MAC", "", -1, 0, nil
		}
		return "Binary", "", -1, 0, nil
	case ir.Array:
		host := *ty.Elem
		host.Order = ir.Host
		return "CArray", call(&host), -1, 0, ty.Elem.Enum
	case ir.CStruct:
		return "Struct", "", -1, 0, nil
	case ir.Bitfield:
		return "Bitfield32", "", -1, 0, ty.Enum
	case ir.Nest:
		return "Nest", "", t.p.bySet[ty.Set].index, 0, nil
	case ir.Indexed:
		for depth = 0; ty.Kind == ir.Indexed; depth++ {
			ty = ty.Elem
		}
		elem, _, ref, _, enum = t.kind(r, ty)
		if ty.Kind == ir.Nest {
			return "ArrayNest", "", ref, depth, nil
		}
		return "Array", elem, -1, depth, enum
	case ir.SubMsg:
		return "Sub", "", t.sub(r, ty), 0, nil
	case ir.Pad:
		return "Pad", "", -1, 0, nil
	}
	return "Unused", "", -1, 0, nil
}

// sub adds the table entry of a sub-message with its selector and returns its index.
func (t *table) sub(r *record, ty *ir.Type) int {
	s := ty.Selector
	sel := fmt.Sprintf("Selector: wire.SelectorOuter, SelectorName: %q", s.Name)
	if s.Attr != nil {
		sel = fmt.Sprintf("Selector: %d, SelectorName: %q", s.Attr.ID, s.Name)
	} else if s.Mem != nil {
		sel = fmt.Sprintf("Selector: wire.SelectorHeader, SelectorName: %q, Offset: %d, Size: %d", s.Name, s.Mem.Offset, s.Mem.Size)
	}
	key := ty.Sub.Name + " " + sel
	if i, ok := t.subIndex[key]; ok {
		return i
	}
	i := len(t.subIndex)
	t.subIndex[key] = i
	lines := []string{fmt.Sprintf("{Name: %q, %s, Formats: []wire.Format{", ty.Sub.Name, sel)}
	for _, f := range t.p.subs[ty.Sub].formats {
		l := fmt.Sprintf("{Value: %q", f.f.Value)
		if f.f.Num != 0 {
			l += fmt.Sprintf(", Num: %d", f.f.Num)
		}
		if f.f.Header != nil {
			l += fmt.Sprintf(", Header: %d", f.f.Header.Size)
		}
		set := -1
		if f.f.Set != nil {
			set = f.record().index
		}
		lines = append(lines, l+fmt.Sprintf(", Set: %d},", set))
	}
	t.subs = slices.Concat(t.subs, lines, []string{"}},"})
	return i
}
