// Package ir is the resolved model of a netlink family: what a schema means, after all arithmetic. Back
// ends see only this package.
//
// Numbers of attributes, operations and enum entries are final; references are pointers; subsets are
// filled in from their parents; structs have C offsets; every sub-message knows where its selector is.
// C names follow the prefix rules of the schema language, so that a model can be compared with uapi
// headers and with the kernel's type information.
package ir

import "math/big"

// A Pos is a place in the schema file. Line and Col count from 1; Line 0 means that nothing is written there.
type Pos struct{ Line, Col int }

// A Family is one netlink family.
type Family struct {
	Name       string // as the schema calls it; for a generic family the name that the kernel resolves
	Source     string // base name of the schema file
	Doc        string
	Generic    bool
	Protonum   int      // socket protocol
	Version    uint8    // of the generic netlink header
	Headers    []string // uapi headers that the schema names, each once
	Pos        Pos      // of the name
	VersionPos Pos      // of the version, where one is written

	Consts        []*Const
	Enums         []*Enum
	Structs       []*Struct
	Sets          []*Set
	Subs          []*Sub
	Messages      []*Message
	Ops           []*Op
	Notifications []*Notification
	Groups        []*Group
}

// A Const is a named number or string.
type Const struct {
	Name, Doc, CName string
	Int              *big.Int // nil for a string
	Str              string
	Pos              Pos
}

// An Enum is a set of named values, or of named bits.
type Enum struct {
	Name, Doc, CName string
	Flags            bool  // entries are masks
	Of               *Enum // the enum whose values number these bits (enum-as-flags), else nil
	Bits             int   // width of the widest use: 8, 16, 32 or 64
	Entries          []Entry
	Pos              Pos
}

// An Entry is one name of an Enum. The value of a negative entry is in two's complement of the enum's width.
type Entry struct {
	Name, Doc, CName string
	Value            uint64
	Pos              Pos
}

// Order is a byte order on the wire.
type Order int

// Byte orders.
const (
	Host Order = iota
	Big
	Little
)

// A Struct is a C struct, laid out with natural alignment and trailing padding.
type Struct struct {
	Name, Doc, CName string
	Members          []*Member
	Size, Align      int
	Pos              Pos
}

// A Member is a field of a Struct.
type Member struct {
	Name, Doc    string
	Pad          bool
	Offset, Size int
	Signed       bool // of a scalar
	Order        Order
	Bytes        bool    // a byte array of Size
	Struct       *Struct // a struct inside the struct
	Enum         *Enum
	Hint         string
	Pos          Pos
}

// A Set is an attribute set. A subset holds its parent's attributes with its own changes.
type Set struct {
	Name, Doc string
	Parent    *Set
	Attrs     []*Attr // ascending in the schema's order; no name twice
	// Outer lists selectors that payloads in this set need from a level above, first needed first.
	Outer []*Selector
	Pos   Pos
}

// Attr returns the attribute called name, or nil.
func (s *Set) Attr(name string) *Attr {
	for _, a := range s.Attrs {
		if a.Name == name {
			return a
		}
	}
	return nil
}

// An Attr is one attribute of a set.
type Attr struct {
	Name, Doc, CName string
	ID               uint16
	Type             *Type
	Multi            bool // repeats at its level
	Limits           *Limits
	Pos              Pos
}

// Limits are what a schema says that the kernel demands of a payload; nil where it says nothing.
type Limits struct {
	Min, Max                 *big.Int
	ExactLen, MinLen, MaxLen *big.Int // bytes; of a string without its NUL
	Mask                     *big.Int // bits that may be set
	Unterminated             bool     // of a string: NUL may be missing
}

// Kind says how a payload is read.
type Kind int

// The kinds of payload.
const (
	Scalar   Kind = iota // fixed width integer
	Uint                 // unsigned, 4 or 8 bytes
	Sint                 // signed, 4 or 8 bytes
	String               // NUL-terminated text
	Flag                 // no payload
	Binary               // bytes
	Array                // C array of Elem, a Scalar
	CStruct              // a struct
	Bitfield             // value and selector, u32 each
	Nest                 // attributes of Set
	Indexed              // attributes whose types are indexes, each an Elem
	SubMsg               // a sub-message
	Pad                  // alignment, no value
	Unused               // a reserved number
)

// A Type is the type of a payload.
type Type struct {
	Kind     Kind
	Width    int // bytes, of a Scalar
	Signed   bool
	Order    Order
	Enum     *Enum
	Hint     string
	Set      *Set
	Struct   *Struct
	Elem     *Type
	Sub      *Sub
	Selector *Selector
}

// A Selector is the value that picks the format of a sub-message.
type Selector struct {
	Name string
	Attr *Attr   // attribute of the sub-message's own set
	Mem  *Member // member of the fixed header
	// with neither: an attribute of an outer level
	Type *Type // of the value
}

// A Sub is a sub-message: one of several formats.
type Sub struct {
	Name, Doc string
	Enum      *Enum // of an integer selector; nil for a string
	Type      *Type // of the selector, string where nothing uses the sub-message
	Formats   []*Format
}

// A Format is one layout of a Sub: fixed header and attribute set, either, or neither.
type Format struct {
	Value  string
	Num    uint64 // of an integer selector
	Header *Struct
	Set    *Set
}

// A Message is what travels under one message header: an attribute set below a fixed header. Either may be
// nil.
type Message struct {
	Set    *Set
	Header *Struct
}

// An Op is an operation that user space calls.
type Op struct {
	Name, Doc, CName string
	Msg              *Message
	Do, Dump         *Mode
	AdminPerm        bool
	NetAdmin         bool // AdminPerm is wanted only in the user namespace that owns the network namespace
	Reads            bool // changes nothing
	Echoes           bool // the do is answered with data only when it asks for an echo
	Table            *Table
	Pos              Pos
}

// A Mode is the do or dump of an Op.
type Mode struct {
	Request      uint16 // message type or command sent
	Reply        int    // message type or command answered, -1 where there is no answer but the ACK
	RequestAttrs []*Attr
	ReplyAttrs   []*Attr
	RequestPos   []Pos // where RequestAttrs are listed
	Pos          Pos
}

// A Notification is a message that the kernel sends on its own.
type Notification struct {
	Name, Doc string
	ID        uint16
	Msg       *Message
	Group     *Group // nil where the schema names none
	Attrs     []*Attr
	Made      bool // not in the schema: made from the operations
	Pos       Pos
}

// A Group is a multicast group.
type Group struct {
	Name, Doc string
	ID        uint32 // raw families; 0 where the schema gives no number
	Pos       Pos
}
