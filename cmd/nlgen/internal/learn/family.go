package learn

import (
	"cmp"
	"slices"
	"strings"

	"github.com/nlgen/nlgen/generated/nlctrl"
)

// fromFamily makes a schema of what the kernel says of a family, with the names of facts. own is what headers say;
// nil: there are none, and the facts are the kernel's.
func fromFamily(fam *family, f *facts, own *facts) *schema {
	s := newSchema(fam.name)
	s.version = int(fam.version)
	s.doc = text("Generic netlink family " + fam.name + ".")
	if own != nil {
		s.useMacros(own, fam)
	}
	for _, g := range fam.groups {
		if !slices.ContainsFunc(s.groups, func(o group) bool { return o.name == g }) {
			s.groups = append(s.groups, group{name: g})
		}
	}
	b := &builder{s: s, f: f, own: own, fam: fam, base: words(fam.name), sets: map[uint32]*set{}}
	b.header()
	b.commands()
	for _, part := range b.parts {
		b.partSets(part)
	}
	b.others()
	for _, st := range s.sets {
		s.complete(f, st)
	}
	b.nestings()
	for _, part := range b.parts {
		for _, o := range part.ops {
			b.operation(part, o)
		}
	}
	b.events()
	if !s.directional {
		slices.SortStableFunc(s.ops, func(a, b *op) int { return compare(a.value, b.value) })
	}
	return s
}

// A builder makes the schema of a live family.
type builder struct {
	s     *schema
	f     *facts
	own   *facts
	fam   *family
	base  []string
	parts []*part
	sets  map[uint32]*set // of policies
	nests []nesting
}

// A part is the operations that one enum names, and what belongs to them.
type part struct {
	enum *cEnum // nil: no enum names them
	base []string
	ops  []*operation
	main *set
}

// A nesting is an attribute whose policy says that attributes are inside.
type nesting struct {
	set  *set
	attr *attr
}

// commands finds the enums that name the operations. Where one ends another may go on: CGROUPSTATS_CMD_UNSPEC is
// __TASKSTATS_CMD_MAX.
func (b *builder) commands() {
	left := map[int]*operation{}
	for i := range b.fam.ops {
		left[int(b.fam.ops[i].id)] = &b.fam.ops[i]
	}
	for e := b.commandEnum(left); e != nil; e = b.nextEnum(e, left) {
		p := &part{enum: e, base: trimCommand(words(e.prefix()))}
		for _, v := range sortedIDs(e.named()) {
			if o := left[v]; o != nil {
				p.ops = append(p.ops, o)
				delete(left, v)
			}
		}
		b.parts = append(b.parts, p)
	}
	if len(b.parts) > 0 {
		e := b.parts[0].enum
		b.s.opPrefix, b.s.opEnum = ident(e.prefix()), ident(e.tag)
	}
	b.noRequests()
	if len(left) > 0 || len(b.parts) == 0 {
		p := &part{base: b.base}
		for i := range b.fam.ops {
			if o := &b.fam.ops[i]; left[int(o.id)] != nil {
				p.ops = append(p.ops, o)
			}
		}
		b.parts = append(b.parts, p)
	}
}

// noRequests says which names the kernel takes no requests by.
func (b *builder) noRequests() {
	var rest []string
	for _, p := range b.parts {
		named := p.enum.named()
		for _, id := range sortedIDs(named) {
			isOp := slices.ContainsFunc(b.fam.ops, func(o operation) bool { return int(o.id) == id })
			if !isOp && !nothing(named[id]) {
				rest = append(rest, named[id]+" ("+itoa(id)+")")
			}
		}
	}
	if len(rest) > 0 {
		b.s.opNotes = append(b.s.opNotes, "This kernel takes no requests by these numbers, which replies or notifications may have: "+strings.Join(rest, ", ")+".")
	}
}

// trimCommand drops the words that say that names are those of commands.
func trimCommand(w []string) []string {
	for len(w) > 1 && (slices.Contains(commandWords, w[len(w)-1]) || slices.Contains(fillers, w[len(w)-1])) {
		w = w[:len(w)-1]
	}
	return w
}

// commandEnum finds the one enum whose names fit the family and name the most of its operations.
func (b *builder) commandEnum(ops map[int]*operation) *cEnum {
	return unique(b.f.enums, func(e *cEnum) int {
		if e.role() != commands {
			return 0
		}
		score, rest := kinship(words(e.prefix()), b.base)
		if score == 0 || len(bare(rest)) > 0 {
			return 0
		}
		named, replies := 0, 0
		for id, name := range e.named() {
			if ops[id] != nil {
				named++
			}
			if strings.HasSuffix(name, "_REPLY") || strings.HasSuffix(name, "_NTF") {
				replies = 1
			}
		}
		if named == 0 && len(ops) > 0 {
			return 0
		}
		rank := 1000*score + 2*named - replies
		if has(rest, commandWords) {
			rank += 500
		}
		return rank
	})
}

// nextEnum finds the one enum that begins where another ends.
func (b *builder) nextEnum(e *cEnum, left map[int]*operation) *cEnum {
	_, counting := e.entries()
	if len(left) == 0 || len(counting) == 0 {
		return nil
	}
	return unique(b.f.enums, func(next *cEnum) int {
		if len(next.values) == 0 || next.values[0].value != counting[len(counting)-1].value || next.values[0].value == 0 || next.role() != commands {
			return 0
		}
		for id := range next.named() {
			if left[id] != nil {
				return 1
			}
		}
		return 0
	})
}

// unique returns what has the highest rank above 0, nil where several have it.
func unique[T any](all []*T, rank func(*T) int) *T {
	var best *T
	top, twice := 0, false
	for _, e := range all {
		switch r := rank(e); {
		case r > top:
			best, top, twice = e, r, false
		case r == top && r > 0:
			twice = true
		}
	}
	if twice {
		return nil
	}
	return best
}

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
