// Package pyynl makes netlink calls with the kernel's own Python client, to compare answers with it.
package pyynl

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The client is part of this Debian package, which holds the kernel's source as one archive.
const (
	archive = "/usr/src/linux-source-6.12.tar.xz"
	top     = "linux-source-6.12"
	python  = "/usr/bin/python3" // the one that Debian's python3-yaml and python3-jsonschema are for
)

//go:embed driver.py
var driver string

// A Call is one operation, with its request as the client takes it.
type Call struct {
	Spec  string         `json:"spec"`
	Op    string         `json:"op"`
	Mode  string         `json:"mode"` // do or dump
	JSON  map[string]any `json:"json"`
	Flags []int          `json:"flags"` // of the netlink header, for a do
}

// A Result is what came of a call. Bytes are {"$bytes": hex}, sets of flags {"$set": names}.
type Result struct {
	Reply     any    `json:"reply"`
	Errno     int    `json:"errno"`
	Exception string `json:"exception"`
}

// A Client runs the Python program.
type Client struct{ dir, specs string }

// New returns a client for the schemas in a folder. Where the Debian packages are missing it skips the test, or fails
// it where CI=true. It unpacks the client once for all tests of a user, which takes about ten seconds.
func New(t testing.TB, specs string) *Client {
	t.Helper()
	unavailable := func(reason any) {
		t.Helper()
		if os.Getenv("CI") == "true" {
			t.Fatal(reason)
		}
		t.Skip(reason)
	}
	info, err := os.Stat(archive)
	if err != nil {
		unavailable(fmt.Sprintf("%v: install linux-source-6.12", err))
	}
	if out, err := exec.CommandContext(t.Context(), python, "-c", "import yaml, jsonschema").CombinedOutput(); err != nil {
		unavailable(fmt.Sprintf("%v: install python3-yaml and python3-jsonschema\n%s", err, out))
	}
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("nlgen-pyynl-%d-%d", os.Getuid(), info.ModTime().Unix()))
	if _, err := os.Stat(dir); err != nil {
		unpack(t, dir)
	}
	return &Client{filepath.Join(dir, top, "tools/net/ynl"), specs}
}

// unpack puts the client into a folder, which appears only when it is complete.
func unpack(t testing.TB, dir string) {
	t.Helper()
	part, err := os.MkdirTemp(filepath.Dir(dir), filepath.Base(dir)+"-part-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(part)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "tar", "-C", part, "-xJf", archive, "--wildcards", top+"/tools/net/ynl/*")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("unpack %s: %v\n%s", archive, err, out)
	}
	if err := os.Rename(part, dir); err != nil && !os.IsExist(err) {
		if _, err2 := os.Stat(dir); err2 != nil { // another test was not faster either
			t.Fatal(err)
		}
	}
}

// Run makes calls, in the namespace of the calling thread.
func (c *Client) Run(t testing.TB, calls []Call) []Result {
	t.Helper()
	for i := range calls {
		if calls[i].JSON == nil {
			calls[i].JSON = map[string]any{}
		}
	}
	in, err := json.Marshal(calls)
	if err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, python, "-B", "-c", driver, c.dir, c.specs)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("run the kernel's client: %v\n%s", err, errs.String())
	}
	var results []Result
	d := json.NewDecoder(strings.NewReader(out.String()))
	d.UseNumber()
	if err := d.Decode(&results); err != nil || len(results) != len(calls) {
		t.Fatalf("read what the kernel's client prints: %d results for %d calls: %v\n%s", len(results), len(calls), err, out.String())
	}
	return results
}
