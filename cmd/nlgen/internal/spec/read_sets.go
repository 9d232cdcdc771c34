package spec

import "gopkg.in/yaml.v3"

func (r *reader) set(n *yaml.Node) *AttrSet {
	f := r.object(n, setKeys)
	if f == nil {
		return nil
	}
	s := &AttrSet{
		Pos:         f.pos,
		Name:        f.name(plainName),
		Doc:         f.text("doc"),
		NamePrefix:  f.text("name-prefix"),
		EnumName:    f.textOrNull("enum-name", fromC),
		AttrCntName: f.text("attr-cnt-name"),
		AttrMaxName: f.text("attr-max-name"),
		Header:      f.text("header"),
		SubsetOf:    f.text("subset-of"),
	}
	if s.NamePrefix.Set() && s.SubsetOf.Set() {
		r.add(s.NamePrefix.Pos, RuleMisplacedKey, "key %q means nothing in a subset: its names are the whole set's", "name-prefix")
	}
	subset := f.has("subset-of")
	s.Attrs = each(r, f, "attributes", func(r *reader, n *yaml.Node) *Attr { return r.attr(n, subset) })
	return s
}

func (r *reader) attr(n *yaml.Node, subset bool) *Attr {
	f := r.object(n, attrKeys)
	if f == nil {
		return nil
	}
	a := &Attr{
		Pos:         f.pos,
		Name:        f.name(plainName),
		Type:        f.word("type", attrTypes, RuleUnknownType),
		Doc:         f.text("doc"),
		Value:       f.numberIn("value", 0, maxAttr, RuleAttrNumber, "an attribute's number"),
		MultiAttr:   f.boolean("multi-attr"),
		Nested:      f.text("nested-attributes"),
		SubType:     f.word("sub-type", attrTypes, RuleUnknownType),
		Struct:      f.text("struct"),
		TypeValue:   f.texts("type-value"),
		SubMessage:  f.text("sub-message"),
		Selector:    f.text("selector"),
		Enum:        f.text("enum"),
		EnumAsFlags: f.boolean("enum-as-flags"),
		ByteOrder:   f.word("byte-order", byteOrders, RuleUnknownValue),
		DisplayHint: f.word("display-hint", displayHints, RuleUnknownValue),
		NamePrefix:  f.text("name-prefix"),
	}
	if !subset && f.missing("type") {
		r.add(f.pos, RuleMissingKey, "an attribute must have %q", "type")
	}
	for _, v := range a.TypeValue {
		r.checkName(v, freeName)
	}
	if c := f.object("checks", checkKeys); c != nil {
		a.Checks = c.checks()
	}
	return a
}

// maxAttr is the largest attribute number: two bits of the 16 are flags.
const maxAttr = 1<<14 - 1

func (f *fields) checks() *Checks {
	return &Checks{
		Pos:            f.pos,
		Min:            f.limit("min"),
		Max:            f.limit("max"),
		ExactLen:       f.limit("exact-len"),
		MinLen:         f.limit("min-len"),
		MaxLen:         f.limit("max-len"),
		FlagsMask:      f.flagsMask(),
		UnterminatedOK: f.boolean("unterminated-ok"),
	}
}

// limit reads a number, a constant or a literal such as u8-max.
func (f *fields) limit(key string) *Limit {
	text, i := f.textOrInt(key)
	if !text.Set() {
		return nil
	}
	if i != nil && i.Sign() < 0 {
		f.r.hint(text.Pos, RuleWrongType, "name a constant, or a limit such as s32-min", "%q cannot be written as a negative number", key)
		return nil
	}
	return &Limit{Text: text, Int: i}
}

func (f *fields) flagsMask() *Limit {
	text := f.text("flags-mask")
	if !text.Set() {
		return nil
	}
	return &Limit{Text: text}
}

func (r *reader) subMessage(n *yaml.Node) *SubMessage {
	f := r.object(n, subMessageKeys)
	if f == nil {
		return nil
	}
	return &SubMessage{Pos: f.pos, Name: f.name(freeName), Formats: each(r, f, "formats", (*reader).format)}
}

func (r *reader) format(n *yaml.Node) *Format {
	f := r.object(n, formatKeys)
	if f == nil {
		return nil
	}
	return &Format{Pos: f.pos, Value: f.text("value"), FixedHeader: f.text("fixed-header"), AttrSet: f.text("attribute-set")}
}
