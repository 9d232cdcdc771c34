// Package lint is the command `nlgen lint`: it reports everything that is wrong with schema files.
package lint

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/input"
	"github.com/nlgen/nlgen/cmd/nlgen/internal/spec"
)

const usage = `usage: nlgen lint [--strict] [--json] SPEC...

Checks schemas. SPEC is a file, a directory whose *.yaml are checked, or the
name of a schema that nlgen carries.

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
	names, err := input.ParseFlags(flags, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case len(names) == 0:
		fmt.Fprint(stderr, usage)
		return 2
	}

	files, missing := input.Resolve(names)
	var diags []spec.Diagnostic
	for _, m := range missing {
		diags = append(diags, spec.Diagnostic{File: m.Arg, Severity: spec.Error, Rule: spec.RuleReadFile, Message: m.Err.Error()})
	}
	for _, f := range files {
		_, found := f.Load()
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
