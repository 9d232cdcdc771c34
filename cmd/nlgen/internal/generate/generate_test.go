package generate

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const good = `name: demo
protocol: genetlink
doc: A family for tests.
attribute-sets:
  - name: thing
    attributes:
      - { name: id, type: u32 }
operations:
  list:
    - name: get
      doc: Get a thing.
      attribute-set: thing
      do: { request: { attributes: [id] }, reply: { attributes: [id] } }
`

func runCommand(args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = Run(args, &o, &e)
	return code, o.String(), e.String()
}

func TestErrors(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		p := filepath.Join(dir, name)
		writeFile(t, p, text)
		return p
	}
	ok := write("good.yaml", good)
	again := write("again.yaml", good)
	tab := write("tab.yaml", "name: x\n\tdoc: y\n")
	bad := write("bad.yaml", strings.Replace(good, "u32", "u33", 1))
	clash := write("clash.yaml", strings.Replace(good, "{ name: id, type: u32 }", "{ name: a-b, type: u32 }\n      - { name: a--b, type: u32 }\n      - { name: a---b, type: u32 }\n      - { name: id, type: u32 }", 1))
	empty := filepath.Join(dir, "empty")
	if err := os.Mkdir(empty, 0o777); err != nil {
		t.Fatal(err)
	}
	file := write("file", "")
	for _, c := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"no argument", nil, 2, "usage: nlgen generate"},
		{"unknown flag", []string{"--nope", ok}, 2, "flag provided but not defined: -nope"},
		{"package for two", []string{"--package", "p", ok, bad}, 2, "--package names one package, but there are 2 schemas"},
		{"missing file", []string{filepath.Join(dir, "none.yaml")}, 1, "none.yaml: no such file or directory"},
		{"unknown name", []string{"rt-lnk"}, 1, "read schema rt-lnk: file does not exist, and nlgen carries no schema of that name, only: ethtool"},
		{"empty directory", []string{empty}, 1, "no file in the folder ends in .yaml"},
		{"malformed YAML", []string{"-o", dir, tab}, 1, "tab.yaml:2:"},
		{"wrong schema", []string{"-o", dir, bad}, 1, "bad.yaml:7:27: "},
		{"unwritable directory", []string{"-o", file, ok}, 1, "compare output: open " + filepath.Join(file, "demo", "client.go") + ": not a directory"},
		{"names that clash in Go", []string{"-o", dir, clash}, 1,
			"family demo, attribute set thing: the Go name ABAttr of attribute a---b is taken by attribute a--b; rename one of the two in the schema"},
		{"one place for two", []string{"-o", dir, ok, again}, 1, "both " + ok + " and " + again + " want to be there"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, errs := runCommand(c.args...)
			if code != c.code || !strings.Contains(errs, c.want) {
				t.Errorf("exit %d, want %d; want %q in:\n%s", code, c.code, c.want, errs)
			}
			if out != "" {
				t.Errorf("standard output: %s", out)
			}
		})
	}
	if _, err := os.Stat(filepath.Join(dir, "demo")); err == nil {
		t.Error("a run with errors wrote output")
	}
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	src := filepath.Join(dir, "demo.yaml")
	writeFile(t, src, good)
	run := func(want int, args ...string) string {
		t.Helper()
		code, out, errs := runCommand(append(args, "-o", dir, src)...)
		if code != want || errs != "" {
			t.Fatalf("exit %d, want %d: %s", code, want, errs)
		}
		return out
	}
	messages := filepath.Join(dir, "demo", "messages.go")
	if out := run(1, "--check"); !strings.Contains(out, "--- /dev/null\n+++ b/"+messages+"\n@@ -0,0 +1,") {
		t.Errorf("--check of new output: %s", out)
	}
	if _, err := os.Stat(messages); err == nil {
		t.Fatal("--check wrote a file")
	}
	run(0)
	if out := run(0, "--check"); out != "" {
		t.Errorf("--check of fresh output: %s", out)
	}

	old := time.Unix(1e9, 0)
	if err := os.Chtimes(messages, old, old); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "demo", "mine.go"), "package demo\n")
	writeFile(t, filepath.Join(dir, "demo", "stale.go"), marker+"demo.yaml; DO NOT EDIT.\n\npackage demo\n")
	run(0)
	if st, err := os.Stat(messages); err != nil || !st.ModTime().Equal(old) {
		t.Errorf("a file that would not change was rewritten: %v, %v", st, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "demo", "mine.go")); err != nil {
		t.Error("a file that nlgen did not write is gone")
	}
	if _, err := os.Stat(filepath.Join(dir, "demo", "stale.go")); err == nil {
		t.Error("a file that an earlier run wrote is still there")
	}

	writeFile(t, src, strings.Replace(good, "u32", "u64", 1))
	out := run(1, "--check")
	const line = "\n-\tID wire.Opt[uint32] `json:\"id,omitzero\"` // DEMO_A_THING_ID\n+\tID wire.Opt[uint64] `json:\"id,omitzero\"` // DEMO_A_THING_ID\n"
	if !strings.Contains(out, line) {
		t.Errorf("no %q in the difference:\n%s", line, out)
	}
}

func TestPackageAndRuntime(t *testing.T) {
	dir := t.TempDir()
	src := filepath.Join(dir, "demo.yaml")
	writeFile(t, src, good)
	if code, _, errs := runCommand("--package", "other", "--runtime", "example.com/fork/runtime", "-o", dir, src); code != 0 {
		t.Fatal(errs)
	}
	data, err := os.ReadFile(filepath.Join(dir, "doc.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\npackage other\n", "\"example.com/fork/runtime/nl\"", "// Code generated by nlgen from demo.yaml; DO NOT EDIT.\n\n// Package other "} {
		if !strings.Contains(string(data), want) {
			t.Errorf("no %q in:\n%s", want, data)
		}
	}
}

func TestEmbedded(t *testing.T) {
	dir := t.TempDir()
	if code, _, errs := runCommand("-o", dir, "rt-route", "nlctrl"); code != 0 || errs != "" {
		t.Fatal(code, errs)
	}
	for _, p := range []string{"rtroute/client.go", "nlctrl/client.go"} {
		if _, err := os.Stat(filepath.Join(dir, p)); err != nil {
			t.Error(err)
		}
	}
}
