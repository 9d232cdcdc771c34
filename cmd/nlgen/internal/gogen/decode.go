package gogen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/ir"
)

// decodeFile writes a Decode method for every record, and the functions that read a nest.
func (p *pkg) decodeFile() *file {
	w := p.file()
	for _, r := range p.records {
		p.decodeMethod(w, r)
		p.decodeNest(w, r)
		for _, f := range r.fields {
			if f.name != "" && f.attr.Type.Kind == ir.Indexed {
				p.decodeIndexed(w, r, f)
			}
		}
	}
	return w
}

// params are the selector parameters of a record's methods, as declared and as passed on.
func (p *pkg) params(r *record) (declared string) {
	for _, s := range r.outer() {
		declared += fmt.Sprintf(", %s wire.Opt[%s]", selectorVar(s), p.selectorType(s.Type))
	}
	return declared
}

func selectorVar(s *ir.Selector) string { return lowerFirst(camel(s.Name)) }

// selectorExpr is what a record's code calls the selector: a local variable that holds what its
// sub-messages want of it, a field, a member of the header, or a parameter.
func (p *pkg) selectorExpr(r *record, s *ir.Selector, local ...string) string {
	if slices.Contains(local, selectorVar(s)) {
		return selectorVar(s)
	}
	for _, f := range r.fields {
		if f.attr.Name == s.Name && f.name != "" {
			return "m." + f.name
		}
	}
	if r.header != nil {
		for i, mem := range r.header.Members {
			if mem.Name == s.Name && !mem.Pad {
				return "wire.Some(m.Header." + p.structs[r.header].members[i] + ")"
			}
		}
	}
	for _, o := range r.outer() {
		if o.Name == s.Name {
			return selectorVar(s)
		}
	}
	return "wire.Opt[" + p.selectorType(s.Type) + "]{}"
}

// pass lists the selectors that the code of r hands to the code of inner, each with a leading comma.
func (p *pkg) pass(r *record, inner *record, local ...string) string {
	s := ""
	for _, o := range inner.outer() {
		s += ", " + p.selectorExpr(r, o, local...)
	}
	return s
}

func decodeName(r *record) string {
	if len(r.outer()) > 0 {
		return "decode"
	}
	return "Decode"
}

func (p *pkg) decodeMethod(w *file, r *record) {
	body := []string{"*m = " + r.name + "{}"}
	if r.header != nil {
		body = append(body, fmt.Sprintf("m.Header.decode(d.Header(%d))", r.header.Size))
	}
	var first, second []string
	var pads, later []string
	for _, f := range r.fields {
		id := fmt.Sprint(f.attr.ID)
		switch {
		case f.attr.Type.Kind == ir.Unused:
		case f.attr.Type.Kind == ir.Pad:
			pads = append(pads, id)
		case f.later:
			later = append(later, id)
			second = append(second, "case "+id+":", p.read(r, f))
		default:
			first = append(first, "case "+id+":", p.read(r, f))
		}
	}
	if later != nil {
		first = append(first, "case "+strings.Join(later, ", ")+": // read below, once the selector is known")
	}
	if pads != nil {
		first = append(first, "case "+strings.Join(pads, ", ")+": // padding")
	}
	if first == nil {
		body = append(body, "for d.Next() {", "d.Keep()", "}")
	} else {
		body = append(body, "for d.Next() {", "switch d.Type() {")
		body = append(append(body, first...), "default:", "d.Keep()", "}", "}")
	}
	if second != nil {
		body = append(body, "d.Again("+strings.Join(later, ", ")+")", "for d.Next() {", "switch d.Type() {")
		body = append(append(body, second...), "}", "}")
	}
	body = append(body, fmt.Sprintf("m.Unknown = d.Finish(&schema.Sets[%d])", r.index))
	what := "Decode reads one level of attributes into m, overwriting it. What m holds is owned by d: see [wire.Decoder]."
	if len(r.outer()) > 0 {
		what = "decode is like the Decode of other sets, with the selectors of outer levels."
	}
	w.fn(wrap(what), fmt.Sprintf("(m *%s) %s(d *wire.Decoder%s)", r.name, decodeName(r), p.params(r)), body...)
}

// read is the statement that reads the current attribute into its field.
func (p *pkg) read(r *record, f *field) string {
	t := f.attr.Type
	dst := "m." + f.name
	if _, ok := isAddr(t); ok && f.attr.Multi {
		return fmt.Sprintf("%s = wire.AppendAddr(d, %d, %s, %s)", dst, p.slot("addrs"), dst, p.readValue(t))
	}
	switch t.Kind {
	case ir.Nest:
		in := p.bySet[t.Set]
		if f.attr.Multi {
			return fmt.Sprintf("%s = append%s(d, %s%s)", dst, in.name, dst, p.pass(r, in))
		}
		return fmt.Sprintf("%s = decode%s(d%s)", dst, in.name, p.pass(r, in))
	case ir.CStruct:
		st := p.structs[t.Struct].name
		if f.attr.Multi {
			return fmt.Sprintf("%s = append%s(d, %s)", dst, st, dst)
		}
		return fmt.Sprintf("%s = decode%s(d)", dst, st)
	case ir.Indexed:
		in := fmt.Sprintf("decode%s%s(d%s)", r.name, f.name, p.passElem(r, t))
		if f.attr.Multi {
			return fmt.Sprintf("%s = append(%s, %s...)", dst, dst, in)
		}
		return dst + " = " + in
	case ir.SubMsg:
		in := fmt.Sprintf("decode%s(d, %s%s)", p.subs[t.Sub].name, p.selectorExpr(r, t.Selector), p.passSub(r, t.Sub))
		if f.attr.Multi {
			return fmt.Sprintf("if v := %s; v != nil {\n%s = append(%s, v)\n}", in, dst, dst)
		}
		return dst + " = " + in
	}
	if !f.attr.Multi {
		return dst + " = " + p.readValue(t)
	}
	v := p.value(t)
	if isMAC(t) {
		return fmt.Sprintf("%s = wire.AppendOpt(d, %d, %s, wire.Some(wire.HardwareAddr(d.MAC())))", dst, p.slot("[]"+v), dst)
	}
	if optional(t) {
		return fmt.Sprintf("%s = wire.AppendOpt(d, %d, %s, %s)", dst, p.slot("[]"+v), dst, p.readValue(t))
	}
	return fmt.Sprintf("%s = wire.AppendOpt(d, %d, %s, wire.Some(%s))", dst, p.slot("[]"+v), dst, p.readValue(t))
}

