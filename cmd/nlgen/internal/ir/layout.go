package ir

import "github.com/nlgen/nlgen/cmd/nlgen/internal/spec"

// layout places the members of a struct the way a C compiler does on a 64-bit machine: each scalar at a
// multiple of its size, the whole padded to its widest member. Schemas call structs packed and write holes
// out as pads; where they forget one, as many do at the end, this is what the kernel really sends.
func (b *builder) layout(s *Struct, d *spec.Definition) {
	if s.Size > 0 || len(s.Members) > 0 {
		return
	}
	s.Align = 1
	off := 0
	for _, m := range d.Members {
		r := &Member{Name: m.Name.V, Doc: m.Doc.V, Hint: m.DisplayHint.V, Order: order(m.ByteOrder.V), Pos: Pos(m.Name.Pos)}
		align := 1
		switch m.Type.V {
		case "pad":
			r.Pad, r.Size = true, m.Size
		case "binary", "string":
			r.Bytes, r.Size = true, m.Size
			if m.Struct.Set() {
				r.Struct = b.layoutOf(m.Struct.V)
				r.Bytes = false
				r.Size, align = r.Struct.Size, r.Struct.Align
			}
		default:
			r.Size, r.Signed = scalar(m.Type.V)
			align = r.Size
			r.Enum = b.enumFor(m.Enum.V, m.EnumAsFlags.V, r.Size)
		}
		off = alignTo(off, align)
		r.Offset = off
		off += r.Size
		s.Align = max(s.Align, align)
		s.Members = append(s.Members, r)
	}
	s.Size = alignTo(off, s.Align)
}

// layoutOf lays a struct out before the one that holds it.
func (b *builder) layoutOf(name string) *Struct {
	s := b.structs[name]
	for _, d := range b.file.Definitions {
		if d.Type.V == "struct" && d.Name.V == name {
			b.layout(s, d)
		}
	}
	return s
}

func alignTo(n, a int) int { return (n + a - 1) / a * a }

func order(s string) Order {
	switch s {
	case "big-endian":
		return Big
	case "little-endian":
		return Little
	}
	return Host
}

// scalar returns the size in bytes of an integer type and whether it is signed.
func scalar(t string) (size int, signed bool) {
	switch t {
	case "u8":
		return 1, false
	case "u16":
		return 2, false
	case "u32":
		return 4, false
	case "u64":
		return 8, false
	case "s8":
		return 1, true
	case "s16":
		return 2, true
	case "s32":
		return 4, true
	case "s64":
		return 8, true
	}
	return 0, false
}
