package learn

import (
	"math/bits"
	"slices"
	"strings"
)

// addEnum makes a definition of an enum. base is what names of the family begin with. It returns nil where nothing
// is left to define.
func (s *schema) addEnum(e *cEnum, base []string, why string) *definition {
	real, _ := e.entries()
	prefix := e.prefix()
	p, tag := ident(prefix), ident(e.tag)
	d := &definition{kind: "enum", prefix: &p, tag: &tag, guess: why}
	flags, zero := flagSet(e, real)
	if flags {
		d.kind = "flags"
	}
	seen := map[int64]string{}
	names := naming{}
	for _, v := range real {
		value := v.value
		switch {
		case flags && v.name == zero:
			d.notes = append(d.notes, v.name+" is 0: no flag.")
			continue
		case flags:
			value = int64(bits.TrailingZeros64(uint64(value)))
		}
		if first, twice := seen[value]; twice {
			d.notes = append(d.notes, v.name+" is "+first+".")
			continue
		}
		name := ident(strings.TrimPrefix(v.name, prefix))
		if names[name] || strings.Trim(name, "-") == "" {
			continue
		}
		names[name] = true
		seen[value] = v.name
		d.entries = append(d.entries, entry{name, value})
	}
	if len(d.entries) == 0 {
		return nil
	}
	if d.kind == "flags" && !strings.Contains(prefix+strings.ToUpper(e.tag), "FLAG") {
		d.guess = strings.TrimPrefix(d.guess+"; flags, since each value is one bit", "; ")
	}
	from := words(e.tag)
	if len(from) == 0 {
		from = words(prefix)
	}
	short := from
	if n, rest := kinship(from, base); n > 1 {
		short = rest
	}
	d.name = s.usedDefs.take(ident(strings.Join(short, "_")), ident(strings.Join(from, "_")), ident(real[0].name))
	s.defs = append(s.defs, d)
	if e.tag != "" {
		s.defOf[e.tag] = d
	}
	return d
}

// flagSet tells whether each value is one bit, and which name, if any, stands for none of them.
func flagSet(e *cEnum, real []cValue) (ok bool, zero string) {
	n := 0
	top := int64(0)
	for i, v := range real {
		switch {
		case v.value == 0 && i == 0:
			zero = v.name
		case v.value <= 0 || v.value&(v.value-1) != 0:
			return false, ""
		default:
			n++
			top = max(top, v.value)
		}
	}
	called := strings.Contains(strings.ToUpper(e.tag)+e.prefix(), "FLAG")
	return n >= 3 && top >= 4 && (zero == "" || called || top >= 8) || called && n > 0, zero
}

// addMacros makes constants of macros, and flag sets of those that are called flags.
func (s *schema) addMacros(f *facts, base []string, skip map[string]bool) {
	done := map[string]bool{}
	for _, m := range f.macros {
		switch {
		case m.alias || skip[m.name] || done[m.name] || strings.HasPrefix(m.name, "_"):
			continue
		case m.isInt:
			if e := flagMacros(f, m); e != nil {
				for _, v := range e.values {
					done[v.name] = true
				}
				if d := s.addEnum(e, base, ""); d != nil {
					d.tag = nil // a definition of macros has no C type
				}
				continue
			}
		}
		done[m.name] = true
		s.addConst(m)
	}
}

// flagMacros collects the macros that are flags together with m: FOO_FLAG_A, FOO_FLAG_B.
func flagMacros(f *facts, m cMacro) *cEnum {
	i := strings.Index(m.name, "_FLAG_")
	if i < 0 || i+len("_FLAG_") == len(m.name) {
		return nil
	}
	prefix := m.name[:i+len("_FLAG_")]
	e := &cEnum{}
	for _, o := range f.macros {
		if !o.isInt || o.alias || !strings.HasPrefix(o.name, prefix) {
			continue
		}
		if o.value <= 0 || o.value&(o.value-1) != 0 {
			return nil
		}
		e.values = append(e.values, cValue{o.name, o.value})
	}
	if len(e.values) < 2 {
		return nil
	}
	return e
}

// addConst makes a constant of a macro.
func (s *schema) addConst(m cMacro) {
	d := &definition{kind: "const", value: text(m.text)}
	if m.isInt {
		d.value = itoa(m.value)
	}
	name := ident(m.name)
	if rest, ok := strings.CutPrefix(m.name, strings.ToUpper(strings.ReplaceAll(s.name, "-", "_"))+"_"); ok && rest != "" && !s.usedDefs[ident(rest)] {
		name = ident(rest)
	} else {
		none := ""
		d.prefix = &none
	}
	if d.name = s.usedDefs.take(name); d.name != name {
		return // another definition has the name: the constant could not be told from it
	}
	i := slices.IndexFunc(s.defs, func(o *definition) bool { return o.kind != "const" })
	if i < 0 {
		i = len(s.defs)
	}
	s.defs = slices.Insert(s.defs, i, d)
}
