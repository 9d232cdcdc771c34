package gogen

import (
	"fmt"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/ir"
)

// encodeFile writes an Encode method for every record, and the binary methods of messages.
func (p *pkg) encodeFile() *file {
	w := p.file()
	for _, r := range p.records {
		p.encodeMethod(w, r)
		if r.nested || r.listed {
			p.encodeNest(w, r)
		}
		if r.root {
			p.binaryMethods(w, r)
		}
	}
	return w
}

func encodeName(r *record) string {
	if len(r.outer()) > 0 {
		return "encode"
	}
	return "Encode"
}

func (p *pkg) encodeMethod(w *file, r *record) {
	var body []string
	if r.header != nil {
		body = append(body,
			fmt.Sprintf("h := e.Header(%d)", r.header.Size), "if m == nil {\nreturn\n}", "m.Header.encode(e, h)")
	} else {
		body = append(body, "if m == nil {\nreturn\n}")
	}
	body = append(body, "e.Unknown(m.Unknown)")
	sel := map[*ir.Attr]string{} // selectors whose value the sub-messages decide
	var local []string
	for _, f := range r.fields {
		if f.name == "" || f.attr.Type.Kind != ir.SubMsg {
			continue
		}
		s := f.attr.Type.Selector
		if s.Attr == nil {
			continue
		}
		if sel[s.Attr] == "" {
			sel[s.Attr] = selectorVar(s)
			local = append(local, selectorVar(s))
			body = append(body, fmt.Sprintf("%s := %s", sel[s.Attr], p.selectorExpr(r, s)))
		}
		v := "m." + f.name
		open, end := "if "+v+" != nil {", "}"
		if f.attr.Multi {
			open, end, v = "for _, v := range "+v+" {", "}", "v"
		}
		body = append(body, open, fmt.Sprintf("%s = wire.Selector(e, %d, %s, %s.%s())",
			sel[s.Attr], s.Attr.ID, sel[s.Attr], v, p.subs[f.attr.Type.Sub].method), end)
	}
	for _, f := range selectorsFirst(r.fields) {
		if f.name == "" {
			continue
		}
		if v := sel[f.attr]; v != "" {
			body = append(body, p.writeOpt(f.attr.Type, fmt.Sprint(f.attr.ID), v))
			continue
		}
		body = append(body, p.write(r, f, local)...)
	}
	what := "Encode writes m as one level of attributes, what it does not know first. A nil m writes an empty one."
	if len(r.outer()) > 0 {
		what = "encode is like the Encode of other sets, with the selectors of outer levels."
	}
	w.fn(wrap(what), fmt.Sprintf("(m *%s) %s(e *wire.Encoder%s)", r.name, encodeName(r), p.params(r)), body...)
}

// selectorsFirst is the order of writing: by number, a sub-message after its selector.
func selectorsFirst(fields []*field) []*field {
	var out, waiting []*field
	written := map[*ir.Attr]bool{}
	for _, f := range fields {
		if s := f.attr.Type.Selector; s != nil && s.Attr != nil && !written[s.Attr] {
			waiting = append(waiting, f)
			continue
		}
		out = append(out, f)
		written[f.attr] = true
		var still []*field
		for _, x := range waiting {
			if written[x.attr.Type.Selector.Attr] {
				out = append(out, x)
			} else {
				still = append(still, x)
			}
		}
		waiting = still
	}
	return append(out, waiting...)
}

// write is the statements that write a field.
func (p *pkg) write(r *record, f *field, local []string) []string {
	t, id, src := f.attr.Type, fmt.Sprint(f.attr.ID), "m."+f.name
	switch t.Kind {
	case ir.Nest:
		in := p.bySet[t.Set]
		if f.attr.Multi {
			return []string{"for i := range " + src + " {",
				fmt.Sprintf("encode%s(e, %s, &%s[i]%s)", in.name, id, src, p.pass(r, in, local...)), "}"}
		}
		return []string{fmt.Sprintf("encode%s(e, %s, %s%s)", in.name, id, src, p.pass(r, in, local...))}
	case ir.CStruct:
		if f.attr.Multi {
			return []string{"for i := range " + src + " {",
				fmt.Sprintf("%s[i].encode(e, e.Struct(%s, %d, %s[i].Tail))", src, id, t.Struct.Size, src), "}"}
		}
		return []string{"if " + src + " != nil {",
			fmt.Sprintf("%s.encode(e, e.Struct(%s, %d, %s.Tail))", src, id, t.Struct.Size, src), "}"}
	case ir.Indexed:
		if f.attr.Multi {
			return append(append([]string{"for i := range " + src + " {", "s := " + src + "[i : i+1]"},
				p.writeIndexed(r, t, id, "s", 0, local)...), "}")
		}
		return append(append([]string{"if " + src + " != nil {"}, p.writeIndexed(r, t, id, src, 0, local)...), "}")
	case ir.SubMsg:
		sub := p.subs[t.Sub]
		check := ", wire.Opt[" + p.selectorType(t.Sub.Type) + "]{}"
		if t.Selector.Attr == nil {
			check = ", " + p.selectorExpr(r, t.Selector, local...)
		}
		check += p.passSub(r, t.Sub, local...)
		if f.attr.Multi {
			return []string{"for _, v := range " + src + " {", fmt.Sprintf("encode%s(e, %s, v%s)", sub.name, id, check), "}"}
		}
		return []string{fmt.Sprintf("encode%s(e, %s, %s%s)", sub.name, id, src, check)}
	}
	if !f.attr.Multi {
		return []string{p.writeOpt(t, id, src)}
	}
	return []string{"for _, v := range " + src + " {", p.writeValue(t, id, "v"), "}"}
}

