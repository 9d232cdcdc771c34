package verify

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/ir"
	"github.com/nlgen/nlgen/cmd/nlgen/internal/spec"
	"github.com/nlgen/nlgen/schemas"
)

// A schema is one family to verify.
type schema struct {
	path  string
	model *ir.Family
}

// headers lists the uapi headers that the schema names, and the one that it has by default.
func (s schema) headers() []string {
	return append(slices.Clip(s.model.Headers), "linux/"+cIdent(s.model.Name)+".h")
}

// load reads the schemas that arguments name: files, folders of *.yaml files, embedded schemas; without
// arguments all that are embedded. It returns what is wrong with those that cannot be used.
func load(args []string) (all []schema, bad []spec.Diagnostic, err error) {
	if len(args) == 0 {
		args = embedded()
	}
	var errs []error
	for _, a := range args {
		files, err := parse(a)
		errs = append(errs, err)
		for _, p := range files {
			if p.file == nil || spec.HasErrors(p.diags) {
				bad = append(bad, p.diags...)
				errs = append(errs, fmt.Errorf("read schema %s: it has errors", p.path))
				continue
			}
			all = append(all, schema{p.path, ir.Build(p.file)})
		}
	}
	return all, bad, errors.Join(errs...)
}

type parsed struct {
	path  string
	file  *spec.File
	diags []spec.Diagnostic
}

// parse reads what one argument names.
func parse(arg string) ([]parsed, error) {
	info, err := os.Stat(arg)
	switch {
	case err == nil && info.IsDir():
		names, err := filepath.Glob(filepath.Join(arg, "*.yaml"))
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", arg, err)
		}
		if len(names) == 0 {
			return nil, fmt.Errorf("list %s: no file ends in .yaml", arg)
		}
		var all []parsed
		for _, n := range names {
			f, diags := spec.Load(n)
			all = append(all, parsed{n, f, diags})
		}
		return all, nil
	case err == nil:
		f, diags := spec.Load(arg)
		return []parsed{{arg, f, diags}}, nil
	case !errors.Is(err, fs.ErrNotExist) || filepath.Base(arg) != arg:
		return nil, fmt.Errorf("read schema: %w", err)
	}
	name := embeddedFile(arg)
	data, ferr := fs.ReadFile(schemas.FS, name)
	if ferr != nil {
		return nil, fmt.Errorf("read schema: %w, and no embedded schema has that name; there are: %s", err, strings.Join(embedded(), ", "))
	}
	f, diags := spec.Parse(name, data)
	return []parsed{{name, f, diags}}, nil
}

// embeddedFile is the file of an embedded schema, which may also be asked for with the family's underscores.
func embeddedFile(name string) string {
	name = strings.TrimSuffix(name, ".yaml")
	for _, e := range embedded() {
		if cIdent(e) == cIdent(name) {
			return e + ".yaml"
		}
	}
	return name + ".yaml"
}

// embedded lists the names of the embedded schemas.
func embedded() []string {
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
