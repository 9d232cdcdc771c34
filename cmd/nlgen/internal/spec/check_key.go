package spec

import (
	"math/big"
	"strings"
)

// keys checks the key of an operation; set is the operation's, nil where that is not known.
func (c *checker) keys(op *Op, set *AttrSet) {
	if op.Keys == nil {
		return
	}
	if op.Dump == nil {
		c.add(op.KeyPos, RuleKeyWithoutDump, "operation %q has no dump, so that it has no table to tell objects apart in", op.Name.V)
	}
	if !c.told(op) {
		c.hint(op.KeyPos, RuleKeyWithoutNotification, "leave key out", "no notification tells of changes in the table of operation %q", op.Name.V)
	}
	name := op.FixedHeader
	if !name.Set() {
		name = c.f.Operations.FixedHeader
	}
	header := c.defs[name.V]
	if header != nil && header.Type.V != "struct" {
		header = nil
	}
	seen := map[string]*KeyValue{}
	for _, k := range op.Keys {
		c.keyWhen(k, header, name.V)
		c.keyOverlap(k, op.Keys[0], seen)
		c.keyParts(k, op, set, header, name.V)
		c.keyGroups(k)
	}
}

// told reports whether the kernel tells of changes in the table of an operation. What a schema does not list is
// the resolved model's to make up: all of a raw family, and of a generic one that lists no notification at all.
func (c *checker) told(op *Op) bool {
	listed := false
	for _, o := range c.f.Operations.List {
		if o.Notify.Set() && o.Notify.V == op.Name.V || o.Event != nil && o.AttrSet.V == op.AttrSet.V {
			return true
		}
		listed = listed || o.Notify.Set() || o.Event != nil
	}
	return len(c.f.Groups) > 0 && (c.level&generic == 0 || !listed)
}

// headerMember finds a member of the fixed header by its name with the prefix.
func (c *checker) headerMember(ref Value[string], header *Definition, name string) *Member {
	if header == nil {
		if name == "" {
			c.add(ref.Pos, RuleUnknownMember, "%q: the operation has no fixed header", ref.V)
		}
		return nil
	}
	for _, m := range header.Members {
		if m.Type.V != "pad" && m.Name.Set() && HeaderPrefix+m.Name.V == ref.V {
			return m
		}
	}
	c.hint(ref.Pos, RuleUnknownMember, c.meantMember(ref.V, header), "the fixed header %q has no member that a key calls %q", header.Name.V, ref.V)
	return nil
}

// meantMember suggests a member of the fixed header, above all one whose prefix was forgotten.
func (c *checker) meantMember(name string, header *Definition) string {
	var names []string
	for _, m := range header.Members {
		switch {
		case m.Type.V == "pad":
		case m.Name.V == name:
			return didYouMean(HeaderPrefix + name)
		default:
			names = append(names, HeaderPrefix+m.Name.V)
		}
	}
	return c.suggest.hint(name, names)
}

// keyWhen checks the member that says whether a key is for an object, and gives its values numbers.
func (c *checker) keyWhen(k *Key, header *Definition, name string) {
	if k.When.V == "" {
		return
	}
	m := c.headerMember(k.When, header, name)
	if m == nil || !m.Type.Set() {
		return
	}
	bits := intBits(m.Type.V)
	d := c.defs[m.Enum.V]
	switch {
	case bits == 0 || bits > 32 || bits > 8 && m.ByteOrder.Set():
		c.add(k.When.Pos, RuleKeyPart, "member %q cannot choose a key: it is no integer of 1, 2 or 4 bytes in the machine's byte order", m.Name.V)
		return
	case d != nil && (d.Type.V == "flags" || m.EnumAsFlags.V):
		c.add(k.When.Pos, RuleKeyPart, "member %q cannot choose a key: it is a flag set, which can have several values at once", m.Name.V)
		return
	}
	var names []string
	entries := map[string]*big.Int{}
	if d != nil {
		for _, e := range d.Entries {
			names = append(names, e.Name.V)
			entries[e.Name.V] = e.Num
		}
	}
	lo, hi := intRange(m.Type.V)
	for _, v := range k.Values {
		if v.Int == nil {
			v.Int = entries[v.Text.V]
		}
		switch {
		case v.Int == nil && names != nil:
			c.hint(v.Text.Pos, RuleKeyValue, c.suggest.hint(v.Text.V, names), "%q is no entry of %q, the enum of member %q", v.Text.V, d.Name.V, m.Name.V)
		case v.Int == nil:
			c.add(v.Text.Pos, RuleKeyValue, "%q is no number, and member %q has no enum with names", v.Text.V, m.Name.V)
		case v.Int.Cmp(lo) < 0 || v.Int.Cmp(hi) > 0:
			c.add(v.Text.Pos, RuleKeyValue, "%s is no value of member %q, which is a %s", short(v.Int), m.Name.V, m.Type.V)
		}
	}
}

