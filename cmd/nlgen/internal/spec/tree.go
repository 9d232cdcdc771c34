// Package spec reads netlink family schemas in the kernel's YNL format: it turns YAML into a syntax tree
// that keeps the place of every value, and reports everything that is wrong with it in one run.
package spec

import "math/big"

// A Pos is a place in a schema file. Line and Col count from 1; Line 0 means that nothing was written.
type Pos struct{ Line, Col int }

// A Value is one scalar and the place it was written at. The zero Value stands for an absent key.
type Value[T any] struct {
	V   T
	Pos Pos
}

// Set reports whether the key was written, even if empty (`enum-name:`).
func (v Value[T]) Set() bool { return v.Pos.Line != 0 }

// Or returns the value, or def where the key is absent.
func (v Value[T]) Or(def T) T {
	if v.Set() {
		return v.V
	}
	return def
}

// A Protocol is a level of the schema language.
type Protocol string

// The four levels. A file that names none is at level Genetlink.
const (
	Genetlink       Protocol = "genetlink"
	GenetlinkC      Protocol = "genetlink-c"
	GenetlinkLegacy Protocol = "genetlink-legacy"
	NetlinkRaw      Protocol = "netlink-raw"
)

// A File is one schema: one netlink family.
type File struct {
	Path         string // as given to Load
	Name         Value[string]
	Doc          Value[string]
	Protocol     Value[string]
	Protonum     Value[int64]
	Version      Value[int64]
	UAPIHeader   Value[string]
	CFamilyName  Value[string]
	CVersionName Value[string]
	CmdMaxName   Value[string]
	CmdCntName   Value[string]
	KernelPolicy Value[string]
	MaxByDefine  Value[bool]
	Definitions  []*Definition
	Sets         []*AttrSet
	SubMessages  []*SubMessage
	Operations   Operations
	Groups       []*Group
}

// Level returns the schema level.
func (f *File) Level() Protocol { return Protocol(f.Protocol.Or(string(Genetlink))) }

// A Definition is a constant, an enum, a flag set or a struct.
type Definition struct {
	Pos         Pos
	Name        Value[string]
	Type        Value[string] // const, enum, flags, struct
	Doc         Value[string]
	Header      Value[string]
	Scope       Value[string]
	EnumName    Value[string]
	NamePrefix  Value[string]
	EnumCntName Value[string]
	RenderMax   Value[bool]
	Value       Value[string]   // of a const, as written
	Int         *big.Int        // of a const, where it is a number; else nil
	ValueStart  Value[*big.Int] // of an enum or flag set
	Entries     []*Entry
	Members     []*Member
}

// An Entry is one name of an enum or flag set. Num is the value of an enum entry, the bit number of a
// flag, after numbering.
type Entry struct {
	Pos   Pos
	Name  Value[string]
	Doc   Value[string]
	Value Value[*big.Int]
	Num   *big.Int
}

// A Member is one field of a struct.
type Member struct {
	Pos         Pos
	Name        Value[string]
	Type        Value[string]
	Doc         Value[string]
	ByteOrder   Value[string]
	Struct      Value[string]
	Enum        Value[string]
	EnumAsFlags Value[bool]
	DisplayHint Value[string]
	Len         Value[string] // as written: a number, a constant, or a constant and " - 1"
	Size        int           // Len as a number, after checking; 0 where there is none
}

// An AttrSet is an attribute set, or a subset of one.
type AttrSet struct {
	Pos         Pos
	Name        Value[string]
	Doc         Value[string]
	NamePrefix  Value[string]
	EnumName    Value[string]
	AttrCntName Value[string]
	AttrMaxName Value[string]
	Header      Value[string]
	SubsetOf    Value[string]
	Attrs       []*Attr
}

