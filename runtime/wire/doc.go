// Package wire is the codec under generated netlink packages: attributes and values as pure functions on
// bytes, without sockets. It builds everywhere.
package wire

// A Message is what generated messages and attribute sets implement. Encode appends fixed header and
// attributes; Decode overwrites the receiver with what the Decoder's level holds.
type Message interface {
	Encode(*Encoder)
	Decode(*Decoder)
}
