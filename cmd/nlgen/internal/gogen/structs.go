package gogen

import (
	"fmt"
	"strings"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/ir"
)

// structsFile writes C structs: their Go types, and how each sits in bytes.
func (p *pkg) structsFile() *file {
	w := p.file()
	for _, s := range p.fam.Structs {
		t := p.structs[s]
		p.structDecl(w, t)
		var dec, enc []string
		for i, m := range s.Members {
			if t.members[i] != "" {
				dec = append(dec, p.readMember(m, "s."+t.members[i]))
				enc = append(enc, p.writeMember(m, "s."+t.members[i]))
			}
		}
		w.fn(nil, "(s *"+t.name+") decode(b []byte)", append([]string{fmt.Sprintf("_ = b[:%d]", s.Size)}, dec...)...)
		w.fn(nil, "(s *"+t.name+") encode(e *wire.Encoder, b []byte)", append([]string{fmt.Sprintf("_ = b[:%d]", s.Size)}, enc...)...)
		if t.attr {
			w.fn(nil, fmt.Sprintf("decode%s(d *wire.Decoder) *%s", t.name, t.name),
				fmt.Sprintf("s := wire.New[%s](d, %d)", t.name, p.slot(t.name)),
				fmt.Sprintf("s.decode(d.Struct(%d, &s.Tail))", s.Size), "return s")
		}
		if t.listed {
			w.fn(nil, fmt.Sprintf("append%s(d *wire.Decoder, s []%s) []%s", t.name, t.name, t.name),
				fmt.Sprintf("s = wire.Grow(d, %d, s)", p.slot("[]"+t.name)), "m := &s[len(s)-1]",
				fmt.Sprintf("m.decode(d.Struct(%d, &m.Tail))", s.Size), "return s")
		}
	}
	for _, n := range p.byteLens {
		name := bytesType(n)
		w.decl([]string{fmt.Sprintf("%s is %d bytes inside a struct. Its text is hexadecimal.", name, n)}, "type %s [%d]byte", name, n)
		w.fn([]string{"String returns the bytes in hexadecimal."}, "(b "+name+") String() string", "return wire.Bytes(b[:]).String()")
		w.fn([]string{"MarshalText returns the bytes in hexadecimal."}, "(b "+name+") MarshalText() ([]byte, error)", "return wire.Bytes(b[:]).MarshalText()")
		w.fn([]string{"UnmarshalText reads what MarshalText returns."}, "(b *"+name+") UnmarshalText(text []byte) error", "return wire.UnmarshalHex(b[:], text)")
	}
	return w
}

func (p *pkg) structDecl(w *file, t *structType) {
	lines := []string{"type " + t.name + " struct {"}
	for i, m := range t.st.Members {
		if t.members[i] == "" {
			continue
		}
		if strings.TrimSpace(m.Doc) != "" {
			lines = append(lines, commented(wrap(m.Doc))...)
		}
		line := fmt.Sprintf("%s %s `json:\"%s\"` // %s", t.members[i], p.memberType(m), m.Name, strings.ReplaceAll(m.Name, "-", "_"))
		if m.Order == ir.Big {
			line += ", big-endian on the wire"
		}
		lines = append(lines, line)
	}
	if t.attr {
		lines = append(lines, "// Tail is what a newer kernel sends behind the members.", "Tail wire.Bytes `json:\"tail,omitzero\"`")
	}
	w.decl(doc(fmt.Sprintf("%s is the C struct %s, %d bytes.", t.name, t.st.CName, t.st.Size), t.st.Doc), "%s", strings.Join(append(lines, "}"), "\n"))
}

func endian(o ir.Order) string {
	return map[ir.Order]string{ir.Host: "binary.NativeEndian", ir.Big: "binary.BigEndian", ir.Little: "binary.LittleEndian"}[o]
}

func (p *pkg) readMember(m *ir.Member, dst string) string {
	at := fmt.Sprintf("b[%d:]", m.Offset)
	if m.Struct != nil {
		return fmt.Sprintf("%s.decode(%s)", dst, at)
	}
	if m.Bytes || bytesHint(m) != "" {
		return fmt.Sprintf("copy(%s[:], %s)", dst, at)
	}
	typ := p.memberType(m)
	var v string
	have := integer(m.Size, false)
	if m.Size == 1 {
		v = fmt.Sprintf("b[%d]", m.Offset)
	} else {
		v = fmt.Sprintf("%s.Uint%d(%s)", endian(m.Order), m.Size*8, at)
	}
	if m.Signed && m.Enum != nil {
		v, have = fmt.Sprintf("%s(%s)", integer(m.Size, true), v), ""
	}
	if typ != have {
		v = fmt.Sprintf("%s(%s)", typ, v)
	}
	return dst + " = " + v
}

func (p *pkg) writeMember(m *ir.Member, src string) string {
	at := fmt.Sprintf("b[%d:]", m.Offset)
	switch {
	case m.Struct != nil:
		if p.structs[m.Struct].attr {
			return fmt.Sprintf("%s.encode(e, %s)\ne.NoTail(%s.Tail)", src, at, src)
		}
		return fmt.Sprintf("%s.encode(e, %s)", src, at)
	case m.Bytes || bytesHint(m) != "":
		return fmt.Sprintf("copy(%s, %s[:])", at, src)
	}
	have := integer(m.Size, false)
	switch {
	case m.Enum != nil && m.Enum.Bits > m.Size*8:
		src = fmt.Sprintf("wire.Fit%d(e, %s)", m.Size*8, src)
	case p.memberType(m) != have:
		src = fmt.Sprintf("%s(%s)", have, src)
	}
	if m.Size == 1 {
		return fmt.Sprintf("b[%d] = %s", m.Offset, src)
	}
	return fmt.Sprintf("%s.PutUint%d(%s, %s)", endian(m.Order), m.Size*8, at, src)
}
