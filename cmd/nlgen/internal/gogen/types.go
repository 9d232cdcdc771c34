package gogen

import (
	"fmt"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/ir"
)

// isAddr reports whether a payload is an IP address, and the suffix of its codec calls: Addr takes 4 or 16
// bytes, Addr4 and Addr16 just that.
func isAddr(t *ir.Type) (suffix string, ok bool) {
	switch {
	case t.Kind == ir.Scalar && t.Width == 4 && t.Hint == "ipv4":
		return "4", true
	case t.Kind == ir.Binary && (t.Hint == "ipv4" || t.Hint == "ipv6" || t.Hint == "ipv4-or-v6"):
		return "", true
	}
	return "", false
}

func isMAC(t *ir.Type) bool { return t.Kind == ir.Binary && (t.Hint == "mac" || t.Hint == "fddi") }

// integer is the Go type of a number on the wire.
func integer(width int, signed bool) string {
	if signed {
		return fmt.Sprintf("int%d", width*8)
	}
	return fmt.Sprintf("uint%d", width*8)
}

// call is the name of the codec's function for a number: U32, I64BE and so on.
func call(t *ir.Type) string {
	switch t.Kind {
	case ir.Uint:
		return "Uint"
	case ir.Sint:
		return "Sint"
	}
	s := "U"
	if t.Signed {
		s = "I"
	}
	s += fmt.Sprint(t.Width * 8)
	if t.Width > 1 {
		switch t.Order {
		case ir.Big:
			s += "BE"
		case ir.Little:
			s += "LE"
		}
	}
	return s
}

// value is the Go type of one value, without presence.
func (p *pkg) value(t *ir.Type) string {
	if _, ok := isAddr(t); ok {
		return "netip.Addr"
	}
	switch t.Kind {
	case ir.Scalar, ir.Uint, ir.Sint:
		if t.Enum != nil {
			return p.enums[t.Enum]
		}
		return integer(t.Width, t.Signed)
	case ir.String:
		return "string"
	case ir.Flag:
		return "bool"
	case ir.Binary:
		if isMAC(t) {
			return "wire.HardwareAddr"
		}
		return "wire.Bytes"
	case ir.Array:
		if byteArray(t) {
			return "wire.Bytes"
		}
		return "[]" + p.value(t.Elem)
	case ir.CStruct:
		return p.structs[t.Struct].name
	case ir.Bitfield:
		if t.Enum != nil {
			return "wire.Bitfield32[" + p.enums[t.Enum] + "]"
		}
		return "wire.Bitfield32[uint32]"
	case ir.Nest:
		return p.bySet[t.Set].name
	case ir.Indexed:
		return "[]wire.Indexed[" + p.value(t.Elem) + "]"
	case ir.SubMsg:
		return p.subs[t.Sub].name
	}
	panic(fmt.Sprintf("no Go type for kind %d", t.Kind))
}

// byteArray reports whether an array is a plain string of bytes.
func byteArray(t *ir.Type) bool {
	return t.Kind == ir.Array && t.Elem.Width == 1 && t.Elem.Enum == nil && !t.Elem.Signed
}

// optional reports whether a single value of the type needs an Opt to say that it is there.
func optional(t *ir.Type) bool {
	if _, ok := isAddr(t); ok {
		return false
	}
	switch t.Kind {
	case ir.Scalar, ir.Uint, ir.Sint, ir.String, ir.Bitfield:
		return true
	}
	return false
}

// fieldType is the Go type of a record's field.
func (p *pkg) fieldType(f *field) string {
	t := f.attr.Type
	v := p.value(t)
	switch {
	case f.attr.Multi && t.Kind == ir.Indexed:
		return v
	case f.attr.Multi && t.Kind == ir.Scalar && v == "uint8":
		return "wire.Uint8s"
	case f.attr.Multi && v == "string":
		return "wire.Strings"
	case f.attr.Multi:
		return "[]" + v
	case optional(t):
		return "wire.Opt[" + v + "]"
	case t.Kind == ir.Nest || t.Kind == ir.CStruct:
		return "*" + v
	case isMAC(t):
		return "net.HardwareAddr"
	}
	return v
}

// selectorType is the Go type of the value that picks a sub-message's format.
func (p *pkg) selectorType(t *ir.Type) string {
	if t == nil {
		return "string"
	}
	return p.value(t)
}

// bytesHint is the runtime's type for an address inside a struct, or "".
func bytesHint(m *ir.Member) string {
	switch {
	case m.Hint == "mac" && m.Bytes && m.Size == 6:
		return "wire.MAC"
	case m.Hint == "ipv4" && m.Size == 4 && m.Enum == nil:
		return "wire.Addr4"
	case m.Hint == "ipv6" && m.Bytes && m.Size == 16:
		return "wire.Addr16"
	}
	return ""
}

func (p *pkg) memberType(m *ir.Member) string {
	if h := bytesHint(m); h != "" {
		return h
	}
	switch {
	case m.Struct != nil:
		return p.structs[m.Struct].name
	case m.Bytes:
		return bytesType(m.Size)
	case m.Enum != nil:
		return p.enums[m.Enum]
	}
	return integer(m.Size, m.Signed)
}
