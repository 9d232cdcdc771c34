package wire

import (
	"fmt"
	"strconv"
)

// A DecodeError says which part of a message could not be read.
type DecodeError struct {
	Set    string // attribute set of the message, by its name in the schema
	Path   string // attribute, by names from the message's level inwards; "" for the message itself
	Offset int    // in bytes, from the start of the fixed header
	Reason string
}

// Error returns "decode <set>: <path>: <reason> at byte <offset>".
func (e *DecodeError) Error() string {
	return "decode " + joinError(e.Set, e.Path, e.Reason) + " at byte " + strconv.Itoa(e.Offset)
}

// An EncodeError says which part of a message could not be written.
type EncodeError struct {
	Set    string // attribute set of the message, by its name in the schema
	Path   string // attribute, by names from the message's level inwards; "" for the message itself
	Reason string
}

// Error returns "encode <set>: <path>: <reason>".
func (e *EncodeError) Error() string { return "encode " + joinError(e.Set, e.Path, e.Reason) }

func joinError(set, path, reason string) string {
	if set == "" {
		set = "message"
	}
	if path == "" {
		return set + ": " + reason
	}
	return set + ": " + path + ": " + reason
}

// trouble says what is wrong with the bytes of a message. It holds numbers, from which the text is made only
// when someone asks for the error.
type trouble struct {
	kind troubleKind
	off  int
	a, b int
}

type troubleKind uint8

const (
	fine troubleKind = iota
	shortHeader
	wrongLength
	wrongSize
	wrongSizes
	notMultiple
	tooDeep
	unreadableEntry
	messageTooLong
)

func (t trouble) reason() string {
	switch t.kind {
	case shortHeader:
		return fmt.Sprintf("fixed header has %d bytes, want %d", t.a, t.b)
	case wrongLength:
		return fmt.Sprintf("attribute length %d with %d bytes left", t.a, t.b)
	case wrongSize:
		return fmt.Sprintf("payload of %d bytes, want %d", t.a, t.b)
	case wrongSizes:
		return fmt.Sprintf("payload of %d bytes, want %d or %d", t.a, t.b>>8, t.b&0xff)
	case notMultiple:
		return fmt.Sprintf("payload of %d bytes, want a multiple of %d", t.a, t.b)
	case tooDeep:
		return fmt.Sprintf("nested more than %d levels deep", MaxDepth)
	case unreadableEntry:
		return "unreadable attribute inside"
	case messageTooLong:
		return "longer than 1 GiB"
	}
	return "unreadable"
}
