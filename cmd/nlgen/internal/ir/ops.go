package ir

import (
	"strings"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/spec"
)

// operations resolves the messages, with the numbers that the schema's counters give them.
func (b *builder) operations() {
	ops := &b.file.Operations
	for _, g := range b.file.Groups {
		group := &Group{Name: g.Name.V, Doc: g.Doc.V, ID: uint32(g.Value.V), Pos: Pos(g.Name.Pos)}
		b.groups[group.Name] = group
		b.fam.Groups = append(b.fam.Groups, group)
	}
	prefix := ops.NamePrefix.Or(b.file.Name.V + "-cmd-")
	numbers := ops.Numbers()
	for i, s := range ops.List {
		n := numbers[i]
		if s.Notify.Set() || s.Event != nil {
			b.notification(s, uint16(n.Reply))
			continue
		}
		if s.Do == nil && s.Dump == nil {
			continue // only keeps a number from being used
		}
		op := &Op{
			Name: s.Name.V, Doc: s.Doc.V, CName: cName(prefix + s.Name.V),
			AdminPerm: contains(s.Flags, "admin-perm") || contains(s.Flags, "uns-admin-perm"),
			NetAdmin:  contains(s.Flags, "uns-admin-perm"),
			Reads:     b.fam.reads(s.Name.V),
			Echoes:    b.fam.echoes(s.Name.V),
			Pos:       Pos(s.Name.Pos),
			Msg:       b.message(s, nil),
		}
		op.Do = b.mode(op.Msg.Set, s.Do, n.Request, n.Reply)
		op.Dump = b.mode(op.Msg.Set, s.Dump, n.Request, n.DumpReply)
		b.fam.Ops = append(b.fam.Ops, op)
	}
	b.makeNotifications()
	b.tables()
}

func (b *builder) mode(set *Set, s *spec.Mode, request, reply int64) *Mode {
	if s == nil {
		return nil
	}
	m := &Mode{Request: uint16(request), Reply: int(reply), Pos: Pos(s.Pos)}
	m.RequestAttrs, m.RequestPos = listed(set, s.Request)
	m.ReplyAttrs, _ = listed(set, s.Reply)
	if s.Reply == nil {
		m.Reply = -1
	}
	return m
}

func contains(list []spec.Value[string], s string) bool {
	for _, v := range list {
		if v.V == s {
			return true
		}
	}
	return false
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
	if from != nil {
		b.notifies[n] = from.Name.V
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
