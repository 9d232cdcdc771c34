package wire_test

import (
	"encoding/json"
	"net"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"github.com/nlgen/nlgen/runtime/wire"
)

func TestOpt(t *testing.T) {
	var o wire.Opt[uint32]
	if _, ok := o.Get(); ok || o.IsSet() || !o.IsZero() || o.Value() != 0 || o.Or(7) != 7 || o.String() != "unset" {
		t.Errorf("zero Opt: %v", o)
	}
	o.Set(5)
	if v, ok := o.Get(); v != 5 || !ok || !o.IsSet() || o.IsZero() || o.Value() != 5 || o.Or(7) != 5 || o.String() != "5" {
		t.Errorf("set Opt: %v", o)
	}
	if o != wire.Some[uint32](5) || !o.Equal(wire.Some[uint32](5)) || o.Equal(wire.Some[uint32](6)) || o.Equal(wire.Opt[uint32]{}) {
		t.Error("Opts of the same value differ")
	}
	if o.Clear(); !o.Equal(wire.Opt[uint32]{}) || o.Value() != 0 {
		t.Errorf("cleared Opt: %v", o)
	}
	if !wire.Some([]byte{1}).Equal(wire.Some([]byte{1})) || wire.Some([]byte{1}).Equal(wire.Some([]byte{2})) {
		t.Error("Opts of byte slices are not compared by content")
	}
	if got := wire.As[State](wire.Some[uint8](1)); got.Value() != 1 || !got.IsSet() || got.String() != "up" {
		t.Errorf("As: %v", got)
	}
}

// holder has a field of each kind of JSON form.
type holder struct {
	Num   wire.Opt[uint64]                 `json:"num,omitzero"`
	Str   wire.Opt[string]                 `json:"str,omitzero"`
	State wire.Opt[State]                  `json:"state,omitzero"`
	Mask  wire.Opt[wire.Bitfield32[Flags]] `json:"mask,omitzero"`
	Bytes wire.Bytes                       `json:"bytes,omitzero"`
	MAC   wire.HardwareAddr                `json:"mac,omitzero"`
	In    [2]wire.MAC                      `json:"in,omitzero"`
	V4    wire.Addr4                       `json:"v4,omitzero"`
	V6    wire.Addr16                      `json:"v6,omitzero"`
	Attrs wire.Attrs                       `json:"attrs,omitzero"`
	Index []wire.Indexed[string]           `json:"index,omitzero"`
	Strs  wire.Strings                     `json:"strs,omitzero"`
	U8s   wire.Uint8s                      `json:"u8s,omitzero"`
}

