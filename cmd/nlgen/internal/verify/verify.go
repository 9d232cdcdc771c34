// Package verify is the command `nlgen verify`: it holds schemas against the kernel that it runs on, and against
// uapi headers.
//
// The kernel says of generic families which operations, groups and policies they have; its type information has
// the enums and structs of all families; headers have those too, and macros. All are compared through C names:
// those that the language's prefix rules give, else those of the enum or struct that is most alike. What nothing
// was found for is counted and can be listed, so that silence is never taken for agreement.
package verify

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/input"
	"github.com/nlgen/nlgen/cmd/nlgen/internal/spec"
)

const usage = `usage: nlgen verify [flags] [FAMILY|SPEC]...

Compares schemas with the running kernel and prints each difference. FAMILY is
a schema that nlgen carries, SPEC a file or a folder of *.yaml files; without
arguments all schemas that nlgen carries are compared. The exit code is 1 if a
schema is wrong; what only one side has is noted and changes nothing. No
privileges are needed.

flags:
`

type options struct {
	headers   []string
	json      bool
	unmatched bool
}

// Run runs the command and returns its exit code: 0, 1 when a schema is wrong, 2 on wrong usage or when there is
// nothing to compare with.
func Run(args []string, stdout, stderr io.Writer) int {
	var o options
	fl := flag.NewFlagSet("nlgen verify", flag.ContinueOnError)
	fl.SetOutput(stderr)
	fl.Usage = func() {
		fmt.Fprint(stderr, usage)
		fl.PrintDefaults()
	}
	fl.Func("headers", "compare with the uapi headers in `DIR` too (needs a C compiler: $CC, else cc)", func(s string) error {
		o.headers = append(o.headers, s)
		return nil
	})
	fl.BoolVar(&o.json, "json", false, "print JSON")
	fl.BoolVar(&o.unmatched, "unmatched", false, "also list what nothing could be compared with, and what was matched by likeness")
	names, err := input.ParseFlags(fl, args)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		return 2
	}
	all, bad, err := load(names)
	for _, d := range bad {
		fmt.Fprintln(stderr, d)
	}
	if err != nil {
		fmt.Fprintf(stderr, "nlgen: %s\n", strings.ReplaceAll(err.Error(), "\n", "\nnlgen: "))
		return 1
	}
	src, err := openSources(o, all)
	for _, w := range src.warnings {
		fmt.Fprintf(stderr, "nlgen: %s\n", w)
	}
	if err != nil {
		fmt.Fprintf(stderr, "nlgen: %v\n", err)
		return 2
	}
	defer src.close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	reports, err := src.verifyAll(ctx, all)
	if err != nil {
		fmt.Fprintf(stderr, "nlgen: %v\n", err)
		return 2
	}
	if err := write(stdout, reports, o); err != nil {
		fmt.Fprintf(stderr, "nlgen: print differences: %v\n", err)
		return 2
	}
	for _, r := range reports {
		if spec.HasErrors(r.differences) {
			return 1
		}
	}
	return 0
}

// patience bounds how long the kernel may take to answer everything.
const patience = time.Minute

// write prints the reports, differences first.
func write(w io.Writer, reports []*report, o options) error {
	if o.json {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(asJSON(reports, o))
	}
	var b strings.Builder
	for _, r := range reports {
		for _, d := range r.differences {
			if d.Severity == Note {
				d.Message = "note: " + d.Message
			}
			fmt.Fprintln(&b, d)
		}
		if o.unmatched {
			for _, d := range r.unmatched {
				fmt.Fprintln(&b, d)
			}
		}
	}
	for _, r := range reports {
		fmt.Fprintln(&b, r.summary())
	}
	_, err := io.WriteString(w, b.String())
	return err
}
