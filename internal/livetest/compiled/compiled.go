// Package compiled decodes messages of families that have no package here: it compiles their schemas, in a module of its
// own, to a program that reads messages and prints them as JSON.
package compiled

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/template"
)

//go:embed decode.tmpl
var text string

const module = `module example.com/decode

go 1.25.0

require github.com/nlgen/nlgen v0.0.0

replace github.com/nlgen/nlgen => %s
`

// A Decoder decodes messages of the types that it was made for.
type Decoder struct{ program string }

// New compiles schemas. The types are those of root messages, by package and name, such as nftables.Table.
func New(t testing.TB, schemas []string, types ...string) *Decoder {
	t.Helper()
	dir := t.TempDir()
	root := strings.TrimSpace(run(t, ".", "go", "list", "-m", "-f", "{{.Dir}}"))
	run(t, root, append([]string{"go", "run", "./cmd/nlgen", "generate", "-q", "-o", filepath.Join(dir, "gen")}, schemas...)...)
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	data := struct{ Packages, Types []string }{Types: types}
	for _, typ := range types {
		pkg, _, _ := strings.Cut(typ, ".")
		data.Packages = append(data.Packages, pkg)
	}
	slices.Sort(data.Packages)
	data.Packages = slices.Compact(data.Packages)
	var main bytes.Buffer
	if err := template.Must(template.New("main").Parse(text)).Execute(&main, data); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"go.mod": fmt.Appendf(nil, module, root), "go.sum": sum, "main.go": main.Bytes()} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d := &Decoder{filepath.Join(dir, "decode")}
	run(t, dir, "go", "build", "-mod=mod", "-buildvcs=false", "-o", d.program, ".")
	return d
}

func run(t testing.TB, dir string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	var errs bytes.Buffer
	cmd.Dir, cmd.Stderr = dir, &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("run %s: %v\n%s", strings.Join(args, " "), err, errs.String())
	}
	return string(out)
}

// A Message is one to decode.
type Message struct {
	Type string // as given to New
	Body []byte // from the fixed header on
}

// A Result is what a message holds.
type Result struct {
	Value map[string]any // its JSON, numbers as json.Number
	Again []byte         // what it encodes to
	Err   string
}

// Decode decodes messages.
func (d *Decoder) Decode(t testing.TB, list []Message) []Result {
	t.Helper()
	var in, out, errs bytes.Buffer
	for _, m := range list {
		fmt.Fprintf(&in, "%s %x\n", m.Type, m.Body)
	}
	cmd := exec.CommandContext(t.Context(), d.program)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &in, &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("decode messages: %v\n%s", err, errs.String())
	}
	results := make([]Result, len(list))
	r := json.NewDecoder(&out)
	r.UseNumber()
	for i := range results {
		if err := r.Decode(&results[i]); err != nil {
			t.Fatalf("read message %d: %v", i, err)
		}
	}
	return results
}
