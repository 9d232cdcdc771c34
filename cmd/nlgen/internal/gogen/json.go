package gogen

import (
	"fmt"
	"strings"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/ir"
)

// jsonFile writes the JSON methods that the standard encoder needs help with: hardware addresses, and
// sub-messages, whose Go type the selector picks.
func (p *pkg) jsonFile() *file {
	w := p.file()
	for _, r := range p.records {
		if p.shadowed(r) {
			p.marshalJSON(w, r)
			p.unmarshalJSON(w, r)
		}
	}
	for _, s := range p.fam.Subs {
		p.subJSON(w, p.subs[s])
	}
	return w
}

// shadowed reports whether a record needs JSON methods.
func (p *pkg) shadowed(r *record) bool {
	for _, f := range r.fields {
		if p.macField(f) || f.name != "" && f.attr.Type.Kind == ir.SubMsg {
			return true
		}
	}
	return false
}

func (p *pkg) macField(f *field) bool { return f.name != "" && isMAC(f.attr.Type) && !f.attr.Multi }

// outerSelected reports whether a field is a sub-message whose selector is not in its own set.
func outerSelected(f *field) bool {
	return f.name != "" && f.attr.Type.Kind == ir.SubMsg && f.attr.Type.Selector.Attr == nil
}

func (p *pkg) marshalJSON(w *file, r *record) {
	body := []string{"type plain " + r.name}
	var shadow, values []string
	for _, f := range r.fields {
		if f.name == "" {
			continue
		}
		src := "m." + f.name
		tag := fmt.Sprintf("`json:\"%s,omitzero\"`", f.json)
		switch {
		case p.macField(f):
			shadow = append(shadow, f.name+" wire.HardwareAddr "+tag)
			values = append(values, f.name+": wire.HardwareAddr("+src+"),")
		case outerSelected(f):
			shadow = append(shadow, f.name+" json.RawMessage "+tag)
			values = append(values, f.name+": "+lowerFirst(f.name)+",")
			body = append(body, fmt.Sprintf("%s, err := marshalOuter%s(%s)", lowerFirst(f.name), p.subs[f.attr.Type.Sub].name, src),
				"if err != nil {", "return nil, err", "}")
		case f.attr.Type.Kind == ir.SubMsg:
			sel := p.selectorExpr(r, f.attr.Type.Selector)
			if f.attr.Multi {
				body = append(body, fmt.Sprintf("if !%s.IsSet() && len(%s) > 0 {", sel, src))
				src += "[0]"
			} else {
				body = append(body, fmt.Sprintf("if !%s.IsSet() && %s != nil {", sel, src))
			}
			body = append(body, fmt.Sprintf("%s = wire.Some(%s.%s())", sel, src, p.subs[f.attr.Type.Sub].method), "}")
		}
	}
	if shadow == nil {
		body = append(body, "return json.Marshal(plain(m))")
	} else {
		body = append(body, "return json.Marshal(struct {\nplain\n"+strings.Join(shadow, "\n")+"\n}{\nplain: plain(m),\n"+strings.Join(values, "\n")+"\n})")
	}
	w.fn([]string{"MarshalJSON writes the attributes under their schema names."}, "(m "+r.name+") MarshalJSON() ([]byte, error)", body...)
}

func (p *pkg) unmarshalJSON(w *file, r *record) {
	var shadow, after []string
	for _, f := range r.fields {
		if f.name == "" {
			continue
		}
		dst, src := "m."+f.name, "v."+f.name
		tag := fmt.Sprintf("`json:\"%s\"`", f.json)
		if p.macField(f) {
			shadow = append(shadow, f.name+" wire.HardwareAddr "+tag)
			after = append(after, dst+" = net.HardwareAddr("+src+")")
			continue
		}
		if f.attr.Type.Kind != ir.SubMsg {
			continue
		}
		call := "unmarshalOuter" + p.subs[f.attr.Type.Sub].name + "("
		if !outerSelected(f) {
			call = "unmarshal" + p.subs[f.attr.Type.Sub].name + "(" + p.selectorExpr(r, f.attr.Type.Selector) + ", "
		}
		if f.attr.Multi {
			shadow = append(shadow, f.name+" []json.RawMessage "+tag)
			after = append(after, dst+" = nil", "for _, b := range "+src+" {", "x, err := "+call+"b)", "if err != nil {", "return err", "}",
				dst+" = append("+dst+", x)", "}")
			continue
		}
		shadow = append(shadow, f.name+" json.RawMessage "+tag)
		after = append(after, "if "+dst+", err = "+call+src+"); err != nil {", "return err", "}")
	}
	body := []string{"type plain " + r.name,
		"v := struct {\n*plain\n" + strings.Join(shadow, "\n") + "\n}{plain: (*plain)(m)}",
		"err := json.Unmarshal(b, &v)", "if err != nil {", "return err", "}"}
	w.fn([]string{"UnmarshalJSON reads what MarshalJSON writes."}, "(m *"+r.name+") UnmarshalJSON(b []byte) error",
		append(append(body, after...), "return nil")...)
}

func (p *pkg) subJSON(w *file, t *subType) {
	sel := p.selectorType(t.sub.Type)
	body := []string{"if len(b) == 0 || string(b) == \"null\" {", "return nil, nil", "}",
		"if !sel.IsSet() {", "return nil, wire.ErrNoSelector", "}",
		"var m " + t.name, "switch sel.Value() {"}
	for _, f := range t.formats {
		body = append(body, "case "+p.selectorLiteral(t.sub, f.f)+":", "m = new("+f.name+")")
	}
	body = append(body, "default:", "m = &"+t.name+"Unknown{Selector: sel.Value()}", "}",
		"if err := json.Unmarshal(b, m); err != nil {", "return nil, err", "}", "return m, nil")
	w.fn(nil, fmt.Sprintf("unmarshal%s(sel wire.Opt[%s], b []byte) (%s, error)", t.name, sel, t.name), body...)
	if !p.outerJSON(t) {
		return
	}
	w.fn(nil, fmt.Sprintf("marshalOuter%s(m %s) (json.RawMessage, error)", t.name, t.name),
		"if m == nil {", "return nil, nil", "}", "return wire.MarshalSelected(m."+t.method+"(), m)")
	w.fn(nil, fmt.Sprintf("unmarshalOuter%s(b []byte) (%s, error)", t.name, t.name),
		"if len(b) == 0 || string(b) == \"null\" {", "return nil, nil", "}",
		"var sel "+sel, "body, err := wire.SplitSelected(b, &sel)", "if err != nil {", "return nil, err", "}",
		"return unmarshal"+t.name+"(wire.Some(sel), body)")
}

// outerJSON reports whether some field of this sub-message has its selector elsewhere.
func (p *pkg) outerJSON(t *subType) bool {
	for _, r := range p.records {
		for _, f := range r.fields {
			if f.attr.Type.Sub == t.sub && outerSelected(f) {
				return true
			}
		}
	}
	return false
}
