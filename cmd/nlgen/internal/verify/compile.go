package verify

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// headerFacts asks a C compiler for every enumerator, macro and struct of the headers in a folder: it compiles
// a file that includes them all and gives each macro's value to an enumerator, and reads the answers from the
// debug information, so that every value shows and not just the first wrong one.
//
// Headers that cannot be read together with the others are left out and named in skipped.
func headerFacts(dir string, named []string) (f *facts, skipped []string, err error) {
	d, err := openHeaders(dir)
	if err != nil {
		return nil, nil, err
	}
	files, err := d.files(named)
	if err != nil {
		return nil, nil, err
	}
	tmp, err := os.MkdirTemp("", "nlgen-verify")
	if err != nil {
		return nil, nil, fmt.Errorf("compile headers: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(tmp)) }()
	if err := writeStubs(tmp); err != nil {
		return nil, nil, fmt.Errorf("compile headers: %w", err)
	}
	c := compiler{headers: d, tmp: tmp}
	obj, skipped, err := c.object(files)
	if err != nil {
		return nil, skipped, err
	}
	f, err = debugFacts(obj)
	if err != nil {
		return nil, skipped, fmt.Errorf("read what the compiler made of the headers: %w", err)
	}
	return f, skipped, nil
}

// A compiler runs the C compiler that CC names, else cc.
type compiler struct {
	headers headerDir
	tmp     string
}

// macroPrefix marks the enumerators that carry the values of macros.
const macroPrefix = "nlgen_verify_macro_"

// maxTries bounds how often the compiler runs after leaving out what it complained of. It runs once where
// headers are as the kernel's are.
const maxTries = 8

// object compiles the headers and returns the object file's name.
func (c compiler) object(files []string) (obj string, skipped []string, err error) {
	obj = filepath.Join(c.tmp, "facts.o")
	macros, msg, err := c.macros(files)
	for try := 0; err != nil && try < maxTries; try++ {
		bad := rootLines(msg)
		kept := slices.DeleteFunc(slices.Clone(files), func(f string) bool { return bad[firstHeader+slices.Index(files, f)] })
		if len(kept) == len(files) || errors.Is(err, exec.ErrNotFound) {
			break
		}
		skipped = append(skipped, difference(files, kept)...)
		files = kept
		macros, msg, err = c.macros(files)
	}
	if err != nil {
		return "", skipped, fmt.Errorf("compile headers: %w: %s", err, firstError(msg))
	}
	for range maxTries {
		msg, err = c.run(source(files, macros), "-c", "-g", "-fno-eliminate-unused-debug-types", "-o", obj)
		if err == nil {
			return obj, skipped, nil
		}
		bad := rootLines(msg)
		first := firstHeader + len(files)
		keptMacros := slices.DeleteFunc(slices.Clone(macros), func(m string) bool { return bad[first+slices.Index(macros, m)] })
		keptFiles := slices.DeleteFunc(slices.Clone(files), func(f string) bool { return bad[firstHeader+slices.Index(files, f)] })
		if len(keptMacros) == len(macros) && len(keptFiles) == len(files) {
			break
		}
		skipped = append(skipped, difference(files, keptFiles)...)
		files, macros = keptFiles, keptMacros
	}
	return "", skipped, fmt.Errorf("compile headers: %w: %s", err, firstError(msg))
}

// difference returns what all has and kept has not.
func difference(all, kept []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(kept, s) })
}

// firstHeader is the line of the first header in source.
const firstHeader = 4

// source is a C file with one header and then one macro a line, so that an error's line tells what is wrong.
func source(files, macros []string) []byte {
	var b bytes.Buffer
	b.WriteString("#include <stddef.h>\n#include <sys/socket.h>\n#include <linux/types.h>\n")
	for _, f := range files {
		fmt.Fprintf(&b, "#include <%s>\n", f)
	}
	for _, m := range macros {
		fmt.Fprintf(&b, "enum { %s%s = (%s) };\n", macroPrefix, m, m)
	}
	return b.Bytes()
}

