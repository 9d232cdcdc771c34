package wire_test

import (
	"errors"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"github.com/nlgen/nlgen/runtime/wire"
	"github.com/nlgen/nlgen/runtime/wire/wiretest"
)

var noHeader = make([]byte, 12)

func TestDecode(t *testing.T) {
	badU32 := attr(4, 1, 2, 3)
	for _, tc := range []struct {
		name       string
		attrs      []byte
		want       Route
		unreadable int
	}{
		{name: "nothing"},
		{name: "less than a header at the end", attrs: join(attr(4, u32(7)...), []byte{1, 2, 3}),
			want: Route{Oif: wire.Some[uint32](7)}},
		{name: "last attribute without padding", attrs: attr(11, 1)[:5],
			want: Route{State: wire.Some(State(1))}},
		{name: "flag bits of the type", attrs: attr(4|wire.Nested|wire.NetByteorder, u32(7)...),
			want: Route{Oif: wire.Some[uint32](7)}},
		{name: "unknown is kept verbatim", attrs: join(attr(99|wire.NetByteorder, 1, 2, 3), attr(3)),
			want: Route{Unknown: wire.Attrs{{Type: 99 | wire.NetByteorder, Data: wire.Bytes{1, 2, 3}}, {Type: 3, Data: wire.Bytes{}}}}},
		{name: "payload of the wrong size", attrs: join(badU32, attr(1, 1, 2, 3, 4, 5), attr(15, u32(1)...)),
			want: Route{Table: wire.Some[uint32](1),
				Unknown: wire.Attrs{{Type: 4, Data: wire.Bytes{1, 2, 3}}, {Type: 1, Data: wire.Bytes{1, 2, 3, 4, 5}}}}, unreadable: 2},
		{name: "the last of repeated attributes wins", attrs: join(attr(4, u32(1)...), attr(11, 1), attr(4, u32(2)...), attr(4, u32(3)...)),
			want: Route{Oif: wire.Some[uint32](3), State: wire.Some(State(1)),
				Unknown: wire.Attrs{{Type: 4, Data: u32(1)}, {Type: 4, Data: u32(2)}}}},
		{name: "repeats, unknown and unreadable in wire order", attrs: join(attr(4, u32(1)...), attr(99), badU32, attr(11, 1), attr(98), attr(11, 2), attr(4, u32(2)...)),
			want: Route{Oif: wire.Some[uint32](2), State: wire.Some(State(2)),
				Unknown: wire.Attrs{{Type: 4, Data: u32(1)}, {Type: 99, Data: wire.Bytes{}}, {Type: 4, Data: wire.Bytes{1, 2, 3}}, {Type: 11, Data: wire.Bytes{1}}, {Type: 98, Data: wire.Bytes{}}}}, unreadable: 1},
		{name: "the last is unreadable", attrs: join(attr(4, u32(1)...), badU32),
			want: Route{Unknown: wire.Attrs{{Type: 4, Data: u32(1)}, {Type: 4, Data: wire.Bytes{1, 2, 3}}}}, unreadable: 1},
		{name: "types that are equal modulo 64", attrs: join(attr(4, u32(1)...), attr(68, 5), attr(132, 6)),
			want: Route{Oif: wire.Some[uint32](1), Unknown: wire.Attrs{{Type: 68, Data: wire.Bytes{5}}, {Type: 132, Data: wire.Bytes{6}}}}},
		{name: "unknown may repeat", attrs: join(attr(99, 1), attr(99, 2)),
			want: Route{Unknown: wire.Attrs{{Type: 99, Data: wire.Bytes{1}}, {Type: 99, Data: wire.Bytes{2}}}}},
		{name: "padding is dropped", attrs: join(attr(28), attr(28), attr(28, 0, 0, 0, 0))},
		{name: "scalars that repeat", attrs: join(attr(13, u32(1)...), attr(13, 9), attr(13, u32(2)...)),
			want: Route{Groups: []uint32{1, 2}, Unknown: wire.Attrs{{Type: 13, Data: wire.Bytes{9}}}}, unreadable: 1},
		{name: "only unreadable ones of those", attrs: attr(13, 9),
			want: Route{Unknown: wire.Attrs{{Type: 13, Data: wire.Bytes{9}}}}, unreadable: 1},
		{name: "strings", attrs: attr(14, 'a', 0, 'b', 0), want: Route{Kind: wire.Some("a")}},
		{name: "string without NUL", attrs: attr(14, 'a', 0xff), want: Route{Kind: wire.Some("a\xff")}},
		{name: "empty string", attrs: attr(14), want: Route{Kind: wire.Some("")}},
		{name: "addresses", attrs: join(attr(1, 10, 0, 0, 1), attr(2, 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)),
			want: Route{Dst: netip.MustParseAddr("10.0.0.1"), Src: netip.MustParseAddr("fe80::1")}},
		{name: "empty nest", attrs: attr(8), want: Route{Metrics: &Metrics{}}},
		{name: "nest", attrs: attr(8|wire.Nested, join(attr(2, u32(1400)...), attr(7, 1))...),
			want: Route{Metrics: &Metrics{MTU: wire.Some[uint32](1400), Unknown: wire.Attrs{{Type: 7, Data: wire.Bytes{1}}}}}},
		{name: "malformed nest", attrs: join(attr(8|wire.Nested, 3, 0, 1, 0), attr(15, u32(1)...)),
			want: Route{Table: wire.Some[uint32](1), Unknown: wire.Attrs{{Type: 8 | wire.Nested, Data: wire.Bytes{3, 0, 1, 0}}}}, unreadable: 1},
		{name: "unreadable and then malformed in a nest counts once", attrs: attr(8, join(attr(2, 1), []byte{0, 0, 0, 0})...),
			want: Route{Unknown: wire.Attrs{{Type: 8, Data: join(attr(2, 1), []byte{0, 0, 0, 0})}}}, unreadable: 1},
		{name: "malformed element of a list", attrs: join(attr(9, attr(3, 1)...), attr(9, 0, 0, 0, 0), attr(9)),
			want: Route{Peers: []Peer{{Key: wire.Bytes{1}}, {}}, Unknown: wire.Attrs{{Type: 9, Data: wire.Bytes{0, 0, 0, 0}}}}, unreadable: 1},
		{name: "array", attrs: attr(10, join(attr(1, attr(1, 0x08, 0x00)...), attr(0))...),
			want: Route{Actions: []wire.Indexed[Act]{{Index: 1, Value: Act{Family: wire.Some[uint16](0x800)}}, {Index: 0}}}},
		{name: "empty array", attrs: attr(10), want: Route{Actions: []wire.Indexed[Act]{}}},
		{name: "array with a malformed entry", attrs: attr(10, join(attr(1), attr(2, 1, 0, 0, 0))...),
			want: Route{Unknown: wire.Attrs{{Type: 10, Data: join(attr(1), attr(2, 1, 0, 0, 0))}}}, unreadable: 1},
		{name: "array of scalars", attrs: attr(26, join(attr(3, u32(5)...), attr(1, u32(6)...))...),
			want: Route{Freqs: []wire.Indexed[uint32]{{Index: 3, Value: 5}, {Index: 1, Value: 6}}}},
		{name: "array of scalars, one of them too short", attrs: attr(26, join(attr(3, u32(5)...), attr(1, 6))...),
			want: Route{Unknown: wire.Attrs{{Type: 26, Data: join(attr(3, u32(5)...), attr(1, 6))}}}, unreadable: 1},
		{name: "type-value chain", attrs: attr(25, attr(7, attr(2, attr(1, u32(1)...)...)...)...),
			want: Route{Policy: []wire.Indexed[[]wire.Indexed[Metrics]]{{Index: 7, Value: []wire.Indexed[Metrics]{{Index: 2, Value: Metrics{Lock: wire.Some[uint32](1)}}}}}}},
		{name: "struct", attrs: attr(18, join(u32(9), []byte{1, 2, 3, 4, 5, 6}, []byte{0, 80})...),
			want: Route{Stats: &Info{ID: 9, MAC: wire.MAC{1, 2, 3, 4, 5, 6}, Port: 80}}},
		{name: "short struct", attrs: attr(18, u32(9)[:4]...), want: Route{Stats: &Info{ID: 9}}},
		{name: "long struct", attrs: attr(18, join(u32(9), make([]byte, 8), []byte{7, 8})...),
			want: Route{Stats: &Info{ID: 9, Tail: wire.Bytes{7, 8}}}},
		{name: "bit field", attrs: attr(21, join(u32(1), u32(3))...),
			want: Route{Mask: wire.Some(wire.Bitfield32[Flags]{Value: 1, Selector: 3})}},
		{name: "sub-message before its selector", attrs: join(attr(12, attr(2, u32(5)...)...), attr(14, []byte("metrics\x00")...)),
			want: Route{Kind: wire.Some("metrics"), Data: &DataMetrics{MTU: wire.Some[uint32](5)}}},
		{name: "sub-message with header", attrs: join(attr(12, join(u32(9), make([]byte, 4), attr(2, u32(5)...))...), attr(14, []byte("queue")...)),
			want: Route{Kind: wire.Some("queue"), Data: &DataQueue{Limit: 9, Metrics: Metrics{MTU: wire.Some[uint32](5)}}}},
		{name: "sub-message too short for its header", attrs: join(attr(14, []byte("queue")...), attr(99), attr(12, 1, 2, 3, 4, 5)),
			want: Route{Kind: wire.Some("queue"), Unknown: wire.Attrs{{Type: 99, Data: wire.Bytes{}}, {Type: 12, Data: wire.Bytes{1, 2, 3, 4, 5}}}}, unreadable: 1},
		{name: "sub-message without content", attrs: join(attr(12), attr(14, []byte("none")...)),
			want: Route{Kind: wire.Some("none"), Data: &DataNone{}}},
		{name: "sub-message of an unknown kind", attrs: join(attr(12, 1, 2), attr(14, 'x')),
			want: Route{Kind: wire.Some("x"), Data: &DataUnknown{"x", wire.Bytes{1, 2}}}},
		{name: "sub-message without selector, before an unknown attribute", attrs: join(attr(12, 1, 2), attr(99)),
			want: Route{Unknown: wire.Attrs{{Type: 12, Data: wire.Bytes{1, 2}}, {Type: 99, Data: wire.Bytes{}}}}},
		{name: "two sub-messages", attrs: join(attr(12, 1), attr(12, 2), attr(14, 'x')),
			want: Route{Kind: wire.Some("x"), Data: &DataUnknown{"x", wire.Bytes{2}}, Unknown: wire.Attrs{{Type: 12, Data: wire.Bytes{1}}}}},
		{name: "selector of the level around", attrs: join(attr(30, attr(12, attr(1, u32(3)...)...)...), attr(14, []byte("metrics")...)),
			want: Route{Kind: wire.Some("metrics"), App: &App{Data: &DataMetrics{Lock: wire.Some[uint32](3)}}}},
		{name: "second pass keeps wire order", attrs: attr(10, attr(1, join(attr(5, 1), attr(99), attr(5, 2), attr(1, 0, 1))...)...),
			want: Route{Actions: []wire.Indexed[Act]{{Index: 1, Value: Act{Family: wire.Some[uint16](1),
				Unknown: wire.Attrs{{Type: 5, Data: wire.Bytes{1}}, {Type: 99, Data: wire.Bytes{}}, {Type: 5, Data: wire.Bytes{2}}}}}}}},
		{name: "type 0 carries data", attrs: attr(70, join(attr(0, 5), attr(300, 1, 2, 3, 4), attr(17, 1, 7))...),
			want: Route{Scalars: &Scalars{U8: wire.Some[uint8](5), Addrs: []netip.Addr{netip.MustParseAddr("1.2.3.4")}, States: []State{1, 7}}}},
		{name: "signed and ordered", attrs: attr(70, join(attr(2, 0xff), attr(7, 0xff, 0xff, 0xff, 0xfe), attr(8, 1, 2),
			attr(11, u32(0xffffffff)...), attr(10, join(u32(7))...), attr(13), attr(16))...),
			want: Route{Scalars: &Scalars{I8: wire.Some[int8](-1), I32BE: wire.Some[int32](-2), U16LE: wire.Some[uint16](0x201),
				Sint: wire.Some[int64](-1), Uint: wire.Some[uint64](7), MAC: []byte{}, Array: []uint64{}}}},
		{name: "array that does not divide", attrs: attr(70, attr(16, 1, 2, 3)...),
			want: Route{Scalars: &Scalars{Unknown: wire.Attrs{{Type: 16, Data: wire.Bytes{1, 2, 3}}}}}, unreadable: 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			msg := join(noHeader, tc.attrs)
			var got Route
			d := wire.NewDecoder(msg, nil)
			got.Decode(&d)
			if err := d.Err(&schema, 0); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, tc.want) {
				t.Error(wiretest.Diff(got, tc.want))
			}
			if d.Unreadable() != tc.unreadable {
				t.Errorf("%d unreadable payloads, want %d", d.Unreadable(), tc.unreadable)
			}
			wiretest.CheckBytes(t, msg, wire.NewSpare(true), newRoute)
		})
	}
}

