package verify

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/cilium/ebpf/btf"
)

// btfDir is where Linux shows its type information: vmlinux for the kernel, a file for each module.
const btfDir = "/sys/kernel/btf"

// kernelFacts reads the type information of the running kernel and of the modules that are loaded. A module
// that goes away meanwhile is left out; one that cannot be read is too, and named in skipped.
func kernelFacts(dir string) (f *facts, skipped []string, err error) {
	base, err := btf.LoadSpec(filepath.Join(dir, "vmlinux"))
	if err != nil {
		return nil, nil, fmt.Errorf("read the kernel's type information: %w", err)
	}
	r := btfReader{facts: &facts{source: "the kernel", running: true, structs: map[string][]*cStruct{}}}
	if err := r.spec(base); err != nil {
		return nil, nil, fmt.Errorf("read the kernel's type information: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("list type information: %w", err)
	}
	for _, e := range entries {
		if e.Name() == "vmlinux" {
			continue
		}
		s, err := btf.LoadSplitSpec(filepath.Join(dir, e.Name()), base)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = r.spec(s)
		}
		if err != nil {
			skipped = append(skipped, fmt.Sprintf("%s (%v)", e.Name(), err))
		}
	}
	return r.seal(), skipped, nil
}

type btfReader struct{ *facts }

// spec adds the enums and structs of the kernel or of a module.
func (r btfReader) spec(s *btf.Spec) error {
	for t, err := range s.All() {
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case *btf.Enum:
			e := &cEnum{tag: t.Name, values: make([]cValue, len(t.Values))}
			for i, v := range t.Values {
				e.values[i] = cValue{v.Name, v.Value}
			}
			r.enums = append(r.enums, e)
		case *btf.Struct:
			if t.Name == "" {
				continue
			}
			r.structs[t.Name] = append(r.structs[t.Name], &cStruct{
				name: t.Name, size: int(t.Size),
				load: func() []cMember { return appendMembers(nil, t.Members, 0, 0) },
			})
		}
	}
	return nil
}

// maxDepth bounds how deep structs nest.
const maxDepth = 16

// appendMembers adds members at their places, without bit-fields.
func appendMembers(to []cMember, members []btf.Member, base, depth int) []cMember {
	if depth > maxDepth {
		return to
	}
	for _, m := range members {
		at := base + int(m.Offset.Bytes())
		if m.Name == "" {
			to = appendMembers(to, membersOf(m.Type), at, depth+1)
			continue
		}
		if m.BitfieldSize != 0 {
			continue
		}
		size, err := btf.Sizeof(m.Type)
		if err != nil {
			continue // a function or an incomplete type: nothing that travels
		}
		to = append(to, cMember{name: m.Name, offset: at, size: size})
		to = appendInner(to, m.Name, m.Type, at, depth+1)
	}
	return to
}

// appendInner adds what is inside a member.
func appendInner(to []cMember, name string, t btf.Type, at, depth int) []cMember {
	if depth > maxDepth {
		return to
	}
	if a, ok := btf.UnderlyingType(t).(*btf.Array); ok {
		size, err := btf.Sizeof(a.Type)
		if err != nil || a.Nelems > maxElements {
			return to
		}
		for i := range int(a.Nelems) {
			elem := fmt.Sprintf("%s[%d]", name, i)
			to = append(to, cMember{elem, at + i*size, size, true})
			to = appendInner(to, elem, a.Type, at+i*size, depth+1)
		}
		return to
	}
	for _, m := range appendMembers(nil, membersOf(t), at, depth+1) {
		m.name, m.inner = name+"."+m.name, true
		to = append(to, m)
	}
	return to
}

// membersOf returns the members of a struct or union, none of other types.
func membersOf(t btf.Type) []btf.Member {
	switch t := btf.UnderlyingType(t).(type) {
	case *btf.Struct:
		return t.Members
	case *btf.Union:
		return t.Members
	}
	return nil
}
