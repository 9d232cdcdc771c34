//go:build linux

package examples_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nlgen/nlgen/internal/netns"
)

// TestLearn takes the steps of learn/README.md, word for word but for where nlgen comes from.
func TestLearn(t *testing.T) {
	netns.Kernel(t)
	netns.Require(t)
	page, err := os.ReadFile(filepath.Join("learn", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	steps, program := readSteps(string(page))
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	c := consumer{t: t, dir: t.TempDir()}
	learned, printed := false, ""
	for i, step := range steps {
		switch {
		case strings.HasPrefix(step, "go get -tool github.com/nlgen/nlgen/"):
			c.run("go", "mod", "edit", "-go=1.25.0", "-require=github.com/nlgen/nlgen@v0.0.0",
				"-replace=github.com/nlgen/nlgen="+root, "-tool="+strings.TrimPrefix(step, "go get -tool "))
			c.run("go", "mod", "tidy", "-e")
		case strings.HasPrefix(step, "go ") || strings.HasPrefix(step, "sed "):
			if step == "go mod tidy" {
				if err := os.WriteFile(filepath.Join(c.dir, "main.go"), []byte(program), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			c.run("sh", "-c", step)
		case strings.HasPrefix(step, "- { name: "):
			schema, err := os.ReadFile(filepath.Join(c.dir, "seg6.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			if learned = strings.Contains(string(schema), step+"\n"); !learned {
				t.Errorf("the schema does not have the line %q:\n%s", step, schema)
			}
		case strings.HasPrefix(step, "unshare "):
			printed = c.run("sh", "-c", step)
		default:
			if want := strings.Join(steps[i:], "\n") + "\n"; printed != want {
				t.Errorf("printed %q, want %q", printed, want)
			}
		}
	}
	if !learned || printed == "" {
		t.Errorf("steps are missing: %q", steps)
	}
}

// readSteps returns the indented lines of a page, and the Go program in it.
func readSteps(page string) (steps []string, program string) {
	before, rest, _ := strings.Cut(page, "```go\n")
	program, after, _ := strings.Cut(rest, "```\n")
	for line := range strings.Lines(before + after) {
		if step, ok := strings.CutPrefix(line, "    "); ok {
			steps = append(steps, strings.TrimSuffix(step, "\n"))
		}
	}
	return steps, program
}
