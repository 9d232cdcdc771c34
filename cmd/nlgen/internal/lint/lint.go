// Package lint is the command `nlgen lint`: it reports everything that is wrong with schema files.
package lint

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/spec"
)

const usage = `usage: nlgen lint [--strict] [--json] SPEC...

Checks schema files. SPEC is a file, or a directory whose *.yaml are checked.

  --strict  fail on warnings too
  --json    print an array of problems instead of lines

The exit status is 0 without errors, 1 with errors, 2 on wrong usage.
`

// Run checks the files that args name and returns the exit status: 0 without errors, 1 with errors (with
// --strict, warnings too) or where a file cannot be read, 2 on wrong usage. The problems go to stdout, a
// line that counts them to stderr.
func Run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("lint", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() { fmt.Fprint(stderr, usage) }
	strict := flags.Bool("strict", false, "")
	asJSON := flags.Bool("json", false, "")
	names, err := parse(flags, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case len(names) == 0:
		fmt.Fprint(stderr, usage)
		return 2
	}

	files, diags := expand(names)
	for _, path := range files {
		_, found := spec.Load(path)
		diags = append(diags, found...)
	}
	if err := write(stdout, diags, *asJSON); err != nil {
		fmt.Fprintf(stderr, "nlgen: write problems: %v\n", err)
		return 1
	}
	errs := 0
	for _, d := range diags {
		if d.Severity == spec.Error {
			errs++
		}
	}
	warns := len(diags) - errs
	fmt.Fprintf(stderr, "%s, %s in %s\n", count(errs, "error"), count(warns, "warning"), count(len(files), "file"))
	if errs > 0 || *strict && warns > 0 {
		return 1
	}
	return 0
}

// parse reads flags before, between and after the other arguments, which it returns.
func parse(flags *flag.FlagSet, args []string) ([]string, error) {
	var names []string
	for {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		if flags.NArg() == 0 {
			return names, nil
		}
		names = append(names, flags.Arg(0))
		args = flags.Args()[1:]
	}
}

// expand replaces directories by their schema files, and names every file once. What cannot be listed is a
// problem; a file that is not there is found out by reading it.
func expand(names []string) (files []string, diags []spec.Diagnostic) {
	seen := map[string]bool{}
	for _, name := range names {
		found := []string{name}
		if info, err := os.Stat(name); err == nil && info.IsDir() {
			if found, err = list(name); err != nil {
				diags = append(diags, spec.Diagnostic{File: name, Severity: spec.Error, Rule: spec.RuleReadFile, Message: err.Error()})
			}
		}
		for _, path := range found {
			if !seen[path] {
				seen[path] = true
				files = append(files, path)
			}
		}
	}
	return files, diags
}

// list returns the schema files of a directory in alphabetical order.
func list(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		if !e.IsDir() && filepath.Ext(e.Name()) == ".yaml" {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	if len(files) == 0 {
		return nil, errors.New("the directory has no *.yaml")
	}
	slices.Sort(files)
	return files, nil
}

// write prints the problems as lines, or as a JSON array that is never null.
func write(w io.Writer, diags []spec.Diagnostic, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(append([]spec.Diagnostic{}, diags...))
	}
	for _, d := range diags {
		if _, err := fmt.Fprintln(w, line(d)); err != nil {
			return err
		}
	}
	return nil
}

// line prints an error as the compiler does; a warning says that it is one.
func line(d spec.Diagnostic) string {
	if d.Severity == spec.Warning {
		d.Rule = "warning: " + d.Rule
	}
	return d.String()
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
