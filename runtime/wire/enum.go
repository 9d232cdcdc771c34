package wire

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// EnumName is a value of an enum or flag set, and its name. A flag's value is its mask.
type EnumName struct {
	Value uint64
	Name  string
}

// EnumNames are the names of an enum or flag set, by ascending value.
type EnumNames []EnumName

// Name returns the name of a value, or "" if it has none.
func (n EnumNames) Name(v uint64) string {
	i, ok := slices.BinarySearchFunc(n, v, func(e EnumName, v uint64) int {
		switch {
		case e.Value < v:
			return -1
		case e.Value > v:
			return 1
		}
		return 0
	})
	if !ok {
		return ""
	}
	return n[i].Name
}

func (n EnumNames) value(name string) (uint64, bool) {
	for i := range n {
		if n[i].Name == name {
			return n[i].Value, true
		}
	}
	return 0, false
}

// EnumString returns the name of v, or its decimal digits if it has none.
func EnumString(names EnumNames, v uint64) string {
	if s := names.Name(v); s != "" {
		return s
	}
	return strconv.FormatUint(v, 10)
}

// ParseEnum is the reverse of EnumString for a type of that many bits. It also reads numbers in hex (0x...).
func ParseEnum(names EnumNames, text string, bits int) (uint64, error) {
	v, ok := names.value(text)
	if !ok {
		var err error
		if v, err = strconv.ParseUint(text, 0, 64); err != nil {
			return 0, fmt.Errorf("read enum: %q is neither a name nor a number", text)
		}
	}
	if bits < 64 && v>>bits != 0 {
		return 0, fmt.Errorf("read enum: %s does not fit %d bits", text, bits)
	}
	return v, nil
}

// FlagString returns the names of the flags in v between bars, and the bits without name as one hex number
// at the end: "a|b|0x80". No flags are "0".
func FlagString(names EnumNames, v uint64) string {
	if v == 0 {
		return "0"
	}
	var b strings.Builder
	rest := v
	for _, n := range names {
		if n.Value == 0 || v&n.Value != n.Value || rest&n.Value == 0 {
			continue
		}
		if rest &^= n.Value; b.Len() > 0 {
			b.WriteByte('|')
		}
		b.WriteString(n.Name)
	}
	if rest != 0 {
		if b.Len() > 0 {
			b.WriteByte('|')
		}
		b.WriteString("0x" + strconv.FormatUint(rest, 16))
	}
	return b.String()
}

// ParseFlags is the reverse of FlagString for a type of that many bits. Names and numbers may be mixed in any
// order; the empty text is no flags.
func ParseFlags(names EnumNames, text string, bits int) (uint64, error) {
	if text == "" {
		return 0, nil
	}
	var v uint64
	for part := range strings.SplitSeq(text, "|") {
		f, err := ParseEnum(names, strings.TrimSpace(part), bits)
		if err != nil {
			return 0, fmt.Errorf("read flags: %w", err)
		}
		v |= f
	}
	return v, nil
}
