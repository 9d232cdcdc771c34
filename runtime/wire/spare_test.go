package wire_test

import (
	"bytes"
	"fmt"
	"reflect"
	"testing"

	"github.com/nlgen/nlgen/runtime/wire"
	"github.com/nlgen/nlgen/runtime/wire/wiretest"
)

// TestAllocs counts allocations of decoding. Owned values may allocate for what they point to, and nothing
// else; in particular the Decoder stays on the stack. Recycled ones may not allocate once they have met all.
func TestAllocs(t *testing.T) {
	unknown := join(attr(99, 1, 2), attr(98, 3))
	for _, tc := range []struct {
		name  string
		attrs []byte
		owned float64
	}{
		{"scalars and addresses", kernelRoute()[12:], 0},
		{"nest", metricsNest, 1},
		{"string", attr(14, []byte("bridge\x00")...), 1},
		{"slice", join(attr(13, u32(1)...), attr(13, u32(2)...), attr(13, u32(3)...)), 1},
		{"struct", attr(18, make([]byte, 12)...), 1},
		{"struct with tail", attr(18, make([]byte, 16)...), 2},
		{"short struct", attr(18, make([]byte, 4)...), 2},            // and a zero-extended copy
		{"unknown", unknown, 3},                                      // attributes, their bytes, and the list of places
		{"repeats", join(attr(4, u32(1)...), attr(4, u32(2)...)), 3}, // the same
		{"nests in arrays", attr(10, join(attr(1, attr(2)...), attr(2, attr(2)...))...), 3},
		{"sub-message", join(attr(14, []byte("metrics\x00")...), attr(12, attr(1, u32(1)...)...)), 2},
		{"lists in lists", join(attr(9, attr(1, 'a')...), attr(9, join(attr(1, 'b'), attr(1, 'c'))...)), 3}, // one-letter strings are free
		{"everything", join(metricsNest, unknown, attr(14, []byte("queue")...), attr(12, make([]byte, 8)...),
			attr(9, join(attr(1, []byte("name")...), attr(3, 1))...), attr(70, join(attr(16, make([]byte, 16)...), attr(13, 1))...)), 13},
	} {
		t.Run(tc.name, func(t *testing.T) {
			msg := join(noHeader, tc.attrs)
			var m Route
			if got := testing.AllocsPerRun(100, func() {
				if err := m.UnmarshalBinary(msg); err != nil {
					t.Fatal(err)
				}
			}); got > tc.owned {
				t.Errorf("owned: %v allocations, want at most %v", got, tc.owned)
			}

			d := wire.NewDecoder(nil, wire.NewSpare(true))
			for range 2 {
				d.Reset(msg)
				m.Decode(&d)
			}
			// What is recycled must survive messages that do not have it.
			if got := testing.AllocsPerRun(100, func() {
				d.Reset(noHeader)
				m.Decode(&d)
				d.Reset(msg)
				m.Decode(&d)
			}); got != 0 {
				t.Errorf("recycled: %v allocations", got)
			}
		})
	}
}

func TestEncodeAllocs(t *testing.T) {
	m := randRoute(wiretest.NewRand(1, 4))
	b, err := m.AppendBinary(nil)
	if err != nil || len(b) < 1000 {
		t.Fatalf("%d bytes, %v", len(b), err)
	}
	if got := testing.AllocsPerRun(100, func() { b, _ = m.AppendBinary(b[:0]) }); got != 0 {
		t.Errorf("%v allocations", got)
	}
}

// TestOwned checks that owned values share nothing with the message, and recycled ones the bytes but no
// strings.
func TestOwned(t *testing.T) {
	msg := join(noHeader, attr(14, []byte("name\x00")...), attr(9, attr(3, 1, 2, 3)...), attr(99, 4, 5), attr(18, make([]byte, 16)...))
	for _, tc := range []struct {
		name   string
		spare  *wire.Spare
		shares bool
	}{
		{"no spare", nil, false},
		{"chunks", wire.NewSpare(false), false},
		{"recycled", wire.NewSpare(true), true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := bytes.Clone(msg)
			var m Route
			d := wire.NewDecoder(b, tc.spare)
			m.Decode(&d)
			for i := range b {
				b[i] = 0xee
			}
			if m.Kind.Value() != "name" {
				t.Errorf("string is %q", m.Kind.Value())
			}
			for name, p := range map[string]wire.Bytes{"bytes": m.Peers[0].Key, "unknown": m.Unknown[0].Data, "tail": m.Stats.Tail} {
				if got := p[0] == 0xee; got != tc.shares {
					t.Errorf("%s share the message: %t, want %t", name, got, tc.shares)
				}
				if cap(p) != len(p) && tc.shares {
					t.Errorf("%s have room for %d bytes of the message behind them", name, cap(p)-len(p))
				}
			}
		})
	}
}

