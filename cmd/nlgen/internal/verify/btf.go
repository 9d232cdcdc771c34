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
// that goes away meanwhile is left out.
func kernelFacts(dir string) (*facts, error) {
	base, err := btf.LoadSpec(filepath.Join(dir, "vmlinux"))
	if err != nil {
		return nil, fmt.Errorf("read the kernel's type information: %w", err)
	}
	r := btfReader{facts: &facts{source: "the kernel", running: true, structs: map[string][]*cStruct{}}}
	if err := r.spec(base); err != nil {
		return nil, fmt.Errorf("read the kernel's type information: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("list type information: %w", err)
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
			return nil, fmt.Errorf("read the type information of module %s: %w", e.Name(), err)
		}
	}
	return r.facts, nil
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

// maxDepth bounds how deep unnamed structs nest.
const maxDepth = 16

// appendMembers adds members at their places, without bit-fields.
func appendMembers(to []cMember, members []btf.Member, base, depth int) []cMember {
	for _, m := range members {
		at := base + int(m.Offset.Bytes())
		if m.Name == "" && depth < maxDepth {
			switch in := btf.UnderlyingType(m.Type).(type) {
			case *btf.Struct:
				to = appendMembers(to, in.Members, at, depth+1)
			case *btf.Union:
				to = appendMembers(to, in.Members, at, depth+1)
			}
			continue
		}
		if m.BitfieldSize != 0 {
			continue
		}
		size, err := btf.Sizeof(m.Type)
		if err != nil {
			continue // a function or an incomplete type: nothing that travels
		}
		to = append(to, cMember{m.Name, at, size})
	}
	return to
}
