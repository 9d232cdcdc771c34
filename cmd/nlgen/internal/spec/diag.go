package spec

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Severity says whether a file with this problem can still be compiled.
type Severity string

const (
	// Error marks what makes a file unfit for compiling.
	Error Severity = "error"
	// Warning marks what compiles, but is probably not what the author meant.
	Warning Severity = "warning"
)

// A Diagnostic is one problem of a schema file. Line and Col count from 1; Col 0 means that the column is
// not known, Line 0 that the problem is the file's as a whole.
type Diagnostic struct {
	File     string   `json:"file"`
	Line     int      `json:"line"`
	Col      int      `json:"col"`
	Severity Severity `json:"severity"`
	Rule     string   `json:"rule"`
	Message  string   `json:"message"`
	Hint     string   `json:"hint,omitempty"`
}

// String returns `file:line:col: rule: message (hint)`, without the parts that are not known.
func (d Diagnostic) String() string {
	s := d.Place() + ": " + d.Rule + ": " + d.Message
	if d.Hint != "" {
		s += " (" + d.Hint + ")"
	}
	return s
}

// Place returns `file:line:col`, without the parts that are not known.
func (d Diagnostic) Place() string {
	switch {
	case d.Line == 0:
		return d.File
	case d.Col == 0:
		return fmt.Sprintf("%s:%d", d.File, d.Line)
	default:
		return fmt.Sprintf("%s:%d:%d", d.File, d.Line, d.Col)
	}
}

// HasErrors reports whether any of the problems is an error.
func HasErrors(diags []Diagnostic) bool {
	return slices.ContainsFunc(diags, func(d Diagnostic) bool { return d.Severity == Error })
}

// A report collects the problems of one file.
type report struct {
	path  string
	diags []Diagnostic
	count map[Severity]int
}

// maxDiags bounds how many errors and how many warnings one file can have: who repairs that many runs again
// anyway. The two are counted apart, so that no number of warnings hides an error.
const maxDiags = 5_000

// add records a problem under a rule, which decides the severity.
func (r *report) add(pos Pos, rule, format string, args ...any) {
	r.hint(pos, rule, "", format, args...)
}

// hint records a problem together with a way out.
func (r *report) hint(pos Pos, rule, hint, format string, args ...any) {
	sev := RuleSeverity(rule)
	if r.count[sev] >= maxDiags {
		return
	}
	if r.count == nil {
		r.count = map[Severity]int{}
	}
	r.count[sev]++
	r.diags = append(r.diags, Diagnostic{
		File: r.path, Line: pos.Line, Col: pos.Col,
		Severity: sev, Rule: rule,
		Message: fmt.Sprintf(format, args...), Hint: hint,
	})
}

// sorted returns the problems by position, each once: what an alias repeats is reported where it stands.
func (r *report) sorted() []Diagnostic {
	slices.SortStableFunc(r.diags, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col),
			strings.Compare(a.Rule, b.Rule), strings.Compare(a.Message, b.Message))
	})
	return slices.CompactFunc(r.diags, func(a, b Diagnostic) bool {
		return a.Line == b.Line && a.Col == b.Col && a.Rule == b.Rule && a.Message == b.Message
	})
}
