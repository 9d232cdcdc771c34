// Package tabletest proves that the tables of generated packages name the right bytes.
package tabletest

import (
	"bytes"
	"encoding"
	"encoding/binary"
	"testing"

	"github.com/nlgen/nlgen/runtime/nl"
)

// A Key is what the parts of a table's key must find in a message: the value that the key is for, the parts, the
// filters. A value is a uint8, a uint16 or a uint32 in the machine's order, or bytes.
type Key struct {
	Message        encoding.BinaryMarshaler
	When           any
	Parts, Filters []any
}

// Is compares the keys of a table with what they must find.
func Is(t *testing.T, table *nl.Table, want ...Key) {
	t.Helper()
	if len(table.Keys) != len(want) {
		t.Fatalf("%d keys, want %d", len(table.Keys), len(want))
	}
	header := table.List.Family.Schema.Sets[table.List.ReplySet].Header
	for i, w := range want {
		k := &table.Keys[i]
		b, err := w.Message.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		find(t, b, header, "when", []nl.Part{k.When}, []any{w.When})
		find(t, b, header, "part", k.Parts, w.Parts)
		find(t, b, header, "filter", k.Filters, w.Filters)
	}
}

func find(t *testing.T, message []byte, header int, what string, parts []nl.Part, want []any) {
	t.Helper()
	if len(parts) != len(want) {
		t.Errorf("%d of %s, want %d", len(parts), what, len(want))
		return
	}
	for i, p := range parts {
		value, err := binary.Append(nil, binary.NativeEndian, want[i])
		if err != nil {
			t.Fatal(err)
		}
		got := attribute(message[(header+3)&^3:], p.Attr)
		if got == nil && p.Else != 0 {
			got = attribute(message[(header+3)&^3:], p.Else)
		}
		if p.Size > 0 {
			got = message[p.Offset : p.Offset+p.Size]
		}
		if !bytes.Equal(got, value) {
			t.Errorf("%s %d: %x, want %x", what, i, got, value)
		}
	}
}

// attribute returns the payload of an attribute, nil if it is not there.
func attribute(b []byte, typ uint16) []byte {
	for len(b) >= 4 {
		n := int(binary.NativeEndian.Uint16(b))
		if binary.NativeEndian.Uint16(b[2:]) == typ {
			return b[4:n]
		}
		b = b[min((n+3)&^3, len(b)):]
	}
	return nil
}
