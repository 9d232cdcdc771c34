package generate

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/spec"
	"github.com/nlgen/nlgen/schemas"
)

// A source is one schema to compile.
type source struct {
	path string
	data []byte // of an embedded schema; nil: read path
}

func (s source) load() (*spec.File, []spec.Diagnostic) {
	if s.data != nil {
		return spec.Parse(s.path, s.data)
	}
	return spec.Load(s.path)
}

// sources resolves the arguments: a file, a directory of schemas, or the name of an embedded schema.
func sources(args []string) ([]source, error) {
	var out []source
	var errs []error
	for _, a := range args {
		s, err := resolve(a)
		if err != nil {
			errs = append(errs, err)
		}
		out = append(out, s...)
	}
	return out, errors.Join(errs...)
}

func resolve(arg string) ([]source, error) {
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
		var out []source
		for _, n := range names {
			out = append(out, source{path: n})
		}
		return out, nil
	case err == nil:
		return []source{{path: arg}}, nil
	case !errors.Is(err, fs.ErrNotExist) || filepath.Base(arg) != arg:
		return nil, fmt.Errorf("read schema: %w", err)
	}
	data, ferr := fs.ReadFile(schemas.FS, strings.TrimSuffix(arg, ".yaml")+".yaml")
	if ferr != nil {
		return nil, fmt.Errorf("read schema: %w, and no embedded schema has that name; there are: %s", err, strings.Join(Embedded(), ", "))
	}
	return []source{{path: strings.TrimSuffix(arg, ".yaml") + ".yaml", data: data}}, nil
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
