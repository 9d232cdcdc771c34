package spec

import (
	"math"
	"strconv"

	"gopkg.in/yaml.v3"
)

// extension reads `nlgen: 1`, which opens a file for what only nlgen understands. A wrong one opens it as well,
// so that it is the only complaint.
func (r *reader) extension(root *yaml.Node, f *fields) {
	r.extended = f.written["nlgen"]
	if !f.has("nlgen") {
		return
	}
	v := f.number("nlgen")
	if v.Set() && (!v.V.IsInt64() || v.V.Int64() != 1) {
		r.hint(v.Pos, RuleExtension, "write nlgen: 1", "the extensions of version %s are not known", short(v.V))
	}
	if root.Content[0].Value != "nlgen" {
		r.hint(posOf(f.val["nlgen"]), RuleExtension, "move it to the top", "%q must be the first key of the file", "nlgen")
	}
}

// keys reads the key of an operation: a list of names, which is one key for all objects, or a list of mappings.
func (r *reader) keys(op *fields) []*Key {
	nodes, ok := op.list("key")
	if !ok {
		return nil
	}
	pos := posOf(op.val["key"])
	if !r.extended {
		r.hint(pos, RuleExtension, "open the file with nlgen: 1", "%q is no part of the kernel's schema language", "key")
	}
	op.filled("key")
	if len(nodes) == 0 {
		return nil
	}
	if n, _ := r.visit(nodes[0]); n == nil || n.Kind != yaml.MappingNode {
		return []*Key{{Pos: pos, Attributes: op.texts("key")}}
	}
	return each(r, op, "key", (*reader).key)
}

func (r *reader) key(n *yaml.Node) *Key {
	f := r.object(n, keyKeys)
	if f == nil {
		return nil
	}
	k := &Key{
		Pos:        f.pos,
		Attributes: f.texts("attributes"),
		Filters:    f.texts("filters"),
		Groups:     f.texts("groups"),
		Asked:      f.boolean("asked"),
		Shared:     f.boolean("shared"),
		Steady:     f.boolean("steady"),
	}
	for _, list := range []string{"attributes", "filters", "groups", "relist-on"} {
		f.filled(list)
	}
	groups, _ := f.list("relist-on")
	for _, n := range groups {
		e := &fields{r: r, val: map[string]*yaml.Node{"relist-on": n}}
		v := e.numberIn("relist-on", 1, math.MaxUint32, RuleNumberRange, "a multicast group's number")
		if v.Set() {
			k.RelistOn = append(k.RelistOn, v)
		}
	}
	r.when(f, k)
	return k
}

// when reads what a key is for: one member of the fixed header, and its values.
func (r *reader) when(f *fields, k *Key) {
	n, ok := f.val["when"]
	if !ok {
		if f.has("asked") {
			r.hint(posOf(f.val["asked"]), RuleMisplacedKey, "add when", "%q asks for a value, but the key is for all", "asked")
		}
		return
	}
	n, pos := r.visit(n)
	if n == nil {
		return
	}
	k.When.Pos = pos // something is written, whatever it is
	if n.Kind != yaml.MappingNode || len(n.Content) != 2 || n.Content[0].Kind != yaml.ScalarNode {
		r.hint(pos, RuleWrongType, "write when: { header.member: [ value ] }", "%q must be a mapping of one member to its values", "when")
		return
	}
	name, pos := r.visit(n.Content[0])
	if name == nil {
		return
	}
	if k.When.V = r.textOf(name, pos, "a member").V; k.When.V != "" {
		k.When.Pos = pos
	}
	e := &fields{r: r, val: map[string]*yaml.Node{name.Value: n.Content[1]}}
	e.filled(name.Value)
	values, _ := e.list(name.Value)
	for _, n := range values {
		n, pos := r.visit(n)
		switch {
		case n == nil:
			return
		case n.Kind != yaml.ScalarNode:
			r.add(pos, RuleWrongType, "a value must be a name or a number, not %s", kindOf(n))
			continue
		}
		if i, ok := intOf(n); ok {
			k.Values = append(k.Values, &KeyValue{Value[string]{n.Value, pos}, i})
		} else if v := r.textOf(n, pos, "a value of "+strconv.Quote(name.Value)); v.Set() {
			k.Values = append(k.Values, &KeyValue{Text: v})
		}
	}
}

// filled reports a list that is there and empty.
func (f *fields) filled(key string) {
	if nodes, ok := f.list(key); ok && len(nodes) == 0 {
		f.r.add(posOf(f.val[key]), RuleEmptyList, "%q is empty", key)
	}
}