// An Attr is one attribute of a set. In a subset, what is not written comes from the parent's attribute of
// the same name.
type Attr struct {
	Pos         Pos
	Name        Value[string]
	Type        Value[string]
	Doc         Value[string]
	Value       Value[int64]
	Num         int64 // the attribute's number, after numbering (the parent's, in a subset)
	MultiAttr   Value[bool]
	Nested      Value[string] // nested-attributes
	SubType     Value[string]
	Struct      Value[string]
	TypeValue   []Value[string]
	SubMessage  Value[string]
	Selector    Value[string]
	Enum        Value[string]
	EnumAsFlags Value[bool]
	ByteOrder   Value[string]
	DisplayHint Value[string]
	NamePrefix  Value[string]
	Checks      *Checks
}

// Checks are the limits that the kernel's policy puts on an attribute.
type Checks struct {
	Pos            Pos
	Min, Max       *Limit
	ExactLen       *Limit
	MinLen, MaxLen *Limit
	FlagsMask      *Limit
	UnterminatedOK Value[bool]
	Sparse         Value[bool]
}

// A Limit is one number of Checks. Text is what was written: a number, a constant's name (the schema's or
// the C one), or a literal such as u32-max; Int is its value after checking.
type Limit struct {
	Text Value[string]
	Int  *big.Int
}

// A SubMessage lists the formats of a payload whose layout another value selects.
type SubMessage struct {
	Pos     Pos
	Name    Value[string]
	Doc     Value[string]
	Formats []*Format
}

// A Format is one layout of a sub-message.
type Format struct {
	Pos         Pos
	Value       Value[string]
	FixedHeader Value[string]
	AttrSet     Value[string]
}

// Operations are the messages of the family.
type Operations struct {
	Pos         Pos
	EnumModel   Value[string] // unified (the default) or directional
	NamePrefix  Value[string]
	EnumName    Value[string]
	AsyncPrefix Value[string]
	AsyncEnum   Value[string]
	FixedHeader Value[string]
	List        []*Op
}

// An Op is one operation: a request with do and dump modes, a notification, an event, or a reserved number.
type Op struct {
	Pos          Pos
	Name         Value[string]
	Doc          Value[string]
	Value        Value[int64]
	AttrSet      Value[string]
	FixedHeader  Value[string]
	Flags        []Value[string]
	DontValidate []Value[string]
	ConfigCond   Value[string]
	Do, Dump     *Mode
	Notify       Value[string]
	MCGroup      Value[string]
	Event        *AttrList
	Keys         []*Key
	KeyPos       Pos // of key, where it is written
}

// A Key says what tells objects that a dump lists from each other. The schema language does not have it; it
// stands only in a file that `nlgen: 1` opens. Names of the fixed header's members begin with HeaderPrefix; Else
// stands between two attributes of which the second counts where the first is absent.
type Key struct {
	Pos        Pos
	When       Value[string] // member of the fixed header; set but "" where it cannot be read
	Values     []*KeyValue   // of When
	Attributes []Value[string]
	Filters    []Value[string]
	Groups     []Value[string]
	Asked      Value[bool]
	Shared     Value[bool]
	Steady     Value[bool]
	RelistOn   []Value[int64]
}

// HeaderPrefix marks a member of the fixed header among the names of a Key.
const HeaderPrefix = "header."

// Else parts the attributes of which one is to be there, the first rather than the second.
const Else = "|"

// A KeyValue is one value that a key is for. Text is what was written, a number or the name of an enum entry;
// Int is its value after checking.
type KeyValue struct {
	Text Value[string]
	Int  *big.Int
}

// A Mode is the do or the dump of an operation.
type Mode struct {
	Pos            Pos
	Request, Reply *AttrList
	Pre, Post      Value[string]
}

// An AttrList names the attributes of one direction of a Mode, or of an event.
type AttrList struct {
	Pos   Pos
	Value Value[int64]
	Attrs []Value[string]
}

// A Group is a multicast group.
type Group struct {
	Pos         Pos
	Name        Value[string]
	Doc         Value[string]
	Value       Value[int64]
	CDefineName Value[string]
	Flags       []Value[string]
}
