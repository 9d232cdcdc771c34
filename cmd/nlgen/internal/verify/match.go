package verify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A match pairs a group with a C enum.
type match struct {
	enum    *cEnum
	prefix  string // of the enum's names that belong to the group
	how     string
	weak    bool // by likeness, with an enum that has much else
	found   map[*item]cValue
	reading reading
}

// match finds the counterpart of a group: the enum that has most of its names by the rules of the language,
// else the one whose names, after a common prefix, are most like the group's. It returns nil, and why, if there
// is none or nothing decides between several.
func (ix *index) match(g *group) (m *match, why string) {
	m = ix.byName(g)
	if m == nil {
		if m, why = ix.byEnding(g); m == nil {
			return nil, why
		}
	}
	ix.fill(g, m)
	m.reading = readingOf(g, m)
	return m, ""
}

// byName takes the enum that has most of the names that the language's rules give.
func (ix *index) byName(g *group) *match {
	tally := newTally()
	for _, it := range g.items {
		for _, c := range it.cnames {
			hits := ix.named[c]
			for _, h := range hits {
				h.prefix = prefixOf(c, it)
				tally.add(it, h)
			}
			if len(hits) > 0 {
				break
			}
		}
	}
	best := tally.best(g)
	if len(best) == 0 {
		return nil
	}
	b := best[0] // of several the one that agrees most: kernel code repeats some enums
	return &match{enum: b.enum, prefix: b.prefix, found: b.found, how: "by name"}
}

// prefixOf is what stands before an item's own name in its C name.
func prefixOf(c string, it *item) string { return strings.TrimSuffix(c, cName(it.name)) }

// What a match by likeness needs.
const (
	minHits    = 2   // names
	minSure    = 3   // names where little else speaks for it
	minShare   = 0.6 // of the group's names that say something
	minCovered = 0.5 // of the enum's names

	// Where values differ:
	mostNames = 0.8 // of the group's names
	nearlyAll = 0.9 // of the group's names and of the enum's
	minSame   = 5   // names in that case
)

// byEnding takes the enum and prefix that most of the group's names follow, if one stands out.
func (ix *index) byEnding(g *group) (*match, string) {
	tally := newTally()
	names := 0
	for _, it := range g.items {
		if it.weak {
			continue
		}
		names++
		for _, end := range endings(it) {
			for _, h := range ix.ending[end] {
				tally.add(it, h)
			}
		}
	}
	best := tally.best(g)
	if len(best) == 0 || len(best[0].found) < minHits || float64(len(best[0].found)) < minShare*float64(names) {
		return nil, "no C enum has such names"
	}
	b := best[0]
	same, kin := b.agreement(g), kinship(g, b)
	for _, o := range best[1:] {
		if o.agreement(g) == same && kinship(g, o) == kin && !b.equal(o) {
			return nil, fmt.Sprintf("%s and %s fit alike", b.describe(), o.describe())
		}
	}
	if hits := len(b.found); !likely(hits, names, same, kin, len(words(g)), b.covered()) {
		return nil, fmt.Sprintf("%s has %d of its names, but may be something else", b.describe(), hits)
	}
	return &match{
		enum: b.enum, prefix: b.prefix, found: b.found, weak: b.covered() < minCovered,
		how: fmt.Sprintf("by likeness: %s has %d of %d names", b.describe(), len(b.found), names),
	}, ""
}

// likely judges a pair by how many of the group's names the enum has, how many values of those agree, how many
// words of the group's name the enum's names have, and which share of the enum the hits are. An enum whose values
// agree may be part of a greater one. One whose values do not agree must clearly be what is meant: it has nearly
// the same names, or most of them and all the words of the group's name.
func likely(hits, names, same, kin, words int, covered float64) bool {
	if same == hits {
		return kin > 0 && covered >= minCovered || hits >= minSure
	}
	share := float64(hits) / float64(names)
	return hits >= minSure && kin == words && kin > 0 && share >= mostNames && covered >= minCovered ||
		hits >= minSame && share >= nearlyAll && covered >= nearlyAll
}

// fill adds the items that the match does not have yet: those after its prefix, then those that another enum
// has under their full name.
func (ix *index) fill(g *group, m *match) {
	for _, it := range g.items {
		if _, ok := m.found[it]; ok {
			continue
		}
		if v, ok := m.after(m.prefix, it); ok {
			m.found[it] = v
			continue
		}
		for _, c := range it.cnames {
			if hits := ix.named[c]; len(hits) > 0 {
				h := slices.MinFunc(hits, func(a, b hit) int {
					return cmp.Compare(disagree(g, it, a.value.value), disagree(g, it, b.value.value))
				})
				m.found[it] = h.value
				break
			}
		}
		if _, ok := m.found[it]; !ok {
			if v, ok := ix.beside(g, m.prefix, it); ok {
				m.found[it] = v
			}
		}
	}
}

// beside looks for an item with the right value behind a prefix in all enums and macros: a second name of the
// number.
func (ix *index) beside(g *group, prefix string, it *item) (cValue, bool) {
	for _, h := range ix.ending[endings(it)[0]] {
		if h.prefix == prefix && plainly.agree(g, it.value, h.value.value) {
			return h.value, true
		}
	}
	return cValue{}, false
}

// after looks for an item in the match's enum, behind a prefix.
func (m *match) after(prefix string, it *item) (cValue, bool) {
	for _, end := range endings(it) {
		for _, v := range m.enum.values {
			if strings.EqualFold(v.name, prefix+end) {
				return v, true
			}
		}
	}
	for _, v := range m.enum.values {
		if rest, ok := strings.CutPrefix(v.name, prefix); ok && !m.enum.macros && squeeze(rest) == squeeze(endings(it)[0]) {
			return v, true
		}
	}
	return cValue{}, false
}

// squeeze makes names alike that are parted into words differently.
func squeeze(s string) string {
	return strings.ToUpper(strings.NewReplacer("_", "", "-", "").Replace(s))
}

func disagree(g *group, it *item, v uint64) int {
	if plainly.agree(g, it.value, v) {
		return 0
	}
	return 1
}
