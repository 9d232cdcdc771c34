package learn

import (
	"slices"
	"strings"
)

// facts is what C says: of the running kernel, or of headers.
type facts struct {
	enums   []*cEnum
	structs []*cStruct
	macros  []cMacro        // of headers only, in their order
	hints   map[string]hint // of headers only: what a comment says of an enumerator
}

// A cEnum is a C enum.
type cEnum struct {
	tag    string // empty for an anonymous one
	values []cValue
}

type cValue struct {
	name  string
	value int64
}

// A cMacro is a macro that stands for a number or a string.
type cMacro struct {
	name  string
	text  string // of a string
	isInt bool
	value int64
	alias bool // the body is an enumerator's name
}

// A cStruct is a C struct.
type cStruct struct {
	name    string
	size    int
	members []cMember
	kernel  bool // has members of types that uapi headers do not use
}

// A cMember is a member at its place. Members of unnamed structs inside count as the outer one's.
type cMember struct {
	name   string
	offset int
	cType
}

type cKind int

const (
	cInt     cKind = iota
	cBytes         // bytes, or what has no other form: arrays, unions
	cNested        // a struct
	cBits          // a bit-field, at the byte that it begins in
	cForeign       // a pointer or a function: nothing that travels
)

// A cType is the type of a member.
type cType struct {
	kind   cKind
	size   int
	signed bool
	order  string // big-endian, little-endian or empty
	tag    string // of a struct
	array  string // what an array holds, where that is no byte
}

// cStruct returns the struct of a name, or nil.
func (f *facts) structOf(name string) *cStruct {
	i := slices.IndexFunc(f.structs, func(s *cStruct) bool { return s.name == name })
	if i < 0 {
		return nil
	}
	return f.structs[i]
}

// join adds what the running kernel has and the headers have not, entries and members that they are too old for
// included.
func (f *facts) join(kernel *facts) *facts {
	first := map[string]*cEnum{}
	for _, e := range kernel.enums {
		if len(e.values) > 0 {
			first[e.values[0].name] = e
		}
	}
	for _, e := range f.enums {
		if len(e.values) == 0 {
			continue
		}
		newer := first[e.values[0].name]
		delete(first, e.values[0].name)
		if newer != nil && newer.extends(e) {
			e.values = newer.values
		}
	}
	out := &facts{enums: slices.Clone(f.enums), structs: slices.Clone(f.structs), macros: f.macros, hints: f.hints}
	for _, e := range kernel.enums {
		if len(e.values) > 0 && first[e.values[0].name] == e {
			out.enums = append(out.enums, e)
		}
	}
	for _, s := range kernel.structs {
		old := f.structOf(s.name)
		switch {
		case old == nil:
			out.structs = append(out.structs, s)
		case s.extends(old):
			*old = *s
		}
	}
	return out
}

// extends tells whether an enum has all that an older one has.
func (e *cEnum) extends(old *cEnum) bool {
	real, _ := old.entries()
	return !slices.ContainsFunc(real, func(v cValue) bool { return !slices.Contains(e.values, v) })
}

// extends tells whether a struct is an older one with more behind.
func (s *cStruct) extends(old *cStruct) bool {
	if s.size <= old.size || len(s.members) < len(old.members) {
		return false
	}
	for i, m := range old.members {
		if s.members[i].name != m.name || s.members[i].offset != m.offset || s.members[i].size != m.size {
			return false
		}
	}
	return true
}

// orders are the byte orders of the kernel's integer types that have one.
var orders = map[string]string{
	"__be16": "big-endian", "__be32": "big-endian", "__be64": "big-endian", "__sum16": "big-endian",
	"__le16": "little-endian", "__le32": "little-endian", "__le64": "little-endian",
}

// inKernel tells whether a type's name is one that uapi headers do not use: they write __u32 for u32.
func inKernel(typedef string) bool {
	switch typedef {
	case "", "uint8_t", "uint16_t", "uint32_t", "uint64_t":
		return false
	}
	return !strings.HasPrefix(typedef, "__")
}
