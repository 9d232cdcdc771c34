package learn

import (
	"path"
	"slices"
	"strings"
)

// maxName is how long the names of families are.
const maxName = 15

// protocolOf guesses from a header's name which netlink protocol carries its attributes.
func protocolOf(name string) (number int, c string) {
	switch {
	case strings.HasPrefix(name, "linux/netfilter"):
		return 12, "NETLINK_NETFILTER"
	case strings.HasSuffix(name, "_diag.h"):
		return 4, "NETLINK_SOCK_DIAG"
	case path.Base(name) == "xfrm.h":
		return 6, "NETLINK_XFRM"
	}
	return 0, "NETLINK_ROUTE"
}

// fromHeaders makes a schema of what headers declare. names are their names as one includes them.
func fromHeaders(own *facts, names []string) *schema {
	s := newSchema("")
	s.useMacros(own, nil)
	s.header = names[0]
	file := strings.TrimSuffix(path.Base(names[0]), ".h")
	for _, end := range []string{"_genl", "_netlink", "-genl", "-netlink"} {
		file = strings.TrimSuffix(file, end)
	}
	var cmds *cEnum
	for _, e := range own.enums {
		if len(e.values) > 0 && e.role() == commands && cmds == nil {
			cmds = e
		}
	}
	s.protonum, s.protocol = protocolOf(names[0])
	// The numbers of netfilter's messages are those of one of its parts: no generic commands.
	generic := s.cFamily != "" || s.protonum == 0 && (s.cVersion != "" || cmds != nil)
	if s.name == "" {
		s.name, s.guess = strings.TrimRight(file[:min(len(file), maxName)], "-_"), "the header's name"
		if generic {
			s.guess += "; it does not say the family's"
		}
	}
	s.classic = !generic
	s.doc = text("What " + strings.Join(names, " and ") + " declares.")
	base := words(file)
	switch w := words(s.cFamily); {
	case s.cFamily != "":
		base = without(w, fillers, []string{"FAMILY", "NAME"})
	case cmds != nil:
		base = trimCommand(words(cmds.prefix()))
	}
	if s.classic {
		s.groups, s.version, s.cVersion = nil, 0, ""
	}
	var parts []*part
	if cmds != nil && generic && slices.ContainsFunc(own.enums, func(e *cEnum) bool { return len(e.values) > 0 && e.role() == attributes }) {
		parts = []*part{{enum: cmds, base: base}}
	}
	s.addAll(own, base, parts)
	for _, st := range s.sets {
		s.complete(own, st)
	}
	if parts != nil {
		s.headerOps(own, cmds, base)
	}
	if len(s.ops) == 0 {
		s.opNotes = []string{"The header says nothing of operations."}
	}
	return s
}

// headerOps makes an operation of each command. Which attributes they take, headers do not say.
func (s *schema) headerOps(own *facts, cmds *cEnum, base []string) {
	s.opPrefix, s.opEnum = ident(cmds.prefix()), ident(cmds.tag)
	s.opNotes = []string{"The header has the numbers. What requests and replies carry, and whether there are dumps, is inferred from the names."}
	named := cmds.named()
	for i, id := range sortedIDs(named) {
		name := ident(strings.TrimPrefix(named[id], cmds.prefix()))
		if i == 0 && nothing(name) {
			continue
		}
		st := s.setFor(own, base, name)
		o := &op{name: s.usedOps.take(name), value: id, set: st.name, do: &mode{request: st.names()}}
		if answers(name, false) {
			o.do.reply, o.do.hasReply = st.names(), true
			if begins(name, readers) {
				o.dump = &mode{reply: st.names(), hasReply: true}
			}
		}
		s.ops = append(s.ops, o)
	}
}

// setFor finds the attribute set of a command: one that is called as the command is, else the family's own.
func (s *schema) setFor(own *facts, base []string, name string) *set {
	e := unique(own.enums, func(e *cEnum) int {
		if s.setOf[e] == nil {
			return 0
		}
		score, about := e.about(base)
		w := words(name)
		switch {
		case len(about) == 0:
			return 1
		case score >= 2 && len(w) >= len(about) && slices.Equal(w[:len(about)], about):
			return 1 + len(about)
		}
		return 0
	})
	if e == nil {
		return s.sets[0]
	}
	return s.setOf[e]
}