// TestAppendToDecoded checks that appending to one decoded list does not write into another.
func TestAppendToDecoded(t *testing.T) {
	msg := join(noHeader, attr(9, join(attr(99, 1), attr(98, 2))...), attr(9, attr(97, 3)...), attr(96, 4))
	for _, spare := range []*wire.Spare{nil, wire.NewSpare(false), wire.NewSpare(true)} {
		var m, want Route
		d := wire.NewDecoder(msg, spare)
		m.Decode(&d)
		if err := want.UnmarshalBinary(msg); err != nil {
			t.Fatal(err)
		}
		_ = append(m.Peers[0].Unknown, wire.Attr{Type: 1})
		_ = append(m.Peers[0].Unknown[0].Data, 9)
		_ = append(m.Unknown[0].Data, 9)
		if !reflect.DeepEqual(m, want) {
			t.Error(wiretest.Diff(m, want))
		}
	}
}

// TestChunksStay checks that a Spare that does not recycle never hands out a value twice.
func TestChunksStay(t *testing.T) {
	d := wire.NewDecoder(nil, wire.NewSpare(false))
	var all []*Route
	for n := range uint32(50) {
		d.Reset(join(noHeader, attr(8, attr(1, u32(n)...)...), attr(13, u32(n)...)))
		m := new(Route)
		m.Decode(&d)
		all = append(all, m)
	}
	for n, m := range all {
		if m.Metrics.Lock.Value() != uint32(n) || m.Groups[0] != uint32(n) {
			t.Errorf("message %d became %v, %v", n, m.Metrics.Lock, m.Groups)
		}
	}
}

// TestStringCache decodes more strings than the cache holds, and longer ones.
func TestStringCache(t *testing.T) {
	d := wire.NewDecoder(nil, wire.NewSpare(true))
	var m Route
	decode := func(s string) string {
		d.Reset(join(noHeader, attr(14, []byte(s)...)))
		m.Decode(&d)
		return m.Kind.Value()
	}
	for round := range 2 {
		for n := range 5000 {
			if s := fmt.Sprintf("eth%d", n); decode(s) != s {
				t.Fatalf("round %d: %q became %q", round, s, m.Kind.Value())
			}
		}
	}
	for _, n := range []int{0, 127, 128, 129, 5000} {
		if s := string(bytes.Repeat([]byte{'x'}, n)); decode(s) != s {
			t.Errorf("%d bytes became %q", n, m.Kind.Value())
		}
	}
}

// TestSlotOfAnotherType checks that a Spare serves messages of several types, whose slots overlap.
func TestSlotOfAnotherType(t *testing.T) {
	spare := wire.NewSpare(true)
	for n := range uint32(3) {
		d := wire.NewDecoder(nil, spare)
		if v := wire.New[uint32](&d, 3); *v != 0 {
			t.Errorf("New gives %d", *v)
		} else {
			*v = n + 1
		}
		if v := wire.New[string](&d, 3); *v != "" {
			t.Errorf("New gives %q", *v)
		} else {
			*v = "x"
		}
	}
}

// TestGrow checks slices of which nothing is known in advance.
func TestGrow(t *testing.T) {
	for _, spare := range []*wire.Spare{nil, wire.NewSpare(true)} {
		for range 3 {
			d := wire.NewDecoder(attr(1, 2), spare)
			d.Next()
			var s []int
			for n := range 100 {
				s = wire.Append(&d, 0, s, n, n%10 != 9)
			}
			for i, v := range s {
				if want := i/9*10 + i%9; v != want {
					t.Fatalf("element %d is %d, want %d", i, v, want)
				}
			}
			if len(s) != 90 {
				t.Errorf("%d elements, want 90", len(s))
			}
			var e []wire.Indexed[int]
			for n := range 5 {
				e = wire.Append(&d, 1, e, wire.Indexed[int]{Index: uint16(n)}, true)
			}
			if len(e) != 5 || e[3].Index != 3 {
				t.Errorf("entries %v", e)
			}
			for range 5 {
				e = wire.Shrink(e)
			}
			if e != nil {
				t.Errorf("nothing left is %v", e)
			}
		}
	}
}

// TestRest takes bytes of a level wherever the walk over it is.
func TestRest(t *testing.T) {
	msg := join(attr(1, attr(2, 1)[:5]...), attr(3, 9))
	d := wire.NewDecoder(msg, nil)
	d.Next()
	lv := d.Enter()
	if d.Remaining() != 5 {
		t.Errorf("%d bytes remain, want 5", d.Remaining())
	}
	d.Next()
	if got := d.Rest(); got == nil || len(got) != 0 || d.Remaining() != 0 {
		t.Errorf("after the last attribute: %x", got)
	}
	d.Leave(lv)
	if got := d.Rest(); !bytes.Equal(got, attr(3, 9)) {
		t.Errorf("after leaving: %x", got)
	}
	if d.Next() {
		t.Error("there is an attribute after the rest")
	}
}
