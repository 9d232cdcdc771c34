package spec

// Inherit returns an attribute of a subset with everything that it does not write taken from the whole
// set's attribute of the same name, key by key. Neither of the two is changed.
func (a *Attr) Inherit(whole *Attr) *Attr {
	all := *a
	all.Num = whole.Num
	inherit(&all.Type, whole.Type)
	inherit(&all.Doc, whole.Doc)
	inherit(&all.MultiAttr, whole.MultiAttr)
	inherit(&all.Nested, whole.Nested)
	inherit(&all.SubType, whole.SubType)
	inherit(&all.Struct, whole.Struct)
	inherit(&all.SubMessage, whole.SubMessage)
	inherit(&all.Selector, whole.Selector)
	inherit(&all.Enum, whole.Enum)
	inherit(&all.EnumAsFlags, whole.EnumAsFlags)
	inherit(&all.ByteOrder, whole.ByteOrder)
	inherit(&all.DisplayHint, whole.DisplayHint)
	inherit(&all.NamePrefix, whole.NamePrefix)
	if all.TypeValue == nil {
		all.TypeValue = whole.TypeValue
	}
	if all.Checks == nil {
		all.Checks = whole.Checks
	}
	return &all
}

func inherit[T any](v *Value[T], from Value[T]) {
	if !v.Set() {
		*v = from
	}
}
