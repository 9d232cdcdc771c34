//go:build linux

package livetest

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// toolLimit is how long a tool may run, on a machine that has much else to do: only one that hangs takes as long.
const toolLimit = time.Minute

// Run runs a tool in the namespace and returns what it prints. A tool that fails, or prints to its standard error,
// fails the test.
func (w *World) Run(name string, args ...string) string {
	w.t.Helper()
	out, errs, err := w.Try(name, args...)
	if err != nil || errs != "" {
		w.t.Fatalf("run %s %s: %v\n%s%s", name, strings.Join(args, " "), err, out, errs)
	}
	return out
}

// Try runs a tool in the namespace and returns what it prints and how it ends. A tool that is not installed skips
// the test, or fails it where CI=true.
func (w *World) Try(name string, args ...string) (out, errs string, err error) {
	w.t.Helper()
	return w.try(nil, name, args...)
}

// try is Try with environment variables on top of the usual.
func (w *World) try(env []string, name string, args ...string) (out, errs string, err error) {
	w.t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		Unavailable(w.t, err.Error())
	}
	ctx, cancel := context.WithTimeout(w.Ctx, toolLimit)
	defer cancel()
	var stdout, stderr bytes.Buffer
	w.Do(func() {
		cmd := exec.CommandContext(ctx, name, args...)
		cmd.Env = append(append(os.Environ(), "LC_ALL=C"), env...)
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		cmd.WaitDelay = time.Second
		err = cmd.Run()
	})
	if ctx.Err() != nil {
		w.t.Fatalf("run %s %s: not done within %v", name, strings.Join(args, " "), toolLimit)
	}
	return stdout.String(), stderr.String(), err
}

// Lines runs one command for each line of text: words parted by blanks, empty lines and what follows # ignored.
func (w *World) Lines(text string) {
	w.t.Helper()
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		if words := strings.Fields(line); len(words) > 0 {
			w.Run(words[0], words[1:]...)
		}
	}
}

// JSON runs a tool that prints a JSON list of objects. Numbers stay as they are printed.
func (w *World) JSON(name string, args ...string) []Object {
	w.t.Helper()
	out := w.Run(name, args...)
	if strings.TrimSpace(out) == "" {
		return nil
	}
	var list []Object
	d := json.NewDecoder(strings.NewReader(out))
	d.UseNumber()
	if err := d.Decode(&list); err != nil {
		w.t.Fatalf("parse output of %s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return list
}

// Unavailable skips the test for a reason that lies in the machine. Where CI=true it fails it.
func Unavailable(t testing.TB, reason string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(reason)
	}
	t.Skip(reason)
}
