package verify

import (
	"maps"
	"slices"
	"strings"
)

// facts is what one source knows of the kernel's C names: the type information of the running kernel, or
// headers.
type facts struct {
	source  string // for messages: "the kernel", "the header"
	running bool   // of the kernel that runs
	enums   []*cEnum
	structs map[string][]*cStruct // several where kernel code uses a name twice

	structNames []string // sorted
}

// seal ends the filling.
func (f *facts) seal() *facts {
	f.structNames = slices.Sorted(maps.Keys(f.structs))
	return f
}

// A cEnum is a C enum, or all macros with integer values, which have nothing else in common.
type cEnum struct {
	tag    string // empty for an anonymous one
	macros bool
	values []cValue
}

// A cValue is an enumerator or macro; negative values in two's complement.
type cValue struct {
	name  string
	value uint64
}

// A cStruct is a C struct.
type cStruct struct {
	name string
	size int
	load func() []cMember // reads the members
	list []cMember
}

// members returns the members, those of unnamed structs and unions as its own.
func (s *cStruct) members() []cMember {
	if s.load != nil {
		s.list, s.load = s.load(), nil
	}
	return s.list
}

// A cMember is a member of a struct, or one inside a member that is a struct or an array.
type cMember struct {
	name         string // "a.b" and "a[1]" for an inner one
	offset, size int
	inner        bool
}

// maxElements is how many elements of an array are members of their own.
const maxElements = 64

// sentinel tells enumerators that count the others.
func sentinel(name string) bool {
	if strings.HasPrefix(name, "_") || strings.HasPrefix(name, "NUM_") || strings.HasPrefix(name, "MAX_") {
		return true
	}
	for _, end := range []string{"_MAX", "_CNT", "_COUNT", "_LAST", "_NUM", "_END", "_USER_MAX"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// filler tells names that say nothing: nearly every enum has them.
func filler(name string) bool {
	name = strings.ToUpper(name)
	switch last := name[strings.LastIndexAny(name, "_-")+1:]; last {
	case "UNSPEC", "UNSPECIFIED", "UNUSED", "RESERVED":
		return true
	}
	return name == "NONE" || name == "MAX" || strings.HasPrefix(name, "PAD") || strings.HasSuffix(name, "_PAD")
}
