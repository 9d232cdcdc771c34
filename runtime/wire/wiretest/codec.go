package wiretest

import (
	"net/netip"
	"testing"

	"github.com/nlgen/nlgen/runtime/wire"
)

// A Codec is a message type under test.
type Codec struct {
	Name   string
	Random func(*Rand) wire.Message // makes a value that can be encoded
	Fresh  func() wire.Message      // makes an empty one
}

// CheckAll runs Check over every codec of a package.
func CheckAll(t *testing.T, codecs []Codec) {
	for i, c := range codecs {
		Check(t, c.Name, uint64(i), c.Random, c.Fresh)
	}
}

// Fuzz fuzzes the decoders of a package: the first byte pair of the input says which. Seeds are a random message of
// each type and what the package keeps in testdata/captured, if it does: a file such as Link.01.hex is a message of type
// Link in hexadecimal.
func Fuzz(f *testing.F, codecs []Codec) {
	captured, err := seeds(seedDir, codecs)
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range captured {
		f.Add(s.which, s.body)
	}
	for i, c := range codecs {
		if b, err := encode(c.Random(NewRand(uint64(i), 0))); err == nil {
			f.Add(uint16(i), b)
		}
	}
	f.Fuzz(func(t *testing.T, which uint16, b []byte) {
		CheckBytes(t, b, nil, codecs[int(which)%len(codecs)].Fresh)
	})
}

// Address returns the first address that f makes.
func Address(f func() netip.Addr) netip.Addr {
	for {
		if a := f(); a.IsValid() {
			return a
		}
	}
}

// NonEmpty returns s, or nil where it is empty.
func NonEmpty[T any](s []T) []T {
	if len(s) == 0 {
		return nil
	}
	return s
}