// writeOpt is the statement that writes an optional value, if it is there.
func (p *pkg) writeOpt(t *ir.Type, id, src string) string {
	if suffix, ok := isAddr(t); ok {
		return fmt.Sprintf("e.Addr%s(%s, %s)", suffix, id, src)
	}
	switch t.Kind {
	case ir.Scalar, ir.Uint, ir.Sint:
		if t.Enum != nil {
			return fmt.Sprintf("wire.Put%s(e, %s, %s)", call(t), id, src)
		}
		return fmt.Sprintf("e.%s(%s, %s)", call(t), id, src)
	case ir.String:
		return fmt.Sprintf("e.String(%s, %s)", id, src)
	case ir.Flag:
		return fmt.Sprintf("e.Flag(%s, %s)", id, src)
	case ir.Binary:
		if isMAC(t) {
			return fmt.Sprintf("e.MAC(%s, %s)", id, src)
		}
		return fmt.Sprintf("e.Bytes(%s, %s)", id, src)
	case ir.Array:
		if byteArray(t) {
			return fmt.Sprintf("e.Bytes(%s, %s)", id, src)
		}
		return fmt.Sprintf("wire.PutArray(e, %s, %s)", id, src)
	case ir.Bitfield:
		return fmt.Sprintf("wire.PutBitfield32(e, %s, %s)", id, src)
	}
	panic(fmt.Sprintf("no statement writes kind %d", t.Kind))
}

// writeValue is the statement that writes a value that is there.
func (p *pkg) writeValue(t *ir.Type, id, src string) string {
	if optional(t) {
		src = "wire.Some(" + src + ")"
	}
	if _, ok := isAddr(t); ok {
		return fmt.Sprintf("e.AddrElem%s(%s, %s)", map[bool]string{true: "4"}[t.Kind == ir.Scalar], id, src)
	}
	if t.Kind == ir.Binary || byteArray(t) {
		return fmt.Sprintf("e.Blob(%s, %s)", id, src)
	}
	return p.writeOpt(t, id, src)
}

// writeIndexed is the statements that write an indexed array, one level of loops a level of arrays.
func (p *pkg) writeIndexed(r *record, t *ir.Type, id, src string, depth int, local []string) []string {
	i, n := "i", "n"
	for range depth {
		i, n = i+"i", n+"n"
	}
	if i == "i" && src == "s" {
		i = "j"
	}
	out := []string{n + " := e.Nest(" + id + ")", "for " + i + " := range " + src + " {"}
	at := src + "[" + i + "]"
	switch t.Elem.Kind {
	case ir.Nest:
		in := p.bySet[t.Elem.Set]
		out = append(out, fmt.Sprintf("in := e.Nest(%s.Index)", at),
			fmt.Sprintf("%s.Value.%s(e%s)", at, encodeName(in), p.pass(r, in, local...)), "e.End(in)")
	case ir.CStruct:
		out = append(out, fmt.Sprintf("%s.Value.encode(e, e.Struct(%s.Index, %d, %s.Value.Tail))", at, at, t.Elem.Struct.Size, at))
	case ir.Indexed:
		out = append(out, p.writeIndexed(r, t.Elem, at+".Index", at+".Value", depth+1, local)...)
	default:
		out = append(out, p.writeValue(t.Elem, at+".Index", at+".Value"))
	}
	return append(out, "}", "e.End("+n+")")
}

func (p *pkg) encodeNest(w *file, r *record) {
	args := ""
	for _, s := range r.outer() {
		args += ", " + selectorVar(s)
	}
	w.fn(nil, fmt.Sprintf("encode%s(e *wire.Encoder, id uint16, m *%s%s)", r.name, r.name, p.params(r)),
		"if m == nil {\nreturn\n}",
		"n := e.Nest(id)",
		fmt.Sprintf("m.%s(e%s)", encodeName(r), args),
		"e.End(n)")
}

func (p *pkg) binaryMethods(w *file, r *record) {
	w.fn(wrap("AppendBinary appends the encoded message to b. An error is a [*wire.EncodeError] with the path of the attribute."),
		"(m *"+r.name+") AppendBinary(b []byte) ([]byte, error)",
		"e := wire.NewEncoder(b)", "m.Encode(&e)", fmt.Sprintf("return e.Done(&schema, %d)", r.index))
	w.fn([]string{"MarshalBinary encodes the message."}, "(m *"+r.name+") MarshalBinary() ([]byte, error)", "return m.AppendBinary(nil)")
	w.fn(wrap("UnmarshalBinary decodes a message into m, which keeps nothing of b. An error is a [*wire.DecodeError]."),
		"(m *"+r.name+") UnmarshalBinary(b []byte) error",
		"d := wire.NewDecoder(b, nil)", "m.Decode(&d)", fmt.Sprintf("return d.Err(&schema, %d)", r.index))
}
