//go:build linux

package livetest

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSeeds runs the fuzz target of each generated package over its seeds alone and counts them: every captured message
// is one, beside a random message of each type.
func TestSeeds(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "test", "-vet=off", "-run", "^FuzzCodec$", "-json", "./...")
	cmd.Dir = generated
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	ran := map[string]int{}
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var e struct{ Action, Package, Test string }
		Must(t, d.Decode(&e))
		if e.Action == "pass" && strings.HasPrefix(e.Test, "FuzzCodec/seed#") {
			ran[e.Package[strings.LastIndex(e.Package, "/")+1:]]++
		}
	}
	want, total := map[string]int{}, 0
	for _, file := range Get[[]string](t)(filepath.Glob(filepath.Join(generated, "*", "codec_test.go"))) {
		pkg := filepath.Base(filepath.Dir(file))
		captured := Get[[]string](t)(filepath.Glob(filepath.Join(capturedDir(pkg), "*.hex")))
		types := strings.Count(string(Get[[]byte](t)(os.ReadFile(file))), "\n\t{Name: ")
		want[pkg] = len(captured) + types
		total += len(captured)
	}
	if diff := cmp.Diff(want, ran); diff != "" {
		t.Errorf("seeds by package (-want +ran):\n%s", diff)
	}
	if total == 0 {
		t.Error("no captured messages")
	}
}
