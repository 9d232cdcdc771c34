// Package generate is the command `nlgen generate`: schemas in, Go packages out.
package generate

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/gogen"
	"github.com/nlgen/nlgen/cmd/nlgen/internal/input"
	"github.com/nlgen/nlgen/cmd/nlgen/internal/ir"
	"github.com/nlgen/nlgen/cmd/nlgen/internal/spec"
)

const usage = `usage: nlgen generate [flags] SCHEMA...

Each SCHEMA is a file, a directory of *.yaml files, or the name of a schema
that nlgen carries. Every family becomes a Go package of its own.

flags:
`

type options struct {
	dir      string
	pkg      string
	runtime  string
	check    bool
	quiet    bool
	tests    bool
	progress bool
}

// Run runs the command and returns its exit code: 0, 1 when a schema is wrong, output cannot be written or,
// with --check, would change, 2 on wrong usage.
func Run(args []string, stdout, stderr io.Writer) int {
	var o options
	fl := flag.NewFlagSet("nlgen generate", flag.ContinueOnError)
	fl.SetOutput(stderr)
	fl.Usage = func() {
		fmt.Fprint(stderr, usage)
		fl.PrintDefaults()
	}
	fl.StringVar(&o.dir, "o", ".", "write below `DIR`, a folder a package")
	fl.StringVar(&o.pkg, "package", "", "write one package of this `NAME` straight into DIR")
	fl.StringVar(&o.runtime, "runtime", gogen.DefaultRuntime, "`IMPORT` path of the runtime packages")
	fl.BoolVar(&o.check, "check", false, "write nothing; show what would change, and exit 1 if anything would")
	fl.BoolVar(&o.tests, "tests", false, "also write property tests of the codec")
	fl.BoolVar(&o.quiet, "q", false, "print nothing but problems")
	names, err := input.ParseFlags(fl, args)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		return 2
	}
	if len(names) == 0 {
		fl.Usage()
		return 2
	}
	o.progress = !o.quiet && isTerminal(stderr)
	src, missing := input.Resolve(names)
	for _, err := range missing {
		fmt.Fprintf(stderr, "nlgen: %v\n", err)
	}
	if missing != nil {
		return 1
	}
	if o.pkg != "" && len(src) != 1 {
		fmt.Fprintf(stderr, "nlgen: --package names one package, but there are %d schemas\n", len(src))
		return 2
	}
	return run(src, o, stdout, stderr)
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0
}

// A result is what became of one schema.
type result struct {
	family string
	dir    string
	files  map[string][]byte
	diags  []spec.Diagnostic
	err    error
}

func run(src []input.Source, o options, stdout, stderr io.Writer) int {
	results := make([]result, len(src))
	var wg sync.WaitGroup
	var mu sync.Mutex
	for i, s := range src {
		wg.Go(func() {
			results[i] = compile(s, o)
			if o.progress && results[i].err == nil {
				mu.Lock()
				defer mu.Unlock()
				fmt.Fprintf(stderr, "%s: %s\n", results[i].family, results[i].dir)
			}
		})
	}
	wg.Wait()
	code := 0
	dirs := map[string]string{}
	for i, r := range results {
		for _, d := range r.diags {
			fmt.Fprintln(stderr, d)
		}
		if r.err == nil && dirs[r.dir] != "" {
			r.err = fmt.Errorf("write %s: both %s and %s want to be there", r.dir, dirs[r.dir], src[i].Path)
		}
		if r.err != nil {
			fmt.Fprintf(stderr, "nlgen: %v\n", r.err)
			code = 1
			continue
		}
		dirs[r.dir] = src[i].Path
	}
	if code != 0 {
		return code // a bad schema never produces partial output
	}
	for _, r := range results {
		changed, err := write(r, o, stdout)
		if err != nil {
			fmt.Fprintf(stderr, "nlgen: %v\n", err)
			code = 1
		}
		if o.check && changed {
			code = 1
		}
	}
	return code
}

func compile(s input.Source, o options) result {
	f, diags := s.Load()
	r := result{diags: slices.DeleteFunc(diags, func(d spec.Diagnostic) bool { return d.Severity != spec.Error })}
	if f == nil || len(r.diags) > 0 {
		r.err = fmt.Errorf("compile %s: the schema has errors", s.Path)
		return r
	}
	fam := ir.Build(f)
	r.family = fam.Name
	name := o.pkg
	r.dir = o.dir
	if name == "" {
		name = gogen.PackageName(fam.Name)
		r.dir = filepath.Join(o.dir, name)
	}
	r.files, r.err = gogen.Generate(fam, gogen.Options{Package: name, Runtime: strings.TrimSuffix(o.runtime, "/"), Tests: o.tests})
	return r
}