// readValue is the expression that reads the current attribute, an Opt where optional says so.
func (p *pkg) readValue(t *ir.Type) string {
	if suffix, ok := isAddr(t); ok {
		return "d.Addr" + suffix + "()"
	}
	switch t.Kind {
	case ir.Scalar, ir.Uint, ir.Sint:
		if t.Enum != nil {
			return fmt.Sprintf("wire.As[%s](d.%s())", p.enums[t.Enum], call(t))
		}
		return "d." + call(t) + "()"
	case ir.String:
		return "d.String()"
	case ir.Flag:
		return "d.Flag()"
	case ir.Binary:
		if isMAC(t) {
			return "d.MAC()"
		}
		return "d.Bytes()"
	case ir.Array:
		if byteArray(t) {
			return "d.Bytes()"
		}
		v := p.value(t.Elem)
		return fmt.Sprintf("wire.Array[%s](d, %d)", v, p.slot("[]"+v))
	case ir.Bitfield:
		v := "uint32"
		if t.Enum != nil {
			v = p.enums[t.Enum]
		}
		return "wire.BitfieldAs[" + v + "](d)"
	}
	panic(fmt.Sprintf("no expression reads kind %d", t.Kind))
}

// passElem is pass for the set at the bottom of an indexed array.
func (p *pkg) passElem(r *record, t *ir.Type) string {
	for t.Elem != nil {
		t = t.Elem
	}
	if t.Kind == ir.Nest {
		return p.pass(r, p.bySet[t.Set])
	}
	return ""
}

func (p *pkg) decodeNest(w *file, r *record) {
	args := ""
	for _, s := range r.outer() {
		args += ", " + selectorVar(s)
	}
	if r.nested {
		w.fn(nil, fmt.Sprintf("decode%s(d *wire.Decoder%s) *%s", r.name, p.params(r), r.name),
			"lv := d.Enter()",
			fmt.Sprintf("m := wire.New[%s](d, %d)", r.name, p.slot(r.name)),
			fmt.Sprintf("m.%s(d%s)", decodeName(r), args),
			"if !d.Leave(lv) {\nreturn nil\n}",
			"return m")
	}
	if r.listed {
		w.fn(nil, fmt.Sprintf("append%s(d *wire.Decoder, s []%s%s) []%s", r.name, r.name, p.params(r), r.name),
			fmt.Sprintf("s = wire.Grow(d, %d, s)", p.slot("[]"+r.name)),
			"lv := d.Enter()",
			fmt.Sprintf("s[len(s)-1].%s(d%s)", decodeName(r), args),
			"if !d.Leave(lv) {\nreturn wire.Shrink(s)\n}",
			"return s")
	}
}

// decodeIndexed writes the function that reads an indexed array, and those of the arrays inside it.
func (p *pkg) decodeIndexed(w *file, r *record, f *field) {
	name := "decode" + r.name + f.name
	for t := f.attr.Type; t.Kind == ir.Indexed; t = t.Elem {
		elem := p.value(t.Elem)
		params, args := "", ""
		bottom := t
		for bottom.Elem != nil && bottom.Kind == ir.Indexed {
			bottom = bottom.Elem
		}
		if bottom.Kind == ir.Nest {
			params = p.params(p.bySet[bottom.Set])
			for _, s := range p.bySet[bottom.Set].outer() {
				args += ", " + selectorVar(s)
			}
		}
		var entry []string
		switch t.Elem.Kind {
		case ir.Nest:
			entry = []string{"in := d.Enter()",
				fmt.Sprintf("v.Value.%s(d%s)", decodeName(p.bySet[t.Elem.Set]), args), "d.Leave(in)"}
		case ir.CStruct:
			entry = []string{fmt.Sprintf("v.Value.decode(d.Struct(%d, &v.Value.Tail))", t.Elem.Struct.Size)}
		case ir.Indexed:
			entry = []string{fmt.Sprintf("v.Value = %sEntry(d%s)", name, args)}
		default:
			expr := p.readValue(t.Elem)
			if isMAC(t.Elem) {
				expr = "wire.HardwareAddr(" + expr + ")"
			}
			if optional(t.Elem) {
				expr += ".Value()"
			}
			entry = []string{"v.Value = " + expr}
		}
		body := []string{"lv := d.Enter()",
			fmt.Sprintf("s := wire.Entries[%s](d, %d)", elem, p.slot("[]indexed "+elem)),
			"for d.Next() {", "s = append(s, wire.Indexed[" + elem + "]{Index: d.Type()})", "v := &s[len(s)-1]"}
		body = append(append(body, entry...), "}", "if !d.Leave(lv) {\nreturn nil\n}", "return s")
		w.fn(nil, fmt.Sprintf("%s(d *wire.Decoder%s) []wire.Indexed[%s]", name, params, elem), body...)
		name += "Entry"
	}
}
