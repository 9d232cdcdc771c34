package learn

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// headerFacts asks a C compiler for what headers declare: it compiles a file that includes them and gives each
// macro's value to an enumerator, and reads the answers from the debug information. files are paths, dirs are
// searched for what the headers include.
//
// Many headers need what they do not include; a few break where something is there already.
func headerFacts(files, dirs []string) (*facts, error) {
	usual := compiler{files, dirs, "#include <stddef.h>\n#include <stdint.h>\n#include <sys/socket.h>\n#include <linux/types.h>\n"}
	f, err := usual.facts()
	if err == nil || errors.Is(err, exec.ErrNotFound) {
		return f, err
	}
	bare := compiler{files, dirs, "#include <linux/types.h>\n"}
	if f, again := bare.facts(); again == nil {
		return f, nil
	}
	return nil, err
}

// facts compiles the headers.
func (c compiler) facts() (f *facts, err error) {
	tmp, err := os.MkdirTemp("", "nlgen-learn")
	if err != nil {
		return nil, fmt.Errorf("compile headers: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(tmp)) }()
	macros, err := c.macros()
	if err != nil {
		return nil, err
	}
	obj := filepath.Join(tmp, "facts.o")
	kept := macros
	for {
		msg, err := c.run(c.source(kept), "-c", "-g", "-fno-eliminate-unused-debug-types", "-o", obj)
		if err == nil {
			break
		}
		fewer := c.dropBad(kept, msg)
		if len(fewer) == len(kept) {
			return nil, compileError(err, msg)
		}
		kept = fewer
	}
	f, numbers, err := debugFacts(obj, c.files)
	if err != nil {
		return nil, fmt.Errorf("read what the compiler made of the headers: %w", err)
	}
	enumerators := map[string]bool{}
	for _, e := range f.enums {
		for _, v := range e.values {
			enumerators[v.name] = true
		}
	}
	for _, m := range macros {
		if m.value, m.isInt = numbers[m.name]; m.isInt || m.text != "" {
			m.alias = enumerators[m.body] || countsIn(m.body, enumerators)
			f.macros = append(f.macros, m.cMacro)
		}
	}
	f.hints, err = commentHints(c.files)
	return f, err
}

// A compiler runs the C compiler that CC names, else cc.
type compiler struct {
	files, dirs []string
	first       string // what comes before the headers
}

// A body is a macro with what it stands for.
type body struct {
	cMacro
	body string
}

// macroPrefix marks the enumerators that carry the values of macros.
const macroPrefix = "nlgen_learn_macro_"

// source is a C file: the headers, then one macro a line, so that an error's line tells what is wrong.
func (c compiler) source(macros []body) []byte {
	var b bytes.Buffer
	b.WriteString(c.first)
	for _, f := range c.files {
		fmt.Fprintf(&b, "#include \"%s\"\n", f)
	}
	for _, m := range macros {
		if m.text != "" {
			b.WriteByte('\n')
			continue
		}
		fmt.Fprintf(&b, "enum { %s%s = (%s) };\n", macroPrefix, m.name, m.name)
	}
	return b.Bytes()
}

// firstMacro is the line of the first macro in source.
func (c compiler) firstMacro() int { return 1 + strings.Count(c.first, "\n") + len(c.files) }

var errorLine = regexp.MustCompile(`(?m)^<stdin>:(\d+):(?:\d+:)? error:`)

// dropBad leaves out the macros that the compiler complains of: they are no numbers.
func (c compiler) dropBad(macros []body, msg []byte) []body {
	bad := map[int]bool{}
	for _, m := range errorLine.FindAllSubmatch(msg, -1) {
		n, _ := strconv.Atoi(string(m[1]))
		bad[n-c.firstMacro()] = true
	}
	var kept []body
	for i, m := range macros {
		if !bad[i] {
			kept = append(kept, m)
		}
	}
	return kept
}

var (
	define = regexp.MustCompile(`^#define ([A-Za-z]\w*) (.+)$`)
	marker = regexp.MustCompile(`^# \d+ "([^"]*)"`)
	quoted = regexp.MustCompile(`^"([^"\\]+)"$`)
	// noNumber matches what the body of a macro that is a number does not have.
	noNumber = regexp.MustCompile(`["{};?.\[\]]|->|\b(struct|union|enum|char|int|long|short|unsigned|signed|void|const|static|if|do|while|_IO\w*)\b`)
)

var word = regexp.MustCompile(`\b[A-Za-z_]\w*`)

// countsIn tells whether a macro's body has an enumerator that counts the others: such a macro counts too.
func countsIn(body string, enumerators map[string]bool) bool {
	for _, w := range word.FindAllString(body, -1) {
		if enumerators[w] && strings.HasPrefix(w, "_") {
			return true
		}
	}
	return false
}

// macros lists the object-like macros of the headers themselves, in their order.
func (c compiler) macros() ([]body, error) {
	out, err := c.output(c.source(nil), "-E", "-dD")
	if err != nil {
		return nil, err
	}
	own := map[string]bool{}
	for _, f := range c.files {
		own[f] = true
	}
	var all []body
	inside := false
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSuffix(line, "\n")
		if m := marker.FindStringSubmatch(line); m != nil {
			inside = own[m[1]]
			continue
		}
		m := define.FindStringSubmatch(line)
		if m == nil || !inside || m[1] == m[2] {
			continue
		}
		b := body{cMacro{name: m[1]}, strings.Trim(m[2], "() ")}
		if q := quoted.FindStringSubmatch(m[2]); q != nil {
			b.text = q[1]
		} else if noNumber.MatchString(m[2]) {
			continue
		}
		all = append(all, b)
	}
	return all, nil
}

// command is the compiler with its arguments.
func (c compiler) command(src []byte, args ...string) *exec.Cmd {
	cc := os.Getenv("CC")
	if cc == "" {
		cc = "cc"
	}
	cmd := strings.Fields(cc)
	if !strings.Contains(cc, "clang") { // which places errors where a macro is used anyway
		cmd = append(cmd, "-ftrack-macro-expansion=0")
	}
	cmd = append(cmd, "-x", "c", "-w")
	for _, d := range c.dirs {
		cmd = append(cmd, "-I", d)
	}
	cmd = append(append(cmd, args...), "-")
	run := exec.Command(cmd[0], cmd[1:]...)
	run.Stdin = bytes.NewReader(src)
	run.Env = append(os.Environ(), "LC_ALL=C")
	return run
}

func (c compiler) run(src []byte, args ...string) ([]byte, error) {
	return c.command(src, args...).CombinedOutput()
}

func (c compiler) output(src []byte, args ...string) ([]byte, error) {
	cmd := c.command(src, args...)
	var msg bytes.Buffer
	cmd.Stderr = &msg
	out, err := cmd.Output()
	if err != nil {
		return nil, compileError(err, msg.Bytes())
	}
	return out, nil
}

// compileError says what the compiler said first.
func compileError(err error, msg []byte) error {
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("compile headers: %w; a C compiler is needed, CC says which", err)
	}
	for line := range strings.Lines(string(msg)) {
		if strings.Contains(line, "error:") {
			return fmt.Errorf("compile headers: %s", strings.TrimSpace(line))
		}
	}
	return fmt.Errorf("compile headers: %w: %s", err, strings.TrimSpace(string(msg)))
}
