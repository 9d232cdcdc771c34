package ir

import "strings"

// Names say what the numbers of operations do not: whether a request changes something, and whether a
// notification tells of an object that is gone. All that is decided from names is decided here.

// fusedVerbs are the verbs that classic families and nlctrl run together with their object: getlink.
var fusedVerbs = []string{"destroy", "new", "get", "del", "set"}

// SplitVerb sets a dash between verb and object of a name that runs them together. Where a family writes dashes,
// and in "delete", nothing changes.
func (f *Family) SplitVerb(name string) string {
	if f.Generic && f.Name != "nlctrl" || strings.HasPrefix(name, "delete") {
		return name
	}
	for _, v := range fusedVerbs {
		if rest, ok := strings.CutPrefix(name, v); ok && rest != "" && rest[0] != '-' {
			return v + "-" + rest
		}
	}
	return name
}

// words are the words of a name, the verb apart from its object.
func (f *Family) words(name string) []string {
	return strings.FieldsFunc(f.SplitVerb(name), func(r rune) bool { return r == '-' || r == '_' })
}

// has reports whether one of the words of a name is of a set.
func (f *Family) has(name string, set map[string]bool) bool {
	for _, w := range f.words(name) {
		if set[w] {
			return true
		}
	}
	return false
}

var (
	readVerbs   = map[string]bool{"get": true, "query": true, "dump": true}
	removeVerbs = map[string]bool{
		"del": true, "delete": true, "deleted": true, "destroy": true, "destroyed": true, "remove": true, "removed": true,
		"rem": true, "rm": true, "unregister": true,
	}
)

// reads reports whether a request changes nothing.
func (f *Family) reads(op string) bool { return f.has(op, readVerbs) || strings.HasPrefix(op, "get") }

// echoes reports whether a request is answered with data only when it asks for an echo: traffic control looks
// qdiscs and classes up by notification (net/sched/sch_api.c, tc_get_qdisc).
func (f *Family) echoes(op string) bool {
	return f.Name == "tc" && (op == "getqdisc" || op == "gettclass")
}
