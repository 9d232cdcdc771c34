package verify

import (
	"math/big"
	"slices"
	"strings"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/ir"
)

// A group is a part of a schema that has a C enum for a counterpart: an attribute set, an enum, the
// operations.
type group struct {
	kind  kind
	name  string // as the schema calls it
	of    string // the family
	tag   string // name of the enum in C by the rules of the language
	flags bool   // values are masks
	mask  uint64 // what C has of the values; 0: all
	pos   ir.Pos
	items []*item
}

// An item is one name and number of a group.
type item struct {
	kind   kind
	name   string
	cnames []string // in C by the rules of the language, the likeliest first
	ends   []string // how it may end in C, where not as the name does
	value  uint64
	pos    ir.Pos
	weak   bool // says nothing by its name, and is not missed: padding, reserved numbers
	attr   *ir.Attr
	seen   bool     // some source knows it
	newer  bool     // the running kernel has the group's enum, but not this
	how    []string // what the sources said, for --unmatched
}

// A kind is what is counted together.
type kind int

const (
	attributes kind = iota
	values
	constants
	structs
	members
	operations
	mcastGroups
	kinds
)

var kindNames = [kinds]string{"attributes", "enum values", "constants", "structs", "members", "operations", "groups"}

func (k kind) String() string { return kindNames[k] }

// rule returns the rule under which wrong numbers of a kind are reported.
func (k kind) rule() string {
	switch k {
	case attributes:
		return RuleAttributeID
	case constants:
		return RuleConstantValue
	case operations:
		return RuleOperationID
	case mcastGroups:
		return RuleGroupID
	}
	return RuleEnumValue
}

// describe names a group for people.
func (g *group) describe() string {
	switch g.kind {
	case attributes:
		return "attribute set " + g.name
	case operations, mcastGroups, constants:
		return g.name
	}
	if g.flags {
		return "flags " + g.name
	}
	return "enum " + g.name
}

// groupsOf lists what a family's schema says of numbers.
func groupsOf(f *ir.Family) []*group {
	var all []*group
	for _, s := range f.Sets {
		if s.Parent == nil {
			all = append(all, setGroup(f, s))
		}
	}
	for _, e := range f.Enums {
		if e.Of == nil {
			all = append(all, enumGroup(f, e))
		}
	}
	all = append(all, operationGroup(f), notificationGroup(f), constantGroup(f))
	if !f.Generic {
		all = append(all, multicastGroup(f))
	}
	return slices.DeleteFunc(all, func(g *group) bool { return len(g.items) == 0 })
}

func setGroup(f *ir.Family, s *ir.Set) *group {
	g := &group{kind: attributes, name: s.Name, of: f.Name, pos: s.Pos}
	for _, a := range s.Attrs {
		g.items = append(g.items, &item{
			kind: attributes, name: a.Name, cnames: []string{a.CName}, value: uint64(a.ID), pos: a.Pos,
			weak: a.Type.Kind == ir.Pad || a.Type.Kind == ir.Unused || filler(a.Name), attr: a,
		})
	}
	return g
}

func enumGroup(f *ir.Family, e *ir.Enum) *group {
	g := &group{kind: values, name: e.Name, of: f.Name, tag: e.CName, flags: e.Flags, pos: e.Pos}
	for _, v := range e.Entries {
		g.items = append(g.items, &item{
			kind: values, name: v.Name, cnames: []string{v.CName}, value: v.Value, pos: v.Pos, weak: filler(v.Name),
		})
	}
	return g
}

const netfilter = 12 // protocol whose message types carry a subsystem in the high byte

// operationGroup has the numbers of requests and answers.
func operationGroup(f *ir.Family) *group {
	g := messageGroup(f, "operations")
	for _, op := range f.Ops {
		m := op.Do
		if m == nil {
			m = op.Dump
		}
		if m == nil {
			continue
		}
		g.message(op.Name, int(m.Request), op.Pos, op.CName)
		if m.Reply >= 0 && m.Reply != int(m.Request) {
			it := g.message("answer to "+op.Name, m.Reply, op.Pos, answers(op.CName)...)
			it.ends = answers(cName(op.Name))
		}
	}
	return g
}

// notificationGroup has the numbers of the notifications that the schema lists.
func notificationGroup(f *ir.Family) *group {
	g := messageGroup(f, "notifications")
	prefix := cName(f.Name + "-cmd-")
	for _, op := range f.Ops {
		prefix = strings.TrimSuffix(op.CName, cName(op.Name))
	}
	for _, n := range f.Notifications {
		if !n.Made {
			c := cName(n.Name)
			g.message(n.Name, int(n.ID), n.Pos, prefix+c, prefix+strings.TrimSuffix(c, "_NTF"))
		}
	}
	return g
}

func messageGroup(f *ir.Family, name string) *group {
	g := &group{kind: operations, name: name, of: f.Name, pos: f.Pos}
	if f.Protonum == netfilter {
		g.mask = 0xff
	}
	return g
}

func (g *group) message(name string, value int, pos ir.Pos, cnames ...string) *item {
	it := &item{kind: operations, name: name, cnames: cnames, value: uint64(value), pos: pos}
	g.items = append(g.items, it)
	return it
}

// answers returns what C may call the answer to an operation: a reply, or the message that makes what the
// operation gets.
func answers(op string) []string {
	all := []string{op + "_REPLY"}
	if i := strings.LastIndex(op, "GET"); i >= 0 {
		all = append(all, op[:i]+"NEW"+op[i+len("GET"):])
	}
	return all
}

func constantGroup(f *ir.Family) *group {
	g := &group{kind: constants, name: "constants", of: f.Name, pos: f.Pos}
	for _, c := range f.Consts {
		if c.Int != nil {
			g.items = append(g.items, &item{
				kind: constants, name: c.Name, cnames: []string{c.CName, cName(c.Name)}, value: low64(c.Int), pos: c.Pos,
			})
		}
	}
	return g
}

// multicastGroup has the group numbers of a raw family.
func multicastGroup(f *ir.Family) *group {
	g := &group{kind: mcastGroups, name: "groups", of: f.Name, pos: f.Pos}
	for _, m := range f.Groups {
		if c := cName(m.Name); m.ID != 0 {
			g.items = append(g.items, &item{
				kind: mcastGroups, name: m.Name, cnames: []string{c, "RTNLGRP_" + c, "NFNLGRP_" + c}, value: uint64(m.ID), pos: m.Pos,
			})
		}
	}
	return g
}

// cName is the C constant for a schema name.
func cName(s string) string { return strings.ToUpper(cIdent(s)) }

// cIdent is the C identifier for a schema name.
func cIdent(s string) string { return strings.ReplaceAll(s, "-", "_") }

// low64 is an integer as C has it in 64 bits.
func low64(i *big.Int) uint64 {
	if i.Sign() < 0 {
		return uint64(i.Int64())
	}
	return i.Uint64()
}
