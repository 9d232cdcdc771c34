// Package kspecs finds the kernel's own schemas for tests. They are not part of this repository.
package kspecs

import (
	"os"
	"path/filepath"
	"testing"
)

// Env names the environment variable that says where the kernel's schemas are: the folder of the schemas
// themselves, or the folder that holds them as specs/.
const Env = "NLGEN_KERNEL_SPECS"

// beside is where the schemas are looked for without Env, from the root of the repository.
const beside = "../shared/kernel-specs/7.2"

// Dir returns the folder of the kernel's schemas. Where there is none it skips the test; with CI=true, or
// with Env set to a wrong place, it fails the test.
func Dir(t testing.TB) string {
	t.Helper()
	dir := find(t)
	switch {
	case dir != "":
		return dir
	case os.Getenv(Env) != "":
		t.Fatalf("find kernel schemas: %s=%s: no *.yaml there or in its specs folder", Env, os.Getenv(Env))
	case os.Getenv("CI") == "true":
		t.Fatalf("find kernel schemas: set %s to the folder that holds them", Env)
	}
	t.Skipf("the kernel's schemas are not here: set %s to the folder that holds them", Env)
	return ""
}

// Seeds returns the paths of the kernel's schemas where they are at hand, else nothing: for fuzz tests,
// which have other seeds too.
func Seeds(t testing.TB) []string {
	t.Helper()
	if dir := find(t); dir != "" {
		return filesOf(t, dir)
	}
	return nil
}

// Files returns the paths of the kernel's schemas in alphabetical order. It skips or fails as Dir does.
func Files(t testing.TB) []string {
	t.Helper()
	return filesOf(t, Dir(t))
}

// find returns the folder of the schemas, or nothing.
func find(t testing.TB) string {
	t.Helper()
	if dir := os.Getenv(Env); dir != "" {
		return specsIn(dir)
	}
	return specsIn(filepath.Join(moduleRoot(t), beside))
}

func filesOf(t testing.TB, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		t.Fatalf("list kernel schemas: %v", err)
	}
	return files
}

// specsIn returns dir/specs or dir, whichever holds schemas, or nothing. The folder above specs/ also has
// YAML files, which describe the language and are no schemas: so specs/ comes first.
func specsIn(dir string) string {
	for _, d := range []string{filepath.Join(dir, "specs"), dir} {
		if files, err := filepath.Glob(filepath.Join(d, "*.yaml")); err == nil && len(files) > 0 {
			return d
		}
	}
	return ""
}

// moduleRoot returns the nearest folder with a go.mod, from the test's own folder upwards.
func moduleRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatalf("find repository: %v", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("find repository: no go.mod above the test")
		}
		dir = up
	}
}
