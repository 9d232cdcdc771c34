package kspecs

import (
	"os"
	"path/filepath"
	"testing"
)

func TestDir(t *testing.T) {
	dir := t.TempDir()
	specs := filepath.Join(dir, "specs")
	if err := os.Mkdir(specs, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{filepath.Join(dir, "genetlink.yaml"), filepath.Join(specs, "b.yaml"), filepath.Join(specs, "a.yaml")} {
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, env := range []string{dir, specs} {
		t.Setenv(Env, env)
		if got := Dir(t); got != specs {
			t.Errorf("%s=%s: Dir() = %s, want %s", Env, env, got, specs)
		}
		files := Files(t)
		if len(files) != 2 || files[0] != filepath.Join(specs, "a.yaml") {
			t.Errorf("%s=%s: Files() = %v", Env, env, files)
		}
	}

	t.Setenv(Env, t.TempDir())
	if got := Seeds(t); got != nil {
		t.Errorf("Seeds() = %v in an empty folder", got)
	}
}
