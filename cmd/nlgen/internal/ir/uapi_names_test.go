package ir

// names says what headers call the things of a schema, where the prefix rules of the language do not.
type names struct {
	sets    map[string]string // attribute set: prefix of its constants
	enums   map[string]string // enum: prefix of its entries
	structs map[string]string // struct: C name
	members map[string]string // struct: prefix of its members
	ops     string            // prefix of operations
	mask    uint16            // of an operation's number, where a header leaves out the subsystem
}

func (n names) attr(s *Set, a *Attr) []string {
	if p, ok := n.sets[s.Name]; ok {
		return []string{p + cName(a.Name)}
	}
	return []string{a.CName}
}

func (n names) entry(e *Enum, s Entry) []string {
	if p, ok := n.enums[e.Name]; ok {
		return []string{p + cName(s.Name)}
	}
	return []string{s.CName}
}

func (n names) structName(s *Struct) string {
	if c, ok := n.structs[s.Name]; ok {
		return c
	}
	return s.CName
}

func (n names) member(s *Struct, m *Member) string { return n.members[s.Name] + cIdent(m.Name) }

func (n names) op(op *Op) string {
	if n.ops != "" {
		return n.ops + cName(op.Name)
	}
	return op.CName
}

func (n names) answer(op string) []string { return []string{op + "_REPLY"} }

func (n names) opMask() uint16 {
	if n.mask != 0 {
		return n.mask
	}
	return 0xffff
}

var headerNames = map[string]names{}
