package main

import (
	"debug/dwarf"
	"debug/elf"
	"fmt"
	"strings"
)

// readDebug returns the facts that an object file's debug information has of headers below a folder and of
// the macros in its own source.
func readDebug(path, include string) ([]string, error) {
	f, err := elf.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := f.DWARF()
	if err != nil {
		return nil, err
	}
	var lines []string
	var files []*dwarf.LineFile
	for r := data.Reader(); ; {
		e, err := r.Next()
		if err != nil {
			return nil, fmt.Errorf("read debug information: %w", err)
		}
		if e == nil {
			return lines, nil
		}
		if e.Tag != dwarf.TagCompileUnit && !wanted(e, files, include) {
			if e.Children {
				r.SkipChildren()
			}
			continue
		}
		switch e.Tag {
		case dwarf.TagCompileUnit:
			lr, err := data.LineReader(e)
			if err != nil {
				return nil, fmt.Errorf("read debug information: %w", err)
			}
			files = lr.Files()
		case dwarf.TagEnumerator:
			lines = append(lines, enumerator(e)...)
		case dwarf.TagStructType, dwarf.TagUnionType:
			t, err := data.Type(e.Offset)
			if err != nil {
				return nil, fmt.Errorf("read debug information: %w", err)
			}
			if s := t.(*dwarf.StructType); s.StructName != "" && !s.Incomplete {
				lines = append(lines, fmt.Sprintf("size\t%s\t%d", s.StructName, s.ByteSize))
				lines = members(lines, s.StructName, s, 0)
			}
		}
	}
}

// wanted tells if an entry comes from the kernel's headers or from the compiled source. Entries without a
// file of their own, enumerators among them, are met only below one that is wanted.
func wanted(e *dwarf.Entry, files []*dwarf.LineFile, include string) bool {
	n, ok := e.Val(dwarf.AttrDeclFile).(int64)
	if !ok || n < 0 || int(n) >= len(files) || files[n] == nil {
		return true
	}
	name := files[n].Name
	return strings.HasPrefix(name, include) || strings.HasSuffix(name, "<stdin>")
}

func enumerator(e *dwarf.Entry) []string {
	name, _ := e.Val(dwarf.AttrName).(string)
	value, ok := e.Val(dwarf.AttrConstValue).(int64)
	if !ok {
		return nil
	}
	if m, isMacro := strings.CutPrefix(name, prefix); isMacro {
		return []string{fmt.Sprintf("macro\t%s\t%d", m, value)}
	}
	return []string{fmt.Sprintf("enum\t%s\t%d", name, value)}
}

// members appends a struct's members, those of unnamed structs and unions inside it as its own.
func members(lines []string, of string, s *dwarf.StructType, base int64) []string {
	for _, f := range s.Field {
		at := base + f.ByteOffset
		inner, nested := unalias(f.Type).(*dwarf.StructType)
		switch {
		case f.BitSize != 0:
		case f.Name == "" && nested:
			lines = members(lines, of, inner, at)
		case f.Name != "":
			lines = append(lines, fmt.Sprintf("member\t%s.%s\t%d\t%d", of, f.Name, at, max(0, f.Type.Size())))
		}
	}
	return lines
}

func unalias(t dwarf.Type) dwarf.Type {
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
