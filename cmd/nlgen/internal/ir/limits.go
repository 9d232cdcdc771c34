package ir

import (
	"math/big"
	"slices"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/spec"
)

// limits is what the checks of an attribute come to.
func limits(c *spec.Checks) *Limits {
	if c == nil {
		return nil
	}
	return &Limits{
		Min: number(c.Min), Max: number(c.Max),
		ExactLen: number(c.ExactLen), MinLen: number(c.MinLen), MaxLen: number(c.MaxLen),
		Mask: number(c.FlagsMask), Unterminated: c.UnterminatedOK.V,
	}
}

func number(l *spec.Limit) *big.Int {
	if l == nil {
		return nil
	}
	return l.Int
}

// headers lists the uapi headers that a schema names.
func headers(f *spec.File) []string {
	var all []string
	add := func(v spec.Value[string]) {
		if v.V != "" && !slices.Contains(all, v.V) {
			all = append(all, v.V)
		}
	}
	add(f.UAPIHeader)
	for _, d := range f.Definitions {
		add(d.Header)
	}
	for _, s := range f.Sets {
		add(s.Header)
	}
	return all
}
