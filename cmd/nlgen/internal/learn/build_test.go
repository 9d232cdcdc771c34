package learn

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/gogen"
	"github.com/nlgen/nlgen/cmd/nlgen/internal/ir"
	"github.com/nlgen/nlgen/cmd/nlgen/internal/spec"
)

// unavailable ends a test for a reason that lies in the machine. Where CI=true it fails it.
func unavailable(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// requireHeaders skips a test where there is no C compiler, or no headers of the kernel.
func requireHeaders(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath("cc"); err != nil {
		unavailable(t, "no C compiler: %v", err)
	}
	if _, err := os.Stat("/usr/include/linux/netlink.h"); err != nil {
		unavailable(t, "no kernel headers (Debian: linux-libc-dev): %v", err)
	}
}

// run runs the command and returns what it prints.
func run(t testing.TB, args ...string) string {
	t.Helper()
	var out, msg bytes.Buffer
	if code := Run(args, &out, &msg); code != 0 {
		t.Fatalf("nlgen learn %s: exit %d: %s", strings.Join(args, " "), code, msg.String())
	}
	return out.String()
}

// compile compiles a schema as `nlgen generate` does; nothing may be wrong with it but what is not written yet.
func compile(t testing.TB, yaml string) *ir.Family {
	t.Helper()
	f, diags := spec.Parse("learned.yaml", []byte(yaml))
	for _, d := range diags {
		switch {
		case d.Severity == spec.Error:
			t.Errorf("%s\n%s", d, yaml)
		case d.Rule == spec.RuleMissingDoc, d.Rule == spec.RuleUnusedSet, d.Rule == spec.RuleUnusedDefinition:
		default:
			t.Errorf("unexpected warning: %s\n%s", d, yaml)
		}
	}
	if t.Failed() {
		t.FailNow()
	}
	return ir.Build(f)
}

// A module is a temporary Go module of generated packages.
type module struct {
	t   testing.TB
	dir string
}

func newModule(t testing.TB) *module {
	t.Helper()
	root, err := filepath.Abs("../../../..")
	if err != nil {
		t.Fatal(err)
	}
	m := &module{t, t.TempDir()}
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(mod), "\n")
	m.write("go.mod", "module learned\n"+rest+"\nrequire github.com/nlgen/nlgen v0.0.0\n\nreplace github.com/nlgen/nlgen => "+strconv.Quote(root)+"\n")
	m.write("go.sum", string(sum))
	return m
}

func (m *module) write(name, text string) {
	m.t.Helper()
	path := filepath.Join(m.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		m.t.Fatal(err)
	}
}

// add generates a package.
func (m *module) add(dir string, f *ir.Family) {
	m.t.Helper()
	files, err := gogen.Generate(f, gogen.Options{})
	if err != nil {
		m.t.Fatalf("generate %s: %v", dir, err)
	}
	for name, src := range files {
		m.write(filepath.Join(dir, name), string(src))
	}
}

// vet compiles all packages.
func (m *module) vet() {
	m.t.Helper()
	cmd := exec.CommandContext(m.t.Context(), "go", "vet", "./...")
	cmd.Dir = m.dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod -trimpath", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		m.t.Errorf("build what was generated: %v\n%s", err, out)
	}
}

// A number is a number that a schema gives to something with a name in C: a constant, or an expression.
type number struct{ expr, value string }