var (
	define = regexp.MustCompile(`^#define ([A-Za-z_]\w*)(\([^)]*\))? (.+)$`)
	word   = regexp.MustCompile(`[A-Za-z_]\w*`)
	// noInteger matches what the body of a macro that is an integer does not have.
	noInteger = regexp.MustCompile(`["{};?.\[\]]|->|\b(struct|union|enum|sizeof|char|int|long|short|unsigned|void|const|static|_IO\w*)\b`)
)

// macros lists the object-like macros of the headers whose bodies can be integers: they consist of numbers,
// operators, and the names of other macros and of what the headers declare.
func (c compiler) macros(files []string) (names []string, msg []byte, err error) {
	out := filepath.Join(c.tmp, "facts.i")
	if msg, err = c.run(source(files, nil), "-E", "-dD", "-o", out); err != nil {
		return nil, msg, err
	}
	text, err := os.ReadFile(out)
	if err != nil {
		return nil, nil, err
	}
	known := map[string]bool{}
	bodies := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if m := define.FindStringSubmatch(strings.TrimSuffix(line, "\n")); m != nil {
			known[m[1]] = true
			if m[2] == "" && m[1][0] != '_' {
				bodies[m[1]] = m[3]
			}
		} else if !strings.HasPrefix(line, "#") {
			for _, w := range word.FindAllString(line, -1) {
				known[w] = true
			}
		}
	}
	for name, body := range bodies {
		if name != body && integer(body, known) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil, nil
}

// integer reports whether the body of a macro can be an integer.
func integer(body string, known map[string]bool) bool {
	bare := swap.ReplaceAllString(body, "(")
	if noInteger.MatchString(bare) {
		return false
	}
	for _, w := range word.FindAllString(number.ReplaceAllString(bare, ""), -1) {
		if !known[w] || strings.ToUpper(w) != w {
			return false
		}
	}
	return true
}

var number = regexp.MustCompile(`\b(0[xX][0-9a-fA-F]+|\d+)[uUlL]*\b`)

// swap matches the calls that constants in network order are made with.
var swap = regexp.MustCompile(`\b__cpu_to_[bl]e\d\d\s*\(`)

// run runs the compiler on a source and returns its messages.
func (c compiler) run(src []byte, args ...string) ([]byte, error) {
	cc := os.Getenv("CC")
	if cc == "" {
		cc = "cc"
	}
	cmd := strings.Fields(cc)
	if !strings.Contains(cc, "clang") { // which places errors where a macro is used anyway
		cmd = append(cmd, "-ftrack-macro-expansion=0")
	}
	cmd = append(cmd, "-x", "c", "-w", "-nostdinc", "-I", c.tmp, "-I", c.headers.include, "-I", c.headers.arch)
	cmd = append(append(cmd, args...), "-")
	run := exec.Command(cmd[0], cmd[1:]...)
	run.Stdin = bytes.NewReader(src)
	run.Env = append(os.Environ(), "LC_ALL=C")
	return run.CombinedOutput()
}

var (
	errorLine = regexp.MustCompile(`^[^:]*:\d+:(\d+:)? (fatal )?error:`)
	rootLine  = regexp.MustCompile(`<stdin>:(\d+)[:,]`)
)

// rootLines returns the lines of the source that the compiler's errors are in or lead back to.
func rootLines(msg []byte) map[int]bool {
	lines := map[int]bool{}
	root := 0
	for line := range strings.Lines(string(msg)) {
		if m := rootLine.FindStringSubmatch(line); m != nil {
			root, _ = strconv.Atoi(m[1])
		}
		if errorLine.MatchString(line) {
			lines[root] = true
		}
	}
	return lines
}

// firstError returns the first line of the compiler's messages with an error, else all of them.
func firstError(msg []byte) string {
	for line := range strings.Lines(string(msg)) {
		if strings.Contains(line, "error:") {
			return strings.TrimSpace(line)
		}
	}
	return strings.TrimSpace(string(msg))
}
