package learn

import (
	"slices"
	"strings"
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
