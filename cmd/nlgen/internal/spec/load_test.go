package spec

import (
	"testing"

	"github.com/nlgen/nlgen/internal/kspecs"
)

func TestKernelSpecs(t *testing.T) {
	files := kspecs.Files(t)
	if len(files) != 33 {
		t.Errorf("%d kernel schemas, want 33", len(files))
	}
	for _, path := range files {
		f, diags := Load(path)
		if f == nil {
			t.Fatalf("Load(%s) = nil: %v", path, diags)
		}
		for _, d := range diags {
			if d.Severity == Error {
				t.Error(d)
			}
		}
	}
}