func TestDecodeError(t *testing.T) {
	for _, tc := range []struct {
		name   string
		msg    []byte
		strict bool
		want   string
		path   string
		offset int
	}{
		{name: "short header", msg: make([]byte, 11),
			want: "decode route-attrs: header: fixed header has 11 bytes, want 12 at byte 0", path: "header"},
		{name: "length below 4", msg: join(noHeader, attr(4, u32(1)...), u16(3), u16(4)),
			want: "decode route-attrs: attribute length 3 with 4 bytes left at byte 20", offset: 20},
		{name: "length beyond the end", msg: join(noHeader, u16(9), u16(4), u32(1)),
			want: "decode route-attrs: attribute length 9 with 8 bytes left at byte 12", offset: 12},
		{name: "strict: size", msg: join(noHeader, attr(9, attr(2, attr(0)...)...), attr(9, attr(2, attr(3, attr(1, 5)...)...)...)), strict: true,
			want: "decode route-attrs: peers[1].allowed-ips[3].family: payload of 1 bytes, want 2 at byte 36", path: "peers[1].allowed-ips[3].family", offset: 36},
		{name: "strict: sizes", msg: join(noHeader, attr(1, 5)), strict: true,
			want: "decode route-attrs: dst: payload of 1 bytes, want 4 or 16 at byte 12", path: "dst", offset: 12},
		{name: "strict: nest", msg: join(noHeader, attr(8, join(attr(1, u32(1)...), u16(0), u16(0))...)), strict: true,
			want: "decode route-attrs: metrics: attribute length 0 with 4 bytes left at byte 24", path: "metrics", offset: 24},
		{name: "strict: array", msg: join(noHeader, attr(70, attr(16, 1, 2, 3)...)), strict: true,
			want: "decode route-attrs: scalars.array: payload of 3 bytes, want a multiple of 8 at byte 16", path: "scalars.array", offset: 16},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := wire.NewDecoder(tc.msg, nil)
			d.SetStrict(tc.strict)
			var m Route
			m.Decode(&d)
			err := d.Err(&schema, 0)
			var de *wire.DecodeError
			if !errors.As(err, &de) {
				t.Fatalf("got %v, want a DecodeError", err)
			}
			if err.Error() != tc.want || de.Path != tc.path || de.Offset != tc.offset || de.Set != "route-attrs" {
				t.Errorf("got  %v\nwant %s; path %q, offset %d", err, tc.want, de.Path, de.Offset)
			}
			if err := d.Err(nil, 0); err == nil || strings.Contains(err.Error(), "route") {
				t.Errorf("without schema: %v", err)
			}
			if !tc.strict {
				return
			}
			spare := wire.NewSpare(true)
			spare.Strict = true
			d = wire.NewDecoder(tc.msg, spare)
			if m.Decode(&d); d.Err(&schema, 0).Error() != tc.want {
				t.Errorf("with a strict Spare: %v", d.Err(&schema, 0))
			}
		})
	}
}

