// Package wire is the codec under generated netlink packages: attributes and values as pure functions on
// bytes, without sockets. It builds everywhere.
//
// # Messages
//
// A netlink message is a fixed header, which some families have, and attributes behind it. An attribute is a
// 16-bit length that counts its own 4 bytes of header, a 16-bit type of which 14 bits are a number, a payload,
// and padding to a multiple of 4. The payload may be attributes again: a nest. Each level of attributes is
// described by an attribute set, for which the generator makes one Go type with two methods:
//
//	func (m *Route) Encode(e *wire.Encoder)
//	func (m *Route) Decode(d *wire.Decoder)
//
// Message is what has them. Users call neither, but AppendBinary, MarshalBinary and UnmarshalBinary beside
// them, or leave both to package nl.
//
// # Values
//
// A scalar or a string is an Opt: a value and whether it is present. Byte slices, arrays and nests are absent
// when nil, and present when empty but not nil. A netip.Addr is absent when it is the zero Addr. The slice of
// an attribute that repeats has one element for each occurrence. An indexed array, whose entries the wire
// numbers, is a slice of Indexed. What no field can hold is in Attrs, by the name Unknown.
//
// All values have a JSON form from which an equal value comes back, strings that are not UTF-8 included.
//
// # Decoding
//
// Decode accepts any bytes: it returns a value or an error in time linear in their number. The error is only
// for what makes the rest meaningless, a fixed header that is too short or a length that leads out of the
// message. Anything smaller stays local: a payload that does not fit its declared type, a nest that is
// malformed inside or more than MaxDepth levels deep, keeps its attribute raw in Unknown, one level up, and
// counts in Decoder.Unreadable. A strict Decoder makes the first of these the error.
//
// When an attribute that does not repeat comes more than once, the last one has the field and the others go to
// Unknown. Unknown keeps the order of the wire and is encoded before the fields; so the value that a message
// decodes to encodes to a message that decodes to the same value.
//
// # Who owns what
//
// With a nil Spare, decoded values are the caller's: no memory is shared with the message. The same holds for
// a Spare that does not recycle, which only allocates several values at a time. A Spare that recycles serves
// loops that look at one message after the other and allocate nothing for it: everything that it handed out,
// and every byte slice, which aliases the message, is good until the next message begins. Strings are safe to
// keep in all cases.
//
// # Encoding
//
// An Encoder appends to a byte slice. It refuses what the wire cannot hold, and what decoding would not give
// back: a payload of more than MaxPayload bytes, a NUL inside a string, a number that does not fit, an address
// of the wrong family, a selector that contradicts the type of the data it selects. Go values that contain
// themselves must not be encoded.
//
// # Errors and paths
//
// While a message is read or written, an error is only an offset. The Schema, tables that are generated for
// each family, turns it into a path of names when someone asks for the error: DecodeError and EncodeError have
// it. Schema.Path does the same for the offsets that the kernel reports, and Schema.Dump prints a message.
package wire

// A Message is what generated messages and attribute sets implement. Encode appends fixed header and
// attributes; Decode overwrites the receiver with what the Decoder's level holds.
type Message interface {
	Encode(*Encoder)
	Decode(*Decoder)
}
