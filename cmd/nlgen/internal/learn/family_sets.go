package learn

import (
	"cmp"
	"slices"
	"strings"

	"github.com/nlgen/nlgen/generated/nlctrl"
)

// partSets finds the attribute sets that the policies of a part are for.
func (b *builder) partSets(p *part) {
	var all []uint32
	users := map[uint32][]*operation{}
	for _, o := range p.ops {
		for _, n := range []int{o.do, o.dump} {
			if n < 0 {
				continue
			}
			if users[uint32(n)] == nil {
				all = append(all, uint32(n))
			}
			users[uint32(n)] = append(users[uint32(n)], o)
		}
	}
	main := b.mainEnum(p, all)
	if main != nil {
		p.main = b.s.addSet(main, b.base, b.guessed(main))
	}
	for _, n := range all {
		e := main
		if len(all) > 1 {
			e = cmp.Or(b.enumByOps(p, b.fam.policies[n], users[n]), main)
		}
		if e != nil && !covers(e, b.fam.policies[n]) {
			e = nil
		}
		b.assign(n, e, p)
	}
	if p.main == nil && len(all) == 0 && b.fam.maxAttr > 0 {
		p.main = b.bareSet(int(b.fam.maxAttr))
	}
}

// guessed says that names are a guess where they are not those of the family.
func (b *builder) guessed(e *cEnum) string {
	if score, _ := e.about(b.base); score < 3 {
		return "the names are those of " + strings.TrimSuffix(e.prefix(), "_")
	}
	return ""
}

// covers tells whether an enum names all attributes of a policy.
func covers(e *cEnum, p policy) bool {
	named := e.named()
	for id := range p {
		if named[id] == "" {
			return false
		}
	}
	return true
}

// mainEnum finds the enum with the attributes of a part as a whole.
func (b *builder) mainEnum(p *part, policies []uint32) *cEnum {
	return unique(b.f.enums, func(e *cEnum) int {
		if e.role() != attributes {
			return 0
		}
		score, about := e.about(p.base)
		if score == 0 || len(about) > 0 {
			return 0
		}
		rank := 100 * score
		if len(policies) > 0 && !slices.ContainsFunc(policies, func(n uint32) bool { return covers(e, b.fam.policies[n]) }) {
			return 0
		}
		if b.fam.maxAttr > 0 && e.highest() == int(b.fam.maxAttr) {
			rank += 10
		}
		return rank
	})
}

// enumByOps finds the enum that is called as the operations are that use a policy: FOO_A_RINGS for RINGS_GET and
// RINGS_SET.
func (b *builder) enumByOps(p *part, pol policy, ops []*operation) *cEnum {
	if p.enum == nil {
		return nil
	}
	named := p.enum.named()
	return unique(b.f.enums, func(e *cEnum) int {
		if e.role() != attributes || !covers(e, pol) {
			return 0
		}
		score, about := e.about(p.base)
		if score < 2 || len(about) == 0 {
			return 0
		}
		for _, o := range ops {
			name := words(strings.TrimPrefix(named[int(o.id)], p.enum.prefix()))
			if len(name) < len(about) || !slices.Equal(name[:len(about)], about) {
				return 0
			}
		}
		return 10*len(about) + score
	})
}

// assign gives a policy its set, made of an enum or, with nil, of numbers.
func (b *builder) assign(n uint32, e *cEnum, p *part) {
	if b.sets[n] != nil {
		return
	}
	pol := b.fam.policies[n]
	switch {
	case e != nil:
		b.sets[n] = b.s.addSet(e, b.base, b.guessed(e))
	case p.main != nil && p.main.prefix == "" && p.main.agrees(b.s, pol):
		b.sets[n] = p.main
	default:
		b.sets[n] = b.bareSet(0)
	}
	if p.main == nil {
		p.main = b.sets[n]
	}
	b.fill(b.sets[n], pol)
}

// bareSet makes a set of attributes without names.
func (b *builder) bareSet(highest int) *set {
	family := strings.Trim(strings.Map(lowerDash, b.s.name), "-")
	st := &set{name: b.s.usedSets.take(family, family+"-attrs"), notes: []string{"No enum fits: the names are made up."}}
	for id := 1; id <= highest; id++ {
		st.attrs = append(st.attrs, &attr{name: "attr-" + itoa(id), id: id})
	}
	b.s.sets = append(b.s.sets, st)
	return st
}

// agrees tells whether a policy says of a set's attributes what others have said.
func (st *set) agrees(s *schema, p policy) bool {
	for _, id := range p.ids() {
		var try attr
		try.apply(newSchema(""), p[id])
		if a := st.attr(id); a != nil && a.typ != "" && a.typ != try.typ {
			return false
		}
	}
	return true
}

// fill gives attributes their types, and those that are nested in them theirs.
func (b *builder) fill(st *set, p policy) {
	for _, id := range p.ids() {
		v := p[id]
		a := st.attr(id)
		if a == nil {
			a = &attr{name: "attr-" + itoa(id), id: id}
			st.attrs = append(st.attrs, a)
			st.sort()
		}
		if a.typ != "" {
			var other attr
			if other.apply(newSchema(""), v); other.typ != a.typ && a.note == "" {
				a.note = "some operations take a " + other.typ
			}
			continue
		}
		a.apply(b.s, v)
		if a.typ == "nest" || a.subType == "nest" {
			b.below(st, a, v)
		}
	}
}

// below finds the set of what is nested in an attribute.
func (b *builder) below(st *set, a *attr, v *nlctrl.Policy) {
	n, ok := v.PolicyIdx.Get()
	if !ok {
		b.nests = append(b.nests, nesting{st, a})
		return
	}
	if b.sets[n] == nil {
		if e := b.nestedEnum(st, a, b.fam.policies[n], int(v.PolicyMaxtype.Or(0))); e != nil {
			b.sets[n] = b.s.addSet(e, b.base, b.guessed(e))
		} else {
			in := &set{name: b.s.usedSets.take(strings.Trim(a.name, "-"), a.name+"-attrs"), notes: []string{"No enum fits: the names are made up."}}
			for id := 1; id <= int(v.PolicyMaxtype.Or(0)) && id <= 64; id++ {
				in.attrs = append(in.attrs, &attr{name: "attr-" + itoa(id), id: id})
			}
			b.s.sets = append(b.s.sets, in)
			b.sets[n] = in
		}
		a.nested = b.sets[n].name
		b.fill(b.sets[n], b.fam.policies[n])
	}
	a.nested = b.sets[n].name
}

// nestedEnum finds the enum of what is nested in an attribute: as many attributes as the policy has, in the family's
// names; of several the one that is called as the attribute is.
func (b *builder) nestedEnum(of *set, a *attr, p policy, highest int) *cEnum {
	name := words(a.name)
	return unique(b.f.enums, func(e *cEnum) int {
		if e.role() != attributes || b.s.setOf[e] == of || !covers(e, p) || highest > 0 && e.highest() != highest {
			return 0
		}
		score, about := e.about(b.base)
		if score < 2 {
			return 0
		}
		alike := 0
		for _, w := range about {
			if slices.Contains(name, w) {
				alike++
			}
		}
		return 1 + 10*alike
	})
}

// nestings guesses what is inside where policies do not say.
func (b *builder) nestings() {
	for _, n := range b.nests {
		b.s.nestUnknown(n.set, n.attr)
	}
}
