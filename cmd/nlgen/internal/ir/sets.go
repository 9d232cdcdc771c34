package ir

import "github.com/nlgen/nlgen/cmd/nlgen/internal/spec"

// attributeSets makes the sets and their attributes, without types, so that types can refer forward.
func (b *builder) attributeSets() {
	for _, s := range b.file.Sets {
		set := &Set{Name: s.Name.V, Doc: s.Doc.V, Pos: Pos(s.Name.Pos)}
		b.sets[set.Name] = set
		b.fam.Sets = append(b.fam.Sets, set)
		prefix := b.file.Name.V + "-a-"
		if s.Name.V != b.file.Name.V {
			prefix += s.Name.V + "-"
		}
		prefix = s.NamePrefix.Or(prefix)
		if s.SubsetOf.Set() {
			set.Parent = b.sets[s.SubsetOf.V]
		}
		for _, a := range s.Attrs {
			at := &Attr{
				Name: a.Name.V, Doc: a.Doc.V, ID: uint16(a.Num), Multi: a.MultiAttr.V,
				Limits: limits(a.Checks), Pos: Pos(a.Name.Pos),
			}
			if set.Parent == nil {
				at.CName = cName(a.NamePrefix.Or(prefix) + a.Name.V)
			} else if p := set.Parent.Attr(at.Name); p != nil {
				at.ID, at.CName = p.ID, p.CName
				at.Multi = a.MultiAttr.Or(p.Multi)
				if at.Limits == nil {
					at.Limits = p.Limits
				}
				if at.Doc == "" {
					at.Doc = p.Doc
				}
			}
			if old := set.Attr(at.Name); old != nil { // a name twice in a subset: the last one counts
				*old = *at
				continue
			}
			set.Attrs = append(set.Attrs, at)
		}
	}
}

// attributeTypes gives every attribute its type. What a subset does not write comes from its parent.
func (b *builder) attributeTypes() {
	for _, s := range b.file.Sets {
		whole := map[string]*spec.Attr{}
		for _, p := range b.file.Sets {
			if s.SubsetOf.Set() && p.Name.V == s.SubsetOf.V {
				for _, a := range p.Attrs {
					whole[a.Name.V] = a
				}
			}
		}
		for _, a := range s.Attrs {
			if w := whole[a.Name.V]; w != nil {
				a = a.Inherit(w)
			}
			b.sets[s.Name.V].Attr(a.Name.V).Type = b.attrType(*a)
		}
	}
}

func (b *builder) attrType(a spec.Attr) *Type {
	t := &Type{Hint: a.DisplayHint.V, Order: order(a.ByteOrder.V)}
	switch a.Type.V {
	case "uint", "sint":
		t.Kind = Uint
		if a.Type.V == "sint" {
			t.Kind, t.Signed = Sint, true
		}
		t.Width = 8
		t.Enum = b.enumFor(a.Enum.V, a.EnumAsFlags.V, 8)
	case "string":
		t.Kind = String
	case "flag":
		t.Kind = Flag
	case "pad":
		t.Kind = Pad
	case "unused":
		t.Kind = Unused
	case "bitfield32":
		t.Kind = Bitfield
		t.Enum = b.enumFor(a.Enum.V, a.Enum.Set(), 4)
	case "nest":
		t.Kind, t.Set = Nest, b.sets[a.Nested.V]
	case "sub-message":
		t.Kind, t.Sub = SubMsg, b.subs[a.SubMessage.V]
		t.Selector = &Selector{Name: a.Selector.V}
	case "indexed-array":
		t.Kind = Indexed
		e := a
		e.Type, e.SubType = a.SubType, spec.Value[string]{}
		t.Elem = b.attrType(e)
	case "nest-type-value":
		return b.typeValue(a, len(a.TypeValue))
	case "binary":
		t.Kind = Binary
		switch {
		case a.Struct.Set():
			t.Kind, t.Struct = CStruct, b.structs[a.Struct.V]
		case a.SubType.Set():
			e := a
			e.Type, e.SubType = a.SubType, spec.Value[string]{}
			t.Kind, t.Elem = Array, b.attrType(e)
		}
	default:
		if len(a.TypeValue) > 0 {
			return b.typeValue(a, len(a.TypeValue))
		}
		t.Kind = Scalar
		t.Width, t.Signed = scalar(a.Type.V)
		t.Enum = b.enumFor(a.Enum.V, a.EnumAsFlags.V, t.Width)
	}
	return t
}

// typeValue is a chain of levels whose attribute types are values: depth nested indexed arrays around the
// nest, or around the number that ethtool's statistics use it for.
func (b *builder) typeValue(a spec.Attr, depth int) *Type {
	if depth > 0 {
		return &Type{Kind: Indexed, Elem: b.typeValue(a, depth-1)}
	}
	a.TypeValue = nil
	if a.Type.V == "nest-type-value" {
		a.Type.V = "nest"
	}
	return b.attrType(a)
}

func (b *builder) subMessages() {
	for _, s := range b.file.SubMessages {
		sub := &Sub{Name: s.Name.V, Doc: s.Doc.V}
		for _, f := range s.Formats {
			sub.Formats = append(sub.Formats, &Format{
				Value: f.Value.V, Header: b.structs[f.FixedHeader.V], Set: b.sets[f.AttrSet.V],
			})
		}
		b.subs[sub.Name] = sub
		b.fam.Subs = append(b.fam.Subs, sub)
	}
}
