package gogen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/ir"
)

// enumsFile writes constants, enums and flag sets.
func (p *pkg) enumsFile() *file {
	w := p.file()
	for _, c := range p.fam.Consts {
		v := fmt.Sprintf("%q", c.Str)
		if c.Int != nil {
			v = c.Int.String()
		}
		w.decl(doc(fmt.Sprintf("%s is %s.", p.consts[c], c.CName), c.Doc), "const %s = %s", p.consts[c], v)
	}
	for _, e := range p.fam.Enums {
		p.enumDecl(w, e)
	}
	return w
}

func (p *pkg) enumDecl(w *file, e *ir.Enum) {
	name := p.enums[e]
	what := "enum"
	if e.Flags {
		what = "flag set"
	}
	w.decl(doc(fmt.Sprintf("%s is the %s %s.", name, what, e.Name), e.Doc), "type %s %s", name, integer(e.Bits/8, false))
	if len(e.Entries) > 0 {
		lines := []string{"const ("}
		for i, v := range e.Entries {
			if strings.TrimSpace(v.Doc) != "" {
				lines = append(lines, commented(wrap(v.Doc))...)
			}
			val := fmt.Sprint(v.Value)
			if e.Flags {
				val = fmt.Sprintf("%#x", v.Value)
			}
			line := fmt.Sprintf("%s %s = %s", p.entries[e][i], name, val)
			if v.CName != "" {
				line += " // " + v.CName
			}
			lines = append(lines, line)
		}
		w.decl([]string{"Values of " + name + "."}, "%s", strings.Join(append(lines, ")"), "\n"))
	}
	table := lowerFirst(name) + "Names"
	w.decl(nil, "%s", p.nameTable(e, table))
	kind := "Enum"
	if e.Flags {
		kind = "Flags"
		w.fn([]string{"Has reports whether all bits of f are set."}, fmt.Sprintf("(v %s) Has(f %s) bool", name, name), "return v&f == f")
		w.fn(wrap("String returns the names of the bits joined by |, what has no name as a hexadecimal number, and 0 for none."),
			"(v "+name+") String() string", "return wire.FlagString("+table+", uint64(v))")
	} else {
		w.fn([]string{"String returns the name of v, or the number where it has none."}, "(v "+name+") String() string",
			"return wire.EnumString("+table+", uint64(v))")
	}
	w.fn([]string{"MarshalText returns what String does."}, "(v "+name+") MarshalText() ([]byte, error)", "return []byte(v.String()), nil")
	w.fn([]string{"UnmarshalText reads names and numbers."}, "(v *"+name+") UnmarshalText(text []byte) error",
		fmt.Sprintf("n, err := wire.Parse%s(%s, string(text), %d)", kind, table, e.Bits), "*v = "+name+"(n)", "return err")
}

// nameTable is the table of an enum's names by value; the first name of a value counts.
func (p *pkg) nameTable(e *ir.Enum, table string) string {
	type entry struct {
		v    uint64
		name string
	}
	var list []entry
	for _, v := range e.Entries {
		if !slices.ContainsFunc(list, func(x entry) bool { return x.v == v.Value }) {
			list = append(list, entry{v.Value, v.Name})
		}
	}
	slices.SortStableFunc(list, func(a, b entry) int {
		if a.v < b.v {
			return -1
		}
		return 1
	})
	line, lines := "", []string{}
	for _, x := range list {
		item := fmt.Sprintf("{Value: %#x, Name: %q}, ", x.v, x.name)
		if len(line)+len(item) > docWidth {
			lines, line = append(lines, line), ""
		}
		line += item
	}
	return "var " + table + " = wire.EnumNames{\n" + strings.Join(append(lines, line), "\n") + "\n}"
}
