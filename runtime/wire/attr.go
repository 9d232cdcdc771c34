package wire

import "encoding/json"

// Bits of an attribute's type that are not part of its number.
const (
	Nested       = 0x8000 // the payload is attributes
	NetByteorder = 0x4000 // the payload is in network byte order
	TypeMask     = 0x3fff // the number
)

// MaxPayload is the largest payload of one attribute, in bytes: its 16-bit length counts the 4-byte header.
const MaxPayload = 0xffff - 4

// MaxDepth is how many nests within each other are read and written. Deeper ones stay raw when they are read
// and are an error when they are written.
const MaxDepth = 64

// An Attr is an attribute as it was on the wire.
type Attr struct {
	Type uint16 // as on the wire, with the bits Nested and NetByteorder
	Data Bytes  // the payload without padding
}

// ID returns the attribute's number.
func (a Attr) ID() uint16 { return a.Type & TypeMask }

type attrJSON struct {
	Type         uint16 `json:"type"`
	Nested       bool   `json:"nested,omitempty"`
	NetByteorder bool   `json:"net-byteorder,omitempty"`
	Data         Bytes  `json:"data"`
}

// MarshalJSON returns {"type": 5, "nested": true, "data": "hex"}.
func (a Attr) MarshalJSON() ([]byte, error) {
	return json.Marshal(attrJSON{a.ID(), a.Type&Nested != 0, a.Type&NetByteorder != 0, a.Data})
}

// UnmarshalJSON is the reverse of MarshalJSON.
func (a *Attr) UnmarshalJSON(data []byte) error {
	j := attrJSON{Data: Bytes{}}
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	*a = Attr{j.Type & TypeMask, j.Data}
	if j.Nested {
		a.Type |= Nested
	}
	if j.NetByteorder {
		a.Type |= NetByteorder
	}
	return nil
}

// Attrs are attributes as they were on the wire, in their order.
type Attrs []Attr

// Find returns the payload of the last attribute with that number, or nil.
func (a Attrs) Find(id uint16) Bytes {
	for i := len(a) - 1; i >= 0; i-- {
		if a[i].ID() == id {
			return a[i].Data
		}
	}
	return nil
}
