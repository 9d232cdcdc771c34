package spec

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write what the tests find as what they want")

// lines prints diagnostics one a line, under the base name of their file.
func lines(diags []Diagnostic) string {
	var b strings.Builder
	for _, d := range diags {
		d.File = filepath.Base(d.File)
		b.WriteString(d.String())
		b.WriteByte('\n')
	}
	return b.String()
}

// golden compares got with a file, or writes it with -update.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func caseDirs(t testing.TB) []string {
	t.Helper()
	specs, err := filepath.Glob("testdata/*/spec.yaml")
	if err != nil || len(specs) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	dirs := make([]string, len(specs))
	for i, s := range specs {
		dirs[i] = filepath.Dir(s)
	}
	return dirs
}

func TestCases(t *testing.T) {
	for _, dir := range caseDirs(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			_, diags := Load(filepath.Join(dir, "spec.yaml"))
			golden(t, filepath.Join(dir, "want.txt"), lines(diags))
		})
	}
}

// elsewhere are the rules that no small file can break; TestReadFile and TestAliasBomb do.
var elsewhere = map[string]bool{RuleReadFile: true, RuleAliasLimit: true}

// TestEveryRuleHasACase takes the rules from rules.go, so that a new one cannot be forgotten.
func TestEveryRuleHasACase(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "rules.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, dir := range caseDirs(t) {
		_, diags := Load(filepath.Join(dir, "spec.yaml"))
		for _, d := range diags {
			seen[d.Rule] = true
		}
	}
	rules := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(v.Names[0].Name, "Rule") {
			return true
		}
		rule, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		if rules[rule] {
			t.Errorf("two rules are called %s", rule)
		}
		rules[rule] = true
		if !strings.HasPrefix(v.Doc.Text(), v.Names[0].Name+": ") {
			t.Errorf("%s has no comment of its own", v.Names[0].Name)
		}
		if !seen[rule] && !elsewhere[rule] {
			t.Errorf("no case under testdata breaks %s", rule)
		}
		return true
	})
	for rule := range warnings {
		if !rules[rule] {
			t.Errorf("warnings holds %q, which is no rule", rule)
		}
	}
}
