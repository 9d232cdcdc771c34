package ir

import (
	"slices"
	"strings"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/spec"
)

// A Table says how the objects that a dump lists are told apart and kept up to date: what the key of an
// operation means.
type Table struct {
	Keys    []*Key
	New     []*Notification // tell of an object that is new or changed
	Deleted []*Notification // tell of an object that is gone
	Groups  []*Group        // where those are sent
	Pos     Pos
}

// A Key is what identifies the objects whose member When has one of Values; all objects where When is nil.
type Key struct {
	When           *Member
	Values         []uint32 // as the member's bytes hold them
	Asked          bool     // only for requests that carry one of the values
	Parts, Filters []Part
	Shared         bool     // several objects may have the same key
	Steady         bool     // a dump goes on at an object, not at a number of objects
	Relist         []uint32 // numbers of groups, of other families too
	Pos            Pos
}

// A Part is a member of the fixed header or an attribute.
type Part struct {
	Member *Member
	Attr   *Attr
	Else   *Attr // stands for Attr where that is absent; nil for none
	Pos    Pos
}

// Name is what the schema calls the part.
func (p Part) Name() string {
	if p.Member != nil {
		return spec.HeaderPrefix + p.Member.Name
	}
	if p.Else != nil {
		return p.Attr.Name + spec.Else + p.Else.Name
	}
	return p.Attr.Name
}

// tables resolves the keys of all operations, after the notifications.
func (b *builder) tables() {
	for _, s := range b.file.Operations.List {
		if s.Keys == nil {
			continue
		}
		for _, op := range b.fam.Ops {
			if op.Name == s.Name.V {
				op.Table = b.table(op, s)
			}
		}
	}
}

func (b *builder) table(op *Op, s *spec.Op) *Table {
	t := &Table{Pos: Pos(s.KeyPos)}
	for _, n := range b.fam.Notifications {
		switch {
		case !b.tells(n, op):
		case b.fam.has(n.Name, removeVerbs):
			t.Deleted = append(t.Deleted, n)
		case b.fam.has(n.Name, readVerbs) && int(n.ID) != op.Dump.Reply:
			// The kernel asks for an object, as for a neighbour that user space shall find.
		default:
			t.New = append(t.New, n)
		}
	}
	named := map[string]bool{}
	for _, k := range s.Keys {
		t.Keys = append(t.Keys, key(op.Msg, k))
		for _, g := range k.Groups {
			named[g.V] = true
		}
		if k.Groups == nil {
			b.sentTo(t, named)
		}
	}
	for _, g := range b.fam.Groups {
		if named[g.Name] && (b.fam.Generic || g.ID != 0) {
			t.Groups = append(t.Groups, g)
		}
	}
	return t
}

// tells reports whether a notification is of the objects that an operation lists: it refers to the operation or,
// where it refers to none, has the same message. One that was made up also speaks of the same object.
func (b *builder) tells(n *Notification, op *Op) bool {
	if of, ok := b.notifies[n]; ok {
		return of == op.Name
	}
	return n.Msg == op.Msg && (!n.Made || b.object(n.Name) == b.object(op.Name))
}

// object is the name of an operation without its verb.
func (b *builder) object(name string) string {
	words := b.fam.words(name)
	return strings.Join(slices.DeleteFunc(words, func(w string) bool {
		return w == "new" || readVerbs[w] || removeVerbs[w]
	}), "-")
}

// sentTo adds the groups that the notifications of a table name, or else all.
func (b *builder) sentTo(t *Table, named map[string]bool) {
	before := len(named)
	for _, n := range slices.Concat(t.New, t.Deleted) {
		if n.Group != nil {
			named[n.Group.Name] = true
		}
	}
	if len(named) == before {
		for _, g := range b.fam.Groups {
			named[g.Name] = true
		}
	}
}

func key(msg *Message, s *spec.Key) *Key {
	k := &Key{
		Asked: s.Asked.V, Shared: s.Shared.V, Steady: s.Steady.V, Pos: Pos(s.Pos),
		Parts: parts(msg, s.Attributes), Filters: parts(msg, s.Filters),
	}
	for _, g := range s.RelistOn {
		k.Relist = append(k.Relist, uint32(g.V))
	}
	if s.When.Set() {
		k.When = part(msg, s.When).Member
		for _, v := range s.Values {
			k.Values = append(k.Values, uint32(bits(v.Int)&(1<<(8*k.When.Size)-1)))
		}
	}
	return k
}

func parts(msg *Message, names []spec.Value[string]) []Part {
	var out []Part
	for _, name := range names {
		out = append(out, part(msg, name))
	}
	return out
}

// part resolves a name that spec's checks have found.
func part(msg *Message, name spec.Value[string]) Part {
	p := Part{Pos: Pos(name.Pos)}
	if member, ok := strings.CutPrefix(name.V, spec.HeaderPrefix); ok {
		for _, m := range msg.Header.Members {
			if m.Name == member && !m.Pad {
				p.Member = m
			}
		}
		return p
	}
	first, other, _ := strings.Cut(name.V, spec.Else)
	p.Attr, p.Else = msg.Set.Attr(first), msg.Set.Attr(other)
	return p
}
