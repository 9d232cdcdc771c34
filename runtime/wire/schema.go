package wire

import "slices"

// A Schema is the description of a family that paths and dumps need. Generated packages hold it in one
// package-level variable; sets, sub-messages and enums refer to each other by index.
type Schema struct {
	Family string
	Sets   []Set
	Subs   []Sub
	Enums  []EnumTable
}

// A Set is an attribute set, and the fixed header before it where it is the root of a message.
type Set struct {
	Name       string
	Header     int    // bytes of the fixed header, 0 if there is none
	HeaderName string // of the header's struct
	Attrs      []AttrInfo
}

// An AttrInfo describes one attribute. Attrs of a Set ascend by ID and do not repeat it.
type AttrInfo struct {
	ID    uint16
	Name  string
	Kind  Kind
	Elem  Kind // of KindArray, KindTypeValue without set and KindCArray: kind of an element
	Multi bool // the attribute repeats at its level
	Ref   int  // of nests and arrays of nests: index into Sets; of sub-messages: index into Subs; else -1
	Depth int  // of arrays and type-value chains: levels of numbered attributes; 0 means 1
	Enum  int  // index into Enums plus one; 0 if the values have no names
}

// An EnumTable names values for traces.
type EnumTable struct {
	Name  string
	Flags bool
	Names EnumNames
}

// Attr returns the description of an attribute, or nil if the set does not know it.
func (s *Set) Attr(id uint16) *AttrInfo {
	if i := s.index(id); i >= 0 {
		return &s.Attrs[i]
	}
	return nil
}

// index returns the position of an attribute in Attrs, or -1. Most sets number theirs without gaps.
func (s *Set) index(id uint16) int {
	if len(s.Attrs) == 0 || id < s.Attrs[0].ID {
		return -1
	}
	if i := int(id - s.Attrs[0].ID); i < len(s.Attrs) && s.Attrs[i].ID == id {
		return i
	}
	i, ok := slices.BinarySearchFunc(s.Attrs, id, func(a AttrInfo, id uint16) int { return int(a.ID) - int(id) })
	if !ok {
		return -1
	}
	return i
}

// Selectors of a Sub that are not the number of an attribute beside it.
const (
	SelectorOuter  = 0xffff // the nearest attribute of an outer level with the name SelectorName
	SelectorHeader = 0xfffe // Size bytes at Offset of the message's fixed header, in host order
	SelectorNone   = 0xfffd // nothing: the first format always applies
)

// A Sub is a sub-message: formats, one of which a selector chooses.
type Sub struct {
	Name         string
	Selector     uint16 // number of the attribute at the same level that selects, or one of the constants
	SelectorName string
	Offset, Size int // of SelectorHeader
	Formats      []Format
}

// A Format is one choice of a sub-message.
type Format struct {
	Value  string // of the selector; where that is an integer, the name of Num
	Num    uint64 // of a selector that is an integer
	Header int    // bytes of the fixed header before the attributes, 0 if there is none
	Set    int    // index into Sets, -1 if there are no attributes
}

// A Kind is the way a payload is read.
type Kind uint8

// Kinds of payload. Integers are in host order unless the name ends in BE or LE.
const (
	KindUnused Kind = iota // reserved number: read as an unknown attribute
	KindPad                // alignment: skipped
	KindFlag
	KindU8
	KindU16
	KindU32
	KindU64
	KindI8
	KindI16
	KindI32
	KindI64
	KindU16BE
	KindU32BE
	KindU64BE
	KindI16BE
	KindI32BE
	KindI64BE
	KindU16LE
	KindU32LE
	KindU64LE
	KindI16LE
	KindI32LE
	KindI64LE
	KindUint // unsigned, 4 or 8 bytes
	KindSint // signed, 4 or 8 bytes
	KindString
	KindBinary
	KindMAC
	KindAddr // IP address of 4 or 16 bytes
	KindBitfield32
	KindStruct    // C struct
	KindCArray    // integers one after the other, Elem says which
	KindNest      // attributes of the set Ref
	KindArray     // numbered attributes, each with a payload of kind Elem
	KindArrayNest // numbered attributes, each with attributes of the set Ref
	KindTypeValue // like KindArrayNest, or KindArray if Ref is -1, but the numbers have a meaning of their own
	KindSub       // sub-message Ref
)
