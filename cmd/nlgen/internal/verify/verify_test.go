package verify

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/input"
	"github.com/nlgen/nlgen/cmd/nlgen/internal/spec"
)

// run runs the command.
func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = Run(args, &out, &errs)
	return code, out.String(), errs.String()
}

// Our schemas are right, by the kernel that runs the test.
func TestOwnSchemas(t *testing.T) {
	needKernel(t)
	needCtrl(t)
	code, stdout, stderr := run(t)
	if code != 0 || stderr != "" {
		t.Errorf("code is %d, error output %q", code, stderr)
	}
	t.Log(stdout)
	for _, name := range input.Embedded() {
		if !strings.Contains(stdout, name+": 0 wrong, ") {
			t.Errorf("%s: no line that says that nothing is wrong", name)
		}
	}
}

// And by the newest headers, which together with the kernel know nearly all of them.
func TestOwnSchemasByHeaders(t *testing.T) {
	s := &sources{kernel: needKernel(t), headers: []*facts{needHeaders(t)}, ctrl: needCtrl(t)}
	for _, r := range reports(t, s, loadAll(t)) {
		t.Log(r.summary())
		for _, d := range r.differences {
			if d.Severity == spec.Error {
				t.Error(d)
			}
		}
		if _, seen, total := r.share(); total == 0 || 100*seen < 95*total {
			t.Errorf("%s: %d of %d matched; not matched:\n%s", r.family, seen, total, strings.Join(lines(r.unmatched), "\n"))
		}
	}
}

func TestRun(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	broken := write("broken.yaml", "name: [\n")
	wrong := write("wrong/wrong.yaml", head+`attribute-sets:
  - name: fam
    name-prefix: ctrl-attr-
    attributes:
      - {name: family-id, type: u32, value: 2}
`+tail)
	empty := filepath.Join(dir, "empty")
	if err := os.Mkdir(empty, 0o755); err != nil {
		t.Fatal(err)
	}
	needKernel(t)
	needCtrl(t)
	for _, tc := range []struct {
		name   string
		args   []string
		code   int
		stdout string // what it holds
		stderr string
	}{
		{"help", []string{"-h"}, 0, "", "usage: nlgen verify [flags] [FAMILY|SPEC]..."},
		{"an unknown flag", []string{"--nonsense"}, 2, "", "flag provided but not defined: -nonsense"},
		{"a family by name", []string{"nlctrl"}, 0, "nlctrl: 0 wrong, ", ""},
		{"a family with underscores", []string{"rt_addr"}, 0, "rt-addr: 0 wrong, ", ""},
		{"an unknown family", []string{"nonsense"}, 1, "", "nlgen carries no schema of that name, only: ethtool, "},
		{"a file that is not there", []string{filepath.Join(dir, "x.yaml")}, 1, "", "no such file or directory"},
		{"an empty folder", []string{empty}, 1, "", "read schema " + empty + ": no file in the folder ends in .yaml"},
		{"a broken schema", []string{broken}, 1, "", "read schema " + broken + ": it has errors"},
		{"a wrong schema", []string{wrong}, 1, wrong + ":9:16: attribute-id: fam.family-id is 2, the kernel has CTRL_ATTR_FAMILY_ID = 1\n", ""},
		{"a note", []string{"tcp_metrics"}, 0, ": other-name: note: the kernel has no TCP_METRIC_REODERING", ""},
		{"a folder, flags last", []string{filepath.Dir(wrong), "--unmatched"}, 1, "attribute-id", ""},
		{"a family that the kernel does not have", []string{wrong}, 1, "the kernel has no such family, or not in this network namespace", ""},
		{"no headers", []string{"--headers", empty, "nlctrl"}, 2, "", "find headers: no linux/netlink.h in " + empty},
	} {
		t.Run(tc.name, func(t *testing.T) {
			code, stdout, stderr := run(t, tc.args...)
			if code != tc.code {
				t.Errorf("code is %d, want %d", code, tc.code)
			}
			if !strings.Contains(stdout, tc.stdout) || tc.stdout == "" && stdout != "" {
				t.Errorf("output is %q, want %q in it", stdout, tc.stdout)
			}
			if !strings.Contains(stderr, tc.stderr) || tc.stderr == "" && stderr != "" {
				t.Errorf("error output is %q, want %q in it", stderr, tc.stderr)
			}
		})
	}
}

