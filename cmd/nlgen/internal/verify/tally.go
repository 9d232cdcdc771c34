package verify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A tally counts how many items each pair of enum and prefix has.
type tally map[candidateKey]*candidate

type candidateKey struct {
	enum   *cEnum
	prefix string
}

type candidate struct {
	candidateKey
	found map[*item]cValue
	order int // of being met
}

func newTally() tally { return tally{} }

func (t tally) add(it *item, h hit) {
	k := candidateKey{h.enum, h.prefix}
	c := t[k]
	if c == nil {
		c = &candidate{candidateKey: k, found: map[*item]cValue{}, order: len(t)}
		t[k] = c
	}
	if _, ok := c.found[it]; !ok {
		c.found[it] = h.value
	}
}

// best returns the candidates with the most items, those first whose names are closer to the group's and that
// agree in more values.
func (t tally) best(g *group) []*candidate {
	most := 0
	for _, c := range t {
		most = max(most, len(c.found))
	}
	var all []*candidate
	for _, c := range t {
		if len(c.found) == most {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b *candidate) int {
		return cmp.Or(
			cmp.Compare(kinship(g, b), kinship(g, a)),
			cmp.Compare(b.agreement(g), a.agreement(g)),
			cmp.Compare(a.order, b.order),
		)
	})
	return all
}

func (c *candidate) agreement(g *group) int {
	n := 0
	for _, r := range []reading{plainly, asBits} {
		same := 0
		for it, v := range c.found {
			if r.agree(g, it.value, v.value) {
				same++
			}
		}
		n = max(n, same)
	}
	return n
}

// equal reports whether two candidates say the same of every item.
func (c *candidate) equal(o *candidate) bool {
	for it, v := range c.found {
		if w, ok := o.found[it]; !ok || w.value != v.value {
			return false
		}
	}
	return len(c.found) == len(o.found)
}

func (c *candidate) describe() string {
	switch {
	case c.enum.macros:
		return "macros " + c.prefix + "*"
	case c.enum.tag == "":
		return "the enum of " + c.prefix + "*"
	}
	return fmt.Sprintf("enum %s (%s*)", c.enum.tag, c.prefix)
}

// kinship counts the words of the group's name that a candidate's prefix or tag has too.
func kinship(g *group, c *candidate) int {
	tokens := strings.FieldsFunc(strings.ToUpper(c.prefix+"_"+c.enum.tag), func(r rune) bool { return r == '_' })
	n := 0
	for _, w := range words(g) {
		for i, t := range tokens {
			if akinWord(t, w) || i > 0 && tokens[i-1]+t == w {
				n++
				break
			}
		}
	}
	return n
}

// akinWord tells whether a token is a word of at least four letters with more behind it, or exactly the word.
func akinWord(token, word string) bool {
	return token == word || token == word+"S" || len(word) >= 4 && strings.HasPrefix(token, word)
}

// words returns the words of a group's name that say something.
func words(g *group) []string {
	var all []string
	name := g.name
	if g.kind == operations {
		name = g.of
	}
	for _, w := range strings.FieldsFunc(strings.ToUpper(name), func(r rune) bool { return r == '-' || r == '_' }) {
		switch w {
		case "ATTRS", "ATTR", "ATTRIBUTES", "TYPE", "TYPES", "FLAGS", "ENUM", "KEYS", "OPS", "LIST", "ELEM", "NF", "IP", "GROUPS", "ID", "STATE", "MODE",
			"IFLA", "EXPR":
			continue
		}
		if len(w) > 1 {
			all = append(all, strings.TrimSuffix(w, "S"))
		}
	}
	return all
}

// covered returns which share of an enum's names the candidate has.
func (c *candidate) covered() float64 {
	if c.enum.macros {
		return 1
	}
	names := map[string]bool{}
	for _, v := range c.enum.values {
		if !sentinel(v.name) && !filler(v.name) {
			names[strings.TrimSuffix(v.name, "_BIT")] = true
		}
	}
	all := len(names)
	return float64(len(c.found)) / float64(max(all, 1))
}