// numbers lists all of a schema's: attributes, enum entries, operations, constants, sizes and offsets of structs.
func numbers(f *ir.Family) (all []number) {
	add := func(expr string, value any) { all = append(all, number{expr, fmt.Sprint(value)}) }
	for _, s := range f.Sets {
		for _, a := range s.Attrs {
			add(a.CName, a.ID)
		}
	}
	for _, e := range f.Enums {
		for _, v := range e.Entries {
			if v.Value > 1<<31 {
				add(v.CName, int32(v.Value))
				continue
			}
			add(v.CName, v.Value)
		}
	}
	for _, o := range f.Ops {
		m := o.Do
		if m == nil {
			m = o.Dump
		}
		add(o.CName, m.Request)
	}
	for _, c := range f.Consts {
		if c.Int != nil {
			add(c.CName, c.Int)
		}
	}
	for _, s := range f.Structs {
		add("sizeof(struct "+s.CName+")", s.Size)
		for _, m := range s.Members {
			name := strings.ReplaceAll(m.Name, "-", "_")
			if !m.Pad && !padding.MatchString(name) {
				add("offsetof(struct "+s.CName+", "+name+")", m.Offset)
				add("sizeof(((struct "+s.CName+" *)0)->"+name+")", m.Size)
			}
		}
	}
	return all
}

// padding matches the members that fill holes, which C does not name.
var padding = regexp.MustCompile(`^(pad|bits)(_\d+)?$`)

// fromC asks a C program for the values of expressions; those that it does not know are left out.
func fromC(t testing.TB, headers []string, all []number) map[string]string {
	t.Helper()
	known := all
	bad := regexp.MustCompile(`(?m)^[^:\n]*:(\d+):\d+: error:`)
	for {
		lines := []string{"#include <stdio.h>", "#include <stddef.h>", "#include <stdint.h>", "#include <sys/socket.h>"}
		for _, h := range headers {
			lines = append(lines, "#include <"+h+">")
		}
		lines = append(lines, "int main(void) {")
		first := len(lines) + 1
		for _, n := range known {
			lines = append(lines, fmt.Sprintf("printf(%q, (long long)(%s));", n.expr+" = %lld\n", n.expr))
		}
		lines = append(lines, "return 0; }", "")
		dir := t.TempDir()
		program := filepath.Join(dir, "numbers")
		cmd := exec.CommandContext(t.Context(), "cc", "-w", "-fno-diagnostics-show-caret", "-x", "c", "-o", program, "-")
		cmd.Stdin = strings.NewReader(strings.Join(lines, "\n"))
		cmd.Env = append(os.Environ(), "LC_ALL=C")
		msg, err := cmd.CombinedOutput()
		if err != nil {
			wrong := map[int]bool{}
			for _, m := range bad.FindAllSubmatch(msg, -1) {
				n, _ := strconv.Atoi(string(m[1]))
				wrong[n-first] = true
			}
			var kept []number
			for i, n := range known {
				if !wrong[i] {
					kept = append(kept, n)
				}
			}
			if len(kept) == len(known) {
				t.Fatalf("compile: %v\n%s", err, msg)
			}
			known = kept
			continue
		}
		out, err := exec.CommandContext(t.Context(), program).Output()
		if err != nil {
			t.Fatal(err)
		}
		values := map[string]string{}
		for line := range strings.Lines(string(out)) {
			expr, value, _ := strings.Cut(strings.TrimSpace(line), " = ")
			values[expr] = value
		}
		return values
	}
}

// compareNumbers compares a schema's numbers with those in headers. It returns what the headers do not know.
func compareNumbers(t testing.TB, f *ir.Family, headers ...string) (unknown []string) {
	t.Helper()
	all := numbers(f)
	values := fromC(t, headers, all)
	newer := func(n number) bool { // a struct with members that the headers do not have
		_, ok := values[n.expr]
		size, is := strings.CutPrefix(n.expr, "sizeof(struct ")
		return ok && is && slices.ContainsFunc(all, func(m number) bool {
			_, known := values[m.expr]
			return !known && strings.HasPrefix(m.expr, "offsetof(struct "+strings.TrimSuffix(size, ")")+",")
		})
	}
	for _, n := range all {
		got, ok := values[n.expr]
		switch {
		case newer(n):
			unknown = append(unknown, n.expr)
		case !ok:
			unknown = append(unknown, n.expr)
		case got != n.value:
			t.Errorf("%s is %s in C, the schema says %s", n.expr, got, n.value)
		}
	}
	if len(all) == 0 || len(unknown) == len(all) {
		t.Errorf("nothing was compared")
	}
	return unknown
}