func TestJSON(t *testing.T) {
	needKernel(t)
	needCtrl(t)
	code, stdout, stderr := run(t, "--json", "--unmatched", "nlctrl", "tcp_metrics")
	if code != 0 || stderr != "" {
		t.Fatalf("code is %d, error output %q", code, stderr)
	}
	var got []struct {
		Family, File   string
		Sources        []string
		Matched, Total int
		Percent        int
		Kinds          map[string]struct{ Matched, Total int }
		Differences    []spec.Diagnostic
		Unmatched      []spec.Diagnostic
	}
	dec := json.NewDecoder(strings.NewReader(stdout))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&got); err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].Family != "nlctrl" || got[0].File != "nlctrl.yaml" || got[1].Family != "tcp_metrics" {
		t.Fatalf("families are %+v", got)
	}
	if k := got[0].Kinds["attributes"]; k.Total != 28 || k.Matched != 28 {
		t.Errorf("%d of %d attributes of nlctrl matched, want 28 of 28", k.Matched, k.Total)
	}
	for _, f := range got {
		if f.Matched > f.Total || f.Percent != 100*f.Matched/f.Total || len(f.Sources) == 0 {
			t.Errorf("%s: %d of %d, %d %%, by %v", f.Family, f.Matched, f.Total, f.Percent, f.Sources)
		}
		for _, d := range append(f.Differences, f.Unmatched...) {
			if d.Severity != Note || d.Line == 0 || d.Rule == "" {
				t.Errorf("%s: %+v", f.Family, d)
			}
		}
	}
	if len(got[1].Unmatched) == 0 {
		t.Error("nothing of tcp_metrics is unmatched, but its constant is in no header")
	}
}

// Every rule says what it means.
func TestRules(t *testing.T) {
	data, err := os.ReadFile("rules.go")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	prev := ""
	for line := range strings.Lines(string(data)) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), " = ")
		if ok && strings.HasPrefix(name, "Rule") {
			n++
			if !strings.HasPrefix(strings.TrimSpace(prev), "//") {
				t.Errorf("%s has no comment", name)
			}
			rule := strings.Trim(value, `"`)
			if rule == "" || strings.Trim(rule, "abcdefghijklmnopqrstuvwxyz-") != "" {
				t.Errorf("%s is %q, want kebab-case", name, rule)
			}
		}
		prev = line
	}
	if n < 20 {
		t.Errorf("found %d rules", n)
	}
}

// BenchmarkOwnSchemas is what `nlgen verify` does: it reads the kernel's type information and compares all our
// schemas.
func BenchmarkOwnSchemas(b *testing.B) {
	needKernel(b)
	needCtrl(b)
	for b.Loop() {
		var out, errs bytes.Buffer
		if code := Run(nil, &out, &errs); code != 0 {
			b.Fatalf("code %d: %s", code, errs.String())
		}
	}
}

// BenchmarkKernelSpecs does the same with the kernel's 33 schemas and headers.
func BenchmarkKernelSpecs(b *testing.B) {
	all := kernelSchemas(b)
	needKernel(b)
	o := options{headers: []string{uapiHeaders(b)}}
	for b.Loop() {
		s, err := openSources(o, all)
		if err != nil {
			b.Fatal(err)
		}
		if rs := reports(b, s, all); len(rs) != len(all) {
			b.Fatalf("%d reports", len(rs))
		}
		s.close()
	}
}
