package ir

import (
	"math/big"
	"path/filepath"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/spec"
)

const genericProtocol = 16

// Build resolves a schema. The file must have passed spec's checks without an error.
func Build(f *spec.File) *Family {
	b := &builder{
		file:    f,
		enums:   map[string]*Enum{},
		asFlags: map[*Enum]*Enum{},
		structs: map[string]*Struct{},
		sets:    map[string]*Set{},
		subs:    map[string]*Sub{},
		groups:  map[string]*Group{},

		notifies: map[*Notification]string{},
	}
	b.fam = &Family{
		Name:     f.Name.V,
		Source:   filepath.Base(f.Path),
		Doc:      f.Doc.V,
		Generic:  f.Level() != spec.NetlinkRaw,
		Protonum: genericProtocol,
		Version:  uint8(f.Version.Or(1)),
		Headers:  headers(f),
		Pos:      Pos(f.Name.Pos),

		VersionPos: Pos(f.Version.Pos),
	}
	if !b.fam.Generic {
		b.fam.Protonum = int(f.Protonum.V)
	}
	b.definitions()
	b.attributeSets()
	b.subMessages()
	b.attributeTypes()
	b.operations()
	b.selectors()
	b.enumWidths()
	return b.fam
}

type builder struct {
	file    *spec.File
	fam     *Family
	enums   map[string]*Enum
	asFlags map[*Enum]*Enum
	structs map[string]*Struct
	sets    map[string]*Set
	subs    map[string]*Sub
	groups  map[string]*Group

	notifies map[*Notification]string // the operation whose reply one shares
}

func (b *builder) definitions() {
	for _, d := range b.file.Definitions {
		switch d.Type.V {
		case "const":
			b.fam.Consts = append(b.fam.Consts, &Const{
				Name: d.Name.V, Doc: d.Doc.V, Int: d.Int, Str: d.Value.V,
				CName: cName(d.NamePrefix.Or(b.file.Name.V+"-") + d.Name.V), Pos: Pos(d.Name.Pos),
			})
		case "enum", "flags":
			e := b.enum(d)
			b.enums[e.Name] = e
			b.fam.Enums = append(b.fam.Enums, e)
		case "struct":
			s := &Struct{Name: d.Name.V, Doc: d.Doc.V, CName: cIdent(d.EnumName.Or(d.Name.V)), Pos: Pos(d.Name.Pos)}
			b.structs[s.Name] = s
			b.fam.Structs = append(b.fam.Structs, s)
		}
	}
	for _, d := range b.file.Definitions {
		if d.Type.V == "struct" {
			b.layout(b.structs[d.Name.V], d)
		}
	}
}

func (b *builder) enum(d *spec.Definition) *Enum {
	e := &Enum{
		Name: d.Name.V, Doc: d.Doc.V, Flags: d.Type.V == "flags",
		CName: cIdent(d.EnumName.Or(b.file.Name.V + "-" + d.Name.V)), Pos: Pos(d.Name.Pos),
	}
	prefix := d.NamePrefix.Or(b.file.Name.V + "-" + d.Name.V + "-")
	for _, s := range d.Entries {
		v := bits(s.Num)
		if e.Flags {
			v = 1 << (v & 63)
		}
		e.Entries = append(e.Entries, Entry{
			Name: s.Name.V, Doc: s.Doc.V, CName: cName(prefix + s.Name.V), Value: v, Pos: Pos(s.Name.Pos),
		})
	}
	return e
}

// flagsOf is the flag set whose bit numbers are the values of e.
func (b *builder) flagsOf(e *Enum) *Enum {
	if e.Flags {
		return e
	}
	if f := b.asFlags[e]; f != nil {
		return f
	}
	f := &Enum{Name: e.Name, Doc: e.Doc, Flags: true, Of: e, Pos: e.Pos}
	for _, s := range e.Entries {
		f.Entries = append(f.Entries, Entry{Name: s.Name, Doc: s.Doc, Value: 1 << (s.Value & 63), Pos: s.Pos})
	}
	b.asFlags[e] = f
	b.fam.Enums = append(b.fam.Enums, f)
	return f
}

// enumFor resolves an enum reference; width is that of the use, in bytes.
func (b *builder) enumFor(name string, asFlags bool, width int) *Enum {
	e := b.enums[name]
	if e == nil {
		return nil
	}
	if asFlags {
		e = b.flagsOf(e)
	}
	e.Bits = max(e.Bits, width*8)
	return e
}

// enumWidths gives every enum a width that holds its entries, and 32 bits to one that nothing uses.
func (b *builder) enumWidths() {
	for _, e := range b.fam.Enums {
		if e.Bits == 0 {
			e.Bits = 32
		}
		for _, s := range e.Entries {
			for e.Bits < 64 && !fits(s.Value, e.Bits) {
				e.Bits *= 2
			}
		}
		for i := range e.Entries {
			e.Entries[i].Value &= 1<<(e.Bits-1)<<1 - 1
		}
	}
}

// fits reports whether a value, in two's complement if it is negative, fits in bits.
func fits(v uint64, bits int) bool {
	return v>>(bits-1)>>1 == 0 || int64(v) < 0 && int64(v) >= -1<<(bits-1)
}

// bits is the value of an entry, a negative one in two's complement.
func bits(i *big.Int) uint64 {
	if i == nil {
		return 0
	}
	if i.Sign() < 0 {
		return uint64(i.Int64())
	}
	return i.Uint64()
}
