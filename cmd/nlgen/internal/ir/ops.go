package ir

import (
	"strings"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/spec"
)

// operations numbers the messages. In the unified model one counter numbers everything, and an answer
// carries the number of its request. In the directional model requests and messages from the kernel have a
// counter each.
func (b *builder) operations() {
	ops := &b.file.Operations
	for _, g := range b.file.Groups {
		group := &Group{Name: g.Name.V, Doc: g.Doc.V, ID: uint32(g.Value.V), Pos: Pos(g.Name.Pos)}
		b.groups[group.Name] = group
		b.fam.Groups = append(b.fam.Groups, group)
	}
	n := numbering{directional: ops.EnumModel.V == "directional", request: 1, reply: 1}
	prefix := ops.NamePrefix.Or(b.file.Name.V + "-cmd-")
	for _, s := range ops.List {
		if s.Notify.Set() || s.Event != nil {
			b.notification(s, n.notification(s))
			continue
		}
		op := &Op{
			Name: s.Name.V, Doc: s.Doc.V, CName: cName(prefix + s.Name.V),
			AdminPerm: contains(s.Flags, "admin-perm") || contains(s.Flags, "uns-admin-perm"),
			NetAdmin:  contains(s.Flags, "uns-admin-perm"),
			Pos:       Pos(s.Name.Pos),
		}
		b.fam.Ops = append(b.fam.Ops, op)
		op.Reserved = s.Do == nil && s.Dump == nil
		if op.Reserved {
			op.Value = n.reserved(s)
			continue
		}
		op.Msg = b.message(s, nil)
		op.Do, op.Dump = n.modes(s)
		b.attrLists(op.Msg.Set, op.Do, s.Do)
		b.attrLists(op.Msg.Set, op.Dump, s.Dump)
	}
	b.makeNotifications()
}

func contains(list []spec.Value[string], s string) bool {
	for _, v := range list {
		if v.V == s {
			return true
		}
	}
	return false
}

type numbering struct {
	directional    bool
	request, reply int64
}

func (n *numbering) reserved(s *spec.Op) int {
	n.request = s.Value.Or(n.request)
	v := n.request
	n.request++
	return int(v)
}

func (n *numbering) notification(s *spec.Op) uint16 {
	next := &n.request
	if n.directional {
		next = &n.reply
	}
	*next = s.Value.Or(*next)
	v := *next
	*next++
	return uint16(v)
}

func (n *numbering) modes(s *spec.Op) (do, dump *Mode) {
	if !n.directional {
		v := uint16(n.reserved(s))
		return unified(s.Do, v), unified(s.Dump, v)
	}
	first := s.Do
	if first == nil {
		first = s.Dump
	}
	if r := first.Request; r != nil {
		n.request = r.Value.Or(n.request)
	}
	m := Mode{Request: uint16(n.request), Reply: -1}
	n.request++
	if r := first.Reply; r != nil {
		n.reply = r.Value.Or(n.reply)
		m.Reply = int(n.reply)
		n.reply++
	}
	if s.Do == nil {
		return nil, &m
	}
	do = &m
	if s.Dump != nil {
		// The dump of an operation answers with the do's number unless it says otherwise (devlink's
		// port-get does: its dump answers with the number of new).
		d := Mode{Request: m.Request, Reply: -1}
		if r := s.Dump.Request; r != nil {
			d.Request = uint16(r.Value.Or(int64(d.Request)))
		}
		if r := s.Dump.Reply; r != nil {
			if m.Reply < 0 && !r.Value.Set() {
				r = &spec.AttrList{Value: spec.Value[int64]{V: n.reply, Pos: s.Pos}}
				n.reply++
			}
			d.Reply = int(r.Value.Or(int64(m.Reply)))
		}
		dump = &d
	}
	return do, dump
}

func unified(m *spec.Mode, v uint16) *Mode {
	if m == nil {
		return nil
	}
	r := &Mode{Request: v, Reply: -1}
	if m.Reply != nil {
		r.Reply = int(v)
	}
	return r
}

func (b *builder) attrLists(set *Set, m *Mode, s *spec.Mode) {
	if m == nil || set == nil {
		return
	}
	m.RequestAttrs, m.RequestPos = listed(set, s.Request)
	m.ReplyAttrs, _ = listed(set, s.Reply)
	m.Pos = Pos(s.Pos)
}

func listed(set *Set, l *spec.AttrList) (r []*Attr, at []Pos) {
	if l == nil || set == nil {
		return nil, nil
	}
	seen := map[*Attr]bool{}
	for _, name := range l.Attrs {
		if a := set.Attr(name.V); a != nil && !seen[a] {
			seen[a] = true
			r = append(r, a)
			at = append(at, Pos(name.Pos))
		}
	}
	return r, at
}

// message returns the message of an operation; from is the operation that a notification refers to.
func (b *builder) message(s, from *spec.Op) *Message {
	set, header := s.AttrSet.V, s.FixedHeader.V
	if from != nil {
		if set == "" {
			set = from.AttrSet.V
		}
		if header == "" {
			header = from.FixedHeader.V
		}
	}
	if header == "" {
		header = b.file.Operations.FixedHeader.V
	}
	m := &Message{Set: b.sets[set], Header: b.structs[header]}
	for _, old := range b.fam.Messages {
		if *old == *m {
			return old
		}
	}
	b.fam.Messages = append(b.fam.Messages, m)
	return m
}

func (b *builder) notification(s *spec.Op, id uint16) {
	n := &Notification{Name: s.Name.V, Doc: s.Doc.V, ID: id, Group: b.groups[s.MCGroup.V], Pos: Pos(s.Name.Pos)}
	var from *spec.Op
	list := s.Event
	for _, o := range b.file.Operations.List {
		if s.Notify.Set() && o.Name.V == s.Notify.V {
			from = o
			switch {
			case o.Do != nil && o.Do.Reply != nil:
				list = o.Do.Reply
			case o.Dump != nil:
				list = o.Dump.Reply
			}
		}
	}
	n.Msg = b.message(s, from)
	n.Attrs, _ = listed(n.Msg.Set, list)
	b.fam.Notifications = append(b.fam.Notifications, n)
}

// makeNotifications adds what the kernel multicasts though the schema does not list it. A classic family
// announces a change with the message that would make it: new and delete requests come back as events, and
// so do answers. A generic family does so where it has groups and lists nothing that is sent to them.
func (b *builder) makeNotifications() {
	f := b.fam
	if f.Generic && (len(f.Notifications) > 0 || len(f.Groups) == 0) {
		return
	}
	for _, op := range f.Ops {
		if op.Reserved {
			continue
		}
		if op.Do != nil && (strings.HasPrefix(op.Name, "new") || strings.HasPrefix(op.Name, "del")) {
			b.makeNotification(op, op.Do.Request)
		}
	}
	for _, op := range f.Ops {
		for _, m := range []*Mode{op.Do, op.Dump} {
			if m != nil && m.Reply >= 0 {
				b.makeNotification(op, uint16(m.Reply))
			}
		}
	}
}

func (b *builder) makeNotification(op *Op, id uint16) {
	for _, n := range b.fam.Notifications {
		if n.ID == id || n.Name == op.Name {
			return
		}
	}
	b.fam.Notifications = append(b.fam.Notifications, &Notification{Name: op.Name, ID: id, Msg: op.Msg, Made: true, Pos: op.Pos})
}
