package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// compiler asks gcc about one header at a time, so that headers that cannot be included together do not
// meet.
type compiler struct {
	include string // the kernel's headers, before the C library's
	tmp     string
}

// prefix marks the enumerators that carry the values of macros through the debug information.
const prefix = "uapifacts_macro_"

// facts returns the lines of one header and of what it includes.
func (c *compiler) facts(header string) ([]string, error) {
	macros, err := c.macros(header)
	if err != nil {
		return nil, err
	}
	obj := filepath.Join(c.tmp, "facts.o")
	for {
		src := source(header, macros)
		msg, err := c.gcc(src, "-c", "-g", "-fno-eliminate-unused-debug-types", "-fmax-errors=0", "-o", obj)
		if err == nil {
			return readDebug(obj, c.include)
		}
		bad := errorLines(msg)
		before := len(macros)
		macros = slices.DeleteFunc(macros, func(m macro) bool { return bad[m.line] })
		if len(macros) == before {
			return nil, fmt.Errorf("compile: %w: %s", err, msg)
		}
	}
}

type macro struct {
	name string
	line int // of the source that evaluates it
}

var (
	marker = regexp.MustCompile(`^# \d+ "([^"]*)"`)
	define = regexp.MustCompile(`^#define ([A-Za-z]\w*) (.+)$`)
)

// macros returns the object-like macros with a body that a header or a kernel header below it defines.
func (c *compiler) macros(header string) ([]macro, error) {
	out := filepath.Join(c.tmp, "facts.i")
	msg, err := c.gcc(source(header, nil), "-E", "-dD", "-o", out)
	if err != nil {
		return nil, fmt.Errorf("preprocess: %w: %s", err, msg)
	}
	text, err := os.ReadFile(out)
	if err != nil {
		return nil, err
	}
	var found []macro
	seen := make(map[string]bool)
	inside := false
	for line := range strings.Lines(string(text)) {
		if m := marker.FindStringSubmatch(line); m != nil {
			inside = strings.HasPrefix(m[1], filepath.Join(c.include, "linux")) || strings.HasPrefix(m[1], filepath.Join(c.include, "drm"))
			continue
		}
		if m := define.FindStringSubmatch(strings.TrimSuffix(line, "\n")); m != nil && inside && !seen[m[1]] {
			seen[m[1]] = true
			found = append(found, macro{name: m[1]})
		}
	}
	return found, nil
}

// source is a C file that includes a header and makes each macro the value of an enumerator, one a line,
// so that an error's line tells which macro is no integer constant. It notes those lines.
func source(header string, macros []macro) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "#include <stddef.h>\n#include <sys/socket.h>\n#include <%s>\n", header)
	for i := range macros {
		macros[i].line = 4 + i
		fmt.Fprintf(&b, "enum { %s%s = (%s) };\n", prefix, macros[i].name, macros[i].name)
	}
	return b.Bytes()
}

var errorLine = regexp.MustCompile(`(?m)^<stdin>:(\d+):(?:\d+:)? error:`)

func errorLines(msg []byte) map[int]bool {
	lines := make(map[int]bool)
	for _, m := range errorLine.FindAllSubmatch(msg, -1) {
		n, err := strconv.Atoi(string(m[1]))
		if err == nil {
			lines[n] = true
		}
	}
	return lines
}

// gcc runs the compiler on a source and returns its messages.
func (c *compiler) gcc(src []byte, args ...string) ([]byte, error) {
	args = append([]string{"-x", "c", "-w", "-fno-diagnostics-show-caret", "-ftrack-macro-expansion=0",
		"-I", c.include, "-I", filepath.Join(c.include, "x86_64-linux-gnu")}, args...)
	cmd := exec.Command("gcc", append(args, "-")...)
	cmd.Stdin = bytes.NewReader(src)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	return cmd.CombinedOutput()
}
