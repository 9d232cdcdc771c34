package learn

import (
	"slices"
	"strings"
)

// setWords are the words that an attribute set is called by in C: NHA_RES_GROUP, L2TP_ATTR_STATS.
func (e *cEnum) setWords() []string {
	p, s := words(e.prefix()), words(e.stem())
	if len(s) > len(p) && slices.Equal(s[:len(p)], p) || len(p) == 0 {
		return s
	}
	return p
}

// about says whose attributes an enum has, in the words that follow those of the family; none: the family's own.
func (e *cEnum) about(base []string) (score int, about []string) {
	score, rest := kinship(e.setWords(), base)
	return score, bare(rest)
}

// named returns the enumerators by number, those that mean something.
func (e *cEnum) named() map[int]string {
	real, _ := e.entries()
	m := map[int]string{}
	for _, v := range real {
		if _, twice := m[int(v.value)]; !twice {
			m[int(v.value)] = v.name
		}
	}
	return m
}

// highest is the largest number of an enum.
func (e *cEnum) highest() int {
	n := 0
	for id := range e.named() {
		n = max(n, id)
	}
	return n
}

// addSet makes an attribute set of an enum, whose attributes have no types yet.
func (s *schema) addSet(e *cEnum, base []string, why string) *set {
	if st := s.setOf[e]; st != nil {
		return st
	}
	prefix := e.prefix()
	st := &set{prefix: ident(prefix), tag: ident(e.tag), guess: why}
	s.setOf[e] = st
	score, about := e.about(base)
	own := bare(e.setWords())
	if score < 2 {
		about = own
	}
	family := strings.Trim(strings.Map(lowerDash, s.name), "-")
	if len(about) == 0 {
		st.name = s.usedSets.take(family, family+"-attrs")
	} else {
		st.name = s.usedSets.take(ident(strings.Join(about, "_")), ident(strings.Join(own, "_")), family+"-attrs")
	}
	names := naming{}
	real, _ := e.entries()
	for _, v := range real {
		name := ident(strings.TrimPrefix(v.name, prefix))
		if v.value == 0 && nothing(name) {
			continue
		}
		if old := st.attr(int(v.value)); old != nil {
			st.notes = append(st.notes, v.name+" is "+old.cName+".")
			continue
		}
		if names[name] || strings.Trim(name, "-") == "" {
			continue
		}
		names[name] = true
		st.attrs = append(st.attrs, &attr{name: name, cName: v.name, id: int(v.value)})
	}
	st.sort()
	s.sets = append(s.sets, st)
	return st
}

func lowerDash(r rune) rune {
	switch {
	case r >= 'A' && r <= 'Z':
		return r - 'A' + 'a'
	case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
		return r
	}
	return '-'
}

func (st *set) sort() {
	slices.SortFunc(st.attrs, func(a, b *attr) int { return compare(a.id, b.id) })
}

// complete gives types to the attributes that have none: what a header's comment says, else what the name says,
// else bytes.
func (s *schema) complete(f *facts, st *set) {
	for _, a := range st.attrs {
		if a.typ == "" {
			s.guessType(f, st, a)
		}
	}
}

func (s *schema) guessType(f *facts, st *set, a *attr) {
	last := ""
	if w := words(a.name); len(w) > 0 {
		last = w[len(w)-1]
	}
	if strings.HasPrefix(last, "PAD") {
		a.typ = "pad"
		return
	}
	if h, ok := f.hints[a.cName]; ok {
		s.useHint(f, st, a, h)
		return
	}
	if in := s.nestedSet(st, a); in != nil {
		a.typ, a.nested, a.guess = "nest", in.name, "by the names"
		return
	}
	a.typ = "binary"
	switch {
	case nothing(a.name) && len(words(a.name)) == 1:
		a.typ, a.guess = "unused", "by the name"
	case strings.HasSuffix(last, "IPV4") || strings.HasSuffix(last, "ADDR4"):
		a.typ, a.order, a.hint, a.guess = "u32", "big-endian", "ipv4", "by the name"
	case strings.HasSuffix(last, "IPV6") || strings.HasSuffix(last, "ADDR6"):
		a.hint, a.guess = "ipv6", "by the name"
	case strings.HasSuffix(last, "NAME"):
		a.typ, a.guess = "string", "by the name"
	case last == "IFINDEX" || strings.HasSuffix(a.name, "if-idx"):
		a.typ, a.guess = "u32", "by the name"
	default:
		a.guess = "nothing says its type"
	}
}

// useHint takes the type from a header's comment.
func (s *schema) useHint(f *facts, st *set, a *attr, h hint) {
	a.typ, a.order, a.hint, a.guess = h.typ, h.order, h.show, "by the comment"
	if h.exact > 0 {
		a.checks = []pair{{"exact-len", itoa(h.exact)}}
	}
	if d := s.defOf[h.enum]; d != nil && (d.kind == "enum" || d.kind == "flags") && d.fits(h.typ) {
		a.enum = d.name
	}
	if c := f.structOf(h.structs); c != nil && h.structs != "" {
		if d := s.addStruct(f, c); d != nil {
			a.structs = d.name
		}
	}
	if h.typ == "nest" {
		s.nestUnknown(st, a)
	}
}

// fits tells whether a type can carry the values of an enum.
func (d *definition) fits(typ string) bool {
	width := map[string]int64{"u8": 8, "s8": 7, "u16": 16, "s16": 15, "u32": 32, "s32": 31}[typ]
	for _, e := range d.entries {
		switch {
		case width == 0: // 64 bits
		case d.kind == "flags" && e.value >= width, d.kind == "enum" && e.value>>width != 0:
			return false
		}
	}
	return true
}

// nestUnknown guesses what is nested in an attribute that is known to be a nest.
func (s *schema) nestUnknown(st *set, a *attr) {
	in := s.nestedSet(st, a)
	why := "what is inside, by the names"
	if in == nil {
		in, why = st, "what is inside: attributes of the same set"
	}
	a.nested = in.name
	a.guess = strings.TrimPrefix(a.guess+"; "+why, "; ")
}

// nestedSet finds the set that is called as an attribute is: NHA_RES_GROUP for the attribute NHA_RES_GROUP,
// FOO_ADDR_ATTR for FOO_ATTR_ADDR.
func (s *schema) nestedSet(of *set, a *attr) *set {
	if a.cName == "" {
		return nil
	}
	for _, e := range enumsOf(s.setOf) {
		st := s.setOf[e]
		if st == of {
			continue
		}
		own := e.setWords()
		if slices.Equal(own, words(a.cName)) || slices.Equal(bare(own), bare(words(a.cName))) {
			return st
		}
	}
	return nil
}
