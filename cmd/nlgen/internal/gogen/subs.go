package gogen

import (
	"fmt"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/ir"
)

// subOuter lists the selectors that formats of a sub-message need from levels above.
func subOuter(s *ir.Sub) []*ir.Selector {
	var out []*ir.Selector
	seen := map[string]bool{}
	for _, f := range s.Formats {
		if f.Set == nil {
			continue
		}
		for _, o := range f.Set.Outer {
			if !seen[o.Name] {
				seen[o.Name] = true
				out = append(out, o)
			}
		}
	}
	return out
}

// passSub is pass for the sets of a sub-message's formats.
func (p *pkg) passSub(r *record, s *ir.Sub, local ...string) string {
	out := ""
	for _, o := range subOuter(s) {
		out += ", " + p.selectorExpr(r, o, local...)
	}
	return out
}

func (p *pkg) selectorLiteral(s *ir.Sub, f *ir.Format) string {
	if s.Enum == nil && p.selectorType(s.Type) == "string" {
		return fmt.Sprintf("%q", f.Value)
	}
	return fmt.Sprint(f.Num)
}

// subsFile writes sub-messages: an interface, and a type a format.
func (p *pkg) subsFile() *file {
	w := p.file()
	for _, s := range p.fam.Subs {
		t := p.subs[s]
		p.subTypes(w, t)
		p.subDecode(w, t)
		p.subEncode(w, t)
	}
	return w
}

func (p *pkg) subTypes(w *file, t *subType) {
	sel := p.selectorType(t.sub.Type)
	w.decl(doc(fmt.Sprintf("%s is the sub-message %s: a pointer to one of the types whose names start with %s.", t.name, t.sub.Name, t.name), t.sub.Doc),
		"type %s interface {\n%s() %s\n}", t.name, t.method, sel)
	for _, f := range t.formats {
		what := fmt.Sprintf("%s is the format %s of [%s].", f.name, f.f.Value, t.name)
		if f.alias != nil {
			w.decl(wrap(what), "type %s %s", f.name, f.alias.name)
			p.aliasMethods(w, f)
		}
		w.fn(nil, fmt.Sprintf("(*%s) %s() %s", f.name, t.method, sel), "return "+p.selectorLiteral(t.sub, f.f))
	}
	u := t.name + "Unknown"
	w.decl(wrap(fmt.Sprintf("%s is a [%s] of a format that the schema does not know.", u, t.name)),
		"type %s struct {\nSelector %s `json:\"-\"`\nNested bool `json:\"nested,omitzero\"` // the attribute carries NLA_F_NESTED\nRaw wire.Bytes `json:\"raw\"`\n}", u, sel)
	w.fn(nil, fmt.Sprintf("(m *%s) %s() %s", u, t.method, sel), "return m.Selector")
}

// aliasMethods gives a defined type the codec of the type that it is defined from.
func (p *pkg) aliasMethods(w *file, f *formatType) {
	if p.shadowed(f.alias) {
		w.fn([]string{"MarshalJSON writes the attributes under their schema names."}, "(m "+f.name+") MarshalJSON() ([]byte, error)",
			"return "+f.alias.name+"(m).MarshalJSON()")
		w.fn([]string{"UnmarshalJSON reads what MarshalJSON writes."}, "(m *"+f.name+") UnmarshalJSON(b []byte) error",
			"return (*"+f.alias.name+")(m).UnmarshalJSON(b)")
	}
	args := p.outerArgs(f.alias)
	if args != "" {
		w.fn(nil, fmt.Sprintf("(m *%s) decode(d *wire.Decoder%s)", f.name, p.params(f.alias)), fmt.Sprintf("(*%s)(m).decode(d%s)", f.alias.name, args))
		w.fn(nil, fmt.Sprintf("(m *%s) encode(e *wire.Encoder%s)", f.name, p.params(f.alias)), fmt.Sprintf("(*%s)(m).encode(e%s)", f.alias.name, args))
		zero := p.zeroArgs(f.alias)
		w.fn([]string{"Encode is like [" + f.alias.name + "]'s, without outer selectors."}, "(m *"+f.name+") Encode(e *wire.Encoder)", "m.encode(e"+zero+")")
		w.fn([]string{"Decode is like [" + f.alias.name + "]'s, without outer selectors."}, "(m *"+f.name+") Decode(d *wire.Decoder)", "m.decode(d"+zero+")")
		return
	}
	w.fn([]string{"Encode is [" + f.alias.name + "]'s."}, "(m *"+f.name+") Encode(e *wire.Encoder)", "(*"+f.alias.name+")(m).Encode(e)")
	w.fn([]string{"Decode is [" + f.alias.name + "]'s."}, "(m *"+f.name+") Decode(d *wire.Decoder)", "(*"+f.alias.name+")(m).Decode(d)")
}

