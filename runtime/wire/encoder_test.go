package wire_test

import (
	"bytes"
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/nlgen/nlgen/runtime/wire"
)

// encoder runs f with an Encoder that appends a message to prefix.
func encoder(prefix []byte, set int, f func(e *wire.Encoder)) ([]byte, error) {
	e := wire.NewEncoder(prefix)
	f(&e)
	return e.Done(&schema, set)
}

func TestEncode(t *testing.T) {
	for _, tc := range []struct {
		name string
		f    func(e *wire.Encoder)
		want []byte
	}{
		{"nothing", func(e *wire.Encoder) {}, nil},
		{"absent", func(e *wire.Encoder) {
			e.U8(1, wire.Opt[uint8]{})
			e.I64LE(1, wire.Opt[int64]{})
			e.Uint(1, wire.Opt[uint64]{})
			e.Sint(1, wire.Opt[int64]{})
			e.String(1, wire.Opt[string]{})
			e.Bytes(1, nil)
			e.MAC(1, nil)
			e.Addr(1, netip.Addr{})
			e.Addr4(1, netip.Addr{})
			e.Addr16(1, netip.Addr{})
			e.Flag(1, false)
			wire.PutU8(e, 1, wire.Opt[int64]{})
			wire.PutArray[uint8](e, 1, nil)
			wire.PutBitfield32(e, 1, wire.Opt[wire.Bitfield32[uint32]]{})
			e.Unknown(nil)
		}, nil},
		{"header is padded", func(e *wire.Encoder) { copy(e.Header(3), "abc") }, []byte{'a', 'b', 'c', 0}},
		{"u8", func(e *wire.Encoder) { e.U8(1, wire.Some[uint8](5)) }, attr(1, 5)},
		{"u16", func(e *wire.Encoder) { e.U16(1, wire.Some[uint16](0x102)) }, attr(1, u16(0x102)...)},
		{"u64", func(e *wire.Encoder) { e.U64(1, wire.Some[uint64](0x0102030401020304)) },
			attr(1, join(u32(0x01020304), u32(0x01020304))...)},
		{"i8", func(e *wire.Encoder) { e.I8(1, wire.Some[int8](-1)) }, attr(1, 0xff)},
		{"big-endian", func(e *wire.Encoder) {
			e.U16BE(1, wire.Some[uint16](0x102))
			e.I32BE(2, wire.Some[int32](-2))
			e.U64BE(3, wire.Some[uint64](1))
		}, join(attr(1, 1, 2), attr(2, 0xff, 0xff, 0xff, 0xfe), attr(3, 0, 0, 0, 0, 0, 0, 0, 1))},
		{"little-endian", func(e *wire.Encoder) {
			e.I16LE(1, wire.Some[int16](0x102))
			e.U32LE(2, wire.Some[uint32](1))
			e.U64LE(3, wire.Some[uint64](1))
		}, join(attr(1, 2, 1), attr(2, 1, 0, 0, 0), attr(3, 1, 0, 0, 0, 0, 0, 0, 0))},
		{"uint edge", func(e *wire.Encoder) {
			e.Uint(1, wire.Some[uint64](1<<32-1))
			wire.PutUint(e, 2, wire.Some[uint64](1<<32))
		}, join(attr(1, u32(1<<32-1)...), attr(2, nativeU64(1<<32)...))},
		{"sint edges", func(e *wire.Encoder) {
			e.Sint(1, wire.Some[int64](-1<<31))
			e.Sint(2, wire.Some[int64](-1<<31-1))
			wire.PutSint(e, 3, wire.Some[int64](1<<31-1))
			wire.PutSint(e, 4, wire.Some[uint32](1<<31))
		}, join(attr(1, u32(1<<31)...), attr(2, nativeU64(0xffffffff7fffffff)...),
			attr(3, u32(1<<31-1)...), attr(4, nativeU64(1<<31)...))},
		{"string", func(e *wire.Encoder) { e.String(1, wire.Some("abc")); e.String(2, wire.Some("")) },
			join(attr(1, 'a', 'b', 'c', 0), attr(2, 0))},
		{"present but empty", func(e *wire.Encoder) {
			e.Bytes(1, []byte{})
			wire.PutArray(e, 2, []uint32{})
			e.Flag(3, true)
			e.Blob(4, nil)
		}, join(attr(1), attr(2), attr(3), attr(4))},
		{"addresses", func(e *wire.Encoder) {
			e.Addr(1, netip.MustParseAddr("1.2.3.4"))
			e.Addr(2, netip.MustParseAddr("::ffff:1.2.3.4"))
			e.Addr4(3, netip.MustParseAddr("::ffff:1.2.3.4"))
			e.Addr16(4, netip.MustParseAddr("ff00::1"))
		}, join(attr(1, 1, 2, 3, 4), attr(2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1, 2, 3, 4), attr(3, 1, 2, 3, 4),
			attr(4, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1))},
		{"arrays", func(e *wire.Encoder) {
			wire.PutArray(e, 1, []State{1, 2, 3})
			wire.PutArray(e, 2, []int16{-1, 1})
			wire.PutArray(e, 3, []uint32{1, 2})
			wire.PutArray(e, 4, []int64{-2})
		}, join(attr(1, 1, 2, 3), attr(2, join(u16(0xffff), u16(1))...), attr(3, join(u32(1), u32(2))...),
			attr(4, nativeU64(1<<64-2)...))},
		{"nests", func(e *wire.Encoder) {
			n := e.Nest(1)
			in := e.Plain(2)
			e.U8(3, wire.Some[uint8](4))
			e.End(in)
			e.End(n)
		}, attr(1|wire.Nested, attr(2, attr(3, 4)...)...)},
		{"struct", func(e *wire.Encoder) { copy(e.Struct(1, 3, wire.Bytes{4, 5}), "abc") }, attr(1, 'a', 'b', 'c', 4, 5)},
		{"unknown", func(e *wire.Encoder) { e.Unknown(wire.Attrs{{Type: 0xffff, Data: wire.Bytes{1}}, {Type: 1}}) },
			join(attr(0xffff, 1), attr(1))},
		{"unknown sub-message", func(e *wire.Encoder) { e.Sub(1, true, []byte{1}); e.Sub(2, false, nil) },
			join(attr(1|wire.Nested, 1), attr(2))},
		{"largest payload", func(e *wire.Encoder) { e.Bytes(1, make([]byte, wire.MaxPayload)) }, attr(1, make([]byte, wire.MaxPayload)...)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, prefix := range []string{"", "abcde"} { // alignment counts from the message's own start
				got, err := encoder([]byte(prefix), 0, tc.f)
				if err != nil {
					t.Fatal(err)
				}
				if want := append([]byte(prefix), tc.want...); !bytes.Equal(got, want) {
					t.Errorf("got  %.200x\nwant %.200x", got, want)
				}
			}
		})
	}
}