func TestJSON(t *testing.T) {
	for _, tc := range []struct {
		name string
		v    holder
		want string
	}{
		{"nothing", holder{}, `{}`},
		{"large number", holder{Num: wire.Some[uint64](1<<64 - 1)}, `{"num":18446744073709551615}`},
		{"string", holder{Str: wire.Some("é\"\x01")}, `{"str":"é\"\u0001"}`},
		{"string that is no UTF-8", holder{Str: wire.Some("a\xff")}, `{"str":{"hex":"61ff"}}`},
		{"empty string", holder{Str: wire.Some("")}, `{"str":""}`},
		{"enum", holder{State: wire.Some(State(1))}, `{"state":"up"}`},
		{"enum without name", holder{State: wire.Some(State(200))}, `{"state":"200"}`},
		{"bit field", holder{Mask: wire.Some(wire.Bitfield32[Flags]{Value: 1, Selector: 0x13})}, `{"mask":{"value":"a","selector":"a|b|0x10"}}`},
		{"bytes", holder{Bytes: wire.Bytes{0xab, 1}}, `{"bytes":"ab01"}`},
		{"present but empty", holder{Bytes: wire.Bytes{}, MAC: wire.HardwareAddr{}, Attrs: wire.Attrs{}, Strs: wire.Strings{}, U8s: wire.Uint8s{}, Index: []wire.Indexed[string]{}},
			`{"bytes":"","mac":"","attrs":[],"index":[],"strs":[],"u8s":[]}`},
		{"addresses", holder{MAC: wire.HardwareAddr{0xaa, 1}, In: [2]wire.MAC{{1, 2, 3, 4, 5, 0xff}}, V4: wire.Addr4{1, 2, 3, 4}, V6: wire.Addr16{15: 1}},
			`{"mac":"aa:01","in":["01:02:03:04:05:ff","00:00:00:00:00:00"],"v4":"1.2.3.4","v6":"::1"}`},
		{"mapped address", holder{V6: wire.Addr16{10: 0xff, 11: 0xff, 12: 1, 15: 4}}, `{"v6":"::ffff:1.0.0.4"}`},
		{"attributes", holder{Attrs: wire.Attrs{{Type: 5, Data: wire.Bytes{}}, {Type: 6 | wire.Nested | wire.NetByteorder, Data: wire.Bytes{1}}}},
			`{"attrs":[{"type":5,"data":""},{"type":6,"nested":true,"net-byteorder":true,"data":"01"}]}`},
		{"indexed", holder{Index: []wire.Indexed[string]{{Index: 3, Value: "a"}, {Index: 1, Value: "\xff"}}},
			`{"index":[{"index":3,"value":"a"},{"index":1,"value":{"hex":"ff"}}]}`},
		{"lists", holder{Strs: wire.Strings{"a", "\xfe"}, U8s: wire.Uint8s{0, 255}}, `{"strs":["a",{"hex":"fe"}],"u8s":[0,255]}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := json.Marshal(tc.v)
			if err != nil || string(got) != tc.want {
				t.Errorf("got  %s, %v\nwant %s", got, err, tc.want)
			}
			var back holder
			if err := json.Unmarshal(got, &back); err != nil || !reflect.DeepEqual(back, tc.v) {
				t.Errorf("back: %+v, %v; want %+v", back, err, tc.v)
			}
		})
	}
}

func TestJSONError(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{`{"num":-1}`, "cannot unmarshal number -1"},
		{`{"str":{"hex":"6"}}`, "read string: encoding/hex: odd length"},
		{`{"str":{"text":"6"}}`, "read string: object without the key hex"},
		{`{"state":"sideways"}`, `read enum: "sideways" is neither a name nor a number`},
		{`{"state":"256"}`, "read enum: 256 does not fit 8 bits"},
		{`{"mask":{"value":"a|q"}}`, `read flags: read enum: "q" is neither`},
		{`{"bytes":"zz"}`, "read bytes: encoding/hex: invalid byte"},
		{`{"mac":"aa-bb"}`, `read hardware address: "aa-bb" is not pairs of hex digits between colons`},
		{`{"mac":"aa:b"}`, `"aa:b" is not pairs`},
		{`{"mac":"aa:bg"}`, `"aa:bg" is not pairs`},
		{`{"in":["aa:bb"]}`, "read hardware address: 2 bytes, want 6"},
		{`{"v4":"::1"}`, "read address: ::1 is not an IPv4 address"},
		{`{"v6":"1.2.3.4"}`, "read address: 1.2.3.4 is not an IPv6 address"},
		{`{"v6":"fe80::1%eth0"}`, "is not an IPv6 address without zone"},
		{`{"u8s":[256]}`, "read list of 8-bit numbers: 256 does not fit"},
		{`{"index":[{"index":65536}]}`, "cannot unmarshal number 65536"},
		{`{"attrs":[{"type":1,"data":"0"}]}`, "read bytes"},
	} {
		var v holder
		if err := json.Unmarshal([]byte(tc.in), &v); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %s", tc.in, err, tc.want)
		}
	}
}

func TestJSONNull(t *testing.T) {
	v := holder{Num: wire.Some[uint64](1), Strs: wire.Strings{"a"}, U8s: wire.Uint8s{1}}
	if err := json.Unmarshal([]byte(`{"num":null,"strs":null,"u8s":null}`), &v); err != nil || !reflect.DeepEqual(v, holder{}) {
		t.Errorf("%+v, %v", v, err)
	}
	if b, err := json.Marshal([]any{wire.Opt[uint8]{}, wire.Strings(nil), wire.Uint8s(nil)}); err != nil || string(b) != "[null,null,null]" {
		t.Errorf("%s, %v", b, err)
	}
}

func TestSubJSON(t *testing.T) {
	for _, tc := range []struct{ sel, want string }{
		{"bridge", `{"bridge":{"mtu":5}}`},
		{"", `{"":{"mtu":5}}`},
		{"a\xff", `{"hex:61ff":{"mtu":5}}`},
		{"hex:61", `{"hex:6865783a3631":{"mtu":5}}`},
	} {
		b, err := wire.MarshalSelected(tc.sel, &Metrics{MTU: wire.Some[uint32](5)})
		if err != nil || string(b) != tc.want {
			t.Errorf("got %s, %v; want %s", b, err, tc.want)
		}
		var sel string
		body, err := wire.SplitSelected(b, &sel)
		if err != nil || sel != tc.sel || string(body) != `{"mtu":5}` {
			t.Errorf("back: %q, %s, %v", sel, body, err)
		}
	}
	if b, err := wire.MarshalSelected("none", nil); err != nil || string(b) != `{"none":{}}` {
		t.Errorf("%s, %v", b, err)
	}
	for _, bad := range []string{`{}`, `{"a":1,"b":2}`, `[]`, `null`, `{"hex:6":1}`} {
		var sel string
		if _, err := wire.SplitSelected([]byte(bad), &sel); err == nil || !strings.HasPrefix(err.Error(), "read sub-message: ") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestSelectedJSON(t *testing.T) {
	b, err := wire.MarshalSelected(State(1), struct{}{})
	var st State
	if body, err2 := wire.SplitSelected(b, &st); err != nil || err2 != nil || string(b) != `{"up":{}}` || st != 1 || string(body) != "{}" {
		t.Errorf("enum: %s, %v, %v, %v", b, err, st, err2)
	}
	b, err = wire.MarshalSelected(uint32(9), 5)
	var n uint32
	if body, err2 := wire.SplitSelected(b, &n); err != nil || err2 != nil || string(b) != `{"9":5}` || n != 9 || string(body) != "5" {
		t.Errorf("number: %s, %v, %v, %v", b, err, n, err2)
	}
	if _, err := wire.SplitSelected([]byte(`{"x":1}`), &n); err == nil || !strings.HasPrefix(err.Error(), `read sub-message: selector "x": `) {
		t.Error(err)
	}
}

func TestEnums(t *testing.T) {
	signed := wire.EnumNames{{Value: 0, Name: "zero"}, {Value: 0x8100, Name: "q"}, {Value: 0xffffffff, Name: "all"}}
	for _, tc := range []struct {
		v    uint64
		want string
	}{{0, "zero"}, {1, "1"}, {0x8100, "q"}, {0xffffffff, "all"}, {1<<64 - 1, "18446744073709551615"}} {
		if got := wire.EnumString(signed, tc.v); got != tc.want {
			t.Errorf("%d: got %s, want %s", tc.v, got, tc.want)
		}
		if v, err := wire.ParseEnum(signed, tc.want, 64); v != tc.v || err != nil {
			t.Errorf("%s: got %d, %v", tc.want, v, err)
		}
	}
	if v, err := wire.ParseEnum(nil, "0x1F", 8); v != 31 || err != nil {
		t.Errorf("hex: %d, %v", v, err)
	}
	multi := wire.EnumNames{{Value: 0, Name: "never"}, {Value: 1, Name: "a"}, {Value: 6, Name: "pair"}, {Value: 8, Name: "d"}}
	for _, tc := range []struct {
		v    uint64
		want string
	}{{0, "0"}, {1, "a"}, {2, "0x2"}, {6, "pair"}, {0x8f, "a|pair|d|0x80"}, {1 << 63, "0x8000000000000000"}} {
		if got := wire.FlagString(multi, tc.v); got != tc.want {
			t.Errorf("%#x: got %s, want %s", tc.v, got, tc.want)
		}
		if v, err := wire.ParseFlags(multi, tc.want, 64); v != tc.v || err != nil {
			t.Errorf("%s: got %#x, %v", tc.want, v, err)
		}
	}
	if v, err := wire.ParseFlags(multi, " a | 16 ", 8); v != 17 || err != nil {
		t.Errorf("mixed: %d, %v", v, err)
	}
	if v, err := wire.ParseFlags(multi, "", 8); v != 0 || err != nil {
		t.Errorf("empty: %d, %v", v, err)
	}
	if _, err := wire.ParseFlags(multi, "a|0x100", 8); err == nil {
		t.Error("a flag that does not fit is taken")
	}
}

func TestTexts(t *testing.T) {
	for _, tc := range []struct {
		got  any
		want string
	}{
		{wire.Bytes{1, 0xab}, "01ab"},
		{wire.HardwareAddr{1, 0xab}, "01:ab"},
		{wire.MAC{1, 2, 3, 4, 5, 6}, "01:02:03:04:05:06"},
		{wire.MAC{1, 2, 3, 4, 5, 6}.HardwareAddr(), "01:02:03:04:05:06"},
		{wire.Addr4{1, 2, 3, 4}, "1.2.3.4"},
		{wire.Addr16{0: 0xfe, 1: 0x80, 15: 1}.Addr(), "fe80::1"},
		{wire.Addr16{}, "::"},
	} {
		if got := tc.got.(interface{ String() string }).String(); got != tc.want {
			t.Errorf("got %s, want %s", got, tc.want)
		}
	}
	if wire.Addr4([4]byte{1, 2, 3, 4}).Addr() != netip.MustParseAddr("1.2.3.4") {
		t.Error("Addr4.Addr")
	}
	_ = net.HardwareAddr(wire.HardwareAddr{1})
}

func TestAttrs(t *testing.T) {
	a := wire.Attrs{{Type: 1, Data: wire.Bytes{1}}, {Type: 2}, {Type: 1 | wire.Nested, Data: wire.Bytes{2}}}
	if got := a.Find(1); len(got) != 1 || got[0] != 2 {
		t.Errorf("Find: %v", got)
	}
	if a.Find(3) != nil || a[2].ID() != 1 {
		t.Error("Find or ID")
	}
	if got, want := wire.Index(5, "a", "b"), []wire.Indexed[string]{{Index: 5, Value: "a"}, {Index: 6, Value: "b"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("Index: %v", got)
	}
	if got := wire.Index[int](1); got == nil || len(got) != 0 {
		t.Errorf("Index of nothing: %v", got)
	}
}
