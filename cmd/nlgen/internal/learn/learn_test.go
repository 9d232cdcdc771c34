package learn

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRunUsage(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
		code int
		want string // in what goes to stderr
	}{
		{"nothing", nil, 2, "usage: nlgen learn"},
		{"help", []string{"-h"}, 0, "usage: nlgen learn"},
		{"unknown flag", []string{"-x", "SEG6"}, 2, "-x"},
		{"two families", []string{"SEG6", "tcp_metrics"}, 2, "a schema is of one family, not of SEG6 and tcp_metrics"},
		{"no such header", []string{"linux/no_such_header.h"}, 1, "read header linux/no_such_header.h: file does not exist"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out, msg bytes.Buffer
			if code := Run(tt.args, &out, &msg); code != tt.code {
				t.Errorf("exit %d, want %d", code, tt.code)
			}
			if out.Len() > 0 || !strings.Contains(msg.String(), tt.want) {
				t.Errorf("stdout %q, stderr %q, want %q in it", out.String(), msg.String(), tt.want)
			}
		})
	}
}

func TestRunOutput(t *testing.T) {
	requireHeaders(t)
	dir := t.TempDir()
	header := filepath.Join(dir, "bad.h")
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(header, "enum { FOO_ATTR_UNSPEC, FOO_ATTR_ID, __FOO_ATTR_MAX };\n")
	out := filepath.Join(dir, "foo.yaml")
	if got := run(t, "-o", out, header); got != "" {
		t.Errorf("printed %q besides", got)
	}
	first, err := os.ReadFile(out)
	if err != nil || !strings.Contains(string(first), "name-prefix: foo-attr-\n") {
		t.Errorf("%v: %s", err, first)
	}

	write(out, "kept")
	var msg bytes.Buffer
	if code := Run([]string{"-o", out, header}, &msg, &msg); code != 1 || !strings.Contains(msg.String(), "-f replaces it") {
		t.Errorf("exit %d: %s", code, msg.String())
	}
	if now, _ := os.ReadFile(out); string(now) != "kept" {
		t.Errorf("the file has been replaced: %s", now)
	}
	run(t, "-f", "-o", out, header)
	if now, _ := os.ReadFile(out); string(now) != string(first) {
		t.Errorf("replaced by %s", now)
	}

	write(header, "int x y;\n")
	msg.Reset()
	if code := Run([]string{header}, &msg, &msg); code != 1 || !strings.Contains(msg.String(), "compile headers: ") || !strings.Contains(msg.String(), "bad.h:") {
		t.Errorf("exit %d: %s", code, msg.String())
	}
	t.Setenv("CC", "no-such-compiler")
	msg.Reset()
	if code := Run([]string{header}, &msg, &msg); code != 1 || !strings.Contains(msg.String(), "a C compiler is needed, CC says which") {
		t.Errorf("exit %d: %s", code, msg.String())
	}
}

func TestLevel(t *testing.T) {
	none := ""
	for _, tt := range []struct {
		want string
		edit func(s *schema)
	}{
		{"genetlink", func(*schema) {}},
		{"genetlink-c", func(s *schema) { s.name = "my_family" }},
		{"genetlink-c", func(s *schema) { s.cFamily = "X_NAME" }},
		{"genetlink-c", func(s *schema) { s.groups = []group{{name: "a_group"}} }},
		{"genetlink-c", func(s *schema) { s.defs = []*definition{{kind: "enum", tag: &none}} }},
		{"genetlink-c", func(s *schema) { s.sets = []*set{{attrs: []*attr{{checks: []pair{{"unterminated-ok", "true"}}}}}} }},
		{"genetlink-legacy", func(s *schema) { s.version = 2 }},
		{"genetlink-legacy", func(s *schema) { s.directional = true }},
		{"genetlink-legacy", func(s *schema) { s.defs = []*definition{{kind: "struct"}} }},
		{"genetlink-legacy", func(s *schema) { s.sets = []*set{{attrs: []*attr{{typ: "bitfield32"}}}} }},
		{"genetlink", func(s *schema) { s.ops = []*op{{flags: []string{"uns-admin-perm"}}} }},
		{"genetlink-legacy", func(s *schema) { s.name, s.ops = "my_family", []*op{{flags: []string{"uns-admin-perm"}}} }},
		{"netlink-raw", func(s *schema) { s.classic = true }},
	} {
		s := newSchema("family")
		tt.edit(s)
		if got := s.level(); got != tt.want {
			t.Errorf("level %s, want %s", got, tt.want)
		}
	}
}
