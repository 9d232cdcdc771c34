package spec

import (
	"slices"
	"strings"
)

// elem is the type of one value: of the elements of an array, else of the attribute itself.
func (a *Attr) elem() string {
	if a.SubType.Set() && (a.Type.V == "indexed-array" || a.Type.V == "binary") {
		return a.SubType.V
	}
	return a.Type.V
}

// attr checks that the keys of an attribute fit its type.
func (c *checker) attr(a *Attr) {
	c.subType(a)
	c.nest(a)
	c.attrStruct(a)
	c.subMessageKeys(a)
	c.typeValue(a)
	c.multi(a)
	c.enumUse(a.Enum, a.EnumAsFlags, a.elem())
	if a.ByteOrder.Set() {
		c.byteOrder(a.ByteOrder, a.elem(), a.Type.V == "binary" && a.SubType.Set())
	}
	c.displayHint(a)
	if a.Checks != nil {
		c.limits(a)
	}
}

// references follows what an attribute of no known type refers to.
func (c *checker) references(a *Attr) {
	c.used[c.set(a.Nested)] = true
	c.used[c.subMessage(a.SubMessage)] = true
	c.enum(a.Enum)
	c.structure(a.Struct)
}

var (
	fixedInts  = []string{"u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64"}
	arrayElems = append([]string{"nest", "binary", "string", "uint", "sint"}, fixedInts...)
)

func (c *checker) subType(a *Attr) {
	switch {
	case a.Type.V == "indexed-array" && !a.SubType.Set():
		c.hint(a.Pos, RuleMissingKey, "add sub-type", "indexed array %q does not say what it is an array of", a.Name.V)
	case !a.SubType.Set():
	case a.Type.V == "indexed-array" && !slices.Contains(arrayElems, a.SubType.V):
		c.add(a.SubType.Pos, RuleSubType, "an indexed array cannot have elements of type %s", a.SubType.V)
	case a.Type.V == "binary" && !slices.Contains(fixedInts, a.SubType.V):
		c.hint(a.SubType.Pos, RuleSubType, "it is one of "+strings.Join(fixedInts, ", "), "a binary array cannot have elements of type %s", a.SubType.V)
	case a.Type.V != "indexed-array" && a.Type.V != "binary":
		c.add(a.SubType.Pos, RuleMisplacedKey, "%q means nothing for type %s", "sub-type", a.Type.V)
	}
}

func (c *checker) nest(a *Attr) {
	nests := a.elem() == "nest" || a.Type.V == "nest-type-value"
	switch {
	case nests && !a.Nested.Set():
		c.hint(a.Pos, RuleNestWithoutSet, "add nested-attributes", "%s %q does not say which attributes it nests", a.Type.V, a.Name.V)
	case !nests && a.Nested.Set():
		c.hint(a.Nested.Pos, RuleMisplacedKey, "use type nest", "%q means nothing for type %s", "nested-attributes", a.Type.V)
	}
	c.used[c.set(a.Nested)] = true
}

func (c *checker) attrStruct(a *Attr) {
	switch {
	case !a.Struct.Set():
		return
	case a.Type.V != "binary":
		c.hint(a.Struct.Pos, RuleMisplacedKey, "use type binary", "%q means nothing for type %s", "struct", a.Type.V)
	case a.SubType.Set():
		c.add(a.Struct.Pos, RuleMisplacedKey, "%q is an array already (sub-type); it cannot be a struct too", a.Name.V)
	}
	c.structure(a.Struct)
}

func (c *checker) subMessageKeys(a *Attr) {
	is := a.Type.V == "sub-message"
	switch {
	case !is && a.SubMessage.Set():
		c.hint(a.SubMessage.Pos, RuleMisplacedKey, "use type sub-message", "%q means nothing for type %s", "sub-message", a.Type.V)
	case !is && a.Selector.Set():
		c.hint(a.Selector.Pos, RuleSelectorWithoutSubMessage, "use type sub-message", "%q has a selector, but is no sub-message", a.Name.V)
	case is && a.Selector.Set() && !a.SubMessage.Set():
		c.hint(a.Selector.Pos, RuleSelectorWithoutSubMessage, "add sub-message", "%q has a selector, but no formats to select from", a.Name.V)
	case is && !a.SubMessage.Set():
		c.hint(a.Pos, RuleMissingKey, "add sub-message and selector", "%q does not say which sub-message it is", a.Name.V)
	case is && !a.Selector.Set():
		c.hint(a.SubMessage.Pos, RuleSubMessageWithoutSelector, "add selector", "nothing says which format %q has", a.Name.V)
	}
	c.used[c.subMessage(a.SubMessage)] = true
}

// maxTypeValues is how many levels of types may be named; the kernel nests no deeper.
const maxTypeValues = 10

func (c *checker) typeValue(a *Attr) {
	switch {
	case a.Type.V == "nest-type-value" && len(a.TypeValue) == 0:
		c.hint(a.Pos, RuleMissingKey, "add type-value", "%q does not name the types on the way down", a.Name.V)
	case len(a.TypeValue) > maxTypeValues:
		c.add(a.TypeValue[maxTypeValues].Pos, RuleTypeValue, "%q goes down more than %d levels", a.Name.V, maxTypeValues)
	case a.Type.V != "nest-type-value" && len(a.TypeValue) > 0:
		c.add(a.TypeValue[0].Pos, RuleTypeValueIgnored, "%q has no effect on type %s", "type-value", a.Type.V)
	}
}

// onceOnly are the types that cannot repeat as a list of values.
var onceOnly = []string{"flag", "pad", "unused", "sub-message"}

func (c *checker) multi(a *Attr) {
	switch {
	case !a.MultiAttr.V:
	case slices.Contains(onceOnly, a.Type.V):
		c.add(a.MultiAttr.Pos, RuleMultiAttr, "attributes of type %s cannot be %q", a.Type.V, "multi-attr")
	case a.Type.V == "binary" && a.SubType.Set():
		c.add(a.MultiAttr.Pos, RuleMultiAttr, "%q is an array already (sub-type); it cannot repeat too", a.Name.V)
	}
}

// byteOrder checks the type that a byte order is given for; array says that it is a plain array in one payload.
func (c *checker) byteOrder(order Value[string], typ string, array bool) {
	switch {
	case array:
		c.hint(order.Pos, RuleByteOrder, "use an indexed array, or plain binary", "arrays in one payload are in the machine's byte order")
	case typ == "binary" || typ == "u8" || typ == "s8":
		c.add(order.Pos, RuleByteOrderIgnored, "%q has no effect on type %s", "byte-order", typ)
	case !slices.Contains(fixedInts, typ):
		c.add(order.Pos, RuleByteOrder, "type %s has no byte order of its own", typ)
	}
}

// hintTypes are the types that a display hint fits; hints that are not listed fit binary only.
var hintTypes = map[string][]string{
	"hex":  append([]string{"binary", "uint", "sint", "bitfield32"}, fixedInts...),
	"ipv4": {"binary", "u32"},
	"mac":  {"binary", "u64"},
}

func (c *checker) displayHint(a *Attr) {
	if !a.DisplayHint.Set() {
		return
	}
	fits, ok := hintTypes[a.DisplayHint.V]
	if !ok {
		fits = []string{"binary"}
	}
	if !slices.Contains(fits, a.elem()) {
		c.add(a.DisplayHint.Pos, RuleDisplayHint, "hint %s does not fit type %s", a.DisplayHint.V, a.elem())
	}
}
