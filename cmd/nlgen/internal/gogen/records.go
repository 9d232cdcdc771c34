package gogen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/ir"
)

// recordsFile writes the Go types of attribute sets and messages.
func (p *pkg) recordsFile() *file {
	w := p.file()
	for _, r := range p.records {
		lines := []string{"type " + r.name + " struct {"}
		if r.header != nil {
			lines = append(lines, "// Header is the fixed header "+r.header.Name+".",
				fmt.Sprintf("Header %s `json:\"header\"`", p.structs[r.header].name))
		}
		for _, sec := range p.sections(r) {
			if sec.title != "" {
				lines = append(lines, "", "// "+sec.title, "")
			}
			for _, f := range sec.fields {
				lines = append(lines, p.fieldLines(f)...)
			}
		}
		lines = append(lines, "// Unknown holds the attributes that the schema does not know or cannot read.",
			"Unknown wire.Attrs `json:\"unknown,omitzero\"`", "}")
		w.decl(doc(r.name+" "+r.what, r.doc), "%s", strings.Join(lines, "\n"))
	}
	return w
}

// bigSet is how many fields a record may have before they are grouped by the operations that use them.
const bigSet = 60

// A section is fields of a record that belong together.
type section struct {
	title  string
	fields []*field
}

// sections splits the fields of a big message by the operation that first names them; what no operation
// names comes last.
func (p *pkg) sections(r *record) []section {
	var fields []*field
	for _, f := range r.fields {
		if f.name != "" {
			fields = append(fields, f)
		}
	}
	if len(fields) <= bigSet || !r.root {
		return []section{{"", fields}}
	}
	var out []section
	done := map[*field]bool{}
	for _, o := range p.ops {
		if o.rec != r {
			continue
		}
		sec := section{title: "First named by " + o.op.Name + ":"}
		for _, m := range []*ir.Mode{o.op.Do, o.op.Dump} {
			if m == nil {
				continue
			}
			for _, f := range fields {
				if !done[f] && (slices.Contains(m.RequestAttrs, f.attr) || slices.Contains(m.ReplyAttrs, f.attr)) {
					done[f] = true
					sec.fields = append(sec.fields, f)
				}
			}
		}
		if sec.fields != nil {
			out = append(out, sec)
		}
	}
	rest := section{title: "Named by no operation:"}
	for _, f := range fields {
		if !done[f] {
			rest.fields = append(rest.fields, f)
		}
	}
	if rest.fields != nil {
		out = append(out, rest)
	}
	if len(out) == 1 {
		out[0].title = ""
	}
	return out
}

// fieldLines is a field with its comment: the schema's text above it, or just its names beside it.
func (p *pkg) fieldLines(f *field) []string {
	a := f.attr
	line := fmt.Sprintf("%s %s `json:\"%s,omitzero\"`", f.name, p.fieldType(f), f.json)
	if strings.TrimSpace(a.Doc) == "" {
		return []string{line + " // " + a.CName}
	}
	lines := commented(wrap(a.Doc))
	return append(lines, line+" // "+a.CName)
}

func commented(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = strings.TrimRight("// "+l, " ")
	}
	return out
}
