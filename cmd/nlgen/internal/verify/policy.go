package verify

import (
	"fmt"
	"slices"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/ir"
	"github.com/nlgen/nlgen/generated/nlctrl"
)

// A nesting compares attribute sets with policies, as deep as both go; where both go round, once.
type nesting struct {
	l    *liveFamily
	t    *attrTable
	r    *report
	done map[nested]bool
}

type nested struct {
	set    *ir.Set
	policy uint32
}

// compare compares each attribute that the policy has.
func (n nesting) compare(set *ir.Set, p policy) {
	var missing []string
	for id, v := range p {
		i := slices.IndexFunc(set.Attrs, func(a *ir.Attr) bool { return a.ID == id })
		if i < 0 {
			missing = append(missing, n.t.attribute(set, id, v))
			continue
		}
		if a := set.Attrs[i]; a.Type.Kind != ir.Pad && a.Type.Kind != ir.Unused {
			n.attribute(set, a, v)
		}
	}
	if len(missing) > 0 && set.Parent == nil {
		slices.Sort(missing)
		n.r.add(set.Pos, RuleMissingInSchema, "a policy for attribute set %s takes what the set does not have: %s", set.Name, listing(missing))
	}
}

// attribute compares one attribute.
func (n nesting) attribute(set *ir.Set, a *ir.Attr, v *nlctrl.Policy) {
	kind := v.Type.Value()
	name := set.Name + "." + a.Name
	if want := policyTypes(a.Type); !slices.Contains(want, kind) {
		n.r.add(a.Pos, RuleAttributeType, "%s is %s, the policy has %s", name, typeName(a.Type), kind)
		return
	}
	n.t.sawAttribute(a)
	c := limitCheck{a: a, name: name, v: v, r: n.r}
	switch kind {
	case nlctrl.AttrTypeU8, nlctrl.AttrTypeU16, nlctrl.AttrTypeU32, nlctrl.AttrTypeU64, nlctrl.AttrTypeUint:
		c.unsigned()
		c.mask(v.Mask.Get())
	case nlctrl.AttrTypeS8, nlctrl.AttrTypeS16, nlctrl.AttrTypeS32, nlctrl.AttrTypeS64, nlctrl.AttrTypeSint:
		c.signed()
	case nlctrl.AttrTypeBinary, nlctrl.AttrTypeString, nlctrl.AttrTypeNULString:
		c.length()
	case nlctrl.AttrTypeBitfield32:
		m, ok := v.Bitfield32Mask.Get()
		c.mask(uint64(m), ok)
	case nlctrl.AttrTypeNested, nlctrl.AttrTypeNestedArray:
		n.below(a.Type, kind, v)
	}
}

// below goes on with what is nested in an attribute.
func (n nesting) below(t *ir.Type, kind nlctrl.AttrType, v *nlctrl.Policy) {
	idx, ok := v.PolicyIdx.Get()
	if !ok {
		return
	}
	set := t.Set
	if t.Kind == ir.Indexed {
		if kind != nlctrl.AttrTypeNestedArray || t.Elem == nil {
			return // the policy counts entries
		}
		set = t.Elem.Set
	}
	if set == nil || n.done[nested{set, idx}] {
		return
	}
	n.done[nested{set, idx}] = true
	n.compare(set, n.l.policies[uint16(idx)])
}

// policyTypes lists what a policy may say of a type.
func policyTypes(t *ir.Type) []nlctrl.AttrType {
	switch t.Kind {
	case ir.Scalar:
		types := map[int][2]nlctrl.AttrType{
			1: {nlctrl.AttrTypeU8, nlctrl.AttrTypeS8}, 2: {nlctrl.AttrTypeU16, nlctrl.AttrTypeS16},
			4: {nlctrl.AttrTypeU32, nlctrl.AttrTypeS32}, 8: {nlctrl.AttrTypeU64, nlctrl.AttrTypeS64},
		}[t.Width]
		if t.Signed {
			return types[1:]
		}
		return types[:1]
	case ir.Uint:
		return []nlctrl.AttrType{nlctrl.AttrTypeUint}
	case ir.Sint:
		return []nlctrl.AttrType{nlctrl.AttrTypeSint}
	case ir.String:
		return []nlctrl.AttrType{nlctrl.AttrTypeString, nlctrl.AttrTypeNULString}
	case ir.Flag:
		return []nlctrl.AttrType{nlctrl.AttrTypeFlag}
	case ir.Bitfield:
		return []nlctrl.AttrType{nlctrl.AttrTypeBitfield32}
	case ir.Nest:
		return []nlctrl.AttrType{nlctrl.AttrTypeNested}
	case ir.Indexed:
		return []nlctrl.AttrType{nlctrl.AttrTypeNested, nlctrl.AttrTypeNestedArray}
	case ir.SubMsg:
		return []nlctrl.AttrType{nlctrl.AttrTypeNested, nlctrl.AttrTypeBinary}
	}
	return []nlctrl.AttrType{nlctrl.AttrTypeBinary}
}

// typeName is the schema's word for a type.
func typeName(t *ir.Type) string {
	switch t.Kind {
	case ir.Scalar:
		if t.Signed {
			return fmt.Sprintf("s%d", 8*t.Width)
		}
		return fmt.Sprintf("u%d", 8*t.Width)
	case ir.Uint:
		return "uint"
	case ir.Sint:
		return "sint"
	case ir.String:
		return "string"
	case ir.Flag:
		return "flag"
	case ir.Bitfield:
		return "bitfield32"
	case ir.Nest:
		return "nest"
	case ir.Indexed:
		return "indexed-array"
	case ir.SubMsg:
		return "sub-message"
	}
	return "binary"
}
