package gogen

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/ir"
	"github.com/nlgen/nlgen/cmd/nlgen/internal/spec"
)

var update = flag.Bool("update", false, "write the golden package instead of comparing with it")

// TestGolden compares what becomes of a schema that has every feature with files that a person has read.
func TestGolden(t *testing.T) {
	f, diags := spec.Load("testdata/zoo.yaml")
	if spec.HasErrors(diags) {
		t.Fatal(diags)
	}
	files, err := Generate(ir.Build(f), Options{Tests: true})
	if err != nil {
		t.Fatal(err)
	}
	const dir = "testdata/zoo"
	if *update {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		for name, data := range files {
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	golden, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	if len(golden) != len(files) {
		t.Errorf("%d files, want %d: %v", len(files), len(golden), golden)
	}
	for _, path := range golden {
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(files[filepath.Base(path)])); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
}
