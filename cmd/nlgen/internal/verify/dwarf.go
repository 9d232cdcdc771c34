package verify

import (
	"debug/dwarf"
	"debug/elf"
	"fmt"
	"strings"
)

// debugFacts returns what an object file's debug information has: enums, structs, and the macros that source
// made enumerators of.
func debugFacts(path string) (*facts, error) {
	f, err := elf.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := f.DWARF()
	if err != nil {
		return nil, err
	}
	out := &facts{source: "the header", structs: map[string][]*cStruct{}}
	macros := &cEnum{macros: true}
	var enum *cEnum
	for r := data.Reader(); ; {
		e, err := r.Next()
		if err != nil {
			return nil, err
		}
		if e == nil {
			out.enums = append(out.enums, macros)
			return out.seal(), nil
		}
		switch e.Tag {
		case dwarf.TagEnumerationType:
			tag, _ := e.Val(dwarf.AttrName).(string)
			enum = &cEnum{tag: tag}
			out.enums = append(out.enums, enum)
		case dwarf.TagEnumerator:
			name, _ := e.Val(dwarf.AttrName).(string)
			value, ok := e.Val(dwarf.AttrConstValue).(int64)
			to := enum
			if m, isMacro := strings.CutPrefix(name, macroPrefix); isMacro {
				name, to = m, macros
			}
			if ok && to != nil {
				to.values = append(to.values, cValue{name, uint64(value)})
			}
		case dwarf.TagStructType:
			name, _ := e.Val(dwarf.AttrName).(string)
			size, _ := e.Val(dwarf.AttrByteSize).(int64)
			if declared, _ := e.Val(dwarf.AttrDeclaration).(bool); name != "" && !declared {
				t, err := data.Type(e.Offset)
				if err != nil {
					return nil, err
				}
				s := &cStruct{name: name, size: int(size)}
				if t, ok := t.(*dwarf.StructType); ok {
					s.list = debugMembers(nil, t, 0, 0)
				}
				out.structs[name] = append(out.structs[name], s)
			}
			r.SkipChildren()
		case dwarf.TagCompileUnit:
		default:
			if e.Children {
				r.SkipChildren()
			}
		}
	}
}

// debugMembers adds a struct's members at their places, without bit-fields.
func debugMembers(to []cMember, s *dwarf.StructType, base, depth int) []cMember {
	if depth > maxDepth {
		return to
	}
	for _, f := range s.Field {
		at := base + int(f.ByteOffset)
		if f.Name == "" {
			if in, ok := plain(f.Type).(*dwarf.StructType); ok {
				to = debugMembers(to, in, at, depth+1)
			}
			continue
		}
		if f.BitSize == 0 {
			to = append(to, cMember{name: f.Name, offset: at, size: max(0, int(f.Type.Size()))})
			to = debugInner(to, f.Name, f.Type, at, depth+1)
		}
	}
	return to
}

// debugInner adds what is inside a member.
func debugInner(to []cMember, name string, t dwarf.Type, at, depth int) []cMember {
	if depth > maxDepth {
		return to
	}
	switch t := plain(t).(type) {
	case *dwarf.StructType:
		for _, m := range debugMembers(nil, t, at, depth+1) {
			m.name, m.inner = name+"."+m.name, true
			to = append(to, m)
		}
	case *dwarf.ArrayType:
		size := int(t.Type.Size())
		if t.Count > maxElements {
			return to
		}
		for i := range int(max(0, t.Count)) {
			elem := fmt.Sprintf("%s[%d]", name, i)
			to = append(to, cMember{elem, at + i*size, size, true})
			to = debugInner(to, elem, t.Type, at+i*size, depth+1)
		}
	}
	return to
}

// plain is a type without typedefs and qualifiers.
func plain(t dwarf.Type) dwarf.Type {
	for {
		switch u := t.(type) {
		case *dwarf.TypedefType:
			t = u.Type
		case *dwarf.QualType:
			t = u.Type
		default:
			return t
		}
	}
}
