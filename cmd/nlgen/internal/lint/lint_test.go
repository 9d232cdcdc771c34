package lint

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/spec"
)

const (
	good = "name: good\ndoc: A family.\nattribute-sets: []\noperations: {list: []}\n"
	warn = "name: warn\ndoc: A family.\nattribute-sets: []\noperations: {list: []}\ndefinitions:\n  - {name: e, type: enum, entries: [a]}\n"
	bad  = "name: bad\ndocs: A family.\nattribute-sets: []\noperations: {list: []}\ndefinitions:\n  - {name: e, type: enum, entries: [a]}\n"

	warnLine = "warn.yaml:6:12: warning: unused-definition: nothing uses enum \"e\"\n"
	badLine  = "bad.yaml:2:1: unknown-key: unknown key \"docs\" in a family (did you mean \"doc\"?)\n"
)

// inFolder writes the files and makes their folder the working directory.
func inFolder(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"good.yaml": good, "warn.yaml": warn, "bad.yaml": bad,
		"dir/b.yaml": good, "dir/a.yaml": warn, "dir/notes.txt": "no schema", "none/README": "empty",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRun(t *testing.T) {
	inFolder(t)
	for _, tc := range []struct {
		args           string
		code           int
		stdout, stderr string
	}{
		{"good.yaml", 0, "", "0 errors, 0 warnings in 1 file\n"},
		{"--strict good.yaml", 0, "", "0 errors, 0 warnings in 1 file\n"},
		{"warn.yaml", 0, warnLine, "0 errors, 1 warning in 1 file\n"},
		{"--strict warn.yaml", 1, warnLine, "0 errors, 1 warning in 1 file\n"},
		{"bad.yaml warn.yaml bad.yaml", 1, badLine + strings.Replace(warnLine, "warn.yaml", "bad.yaml", 1) + warnLine, "1 error, 2 warnings in 2 files\n"},
		{"dir", 0, strings.Replace(warnLine, "warn.yaml", "dir/a.yaml", 1), "0 errors, 1 warning in 2 files\n"},
		{"dir --strict good.yaml", 1, strings.Replace(warnLine, "warn.yaml", "dir/a.yaml", 1), "0 errors, 1 warning in 3 files\n"},
		{"none", 1, "none: read-file: no file in the folder ends in .yaml\n", "1 error, 0 warnings in 0 files\n"},
		{"gone.yaml good.yaml", 1, "gone.yaml: read-file: stat gone.yaml: no such file or directory\n", "1 error, 0 warnings in 1 file\n"},
		{"--json good.yaml", 0, "[]\n", "0 errors, 0 warnings in 1 file\n"},
		{"", 2, "", usage},
		{"--strict", 2, "", usage},
		{"--fix good.yaml", 2, "", "flag provided but not defined: -fix\n" + usage},
		{"--help", 0, "", usage},
	} {
		var stdout, stderr strings.Builder
		code := Run(strings.Fields(tc.args), &stdout, &stderr)
		if code != tc.code {
			t.Errorf("lint %s = %d, want %d", tc.args, code, tc.code)
		}
		if diff := cmp.Diff(tc.stdout, filepath.ToSlash(stdout.String())); diff != "" {
			t.Errorf("lint %s, stdout (-want +got):\n%s", tc.args, diff)
		}
		if diff := cmp.Diff(tc.stderr, stderr.String()); diff != "" {
			t.Errorf("lint %s, stderr (-want +got):\n%s", tc.args, diff)
		}
	}
}

func TestJSON(t *testing.T) {
	inFolder(t)
	var stdout, stderr strings.Builder
	if code := Run([]string{"--json", "bad.yaml"}, &stdout, &stderr); code != 1 {
		t.Errorf("exit status %d, want 1", code)
	}
	var got []spec.Diagnostic
	if err := json.Unmarshal([]byte(stdout.String()), &got); err != nil {
		t.Fatalf("%v in %s", err, stdout.String())
	}
	want := []spec.Diagnostic{
		{File: "bad.yaml", Line: 2, Col: 1, Severity: spec.Error, Rule: spec.RuleUnknownKey, Message: `unknown key "docs" in a family`, Hint: `did you mean "doc"?`},
		{File: "bad.yaml", Line: 6, Col: 12, Severity: spec.Warning, Rule: spec.RuleUnusedDefinition, Message: `nothing uses enum "e"`},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if !strings.Contains(stdout.String(), `"file": "bad.yaml"`) {
		t.Errorf("keys are not lower-case: %s", stdout.String())
	}
}

// closed is a stdout that is gone.
type closed struct{}

func (closed) Write([]byte) (int, error) { return 0, errors.New("closed") }

func TestClosedOutput(t *testing.T) {
	inFolder(t)
	for _, args := range [][]string{{"warn.yaml"}, {"--json", "warn.yaml"}} {
		var stderr strings.Builder
		if code := Run(args, closed{}, &stderr); code != 1 || stderr.String() != "nlgen: write problems: closed\n" {
			t.Errorf("lint %v = %d, %q", args, code, stderr.String())
		}
	}
}
