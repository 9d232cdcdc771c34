package learn

import (
	"regexp"
	"slices"
)

// The levels of the schema language, lowest first.
var levels = []string{"genetlink", "genetlink-c", "genetlink-legacy", "netlink-raw"}

var strict = regexp.MustCompile(`^[0-9a-z-]+$`)

// level is the lowest level that has all that the schema uses.
func (s *schema) level() string {
	if s.classic {
		return "netlink-raw"
	}
	ok := map[string]bool{"genetlink": true, "genetlink-c": true, "genetlink-legacy": true}
	need := func(at ...string) {
		for l := range ok {
			ok[l] = ok[l] && slices.Contains(at, l)
		}
	}
	fromC := func() { need("genetlink-c", "genetlink-legacy") }
	legacy := func() { need("genetlink-legacy") }
	if !strict.MatchString(s.name) || s.cFamily != "" || s.cVersion != "" {
		fromC()
	}
	for _, g := range s.groups {
		if !strict.MatchString(g.name) || g.define != "" {
			fromC()
		}
	}
	if s.version > 1 || s.directional || s.fixedHeader != "" {
		legacy()
	}
	for _, d := range s.defs {
		switch {
		case d.kind == "struct":
			legacy()
		case d.prefix != nil || d.tag != nil:
			fromC()
		}
	}
	for _, st := range s.sets {
		for _, a := range st.attrs {
			if a.structs != "" || a.typ == "bitfield32" {
				legacy()
			}
			for _, c := range a.checks {
				if c.key == "unterminated-ok" {
					fromC()
				}
			}
		}
	}
	for _, o := range s.ops {
		if slices.Contains(o.flags, "uns-admin-perm") {
			need("genetlink", "genetlink-legacy")
		}
	}
	for _, l := range levels {
		if ok[l] {
			return l
		}
	}
	return "genetlink-legacy"
}
