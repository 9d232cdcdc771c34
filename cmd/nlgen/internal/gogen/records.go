package gogen

import (
	"fmt"
	"strings"
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
		for _, f := range r.fields {
			if f.name != "" {
				lines = append(lines, p.fieldLines(f)...)
			}
		}
		lines = append(lines, "// Unknown holds the attributes that the schema does not know or cannot read.",
			"Unknown wire.Attrs `json:\"unknown,omitzero\"`", "}")
		w.decl(doc(r.name+" "+r.what, r.doc), "%s", strings.Join(lines, "\n"))
	}
	return w
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