func TestEncodeError(t *testing.T) {
	big := func(n int) wire.Bytes { return make(wire.Bytes, n) }
	deep := &Act{}
	for range wire.MaxDepth {
		deep = &Act{Else: deep}
	}
	for _, tc := range []struct {
		name string
		m    wire.Message
		set  int
		want string
	}{
		{"NUL", &Route{Peers: []Peer{{}, {}, {Names: []string{"a", "b\x00c"}}}}, 0,
			"encode route-attrs: peers[2].names[1]: string has a NUL at byte 1"},
		{"payload", &Route{Actions: wire.Index(1, Act{}, Act{Else: &Act{Unknown: wire.Attrs{{Type: 77, Data: big(65532)}}}})}, 0,
			"encode route-attrs: actions[2].else.77: payload of 65532 bytes, at most 65531 fit"},
		{"nest", &Route{Peers: []Peer{{Key: big(100)}, {Key: big(40000), Unknown: wire.Attrs{{Type: 99, Data: big(40000)}}}}}, 0,
			"encode route-attrs: peers[1]: payload of 80008 bytes, at most 65531 fit"},
		{"nest around a child that fits", &Route{Scalars: &Scalars{Blobs: []wire.Bytes{big(65531)}}}, 0,
			"encode route-attrs: scalars: payload of 65536 bytes, at most 65531 fit"},
		{"nest around a deep child", &Route{Actions: wire.Index(0, Act{Then: wire.Index(5, Act{Else: &Act{Options: &OptionsUnknown{9, false, big(65504)}}})})}, 0,
			"encode route-attrs: actions: payload of 65532 bytes, at most 65531 fit"},
		{"struct", &Route{Stats: &Info{Tail: big(65520)}}, 0,
			"encode route-attrs: stats: payload of 65532 bytes, at most 65531 fit"},
		{"array", &Route{Scalars: &Scalars{Array: make([]uint64, 8192)}}, 0,
			"encode route-attrs: scalars.array: 8192 elements of 8 bytes, at most 65531 bytes fit"},
		{"family", &Route{Scalars: &Scalars{Addr4: netip.MustParseAddr("::1")}}, 0,
			"encode route-attrs: scalars.addr4: ::1 is not an IPv4 address"},
		{"other family", &Route{Scalars: &Scalars{Addr16: netip.MustParseAddr("1.2.3.4")}}, 0,
			"encode route-attrs: scalars.addr16: 1.2.3.4 is not an IPv6 address"},
		{"zone", &Route{Gateway: netip.MustParseAddr("fe80::1%eth0")}, 0,
			"encode route-attrs: gateway: address fe80::1%eth0 has a zone"},
		{"no address", &Route{Scalars: &Scalars{Addrs: []netip.Addr{netip.MustParseAddr("::1"), {}}}}, 0,
			"encode route-attrs: scalars.addrs[1]: no address"},
		{"selector", &Route{Kind: wire.Some("vlan"), Data: new(DataQueue)}, 0,
			"encode route-attrs: kind: selector is vlan but the data is queue"},
		{"selector that is a number", &Act{Kind: wire.Some[uint32](3), Options: new(OptionsAct)}, 3,
			"encode act: kind: selector is 3 but the data is 1"},
		{"inside a sub-message", &Route{Data: (*DataMetrics)(&Metrics{Unknown: wire.Attrs{{Type: 5, Data: big(70000)}}})}, 0,
			"encode route-attrs: data.5: payload of 70000 bytes, at most 65531 fit"},
		{"after a sub-message with header", &Route{Data: &DataQueue{Metrics: Metrics{Unknown: wire.Attrs{{Type: 1}, {Type: 2, Data: big(70000)}}}}}, 0,
			"encode route-attrs: data.mtu: payload of 70000 bytes, at most 65531 fit"},
		{"too deep", deep, 3, "encode act: " + strings.Repeat("else.", wire.MaxDepth) + "then: nested more than 64 levels deep"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.name == "too deep" {
				in := deep
				for in.Else != nil {
					in = in.Else
				}
				in.Then = []wire.Indexed[Act]{}
			}
			e := wire.NewEncoder([]byte("pre"))
			tc.m.Encode(&e)
			b, err := e.Done(&schema, tc.set)
			var ee *wire.EncodeError
			if !errors.As(err, &ee) || err.Error() != tc.want {
				t.Errorf("got  %v\nwant %s", err, tc.want)
			}
			if string(b) != "pre" {
				t.Errorf("returned %d bytes with the error", len(b))
			}
			e = wire.NewEncoder(nil)
			tc.m.Encode(&e)
			if _, err := e.Done(nil, 0); err == nil || !strings.HasPrefix(err.Error(), "encode message: ") {
				t.Errorf("without schema: %v", err)
			}
		})
	}
}

