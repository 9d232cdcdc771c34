package verify

import (
	"fmt"
	"slices"
	"strings"
)

// compareGroups holds the groups of a family against one source and reports the differences.
func (ix *index) compareGroups(groups []*group, r *report) {
	all := make([]*match, len(groups))
	claimed := map[string]bool{} // an enum may serve several groups
	for i, g := range groups {
		m, why := ix.match(g)
		if m == nil {
			for _, it := range g.items {
				it.how = append(it.how, ix.source+": "+why)
			}
			continue
		}
		if m.how != "by name" {
			r.matched(g, ix.source, m.how)
		}
		all[i] = m
		for _, v := range m.found {
			claimed[v.name] = true
		}
	}
	for i, g := range groups {
		if all[i] != nil {
			ix.compare(g, all[i], claimed, r)
		}
	}
	for i, g := range groups {
		if all[i] != nil {
			ix.missing(g, all[i], claimed, r)
		}
	}
}

// compare holds a group against its match.
func (ix *index) compare(g *group, m *match, claimed map[string]bool, r *report) {
	for _, it := range g.items {
		v, ok := m.found[it]
		if !ok {
			ix.unknown(g, m, it, claimed, r)
			continue
		}
		it.seen = true
		if want := m.reading.value(g, it.value); !m.reading.agree(g, it.value, v.value) {
			r.add(it.pos, it.kind.rule(), "%s is %s, %s has %s = %s", g.path(it), m.show(g, want), ix.source, v.name, m.show(g, v.value))
		}
	}
}

// path names an item for people.
func (g *group) path(it *item) string {
	switch g.kind {
	case operations:
		return it.name
	case constants, mcastGroups:
		return strings.TrimSuffix(g.kind.String(), "s") + " " + it.name
	}
	return g.name + "." + it.name
}

// show writes a value, masks in hexadecimal.
func (m *match) show(g *group, v uint64) string {
	if g.flags && m.reading == plainly {
		return fmt.Sprintf("%#x", v)
	}
	return fmt.Sprint(int64(v))
}

// unknown is about a name that the match does not have: the kernel may call the number otherwise, or be older.
func (ix *index) unknown(g *group, m *match, it *item, claimed map[string]bool, r *report) {
	if m.weak || m.enum.macros || g.kind == operations || g.kind == constants || g.kind == mcastGroups {
		it.how = append(it.how, ix.source+": no "+it.cnames[0])
		return
	}
	want := m.reading.value(g, it.value)
	for _, v := range m.enum.values {
		if v.value != want || claimed[v.name] || sentinel(v.name) || !strings.HasPrefix(v.name, m.prefix) {
			continue
		}
		claimed[v.name] = true
		it.seen = true
		if !it.weak {
			r.add(it.pos, RuleOtherName, "%s has no %s; %s is %s there", ix.source, m.prefix+cName(it.name), m.show(g, want), v.name)
		}
		return
	}
	it.how = append(it.how, ix.source+": no "+m.prefix+cName(it.name))
	if !it.weak {
		it.newer = it.newer || ix.running
		r.add(it.pos, RuleNewerInSchema, "%s has no %s (%s)", ix.source, m.prefix+cName(it.name), m.show(g, want))
	}
}

// maxPart is how many times more names than a group an enum can have before the group is taken for a part of it.
const maxPart = 4

// maxNamed is how many missing names a message lists.
const maxNamed = 8

// missing reports what the match has and the group has not.
func (ix *index) missing(g *group, m *match, claimed map[string]bool, r *report) {
	if m.weak || m.enum.macros || g.kind != attributes && g.kind != values {
		return
	}
	have := map[uint64]bool{}
	for _, v := range m.found {
		have[v.value] = true
	}
	for _, it := range g.items {
		have[m.reading.value(g, it.value)] = true
	}
	var names []string
	for _, v := range m.enum.values {
		rest, ok := strings.CutPrefix(v.name, m.prefix)
		if !ok || claimed[v.name] || have[v.value] || sentinel(v.name) || filler(rest) {
			continue
		}
		if g.flags && m.reading == plainly && (v.value == 0 || v.value&(v.value-1) != 0) || claimed[strings.TrimSuffix(v.name, "_BIT")] {
			continue // no bit or several, or the number of a bit that is there as a mask
		}
		have[v.value] = true
		names = append(names, fmt.Sprintf("%s (%s)", v.name, m.show(g, v.value)))
	}
	if len(names) == 0 {
		return
	}
	if len(names) > maxPart*len(m.found) {
		r.add(g.pos, ruleMatched, "%s is a part of what %s has: %d names of %d", g.describe(), ix.source, len(m.found), len(m.found)+len(names))
		return
	}
	r.add(g.pos, RuleMissingInSchema, "%s lacks what %s has: %s", g.describe(), ix.source, listing(names))
}

// listing joins names, and counts those that are too many.
func listing(names []string) string {
	if len(names) > maxNamed {
		more := len(names) - maxNamed
		names = append(slices.Clone(names[:maxNamed]), fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}
