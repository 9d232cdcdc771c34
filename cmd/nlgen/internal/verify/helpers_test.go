package verify

import (
	"context"
	"errors"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/cmd/nlgen/internal/ir"
	"github.com/nlgen/nlgen/cmd/nlgen/internal/spec"
)

var update = flag.Bool("update", false, "write the golden files")

// headersEnv names the environment variable that says where the newest kernel's uapi headers are: a folder with
// linux/, or one with usr/include (an unpacked linux-libc-dev; tools/uapifacts/fetch.sh downloads Debian
// unstable's).
const headersEnv = "NLGEN_UAPI_HEADERS"

// missing skips a test for want of something, or fails it in CI, where everything must be there.
func missing(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// uapiHeaders returns the folder of the newest headers.
func uapiHeaders(t testing.TB) string {
	t.Helper()
	dir := os.Getenv(headersEnv)
	if dir == "" {
		missing(t, "the newest kernel's headers are not here: set %s", headersEnv)
	}
	needCompiler(t)
	return dir
}

func needCompiler(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath("cc"); err != nil && os.Getenv("CC") == "" {
		missing(t, "there is no C compiler: %v", err)
	}
}

var readKernel = sync.OnceValues(func() (*facts, error) {
	f, _, err := kernelFacts(btfDir)
	return f, err
})

// needKernel returns the running kernel's type information.
func needKernel(t testing.TB) *facts {
	t.Helper()
	f, err := readKernel()
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		missing(t, "this kernel shows no type information: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return f
}

var (
	readHeaders sync.Once
	headers     *facts
	headersErr  error
)

// needHeaders returns what the newest headers say.
func needHeaders(t testing.TB) *facts {
	t.Helper()
	dir := uapiHeaders(t)
	readHeaders.Do(func() {
		var skipped []string
		headers, skipped, headersErr = headerFacts(dir, allHeaders(t))
		if len(skipped) > 0 {
			t.Errorf("headers left out: %v", skipped)
		}
	})
	if headersErr != nil {
		t.Fatal(headersErr)
	}
	return headers
}

// allHeaders names the headers of all schemas, ours and the kernel's.
func allHeaders(t testing.TB) []string {
	var named []string
	for _, s := range append(loadAll(t), kernelSchemas(t)...) {
		named = append(named, s.headers()...)
	}
	return named
}

func loadAll(t testing.TB, args ...string) []schema {
	t.Helper()
	all, bad, err := load(args)
	if err != nil {
		t.Fatalf("%v: %v", err, bad)
	}
	return all
}

// model compiles the text of a schema.
func model(t testing.TB, text string) *ir.Family {
	t.Helper()
	f, diags := spec.Parse("test.yaml", []byte(text))
	if f == nil || spec.HasErrors(diags) {
		t.Fatalf("schema has errors: %v", diags)
	}
	return ir.Build(f)
}

// against holds a schema against facts and returns the differences, without the file's name.
func against(t testing.TB, text string, f ...*facts) *report {
	t.Helper()
	fam := model(t, text)
	r := &report{path: "test.yaml", family: fam.Name}
	groups, layouts := groupsOf(fam), layoutsOf(fam)
	for _, f := range f {
		newIndex(f.seal(), groups).compareAll(groups, layouts, r)
	}
	for _, g := range groups {
		for _, it := range g.items {
			r.count(it)
		}
	}
	for _, l := range layouts {
		r.count(l.self)
		for _, m := range l.members {
			r.count(m.item)
		}
	}
	r.finish()
	return r
}

// lines returns differences as printed, without folders.
func lines(all []spec.Diagnostic) []string {
	var out []string
	for _, d := range all {
		d.File = filepath.Base(d.File)
		out = append(out, d.String())
	}
	return out
}

func wantLines(t testing.TB, got []spec.Diagnostic, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, lines(got)); diff != "" {
		t.Errorf("differences (-want +got):\n%s", diff)
	}
}

// golden compares text with a file in testdata.
func golden(t testing.TB, name string, got []string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	text := strings.Join(got, "\n") + "\n"
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(text, "\n")); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// reports holds schemas against sources.
func reports(t testing.TB, s *sources, all []schema) []*report {
	t.Helper()
	rs, err := s.verifyAll(context.Background(), all)
	if err != nil {
		t.Fatal(err)
	}
	return rs
}
