package verify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/ir"
	"github.com/nlgen/nlgen/generated/nlctrl"
)

// compareFamily holds a generic family against what the running kernel registered.
func compareFamily(f *ir.Family, l *liveFamily, t *attrTable, r *report) {
	pos := f.Pos
	if f.VersionPos.Line != 0 {
		pos = f.VersionPos
	}
	if uint32(f.Version) != l.version {
		r.add(pos, RuleFamilyVersion, "the version is %d, the kernel has %d", f.Version, l.version)
	}
	headers := map[int]bool{}
	for _, op := range f.Ops {
		size := 0
		if op.Msg != nil && op.Msg.Header != nil {
			size = (op.Msg.Header.Size + 3) &^ 3
		}
		if uint32(size) != l.header && !headers[size] {
			headers[size] = true
			r.add(op.Pos, RuleHeaderSize, "the fixed header of %s has %s, the kernel's has %s", op.Name, inBytes(size), inBytes(int(l.header)))
		}
	}
	compareGroups(f, l, r)
	known := map[uint32]bool{}
	var ops []operation
	for _, op := range f.Ops {
		c := operation{op, l, t, r}
		if m := c.mode(); m != nil {
			known[uint32(m.Request)] = true
			ops = append(ops, c)
		}
	}
	for _, c := range ops {
		c.types()
	}
	for _, c := range ops {
		c.compare()
	}
	var missing []string
	for id := range l.ops {
		if !known[id] {
			missing = append(missing, t.operation(id))
		}
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		r.add(f.Pos, RuleMissingInSchema, "the family lacks operations that the kernel has: %s", listing(missing))
	}
}

// compareGroups compares the names of multicast groups.
func compareGroups(f *ir.Family, l *liveFamily, r *report) {
	var more []string
	for _, g := range l.groups {
		if !slices.ContainsFunc(f.Groups, func(s *ir.Group) bool { return s.Name == g }) {
			more = append(more, g)
		}
	}
	slices.Sort(more)
	for _, g := range f.Groups {
		it := &item{kind: mcastGroups, name: g.Name, pos: g.Pos, seen: slices.Contains(l.groups, g.Name)}
		switch {
		case it.seen:
		case len(more) > 0:
			r.add(g.Pos, RuleGroupName, "the kernel's family has no multicast group %s; it has %s", g.Name, strings.Join(more, ", "))
		default:
			r.add(g.Pos, RuleNotOffered, "the kernel's family has no multicast group %s", g.Name)
		}
		r.count(it)
	}
	if len(more) > 0 {
		r.add(f.Pos, RuleMissingInSchema, "the family lacks multicast groups that the kernel has: %s", strings.Join(more, ", "))
	}
}

// An operation is compared with what the kernel says of it.
type operation struct {
	op *ir.Op
	l  *liveFamily
	t  *attrTable
	r  *report
}

// mode returns the do, else the dump.
func (c operation) mode() *ir.Mode {
	if c.op.Do != nil {
		return c.op.Do
	}
	return c.op.Dump
}

// modes lists the do and the dump, as the schema and the kernel have them.
func (c operation) modes() []modePair {
	return []modePair{
		{"do", c.op.Do, nlctrl.OpFlagsCmdCapDo, c.l.do},
		{"dump", c.op.Dump, nlctrl.OpFlagsCmdCapDump, c.l.dump},
	}
}

type modePair struct {
	name   string
	schema *ir.Mode
	flag   nlctrl.OpFlags
	policy map[uint32]uint16
}

// types compares the attributes' types and limits with those of the policies that check requests.
func (c operation) types() {
	if c.op.Msg.Set == nil {
		return
	}
	for _, m := range c.modes() {
		if n, ok := m.policy[uint32(c.mode().Request)]; ok && m.schema != nil {
			nesting{c.l, c.t, c.r, map[nested]bool{}}.compare(c.op.Msg.Set, c.l.policies[n])
		}
	}
}

// compare compares the modes, the attributes that requests list, and the privilege.
func (c operation) compare() {
	id := uint32(c.mode().Request)
	flags, ok := c.l.ops[id]
	if !ok {
		c.r.add(c.op.Pos, RuleNotOffered, "the kernel's family has no operation %s (%d)", c.op.Name, id)
		return
	}
	c.t.sawOperation(c.op)
	for _, m := range c.modes() {
		switch kernel := flags.Has(m.flag); {
		case m.schema != nil && !kernel:
			c.r.add(c.op.Pos, RuleOperationMode, "%s has a %s, the kernel's has none", c.op.Name, m.name)
		case m.schema == nil && kernel:
			c.r.add(c.op.Pos, RuleMissingInSchema, "%s lacks the %s that the kernel's has", c.op.Name, m.name)
		case m.schema != nil:
			if n, ok := m.policy[id]; ok {
				c.request(m.name, m.schema, c.l.policies[n])
			}
		}
	}
	c.permission(flags)
}

// permission compares the privilege that callers need.
func (c operation) permission(flags nlctrl.OpFlags) {
	schema, kernel := "none", "none"
	switch {
	case c.op.NetAdmin:
		schema = "uns-admin-perm"
	case c.op.AdminPerm:
		schema = "admin-perm"
	}
	switch {
	case flags.Has(nlctrl.OpFlagsUnsAdminPerm):
		kernel = "uns-admin-perm"
	case flags.Has(nlctrl.OpFlagsAdminPerm):
		kernel = "admin-perm"
	}
	switch {
	case schema == kernel:
	case kernel != "none": // has become stricter or less strict, or the schema says nothing
		c.r.add(c.op.Pos, RuleUnstatedPermission, "the kernel demands %s of %s, the schema %s", kernel, c.op.Name, schema)
	default:
		c.r.add(c.op.Pos, RuleOperationPermission, "%s demands %s, the kernel demands none", c.op.Name, schema)
	}
}

// request compares the attributes that a request lists with those that the policy takes.
func (c operation) request(mode string, m *ir.Mode, p policy) {
	set := c.op.Msg.Set
	if set == nil {
		return
	}
	listed := map[uint16]bool{}
	for i, a := range m.RequestAttrs {
		listed[a.ID] = true
		if p[a.ID] != nil || !checked(a.Type) {
			continue
		}
		where := fmt.Sprintf("the %s of %s", mode, c.op.Name)
		if len(p) == 0 {
			c.r.add(m.RequestPos[i], RuleNewerInSchema, "%s lists %s, the kernel's takes no attributes", where, a.Name)
		} else if c.t.newer(a) || a.ID > p.highest() && !c.t.known(a) {
			c.r.add(m.RequestPos[i], RuleNewerInSchema, "%s lists %s, which the kernel does not know", where, a.Name)
		} else {
			c.r.add(m.RequestPos[i], RuleRefusedAttribute, "%s lists %s, which its policy does not take", where, a.Name)
		}
	}
	pos := m.Pos
	if pos.Line == 0 {
		pos = c.op.Pos
	}
	for _, a := range set.Attrs {
		if p[a.ID] != nil && !listed[a.ID] && checked(a.Type) {
			c.r.add(pos, RuleUnlistedAttribute, "the policy of the %s of %s takes %s, which the request does not list", mode, c.op.Name, a.Name)
		}
	}
}

// checked tells whether a policy shows an attribute of this type.
func checked(t *ir.Type) bool {
	switch t.Kind {
	case ir.Pad, ir.Unused:
		return false
	case ir.Scalar:
		return t.Order == ir.Host
	}
	return true
}
