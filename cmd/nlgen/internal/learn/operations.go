package learn

import (
	"strings"

	"github.com/nlgen/nlgen/generated/nlctrl"
)

// Words that say whether an operation answers with a message: readers, whatever else the name says, and changers.
var (
	readers  = []string{"GET", "LIST", "DUMP", "SHOW", "QUERY", "READ"}
	changers = []string{
		"SET", "ADD", "DEL", "DELETE", "REMOVE", "NEW", "CREATE", "DESTROY", "FLUSH", "MODIFY", "CHANGE", "ENABLE", "DISABLE",
		"REGISTER", "UNREGISTER", "BIND", "UNBIND", "START", "STOP", "CANCEL", "TRIGGER", "ANNOUNCE", "NOOP", "ACCEPT",
	}
)

// begins tells whether a word of a name begins with one of a list: LISTALL, SETHMAC.
func begins(name string, list []string) bool {
	for _, w := range words(name) {
		for _, l := range list {
			if strings.HasPrefix(w, l) {
				return true
			}
		}
	}
	return false
}

// answers guesses whether an operation has a reply.
func answers(name string, admin bool) bool {
	return begins(name, readers) || !begins(name, changers) && !admin
}

// operation adds an operation of the live family.
func (b *builder) operation(p *part, o *operation) {
	out := &op{value: int(o.id), name: "op-" + itoa(o.id), note: "no enum has its name"}
	cName := ""
	if p.enum != nil {
		cName = p.enum.named()[int(o.id)]
		out.name, out.note = ident(strings.TrimPrefix(cName, p.enum.prefix())), ""
		if p != b.parts[0] {
			out.name, out.note = ident(strings.Join(append(p.base[:len(p.base):len(p.base)], out.name), "_")), cName
		}
	}
	out.name = b.s.usedOps.take(out.name)
	if o.flags.Has(nlctrl.OpFlagsAdminPerm) {
		out.flags = append(out.flags, "admin-perm")
	}
	if o.flags.Has(nlctrl.OpFlagsUnsAdminPerm) {
		out.flags = append(out.flags, "uns-admin-perm")
	}
	st := p.main
	for _, n := range []int{o.dump, o.do} {
		if n >= 0 && b.sets[uint32(n)] != nil {
			st = b.sets[uint32(n)]
		}
	}
	if st == nil {
		st = b.bareSet(int(b.fam.maxAttr))
		p.main = st
	}
	out.set = st.name
	reply, guess := 0, "which attributes"
	if p.enum != nil {
		if reply = b.replyOf(p.enum, cName); reply != 0 {
			guess += ", and the number by the names"
			b.s.directional = true
		}
	}
	if o.flags.Has(nlctrl.OpFlagsCmdCapDo) {
		m := &mode{replyValue: reply, replyGuess: guess}
		m.request, m.requestGuess = b.requestOf(st, o.do)
		if answers(out.name, len(out.flags) > 0) {
			m.reply, m.hasReply = st.names(), true
		}
		out.do = m
	}
	if o.flags.Has(nlctrl.OpFlagsCmdCapDump) {
		m := &mode{reply: st.names(), hasReply: true, replyValue: reply, replyGuess: guess}
		if o.dump >= 0 {
			m.request, m.requestGuess = b.requestOf(st, o.dump)
		}
		out.dump = m
	}
	b.s.ops = append(b.s.ops, out)
}

// events makes events of all commands of a family that takes no requests and has one group.
func (b *builder) events() {
	p := b.parts[0]
	if len(b.fam.ops) > 0 || p.enum == nil || p.main == nil || len(b.fam.groups) != 1 {
		return
	}
	b.s.opNotes = nil
	named := p.enum.named()
	for i, id := range sortedIDs(named) {
		name := ident(strings.TrimPrefix(named[id], p.enum.prefix()))
		if i == 0 && nothing(name) {
			continue
		}
		b.s.ops = append(b.s.ops, &op{
			name: b.s.usedOps.take(name), value: id, set: p.main.name, event: p.main.names(), group: b.fam.groups[0],
		})
	}
}

// requestOf lists the attributes that a policy takes.
func (b *builder) requestOf(st *set, policy int) (names []string, guess string) {
	if policy < 0 {
		return st.names(), "the kernel has no policy for it"
	}
	for _, id := range b.fam.policies[uint32(policy)].ids() {
		if a := st.attr(id); a != nil && a.typ != "pad" && a.typ != "unused" {
			names = append(names, a.name)
		}
	}
	return names, ""
}

// replyOf finds the number of an operation's replies where it has one of its own: NEWLINK answers GETLINK. It is
// that of no request.
func (b *builder) replyOf(e *cEnum, name string) int {
	rest := strings.TrimPrefix(name, e.prefix())
	if !strings.HasPrefix(rest, "GET") {
		return 0
	}
	for id, other := range e.named() {
		if other != e.prefix()+"NEW"+strings.TrimPrefix(rest, "GET") {
			continue
		}
		for _, o := range b.fam.ops {
			if int(o.id) == id {
				return 0
			}
		}
		return id
	}
	return 0
}