// TestDecodeDeep nests recursive attributes to both sides of the limit.
func TestDecodeDeep(t *testing.T) {
	for _, levels := range []int{wire.MaxDepth, wire.MaxDepth + 1, 16000} {
		msg := make([]byte, 0, 4*levels)
		for n := levels; n > 0; n-- {
			msg = append(append(msg, u16(uint16(min(4*n, 0xffff)))...), u16(2)...)
		}
		var m Act
		d := wire.NewDecoder(msg, nil)
		m.Decode(&d)
		if err := d.Err(&schema, 3); err != nil {
			t.Fatal(err)
		}
		depth, in := 0, &m
		for ; in.Else != nil; in = in.Else {
			depth++
		}
		if depth != min(levels, wire.MaxDepth) {
			t.Errorf("%d levels: %d decoded", levels, depth)
		}
		if levels > wire.MaxDepth {
			want := wire.Attrs{{Type: 2, Data: msg[4*wire.MaxDepth+4:]}}
			if !reflect.DeepEqual(in.Unknown, want) || d.Unreadable() != 1 {
				t.Errorf("%d levels: the innermost keeps %d attributes, %d unreadable", levels, len(in.Unknown), d.Unreadable())
			}
		}
		e := wire.NewEncoder(nil)
		m.Encode(&e)
		if b, err := e.Done(&schema, 3); err != nil || len(b) != len(msg) {
			t.Errorf("%d levels: encoded to %d bytes of %d: %v", levels, len(b), len(msg), err)
		}
	}
}

