package spec

import (
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// A reader turns YAML nodes into the syntax tree and reports what does not fit.
type reader struct {
	*report
	level   levels
	suggest *suggester
	left    int // how many more nodes may be visited

	extended bool // the file may use what only nlgen understands
}

// visit resolves an alias: it returns the node that is meant, and the place where it is used. It returns
// nil once the aliases of the file have repeated more than a schema needs.
func (r *reader) visit(n *yaml.Node) (*yaml.Node, Pos) {
	pos := posOf(n)
	if r.left--; r.left <= 0 {
		if r.left == 0 {
			r.add(pos, RuleAliasLimit, "aliases repeat too much of the file")
		}
		return nil, pos
	}
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n, pos
}

// kindOf names what a node holds.
func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.ShortTag() {
	case "!!null":
		return "nothing"
	case "!!bool":
		return "a boolean"
	case "!!int", "!!float":
		return "a number"
	case "!!str":
		return "text"
	case "!!timestamp":
		return "a date"
	default:
		return "a value with the tag " + n.ShortTag()
	}
}

// fields are the keys of one mapping, after checking against its kind.
type fields struct {
	r   *reader
	obj *object
	pos Pos
	val map[string]*yaml.Node
	// written are the keys that are there in some way: at another level, misspelt or by a merge ("<<") too.
	written map[string]bool
}

// missing reports whether nothing in the mapping can have been meant as this key.
func (f *fields) missing(key string) bool { return !f.written[key] && !f.written["<<"] }

// object reads a mapping. It returns nil where the node is something else.
func (r *reader) object(n *yaml.Node, obj *object) *fields {
	n, pos := r.visit(n)
	if n == nil {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		r.add(pos, RuleWrongType, "%s must be a mapping of keys, not %s", obj.name, kindOf(n))
		return nil
	}
	f := &fields{r: r, obj: obj, pos: posOf(n), val: make(map[string]*yaml.Node, len(n.Content)/2)}
	f.written = make(map[string]bool, len(n.Content)/2)
	first := make(map[string]Pos, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, pos := r.visit(n.Content[i])
		if key == nil {
			return nil
		}
		if key.Kind != yaml.ScalarNode {
			r.add(pos, RuleWrongType, "a key must be a word, not %s", kindOf(key))
			continue
		}
		if key.ShortTag() == "!!merge" {
			f.written["<<"] = true
			r.hint(pos, RuleMergeKey, "write the keys out", "merge keys (<<) are no part of the schema language")
			continue
		}
		name := key.Value
		if at, twice := first[name]; twice {
			r.hint(pos, RuleDuplicateKey, at.hint(), "key %q stands twice in %s", name, obj.name)
			continue
		}
		first[name] = pos
		f.written[name] = true
		at, known := obj.keys[name]
		switch {
		case !known:
			meant := r.suggest.nearest(name, obj.keys.at(r.level))
			f.written[meant] = true
			r.hint(pos, RuleUnknownKey, didYouMean(meant), "unknown key %q in %s", name, obj.name)
		case at&r.level == 0:
			r.hint(pos, RuleLevel, at.hint(), "key %q of %s is not allowed at this level", name, obj.name)
		default:
			f.val[name] = n.Content[i+1]
		}
	}
	for _, name := range obj.required {
		if f.missing(name) {
			r.add(f.pos, RuleMissingKey, "%s must have %q", obj.name, name)
		}
	}
	return f
}

// hint says where the first of two things stands.
func (p Pos) hint() string { return "first at line " + strconv.Itoa(p.Line) }

// at says where something stands.
func (p Pos) at() string { return "it stands at line " + strconv.Itoa(p.Line) }

// at returns the words of some levels in alphabetical order.
func (w words) at(l levels) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(w)) {
		if w[name]&l != 0 {
			names = append(names, name)
		}
	}
	return names
}

// scalar returns the scalar under a key; nil where the key is absent or holds something else.
func (f *fields) scalar(key, want string) (*yaml.Node, Pos) {
	n, ok := f.val[key]
	if !ok {
		return nil, Pos{}
	}
	n, pos := f.r.visit(n)
	if n == nil {
		return nil, pos
	}
	if n.Kind != yaml.ScalarNode {
		f.r.add(pos, RuleWrongType, "%q must be %s, not %s", key, want, kindOf(n))
		return nil, pos
	}
	return n, pos
}

// text reads a text.
func (f *fields) text(key string) Value[string] {
	n, pos := f.scalar(key, "text")
	if n == nil {
		return Value[string]{}
	}
	return f.r.textOf(n, pos, strconv.Quote(key))
}

// textOf reads a scalar as text. What YAML takes for a number or the like must be quoted.
func (r *reader) textOf(n *yaml.Node, pos Pos, what string) Value[string] {
	switch tag := n.ShortTag(); tag {
	case "!!str", "!!merge":
		return Value[string]{n.Value, pos}
	case "!!null":
		r.add(pos, RuleWrongType, "%s must be text, but there is nothing", what)
	default:
		r.hint(pos, RuleWrongType, "quote it", "%s must be text, but YAML reads %s as %s", what, n.Value, kindOf(n))
	}
	return Value[string]{}
}

// textOrNull reads a text that may be left empty.
func (f *fields) textOrNull(key string, nullable levels) Value[string] {
	if n, ok := f.val[key]; ok && f.r.level&nullable != 0 {
		if n, pos := f.r.visit(n); n != nil && n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" {
			return Value[string]{"", pos}
		}
	}
	return f.text(key)
}

