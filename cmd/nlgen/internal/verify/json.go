package verify

import "github.com/nlgen/nlgen/cmd/nlgen/internal/spec"

// A jsonFamily is what --json prints for a family.
type jsonFamily struct {
	Family      string               `json:"family"`
	File        string               `json:"file"`
	Sources     []string             `json:"sources"`
	Matched     int                  `json:"matched"`
	Total       int                  `json:"total"`
	Percent     int                  `json:"percent"`
	Kinds       map[string]jsonShare `json:"kinds"`
	Differences []spec.Diagnostic    `json:"differences"`
	Unmatched   []spec.Diagnostic    `json:"unmatched,omitempty"`
}

type jsonShare struct {
	Matched int `json:"matched"`
	Total   int `json:"total"`
}

func asJSON(reports []*report, o options) []jsonFamily {
	all := []jsonFamily{}
	for _, r := range reports {
		percent, seen, total := r.share()
		f := jsonFamily{
			Family: r.family, File: r.path, Sources: r.sources, Matched: seen, Total: total, Percent: percent,
			Kinds: map[string]jsonShare{}, Differences: r.differences,
		}
		if f.Differences == nil {
			f.Differences = []spec.Diagnostic{}
		}
		for k := range kinds {
			if r.total[k] > 0 {
				f.Kinds[k.String()] = jsonShare{r.seen[k], r.total[k]}
			}
		}
		if o.unmatched {
			f.Unmatched = r.unmatched
		}
		all = append(all, f)
	}
	return all
}
