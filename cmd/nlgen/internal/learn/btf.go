package learn

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/cilium/ebpf/btf"
)

// btfDir is where Linux shows its type information: vmlinux for the kernel, a file for each module.
const btfDir = "/sys/kernel/btf"

// kernelFacts reads the enums and structs of the running kernel and of the modules that are loaded. A kernel
// without type information has none.
func kernelFacts(dir string) (*facts, error) {
	f := &facts{}
	base, err := btf.LoadSpec(filepath.Join(dir, "vmlinux"))
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err == nil {
		err = f.addTypes(base)
	}
	if err != nil {
		return nil, fmt.Errorf("read the kernel's type information: %w", err)
	}
	modules, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("list type information: %w", err)
	}
	for _, m := range modules {
		if m.Name() == "vmlinux" {
			continue
		}
		s, err := btf.LoadSplitSpec(filepath.Join(dir, m.Name()), base)
		if errors.Is(err, fs.ErrNotExist) {
			continue // unloaded meanwhile
		}
		if err == nil {
			err = f.addTypes(s)
		}
		if err != nil {
			return nil, fmt.Errorf("read the type information of module %s: %w", m.Name(), err)
		}
	}
	f.sort()
	return f, nil
}

// addTypes adds the enums and structs of the kernel or of a module.
func (f *facts) addTypes(s *btf.Spec) error {
	for t, err := range s.All() {
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case *btf.Enum:
			e := &cEnum{tag: t.Name}
			for _, v := range t.Values {
				e.values = append(e.values, cValue{v.Name, int64(v.Value)})
			}
			f.enums = append(f.enums, e)
		case *btf.Struct:
			if t.Name == "" {
				continue
			}
			c := &cStruct{name: t.Name, size: int(t.Size)}
			c.addBTF(t.Members, 0, 0)
			f.structs = append(f.structs, c)
		}
	}
	return nil
}

// sort brings enums and structs in an order that does not depend on how the kernel was linked.
func (f *facts) sort() {
	slices.SortStableFunc(f.enums, func(a, b *cEnum) int {
		return slices.CompareFunc(a.values, b.values, func(a, b cValue) int {
			if a.name != b.name {
				return compare(a.name, b.name)
			}
			return compare(a.value, b.value)
		})
	})
	slices.SortStableFunc(f.structs, func(a, b *cStruct) int { return compare(a.name, b.name) })
}

// maxDepth bounds how deep unnamed structs nest.
const maxDepth = 8

// addBTF adds members at their places.
func (c *cStruct) addBTF(members []btf.Member, base, depth int) {
	for _, m := range members {
		at := base + int(m.Offset.Bytes())
		if in, ok := btf.UnderlyingType(m.Type).(*btf.Struct); ok && m.Name == "" && depth < maxDepth {
			c.addBTF(in.Members, at, depth+1)
			continue
		}
		if m.BitfieldSize != 0 {
			c.members = append(c.members, cMember{m.Name, at, cType{kind: cBits}})
			continue
		}
		t, kernel := btfType(m.Type)
		c.kernel = c.kernel || kernel
		c.members = append(c.members, cMember{m.Name, at, t})
	}
}

// btfType is the type of a member, and whether only code inside the kernel has such types.
func btfType(t btf.Type) (out cType, kernel bool) {
	size, err := btf.Sizeof(t)
	if err != nil {
		return cType{kind: cForeign}, true
	}
	out.size = size
	for {
		switch u := t.(type) {
		case *btf.Typedef:
			if o := orders[u.Name]; o != "" && out.order == "" {
				out.order = o
			}
			if u.Name == "bool" || inKernel(u.Name) && out.order == "" {
				kernel = true
			}
			if len(u.Name) > 2 && u.Name[:2] == "__" {
				return out.ofInt(btf.UnderlyingType(u.Type)), kernel
			}
			t = u.Type
		case *btf.Const:
			t = u.Type
		case *btf.Volatile:
			t = u.Type
		case *btf.TypeTag:
			t, kernel = u.Type, true
		case *btf.Array:
			out.kind = cBytes
			elem, k := btfType(u.Type)
			if elem.size > 1 || elem.kind != cInt {
				out.array = elem.describe()
			}
			if elem.kind == cForeign {
				out.kind = cForeign
			}
			return out, kernel || k
		case *btf.Struct:
			out.kind, out.tag = cNested, u.Name
			return out, kernel
		case *btf.Union:
			out.kind, out.array = cBytes, "a union"
			return out, kernel
		case *btf.Int, *btf.Enum:
			return out.ofInt(u), kernel
		default:
			out.kind = cForeign
			return out, true
		}
	}
}

// ofInt completes the type of a number.
func (t cType) ofInt(u btf.Type) cType {
	switch u := u.(type) {
	case *btf.Int:
		t.kind, t.signed = cInt, u.Encoding == btf.Signed
		if u.Size > 8 {
			t.kind = cBytes
		}
	case *btf.Enum:
		t.kind, t.signed = cInt, u.Signed
	default:
		t.kind = cBytes
	}
	return t
}

// describe names a type in a comment.
func (t cType) describe() string {
	switch {
	case t.kind == cNested && t.tag != "":
		return "struct " + t.tag
	case t.kind == cInt && t.signed:
		return "s" + itoa(8*t.size)
	case t.kind == cInt:
		return "u" + itoa(8*t.size)
	}
	return itoa(t.size) + " bytes"
}
