// Package gogen writes the Go package of a netlink family: messages with their codec, a client, and what
// decodes notifications.
//
// A package has one file a concern. Names are settled first, in model.go, so that the writers below only
// put them on paper.
package gogen

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/ir"
)

// DefaultRuntime is the import path of the runtime that generated code uses.
const DefaultRuntime = "github.com/nlgen/nlgen/runtime"

// Options say how to write a package.
type Options struct {
	Package string // name; empty: from the family
	Runtime string // import path; empty: DefaultRuntime
	Tests   bool   // also write property tests
}

// PackageName is the name of the Go package of a family.
func PackageName(family string) string { return packageName(family) }

// Generate returns the files of the family's package by name. An error says which names clash.
func Generate(f *ir.Family, o Options) (map[string][]byte, error) {
	if o.Runtime == "" {
		o.Runtime = DefaultRuntime
	}
	p := newPkg(f, o)
	if len(p.errs) > 0 {
		return nil, errors.Join(p.errs...)
	}
	files := map[string]*file{
		"doc.go":           p.docFile(),
		"client.go":        p.clientFile(),
		"notifications.go": p.notifyFile(),
		"messages.go":      p.recordsFile(),
		"decode.go":        p.decodeFile(),
		"encode.go":        p.encodeFile(),
		"schema.go":        p.tableFile(),
	}
	if len(f.Enums)+len(f.Consts) > 0 {
		files["enums.go"] = p.enumsFile()
	}
	if len(f.Structs) > 0 {
		files["structs.go"] = p.structsFile()
	}
	if len(f.Subs) > 0 {
		files["submessages.go"] = p.subsFile()
	}
	if p.anyShadowed() {
		files["json.go"] = p.jsonFile()
	}
	if o.Tests {
		files["codec_test.go"] = p.testFile()
	}
	out := map[string][]byte{}
	for name, w := range files {
		var b bytes.Buffer
		if err := w.f.Render(&b); err != nil {
			return nil, fmt.Errorf("family %s: write %s: %w", f.Name, name, err)
		}
		out[name] = groupImports(b.Bytes())
	}
	return out, nil
}

// groupImports sorts the standard library before the rest, which jennifer does not.
func groupImports(src []byte) []byte {
	const open, end = "\nimport (\n", "\n)\n"
	head, rest, ok := strings.Cut(string(src), open)
	if !ok {
		return src
	}
	block, tail, ok := strings.Cut(rest, end)
	if !ok {
		return src
	}
	var std, other []string
	for _, l := range strings.Split(block, "\n") {
		if first, _, _ := strings.Cut(l, "/"); strings.Contains(first, ".") {
			other = append(other, l)
		} else {
			std = append(std, l)
		}
	}
	if std != nil && other != nil {
		std = append(std, "")
	}
	return []byte(head + open + strings.Join(append(std, other...), "\n") + end + tail)
}

func (p *pkg) anyShadowed() bool {
	for _, r := range p.records {
		if p.shadowed(r) {
			return true
		}
	}
	return len(p.fam.Subs) > 0
}

// docFile writes the package comment and what the package tells the runtime.
func (p *pkg) docFile() *file {
	w := p.file()
	first := fmt.Sprintf("Package %s speaks the netlink family %s.", p.name, p.fam.Name)
	for _, l := range doc(first, p.fam.Doc) {
		w.f.PackageComment(strings.TrimRight("// "+l, " "))
	}
	w.decl(wrap("The next line fails to build where the runtime is older than this code: update github.com/nlgen/nlgen in go.mod, or generate again with its nlgen."),
		"const _ = wire.Output1")
	lines := []string{"var family = nl.Family{", fmt.Sprintf("Name: %q,", p.fam.Name)}
	if p.fam.Generic {
		lines = append(lines, "Generic: true,", fmt.Sprintf("Version: %d,", p.fam.Version))
	}
	lines = append(lines, fmt.Sprintf("Protocol: %d,", p.fam.Protonum), "Schema: &schema,", "}")
	w.decl(nil, "%s", strings.Join(lines, "\n"))
	return w
}