// TestFirstErrorStays checks that an error is about the first mistake, whatever follows.
func TestFirstErrorStays(t *testing.T) {
	m := &Route{
		Peers:   []Peer{{}, {AllowedIPs: wire.Index(0, Act{Unknown: wire.Attrs{{Type: 9, Data: make(wire.Bytes, 66000)}}}), Key: make(wire.Bytes, 65000)}},
		Kind:    wire.Some("x\x00"),
		Scalars: &Scalars{Blobs: []wire.Bytes{make(wire.Bytes, 65531)}},
	}
	_, err := m.AppendBinary(nil)
	if want := "encode route-attrs: peers[1].allowed-ips[0].9: payload of 66000 bytes, at most 65531 fit"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestPutFits(t *testing.T) {
	const ok = ""
	for _, tc := range []struct {
		name string
		f    func(e *wire.Encoder)
		want string
	}{
		{"u8 255", func(e *wire.Encoder) { wire.PutU8(e, 4, wire.Some[uint64](255)) }, ok},
		{"u8 256", func(e *wire.Encoder) { wire.PutU8(e, 4, wire.Some[uint64](256)) }, "256 does not fit 8 bits unsigned"},
		{"u8 -1", func(e *wire.Encoder) { wire.PutU8(e, 4, wire.Some[int8](-1)) }, "-1 does not fit 8 bits unsigned"},
		{"u16", func(e *wire.Encoder) { wire.PutU16BE(e, 4, wire.Some[uint32](1<<16)) }, "65536 does not fit 16 bits unsigned"},
		{"u32", func(e *wire.Encoder) { wire.PutU32(e, 4, wire.Some[int64](1<<32)) }, "4294967296 does not fit 32 bits unsigned"},
		{"u64 -1", func(e *wire.Encoder) { wire.PutU64LE(e, 4, wire.Some[int64](-1)) }, "-1 does not fit 64 bits unsigned"},
		{"i8 -128", func(e *wire.Encoder) { wire.PutI8(e, 4, wire.Some[int64](-128)) }, ok},
		{"i8 128", func(e *wire.Encoder) { wire.PutI8(e, 4, wire.Some[uint8](128)) }, "128 does not fit 8 bits signed"},
		{"i16", func(e *wire.Encoder) { wire.PutI16LE(e, 4, wire.Some[int32](-32769)) }, "-32769 does not fit 16 bits signed"},
		{"i32", func(e *wire.Encoder) { wire.PutI32BE(e, 4, wire.Some[uint32](1<<31)) }, "2147483648 does not fit 32 bits signed"},
		{"i64", func(e *wire.Encoder) { wire.PutI64(e, 4, wire.Some[uint64](1<<63)) }, "9223372036854775808 does not fit 64 bits signed"},
		{"uint -1", func(e *wire.Encoder) { wire.PutUint(e, 4, wire.Some[int32](-1)) }, "-1 does not fit 64 bits unsigned"},
		{"sint", func(e *wire.Encoder) { wire.PutSint(e, 4, wire.Some[uint64](1<<63)) }, "9223372036854775808 does not fit 64 bits signed"},
		{"enum", func(e *wire.Encoder) { wire.PutU8(e, 4, wire.Some(Flags(300))) }, "a|b|0x12c"},
		{"member", func(e *wire.Encoder) { e.Struct(4, 4, nil)[0] = wire.Fit8(e, uint16(256)) }, "256 does not fit the 8 bits of its member"},
		{"member that fits", func(e *wire.Encoder) { e.Struct(4, 4, nil)[0] = wire.Fit8(e, uint16(255)) }, ok},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := encoder(nil, 0, func(e *wire.Encoder) { e.Header(12); tc.f(e) })
			switch {
			case tc.want == ok:
				if err != nil {
					t.Error(err)
				}
			case tc.name == "enum":
				if err == nil || !strings.Contains(err.Error(), "oif: 300 does not fit 8 bits unsigned") {
					t.Error(err)
				}
			case err == nil || err.Error() != "encode route-attrs: oif: "+tc.want:
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
	_, err := encoder(nil, 0, func(e *wire.Encoder) { e.Header(12)[0] = wire.Fit8(e, uint32(1000)) })
	if err == nil || err.Error() != "encode route-attrs: header: 1000 does not fit the 8 bits of its member" {
		t.Error(err)
	}
	_, err = encoder(nil, 0, func(e *wire.Encoder) {
		e.Header(12)
		n := e.Nest(12)
		e.Header(6)[0] = wire.Fit8(e, uint32(1000))
		e.End(n)
	})
	if err == nil || err.Error() != "encode route-attrs: data.header: 1000 does not fit the 8 bits of its member" {
		t.Error(err)
	}
}
