package spec

import "gopkg.in/yaml.v3"

func (r *reader) definition(n *yaml.Node) *Definition {
	f := r.object(n, definitionKeys)
	if f == nil {
		return nil
	}
	d := &Definition{
		Pos:         f.pos,
		Name:        f.name(plainName),
		Type:        f.word("type", definitionTypes, RuleUnknownType),
		Doc:         f.text("doc"),
		Header:      f.text("header"),
		Scope:       f.word("scope", scopes, RuleUnknownValue),
		EnumName:    f.textOrNull("enum-name", fromC),
		NamePrefix:  f.text("name-prefix"),
		EnumCntName: f.text("enum-cnt-name"),
		RenderMax:   f.boolean("render-max"),
		ValueStart:  f.number("value-start"),
	}
	d.Value, d.Int = f.textOrInt("value")
	d.Entries = each(r, f, "entries", (*reader).entry)
	d.Members = each(r, f, "members", (*reader).member)
	r.definitionKeys(f, d)
	return d
}

// keysOf lists the keys that not every type of definition has; true marks what a type must have.
var keysOf = map[string]map[string]bool{
	"const":  {"value": true},
	"enum":   enumKeys,
	"flags":  enumKeys,
	"struct": {"members": true},
}

var enumKeys = map[string]bool{
	"entries": true, "value-start": false, "render-max": false, "enum-name": false, "enum-cnt-name": false,
}

func (r *reader) definitionKeys(f *fields, d *Definition) {
	mine, ok := keysOf[d.Type.V]
	if !ok {
		return
	}
	for _, key := range []string{"value", "entries", "value-start", "render-max", "enum-name", "enum-cnt-name", "members"} {
		must, allowed := mine[key]
		switch {
		case f.has(key) && !allowed:
			r.add(posOf(f.val[key]), RuleMisplacedKey, "key %q means nothing in a definition of type %s", key, d.Type.V)
		case must && f.missing(key):
			r.add(f.pos, RuleMissingKey, "a definition of type %s must have %q", d.Type.V, key)
		}
	}
}

// entry reads a name of an enum: a bare word or a mapping.
func (r *reader) entry(n *yaml.Node) *Entry {
	if t, pos := r.visit(n); t == nil {
		return nil
	} else if t.Kind == yaml.ScalarNode {
		v := r.textOf(t, pos, "an entry")
		if !v.Set() {
			return nil
		}
		r.checkName(v, freeName)
		return &Entry{Pos: pos, Name: v}
	}
	f := r.object(n, entryKeys)
	if f == nil {
		return nil
	}
	return &Entry{Pos: f.pos, Name: f.name(plainName), Doc: f.text("doc"), Value: f.number("value")}
}

func (r *reader) member(n *yaml.Node) *Member {
	f := r.object(n, memberKeys)
	if f == nil {
		return nil
	}
	m := &Member{
		Pos:         f.pos,
		Name:        f.name(memberName),
		Type:        f.word("type", memberTypes, RuleUnknownType),
		Doc:         f.text("doc"),
		ByteOrder:   f.word("byte-order", byteOrders, RuleUnknownValue),
		Struct:      f.text("struct"),
		Enum:        f.text("enum"),
		EnumAsFlags: f.boolean("enum-as-flags"),
		DisplayHint: f.word("display-hint", displayHints, RuleUnknownValue),
	}
	m.Len, _ = f.textOrInt("len")
	return m
}