// TestDecodeMany decodes attributes that repeat very often, which must take linear time: each case would run
// for minutes if it did not.
func TestDecodeMany(t *testing.T) {
	const n = 100_000
	for _, tc := range []struct {
		name string
		one  []byte
		end  []byte
		kept int
	}{
		{"that should not repeat", attr(4, u32(1)...), nil, n - 1},
		{"unreadable", attr(4, 1), nil, n},
		{"unreadable elements", attr(13, 1), nil, n},
		{"malformed elements", attr(9, 1, 0, 0, 0), nil, n},
		{"elements", attr(13, u32(1)...), nil, 0},
		{"unknown", attr(99), nil, n},
		{"sub-messages", attr(12), attr(14, 'x'), n - 1},
		{"alternating", join(attr(4, u32(1)...), attr(68), attr(13), attr(9)), nil, 3*n - 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			msg := append([]byte(nil), noHeader...)
			for range n {
				msg = append(msg, tc.one...)
			}
			msg = append(msg, tc.end...)
			for _, spare := range []*wire.Spare{nil, wire.NewSpare(true)} {
				var m Route
				d := wire.NewDecoder(msg, spare)
				m.Decode(&d)
				if err := d.Err(&schema, 0); err != nil || len(m.Unknown) != tc.kept {
					t.Errorf("%d kept, want %d; %v", len(m.Unknown), tc.kept, err)
				}
			}
		})
	}
	t.Run("second pass", func(t *testing.T) {
		var msg []byte
		for range n {
			msg = append(msg, attr(5, 1)...)
		}
		for range n {
			msg = append(msg, attr(99)...)
		}
		var m Act
		d := wire.NewDecoder(msg, nil)
		if m.Decode(&d); len(m.Unknown) != 2*n || m.Unknown[0].Type != 5 || m.Unknown[2*n-1].Type != 99 {
			t.Errorf("%d kept", len(m.Unknown))
		}
	})
}

// TestAgain walks a level twice, with and without a reason to.
func TestAgain(t *testing.T) {
	msg := join(attr(1, 1), attr(2, 2), attr(134, 3))
	for _, tc := range []struct {
		ids  []uint16
		want int
	}{
		{nil, 3}, {[]uint16{2}, 3}, {[]uint16{9, 1}, 3}, {[]uint16{6}, 3} /* as 134 modulo 128 */, {[]uint16{3}, 0},
	} {
		d := wire.NewDecoder(msg, nil)
		for d.Next() {
			d.Keep()
		}
		d.Again(tc.ids...)
		n := 0
		for d.Next() {
			n++
		}
		if n != tc.want {
			t.Errorf("again for %v: %d attributes, want %d", tc.ids, n, tc.want)
		}
		if kept := d.Finish(&schema.Sets[1]); len(kept) != 3 {
			t.Errorf("again for %v: %d attributes kept, want 3", tc.ids, len(kept))
		}
	}
}