// textOrInt reads a text or a number as it is written.
func (f *fields) textOrInt(key string) (Value[string], *big.Int) {
	n, pos := f.scalar(key, "text or a number")
	if n == nil {
		return Value[string]{}, nil
	}
	if i, ok := intOf(n); ok {
		return Value[string]{n.Value, pos}, i
	}
	return f.r.textOf(n, pos, strconv.Quote(key)), nil
}

// boolean reads true or false.
func (f *fields) boolean(key string) Value[bool] {
	n, pos := f.scalar(key, "true or false")
	if n == nil {
		return Value[bool]{}
	}
	if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) == 0 {
		// YAML 1.1, which the kernel's tools read, has more spellings than 1.2.
		switch strings.ToLower(n.Value) {
		case "true", "yes", "on":
			return Value[bool]{true, pos}
		case "false", "no", "off":
			return Value[bool]{false, pos}
		}
	}
	f.r.add(pos, RuleWrongType, "%q must be true or false, not %s", key, describe(n))
	return Value[bool]{}
}

// number reads an integer of any size.
func (f *fields) number(key string) Value[*big.Int] {
	n, pos := f.scalar(key, "a number")
	if n == nil {
		return Value[*big.Int]{}
	}
	i, ok := intOf(n)
	if !ok {
		f.r.add(pos, RuleWrongType, "%q must be a whole number, not %s", key, describe(n))
		return Value[*big.Int]{}
	}
	return Value[*big.Int]{i, pos}
}

// describe names a scalar for a message.
func describe(n *yaml.Node) string {
	if n.ShortTag() == "!!null" {
		return "nothing"
	}
	return strconv.Quote(n.Value)
}

// numberIn reads an integer between two bounds; rule is what one outside breaks.
func (f *fields) numberIn(key string, lo, hi int64, rule, what string) Value[int64] {
	v := f.number(key)
	if !v.Set() {
		return Value[int64]{}
	}
	if !v.V.IsInt64() || v.V.Int64() < lo || v.V.Int64() > hi {
		f.r.add(v.Pos, rule, "%s must be from %d to %d, not %s", what, lo, hi, short(v.V))
		return Value[int64]{}
	}
	return Value[int64]{v.V.Int64(), v.Pos}
}

// short prints a number, however large.
func short(i *big.Int) string {
	if i.BitLen() > 256 {
		return "a number of " + strconv.Itoa(i.BitLen()) + " bits"
	}
	return i.String()
}

var yamlInt = regexp.MustCompile(`^[-+]?(0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO]?[0-7_]+|0|[1-9][0-9_]*)$`)

// maxDigits bounds the length of a number in the file.
const maxDigits = 100

// intOf returns the integer that a plain scalar is, however large. YAML has limits, which show in the tag.
func intOf(n *yaml.Node) (*big.Int, bool) {
	if n.Style != 0 || len(n.Value) > maxDigits || !yamlInt.MatchString(n.Value) {
		return nil, false
	}
	return new(big.Int).SetString(strings.ReplaceAll(n.Value, "_", ""), 0)
}

// word reads a text that must be one of a few.
func (f *fields) word(key string, allowed words, rule string) Value[string] {
	v := f.text(key)
	if v.Set() {
		return f.r.wordOf(v, allowed, rule, strconv.Quote(key))
	}
	return v
}

func (r *reader) wordOf(v Value[string], allowed words, rule, what string) Value[string] {
	at, known := allowed[v.V]
	switch {
	case !known:
		known := allowed.at(r.level)
		hint := r.suggest.hint(v.V, known)
		if hint == "" {
			hint = "it is one of " + strings.Join(known, ", ")
		}
		r.hint(v.Pos, rule, hint, "%s cannot be %q", what, v.V)
		return Value[string]{}
	case at&r.level == 0:
		r.hint(v.Pos, RuleLevel, at.hint(), "%s cannot be %q at this level", what, v.V)
	}
	return v
}

// list returns the elements of a list, and whether the key is there and holds a list.
func (f *fields) list(key string) ([]*yaml.Node, bool) {
	n, ok := f.val[key]
	if !ok {
		return nil, false
	}
	n, pos := f.r.visit(n)
	if n == nil {
		return nil, false
	}
	if n.Kind != yaml.SequenceNode {
		f.r.add(pos, RuleWrongType, "%q must be a list, not %s", key, kindOf(n))
		return nil, false
	}
	return n.Content, true
}

// texts reads a list of texts.
func (f *fields) texts(key string) []Value[string] {
	nodes, _ := f.list(key)
	var texts []Value[string]
	for _, n := range nodes {
		n, pos := f.r.visit(n)
		if n == nil {
			break
		}
		if n.Kind != yaml.ScalarNode {
			f.r.add(pos, RuleWrongType, "an element of %q must be text, not %s", key, kindOf(n))
			continue
		}
		if v := f.r.textOf(n, pos, "an element of "+strconv.Quote(key)); v.Set() {
			texts = append(texts, v)
		}
	}
	return texts
}

// words reads a list of texts that must be of a few.
func (f *fields) words(key string, allowed words) []Value[string] {
	texts := f.texts(key)
	kept := texts[:0]
	for _, v := range texts {
		if v := f.r.wordOf(v, allowed, RuleUnknownValue, "an element of "+strconv.Quote(key)); v.Set() {
			kept = append(kept, v)
		}
	}
	return kept
}

// has reports whether the key is there, whatever it holds.
func (f *fields) has(key string) bool {
	_, ok := f.val[key]
	return ok
}

// object reads the mapping under a key; nil where there is none.
func (f *fields) object(key string, obj *object) *fields {
	n, ok := f.val[key]
	if !ok {
		return nil
	}
	return f.r.object(n, obj)
}
