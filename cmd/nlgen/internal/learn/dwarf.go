package learn

import (
	"debug/dwarf"
	"debug/elf"
	"slices"
	"strings"
)

// debugFacts returns what an object file's debug information has of the given source files, enums and structs in
// their order, and of structs that those have inside; and the macros that source made enumerators of.
func debugFacts(path string, files []string) (*facts, map[string]int64, error) {
	f, err := elf.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	data, err := f.DWARF()
	if err != nil {
		return nil, nil, err
	}
	r := debugReader{data: data, facts: &facts{}, macros: map[string]int64{}, own: files}
	if err := r.read(); err != nil {
		return nil, nil, err
	}
	return r.facts, r.macros, nil
}

type debugReader struct {
	data *dwarf.Data
	*facts
	macros map[string]int64
	own    []string // paths of the headers
	names  []string // of the unit's files, by number
}

func (r *debugReader) read() error {
	var enum *cEnum
	for in := r.data.Reader(); ; {
		e, err := in.Next()
		if err != nil || e == nil {
			return err
		}
		switch e.Tag {
		case dwarf.TagCompileUnit:
			if err := r.unit(e); err != nil {
				return err
			}
		case dwarf.TagEnumerationType:
			tag, _ := e.Val(dwarf.AttrName).(string)
			enum = &cEnum{tag: tag}
			if r.declares(e) {
				r.enums = append(r.enums, enum)
			}
		case dwarf.TagEnumerator:
			name, _ := e.Val(dwarf.AttrName).(string)
			value, _ := e.Val(dwarf.AttrConstValue).(int64)
			if m, ok := strings.CutPrefix(name, macroPrefix); ok {
				r.macros[m] = value
			} else if enum != nil {
				enum.values = append(enum.values, cValue{name, value})
			}
		case dwarf.TagStructType:
			if r.declares(e) {
				if t, err := r.data.Type(e.Offset); err == nil {
					r.addStruct(t)
				}
			}
			in.SkipChildren()
		default:
			if e.Children {
				in.SkipChildren()
			}
		}
	}
}

// unit reads the names of a unit's files.
func (r *debugReader) unit(e *dwarf.Entry) error {
	lines, err := r.data.LineReader(e)
	if err != nil || lines == nil {
		return err
	}
	r.names = nil
	for _, f := range lines.Files() {
		if f == nil {
			r.names = append(r.names, "")
			continue
		}
		r.names = append(r.names, f.Name)
	}
	return nil
}

// declares tells whether one of the headers declares it.
func (r *debugReader) declares(e *dwarf.Entry) bool {
	n, ok := e.Val(dwarf.AttrDeclFile).(int64)
	return ok && n >= 0 && n < int64(len(r.names)) && slices.Contains(r.own, r.names[n])
}

// addStruct adds a struct, and before it those that it has inside.
func (r *debugReader) addStruct(t dwarf.Type) {
	s, ok := t.(*dwarf.StructType)
	if !ok || s.StructName == "" || s.Incomplete || s.Kind != "struct" || r.structOf(s.StructName) != nil {
		return
	}
	c := &cStruct{name: s.StructName, size: int(s.ByteSize)}
	c.addDWARF(s, 0, 0)
	for _, f := range s.Field {
		if in := plain(f.Type); !known(in) {
			r.addStruct(in)
		}
	}
	r.structs = append(r.structs, c)
}

// known tells the structs that have a type of their own in schemas.
func known(t dwarf.Type) bool {
	s, ok := t.(*dwarf.StructType)
	return ok && addressHint(s.StructName) != ""
}

// addDWARF adds members at their places.
func (c *cStruct) addDWARF(s *dwarf.StructType, base, depth int) {
	for _, f := range s.Field {
		at := base + int(f.ByteOffset)
		if in, ok := plain(f.Type).(*dwarf.StructType); ok && f.Name == "" && in.Kind == "struct" && depth < maxDepth {
			c.addDWARF(in, at, depth+1)
			continue
		}
		if f.BitSize != 0 {
			c.members = append(c.members, cMember{f.Name, base + int(f.DataBitOffset/8), cType{kind: cBits}})
			continue
		}
		c.members = append(c.members, cMember{f.Name, at, debugType(f.Type)})
	}
}

// debugType is the type of a member.
func debugType(t dwarf.Type) cType {
	out := cType{kind: cForeign, size: int(max(0, t.Size()))}
	for {
		switch u := t.(type) {
		case *dwarf.TypedefType:
			if out.order == "" {
				out.order = orders[u.Name]
			}
			t = u.Type
		case *dwarf.QualType:
			t = u.Type
		case *dwarf.ArrayType:
			out.kind = cBytes
			out.size = int(max(0, u.Size()))
			if elem := debugType(u.Type); elem.kind == cForeign {
				out.kind = cForeign
			} else if elem.size > 1 || elem.kind != cInt {
				out.array = elem.describe()
			}
			return out
		case *dwarf.StructType:
			if u.Kind != "struct" {
				out.kind, out.array = cBytes, "a union"
				return out
			}
			out.kind, out.tag = cNested, u.StructName
			return out
		case *dwarf.IntType:
			out.kind, out.signed = cInt, true
			return out.fit()
		case *dwarf.CharType:
			out.kind = cInt
			return out
		case *dwarf.UintType, *dwarf.UcharType, *dwarf.BoolType, *dwarf.EnumType:
			out.kind = cInt
			return out.fit()
		default:
			return out
		}
	}
}

// fit makes bytes of numbers that no schema type is wide enough for.
func (t cType) fit() cType {
	if t.size > 8 {
		t.kind = cBytes
	}
	return t
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