func (p *pkg) outerArgs(r *record) string {
	s := ""
	for _, o := range r.outer() {
		s += ", " + selectorVar(o)
	}
	return s
}

func (p *pkg) zeroArgs(r *record) string {
	s := ""
	for _, o := range r.outer() {
		s += ", wire.Opt[" + p.selectorType(o.Type) + "]{}"
	}
	return s
}

func (f *formatType) record() *record {
	if f.rec != nil {
		return f.rec
	}
	return f.alias
}

func (p *pkg) subParams(s *ir.Sub) string {
	out := ""
	for _, o := range subOuter(s) {
		out += fmt.Sprintf(", outer%s wire.Opt[%s]", camel(o.Name), p.selectorType(o.Type))
	}
	return out
}

func subArgs(r *record) string {
	out := ""
	for _, o := range r.outer() {
		out += ", outer" + camel(o.Name)
	}
	return out
}

func (p *pkg) subDecode(w *file, t *subType) {
	sel := p.selectorType(t.sub.Type)
	u := t.name + "Unknown"
	body := []string{"if !sel.IsSet() {", "d.Keep()", "return nil", "}",
		"lv := d.Enter()", "var m " + t.name, "switch sel.Value() {"}
	for _, f := range t.formats {
		r := f.record()
		body = append(body, "case "+p.selectorLiteral(t.sub, f.f)+":",
			fmt.Sprintf("v := wire.New[%s](d, %d)", f.name, p.slot(f.name)),
			fmt.Sprintf("v.%s(d%s)", decodeName(r), subArgs(r)), "m = v")
	}
	body = append(body, "default:", fmt.Sprintf("v := wire.New[%s](d, %d)", u, p.slot(u)),
		fmt.Sprintf("*v = %s{Selector: sel.Value(), Nested: lv.Nested(), Raw: d.Rest()}", u), "m = v", "}",
		"if !d.Leave(lv) {", "return nil", "}", "return m")
	w.fn(nil, fmt.Sprintf("decode%s(d *wire.Decoder, sel wire.Opt[%s]%s) %s", t.name, sel, p.subParams(t.sub), t.name), body...)
}

func (p *pkg) subEncode(w *file, t *subType) {
	sel := p.selectorType(t.sub.Type)
	body := []string{"if v == nil {", "return", "}", "if sel.IsSet() {", "wire.Selector(e, id, sel, v." + t.method + "())", "}", "switch v := v.(type) {"}
	for _, f := range t.formats {
		r := f.record()
		open := "Plain"
		if f.f.Set != nil {
			open = "Nest"
		}
		body = append(body, "case *"+f.name+":", "n := e."+open+"(id)",
			fmt.Sprintf("v.%s(e%s)", encodeName(r), subArgs(r)), "e.End(n)")
	}
	body = append(body, "case *"+t.name+"Unknown:", "e.Sub(id, v.Nested, v.Raw)", "}")
	w.fn(nil, fmt.Sprintf("encode%s(e *wire.Encoder, id uint16, v %s, sel wire.Opt[%s]%s)", t.name, t.name, sel, p.subParams(t.sub)), body...)
}
