package verify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/ir"
	"github.com/nlgen/nlgen/cmd/nlgen/internal/spec"
)

// A report is what comes out for one family.
type report struct {
	path        string
	family      string
	sources     []string // what the schema was held against
	differences []spec.Diagnostic
	unmatched   []spec.Diagnostic // and what was matched by something weaker than a name
	total, seen [kinds]int
	absent      bool // a generic family that the kernel does not have
	said        map[string]bool
}

// Rules of what --unmatched lists.
const (
	ruleUnmatched = "unmatched"
	ruleMatched   = "matched-by-likeness"
)

// add records a difference. What two sources say of the same item under the same rule counts once, in the
// words of the first.
func (r *report) add(pos ir.Pos, rule, format string, args ...any) {
	d := spec.Diagnostic{
		File: r.path, Line: pos.Line, Col: pos.Col, Rule: rule, Severity: severity(rule), Message: fmt.Sprintf(format, args...),
	}
	if rule == ruleUnmatched || rule == ruleMatched {
		d.Severity = Note
		r.unmatched = append(r.unmatched, d)
		return
	}
	key := fmt.Sprint(pos, rule, anySource.Replace(d.Message))
	if r.said[key] {
		return
	}
	if r.said == nil {
		r.said = map[string]bool{}
	}
	r.said[key] = true
	r.differences = append(r.differences, d)
}

// anySource makes messages alike that differ only in who says so.
var anySource = strings.NewReplacer("the kernel", "", "the header", "")

// matched notes that a group was not matched by its names.
func (r *report) matched(g *group, source, how string) {
	r.add(g.pos, ruleMatched, "%s matched with %s %s", g.describe(), source, how)
}

// count takes an item into the shares.
func (r *report) count(it *item) {
	r.total[it.kind]++
	if it.seen {
		r.seen[it.kind]++
		return
	}
	why := "nothing to compare with"
	if len(it.how) > 0 {
		why = strings.Join(it.how, "; ")
	}
	r.add(it.pos, ruleUnmatched, "%s %s: %s", strings.TrimSuffix(it.kind.String(), "s"), it.name, why)
}

// share returns how many of the attributes, enum values and so on were matched, in percent.
func (r *report) share() (percent, seen, total int) {
	for k := range kinds {
		seen += r.seen[k]
		total += r.total[k]
	}
	if total == 0 {
		return 100, 0, 0
	}
	return 100 * seen / total, seen, total
}

// finish sorts, and drops what is said twice.
func (r *report) finish() {
	r.differences = tidy(r.differences)
	r.unmatched = tidy(r.unmatched)
}

func tidy(all []spec.Diagnostic) []spec.Diagnostic {
	slices.SortStableFunc(all, func(a, b spec.Diagnostic) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message))
	})
	return slices.CompactFunc(all, func(a, b spec.Diagnostic) bool {
		return a.Line == b.Line && a.Col == b.Col && a.Rule == b.Rule && a.Message == b.Message
	})
}

// summary is one line on what was compared.
func (r *report) summary() string {
	percent, seen, total := r.share()
	var parts []string
	for k := range kinds {
		if r.total[k] > 0 {
			parts = append(parts, fmt.Sprintf("%d of %d %s", r.seen[k], r.total[k], k))
		}
	}
	errors := 0
	for _, d := range r.differences {
		if d.Severity == spec.Error {
			errors++
		}
	}
	text := fmt.Sprintf("%s: %d wrong, %d notes; %d %% matched with %s (%d of %d: %s)",
		r.family, errors, len(r.differences)-errors, percent, strings.Join(r.sources, ", "), seen, total, strings.Join(parts, ", "))
	if r.absent {
		text += "; the kernel has no such family, or not in this network namespace: operations and policies are not compared"
	}
	return text
}