// keyOverlap sees that an object has one key at most; seen are the values that earlier keys are for.
func (c *checker) keyOverlap(k, first *Key, seen map[string]*KeyValue) {
	switch {
	case k == first:
	case !k.When.Set() || !first.When.Set():
		c.hint(k.Pos, RuleKeyOverlap, "give each key a when", "a key without %q is for all objects, so that it must be the only one", "when")
		return
	case k.When.V == "" || first.When.V == "": // cannot be read
		return
	case k.When.V != first.When.V:
		c.hint(k.When.Pos, RuleKeyOverlap, first.When.Pos.hint(), "all keys must look at the same member: %q, not %q", first.When.V, k.When.V)
		return
	}
	for _, v := range k.Values {
		if v.Int == nil {
			continue
		}
		if at := seen[v.Int.String()]; at != nil {
			c.hint(v.Text.Pos, RuleKeyOverlap, at.Text.Pos.hint(), "value %s has a key already", v.Text.V)
			continue
		}
		seen[v.Int.String()] = v
	}
}

// keyParts checks what identifies an object, and what else a request may filter by.
func (c *checker) keyParts(k *Key, op *Op, set *AttrSet, header *Definition, headerName string) {
	first := map[string]Pos{}
	if k.When.Set() {
		first[k.When.V] = k.When.Pos
	}
	for _, list := range [][]Value[string]{k.Attributes, k.Filters} {
		for _, part := range list {
			if at, twice := first[part.V]; twice {
				c.hint(part.Pos, RuleDuplicateInKey, at.hint(), "the key names %q twice", part.V)
				continue
			}
			first[part.V] = part.Pos
			if strings.HasPrefix(part.V, HeaderPrefix) {
				c.headerMember(part, header, headerName)
			} else if set != nil {
				first, other, either := strings.Cut(part.V, Else)
				c.keyAttr(Value[string]{first, part.Pos}, set, header)
				if either {
					c.keyAttr(Value[string]{other, part.Pos}, set, header)
				}
			} else if !op.AttrSet.Set() {
				c.add(part.Pos, RuleUnknownAttr, "%q: the operation has no attribute set", part.V)
			}
		}
	}
}

// notInKeys are the types of attributes whose bytes differ for one object, or say nothing.
var notInKeys = map[string]bool{
	"nest": true, "nest-type-value": true, "indexed-array": true, "sub-message": true, "pad": true, "unused": true,
}

func (c *checker) keyAttr(part Value[string], set *AttrSet, header *Definition) {
	a := c.attrsOf(set)[part.V]
	if a == nil {
		hint := c.suggest.hint(part.V, c.attrNames(set))
		if hint == "" && header != nil {
			hint = c.meantMember(part.V, header)
		}
		c.hint(part.Pos, RuleUnknownAttr, hint, "set %q has no attribute %q", set.Name.V, part.V)
		return
	}
	switch a = c.effective(set, a); {
	case notInKeys[a.Type.V]:
		c.add(part.Pos, RuleKeyPart, "attribute %q cannot identify an object: it is of type %s", part.V, a.Type.V)
	case a.MultiAttr.V:
		c.add(part.Pos, RuleKeyPart, "attribute %q cannot identify an object: it may repeat", part.V)
	}
}

func (c *checker) keyGroups(k *Key) {
	first := map[string]Pos{}
	for _, g := range k.Groups {
		if at, twice := first[g.V]; twice {
			c.hint(g.Pos, RuleDuplicateInKey, at.hint(), "the key names group %q twice", g.V)
		} else if c.groups[g.V] == nil {
			c.hint(g.Pos, RuleUnknownGroup, c.suggest.hint(g.V, c.known("group")), "no multicast group is called %q", g.V)
		}
		first[g.V] = g.Pos
	}
	numbers := map[int64]Pos{}
	for _, n := range k.RelistOn {
		if at, twice := numbers[n.V]; twice {
			c.hint(n.Pos, RuleDuplicateInKey, at.hint(), "the key names group %d twice", n.V)
		}
		numbers[n.V] = n.Pos
	}
}
