package gogen

import (
	"fmt"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/ir"
)

// testFile writes property tests and a fuzz target: a generator of random values for every type, and the
// checks of package wiretest over every record.
func (p *pkg) testFile() *file {
	w := p.file()
	for _, s := range p.fam.Structs {
		p.randomStruct(w, p.structs[s])
	}
	for _, r := range p.records {
		p.randomRecord(w, r)
	}
	for _, s := range p.fam.Subs {
		p.randomSub(w, p.subs[s])
	}
	body := []string{}
	for _, r := range p.records {
		if len(r.outer()) == 0 {
			body = append(body, fmt.Sprintf("{Name: %q, Random: func(r *wiretest.Rand) wire.Message { return rand%s(r) }, Fresh: func() wire.Message { return new(%s) }},", r.name, r.name, r.name))
		}
	}
	w.decl(nil, "%s", "var codecs = []wiretest.Codec{\n"+join(body)+"}")
	w.fn(nil, "TestCodec(t *testing.T)", "wiretest.CheckAll(t, codecs)")
	w.fn(nil, "FuzzCodec(f *testing.F)", "wiretest.Fuzz(f, codecs)")
	return w
}

func join(lines []string) string {
	s := ""
	for _, l := range lines {
		s += l + "\n"
	}
	return s
}

func (p *pkg) randomStruct(w *file, t *structType) {
	var body []string
	for i, m := range t.st.Members {
		if t.members[i] == "" {
			continue
		}
		f := "s." + t.members[i]
		switch {
		case m.Struct != nil:
			body = append(body, fmt.Sprintf("random%s(r, &%s)", p.structs[m.Struct].name, f))
		case m.Bytes || bytesHint(m) != "":
			body = append(body, "r.Fill("+f+"[:])")
		case m.Enum != nil:
			body = append(body, fmt.Sprintf("%s = %s(%s.Value())", f, p.enums[m.Enum], p.randomEnum(m.Enum, m.Size, m.Signed)))
		default:
			body = append(body, fmt.Sprintf("%s = r.%s().Value()", f, call(&ir.Type{Width: m.Size, Signed: m.Signed})))
		}
	}
	w.fn(nil, fmt.Sprintf("random%s(r *wiretest.Rand, s *%s)", t.name, t.name), body...)
	if t.attr {
		w.fn(nil, fmt.Sprintf("rand%s(r *wiretest.Rand) *%s", t.name, t.name), "s := &"+t.name+"{Tail: r.Tail()}", "random"+t.name+"(r, s)", "return s")
	}
}

func (p *pkg) randomEnum(e *ir.Enum, width int, signed bool) string {
	f, bits := "Enum", width*8
	if e.Flags {
		f = "Flags"
	}
	if signed {
		bits--
	}
	return fmt.Sprintf("r.%s(%sNames, %d)", f, lowerFirst(p.enums[e]), bits)
}

func (p *pkg) randomRecord(w *file, r *record) {
	body := []string{"m := new(" + r.name + ")"}
	if r.header != nil {
		body = append(body, fmt.Sprintf("random%s(r, &m.Header)", p.structs[r.header].name))
	}
	var later []string
	chosen := map[*ir.Attr]bool{}
	for _, f := range r.fields {
		if f.name == "" {
			continue
		}
		if s := f.attr.Type.Selector; s != nil && s.Attr != nil && !chosen[s.Attr] {
			chosen[s.Attr] = true
			later = append(later, fmt.Sprintf("%s = wire.Some(%s)", p.selectorExpr(r, s), p.randomSelector(f.attr.Type.Sub)))
		}
		if f.later {
			later = append(later, p.randomField(r, f)...)
			continue
		}
		body = append(body, p.randomField(r, f)...)
	}
	body = append(append(body, later...), fmt.Sprintf("m.Unknown = r.Unknown(&schema.Sets[%d])", r.index), "return m")
	w.fn(nil, fmt.Sprintf("rand%s(r *wiretest.Rand%s) *%s", r.name, p.params(r), r.name), body...)
}

// randomSelector is an expression for the value of a selector: of one of the formats, or of none.
func (p *pkg) randomSelector(s *ir.Sub) string {
	list := "[]" + p.selectorType(s.Type) + "{"
	for _, f := range s.Formats {
		list += p.selectorLiteral(s, f) + ", "
	}
	n := len(s.Formats)
	if p.selectorType(s.Type) == "string" {
		list += `"zz"`
	} else {
		list += "99"
	}
	return fmt.Sprintf("%s}[r.Pick(%d)]", list, n+1)
}

