package generate

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nlgen/nlgen/internal/kspecs"
)

// repoRoot is the folder of the module's go.mod. Tests run in that of their package.
func repoRoot(t testing.TB) string {
	t.Helper()
	root, err := filepath.Abs("../../../..")
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// goCommand runs the go command in a folder and fails the test with its output.
func goCommand(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod -buildvcs=false")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// outsideModule makes a module that uses this one from outside and compiles all kernel specs into it.
func outsideModule(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	root := repoRoot(t)
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "go.sum"), string(sum))
	writeFile(t, filepath.Join(dir, "go.mod"), "module example.com/user\n\ngo 1.25.0\n\nrequire github.com/nlgen/nlgen v0.0.0\n\nreplace github.com/nlgen/nlgen => "+root+"\n")
	generateInto(t, filepath.Join(dir, "gen"), kspecs.Dir(t))
	return dir
}

func writeFile(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func generateInto(t testing.TB, dir string, args ...string) {
	t.Helper()
	var out, errs bytes.Buffer
	if code := Run(append([]string{"-q", "--tests", "-o", dir}, args...), &out, &errs); code != 0 {
		t.Fatalf("exit %d: %s", code, &errs)
	}
	if out.Len()+errs.Len() > 0 {
		t.Fatalf("-q printed %s%s", &out, &errs)
	}
}

// TestKernelSpecs compiles every spec of the kernel, unmodified, in a module outside this one: the packages
// build, vet, pass staticcheck, and pass their property tests.
func TestKernelSpecs(t *testing.T) {
	files := kspecs.Files(t)
	if len(files) != 33 {
		t.Errorf("%d specs, want 33", len(files))
	}
	dir := outsideModule(t)
	goCommand(t, dir, "vet", "./...")
	staticcheck := filepath.Join(dir, "staticcheck")
	goCommand(t, filepath.Join(repoRoot(t), "tools"), "build", "-o", staticcheck, "honnef.co/go/tools/cmd/staticcheck")
	cmd := exec.Command(staticcheck, "./...")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("staticcheck: %v\n%s", err, out)
	}
	out := goCommand(t, dir, "test", "./...")
	if n := strings.Count(out, "ok  \t"); n != len(files) {
		t.Errorf("%d packages were tested, want %d:\n%s", n, len(files), out)
	}
}

// TestDeterministic compiles everything twice and compares all bytes.
func TestDeterministic(t *testing.T) {
	one, two := t.TempDir(), t.TempDir()
	generateInto(t, one, kspecs.Dir(t))
	generateInto(t, two, kspecs.Dir(t))
	a, b := readTree(t, one), readTree(t, two)
	if len(a) != len(b) || len(a) < 33*6 {
		t.Fatalf("%d files, then %d", len(a), len(b))
	}
	for name, data := range a {
		if b[name] != data {
			t.Errorf("%s differs between two runs", name)
		}
	}
}

// TestSize holds generated code to five lines of Go for a line of YAML.
func TestSize(t *testing.T) {
	dir := t.TempDir()
	generateInto(t, dir, kspecs.Dir(t))
	code := 0
	for name, data := range readTree(t, dir) {
		if !strings.HasSuffix(name, "_test.go") {
			code += strings.Count(data, "\n")
		}
	}
	yaml := 0
	for _, f := range kspecs.Files(t) {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		yaml += bytes.Count(data, []byte("\n"))
	}
	t.Logf("%d lines of Go for %d lines of YAML: %.2f", code, yaml, float64(code)/float64(yaml))
	if code > 5*yaml {
		t.Errorf("%d lines of Go for %d lines of YAML", code, yaml)
	}
}

func readTree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		files[rel] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// BenchmarkKernelSpecs compiles all kernel specs with a built nlgen, into a fresh folder each time.
func BenchmarkKernelSpecs(b *testing.B) {
	bin := filepath.Join(b.TempDir(), "nlgen")
	cmd := exec.Command("go", "build", "-o", bin, "./cmd/nlgen")
	cmd.Dir = repoRoot(b)
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	specs := kspecs.Dir(b)
	for b.Loop() {
		if out, err := exec.Command(bin, "generate", "-q", "-o", b.TempDir(), specs).CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
	}
}
