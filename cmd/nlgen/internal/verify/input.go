package verify

import (
	"errors"
	"fmt"
	"slices"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/input"
	"github.com/nlgen/nlgen/cmd/nlgen/internal/ir"
	"github.com/nlgen/nlgen/cmd/nlgen/internal/spec"
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

// load reads the schemas that arguments name; without arguments, all that nlgen carries. It returns what is
// wrong with those that cannot be used.
func load(args []string) (all []schema, bad []spec.Diagnostic, err error) {
	if len(args) == 0 {
		args = input.Embedded()
	}
	files, missing := input.Resolve(args)
	var errs []error
	for _, m := range missing {
		errs = append(errs, m)
	}
	for _, src := range files {
		f, diags := src.Load()
		if f == nil || spec.HasErrors(diags) {
			bad = append(bad, diags...)
			errs = append(errs, fmt.Errorf("read schema %s: it has errors", src.Path))
			continue
		}
		all = append(all, schema{src.Path, ir.Build(f)})
	}
	return all, bad, errors.Join(errs...)
}
