// Package input finds the schemas that a command's arguments name.
package input

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/spec"
	"github.com/nlgen/nlgen/schemas"
)

// A Source is one schema.
type Source struct {
	Path string // as problems name it
	data []byte // of an embedded schema; nil: read Path
}

// Load reads the schema and checks it.
func (s Source) Load() (*spec.File, []spec.Diagnostic) {
	if s.data != nil {
		return spec.Parse(s.Path, s.data)
	}
	return spec.Load(s.Path)
}

// Resolve finds what the arguments name: a file, a directory of schemas, or an embedded schema. A file that
// several arguments name counts once. The errors are one for each argument that names nothing.
func Resolve(args []string) (out []Source, errs []*ArgError) {
	seen := map[string]bool{}
	for _, a := range args {
		found, err := resolve(a)
		if err != nil {
			errs = append(errs, &ArgError{a, err})
		}
		for _, s := range found {
			if !seen[s.Path] {
				seen[s.Path] = true
				out = append(out, s)
			}
		}
	}
	return out, errs
}

// An ArgError is the error of an argument that names no schema.
type ArgError struct {
	Arg string
	Err error
}

func (e *ArgError) Error() string { return "read schema " + e.Arg + ": " + e.Err.Error() }

func (e *ArgError) Unwrap() error { return e.Err }

func resolve(arg string) ([]Source, error) {
	info, err := os.Stat(arg)
	switch {
	case err == nil && info.IsDir():
		names, err := filepath.Glob(filepath.Join(arg, "*.yaml"))
		if err != nil {
			return nil, err
		}
		if len(names) == 0 {
			return nil, errors.New("no file in the folder ends in .yaml")
		}
		var out []Source
		for _, n := range names {
			out = append(out, Source{Path: n})
		}
		return out, nil
	case err == nil:
		return []Source{{Path: arg}}, nil
	case !errors.Is(err, fs.ErrNotExist) || filepath.Base(arg) != arg || filepath.Ext(arg) != "":
		return nil, err
	}
	name := strings.ReplaceAll(arg, "_", "-") + ".yaml"
	for _, e := range Embedded() { // a family's own name may have the underscore that the file has not, or the reverse
		if strings.ReplaceAll(e, "_", "-")+".yaml" == name {
			name = e + ".yaml"
		}
	}
	data, err := fs.ReadFile(schemas.FS, name)
	if err != nil {
		return nil, fmt.Errorf("%w, and nlgen carries no schema of that name, only: %s", fs.ErrNotExist, strings.Join(Embedded(), ", "))
	}
	return []Source{{Path: name, data: data}}, nil
}

// Embedded lists the names of the embedded schemas.
func Embedded() []string {
	files, err := fs.Glob(schemas.FS, "*.yaml")
	if err != nil {
		return nil
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(f, ".yaml")
	}
	slices.Sort(files)
	return files
}

// ParseFlags parses arguments whose flags may stand before, between and after the others, which it returns.
func ParseFlags(fl *flag.FlagSet, args []string) ([]string, error) {
	var names []string
	for {
		if err := fl.Parse(args); err != nil {
			return nil, err
		}
		if fl.NArg() == 0 {
			return names, nil
		}
		names = append(names, fl.Arg(0))
		args = fl.Args()[1:]
	}
}
