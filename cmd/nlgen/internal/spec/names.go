package spec

import (
	"regexp"
	"strings"
)

var (
	nameLower = regexp.MustCompile(`^[0-9a-z-]+$`)
	nameCap   = regexp.MustCompile(`^[0-9a-zA-Z-]+$`)
	nameFree  = regexp.MustCompile(`^[0-9a-zA-Z_.-]+$`)
)

// A nameRule says which characters names of one kind may have at each level.
type nameRule struct {
	lower levels // lower-case letters, digits and dashes
	caps  levels // upper-case letters as well; everywhere else underscores and dots too
}

var (
	strictName = nameRule{lower: atGenetlink}                         // families and groups
	plainName  = nameRule{lower: atGenetlink | atLegacy | atRaw}      // sets, attributes, definitions ...
	memberName = nameRule{lower: atGenetlink | atLegacy, caps: atRaw} // struct members
	freeName   = nameRule{}                                           // sub-messages, bare entries
)

// name reads a name.
func (f *fields) name(rule nameRule) Value[string] {
	v := f.text("name")
	if v.Set() {
		f.r.checkName(v, rule)
	}
	return v
}

func (r *reader) checkName(v Value[string], rule nameRule) {
	pattern, chars := nameFree, "letters, digits, dashes, underscores and dots"
	switch {
	case r.level == everywhere:
	case r.level&rule.lower != 0:
		pattern, chars = nameLower, "lower-case letters, digits and dashes"
	case r.level&rule.caps != 0:
		pattern, chars = nameCap, "letters, digits and dashes"
	}
	switch {
	case !pattern.MatchString(v.V):
		r.hint(v.Pos, RuleNamePattern, "use "+chars, "name %q has characters that are not allowed", v.V)
	case strings.Trim(v.V, "-_.") == "":
		r.add(v.Pos, RuleNamePattern, "name %q has neither letters nor digits", v.V)
	}
}