func (p *pkg) randomField(r *record, f *field) []string {
	t, dst := f.attr.Type, "m."+f.name
	if t.Kind == ir.SubMsg {
		call := fmt.Sprintf("rand%s(r, %s%s)", p.subs[t.Sub].name, p.selectorExpr(r, t.Selector), p.passSub(r, t.Sub))
		if f.attr.Multi {
			return []string{"for range r.Pick(3) {", "if v := " + call + "; v != nil {", dst + " = append(" + dst + ", v)", "}", "}"}
		}
		return []string{dst + " = " + call}
	}
	if f.attr.Multi && t.Kind != ir.Indexed {
		return []string{dst + " = " + p.randomList(r, t)}
	}
	v := p.random(r, t)
	if f.attr.Multi { // an array spread over attributes has no form for none
		v = "wiretest.NonEmpty(" + v + ")"
	}
	return []string{dst + " = " + v}
}

// maker is an expression for a function that makes a random set or struct.
func (p *pkg) maker(r *record, t *ir.Type) string {
	if t.Kind == ir.CStruct {
		return "rand" + p.structs[t.Struct].name
	}
	in := p.bySet[t.Set]
	if args := p.pass(r, in); args != "" {
		return fmt.Sprintf("func(r *wiretest.Rand) *%s { return rand%s(r%s) }", in.name, in.name, args)
	}
	return "rand" + in.name
}

// random is an expression for the field of a type that does not repeat.
func (p *pkg) random(r *record, t *ir.Type) string {
	if suffix, ok := isAddr(t); ok {
		return "r.Addr" + suffix + "()"
	}
	switch t.Kind {
	case ir.Scalar, ir.Uint, ir.Sint:
		if t.Enum != nil {
			return fmt.Sprintf("wire.As[%s](%s)", p.enums[t.Enum], p.randomEnum(t.Enum, t.Width, t.Signed))
		}
		host := *t
		host.Order = ir.Host
		return "r." + call(&host) + "()"
	case ir.String:
		return "r.String()"
	case ir.Flag:
		return "r.Flag()"
	case ir.Binary:
		if isMAC(t) {
			return "r.MAC()"
		}
		return "r.Bytes()"
	case ir.Array:
		if byteArray(t) {
			return "r.Bytes()"
		}
		return "wiretest.Array[" + p.value(t.Elem) + "](r)"
	case ir.Bitfield:
		v := "uint32"
		if t.Enum != nil {
			v = p.enums[t.Enum]
		}
		return "wiretest.Bitfield32[" + v + "](r)"
	case ir.Nest, ir.CStruct:
		return fmt.Sprintf("wiretest.Ptr(r, %s)", p.maker(r, t))
	case ir.Indexed:
		if t.Elem.Kind == ir.Nest || t.Elem.Kind == ir.CStruct {
			return fmt.Sprintf("wiretest.IndexedNests(r, %s)", p.maker(r, t.Elem))
		}
		return fmt.Sprintf("wiretest.IndexedValues(r, func() %s { return %s })", p.value(t.Elem), p.randomValue(r, t.Elem))
	}
	panic(fmt.Sprintf("no random value of kind %d", t.Kind))
}

// randomValue is an expression for a value without presence.
func (p *pkg) randomValue(r *record, t *ir.Type) string {
	v := p.random(r, t)
	switch {
	case isMAC(t):
		return "wire.HardwareAddr(r.Blob())"
	case t.Kind == ir.Binary || byteArray(t):
		if _, ok := isAddr(t); !ok {
			return "r.Blob()"
		}
	case optional(t):
		return v + ".Value()"
	}
	if suffix, ok := isAddr(t); ok {
		return "wiretest.Address(r.Addr" + suffix + ")"
	}
	return v
}

// randomList is an expression for the field of an attribute that repeats.
func (p *pkg) randomList(r *record, t *ir.Type) string {
	if t.Kind == ir.Nest || t.Kind == ir.CStruct {
		return fmt.Sprintf("wiretest.Nests(r, %s)", p.maker(r, t))
	}
	return fmt.Sprintf("wiretest.Values(r, func() %s { return %s })", p.value(t), p.randomValue(r, t))
}

func (p *pkg) randomSub(w *file, t *subType) {
	sel := p.selectorType(t.sub.Type)
	body := []string{"if !sel.IsSet() || !r.Enter() {", "return nil", "}", "defer r.Leave()", "switch sel.Value() {"}
	for _, f := range t.formats {
		r := f.record()
		v := fmt.Sprintf("rand%s(r%s)", r.name, subArgs(r))
		if f.alias != nil {
			v = "(*" + f.name + ")(" + v + ")"
		}
		body = append(body, "case "+p.selectorLiteral(t.sub, f.f)+":", "return "+v)
	}
	body = append(body, "}", "return &"+t.name+"Unknown{Selector: sel.Value(), Nested: r.Flag(), Raw: r.Blob()}")
	w.fn(nil, fmt.Sprintf("rand%s(r *wiretest.Rand, sel wire.Opt[%s]%s) %s", t.name, sel, p.subParams(t.sub), t.name), body...)
}
