package wire_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/nlgen/nlgen/runtime/wire"
)

// place returns the offset of the only occurrence of part in msg.
func place(t *testing.T, msg []byte, part []byte) int {
	t.Helper()
	if bytes.Count(msg, part) != 1 {
		t.Fatalf("%x is not exactly once in %x", part, msg)
	}
	return bytes.Index(msg, part)
}

func TestPath(t *testing.T) {
	mark := attr(0x3abc, 0xde, 0xad, 0xbe, 0xef) // an unknown attribute to be found
	for _, tc := range []struct {
		name string
		set  int
		msg  []byte
		want string
	}{
		{"top", 0, join(noHeader, attr(4, u32(1)...), mark), "15036"},
		{"nest", 0, join(noHeader, attr(8, join(attr(1, u32(1)...), mark)...)), "metrics.15036"},
		{"nest with flag", 0, join(noHeader, attr(8|wire.Nested, mark...)), "metrics.15036"},
		{"repeated and numbered", 0, join(noHeader, attr(9), attr(4, u32(1)...), attr(9),
			attr(9, join(attr(1, 'a'), attr(2, join(attr(7), attr(0, join(attr(2, mark...))...))...))...)),
			"peers[2].allowed-ips[0].else.15036"},
		{"recursive array", 3, attr(3, attr(4, attr(3, attr(5, mark...)...)...)...), "then[4].then[5].15036"},
		{"type-value chain", 0, join(noHeader, attr(25, attr(9, attr(3, mark...)...)...)), "policy[9][3].15036"},
		{"sub-message after its selector", 0, join(noHeader, attr(14, []byte("metrics\x00")...), attr(12, mark...)), "data.15036"},
		{"sub-message before its selector", 0, join(noHeader, attr(12, mark...), attr(14, []byte("metrics")...)), "data.15036"},
		{"sub-message with header", 0, join(noHeader, attr(14, []byte("queue")...), attr(12, join(make([]byte, 8), attr(1, u32(7)...), mark)...)), "data.15036"},
		{"the last selector counts", 0, join(noHeader, attr(14, 'x'), attr(14, []byte("metrics")...), attr(12, mark...)), "data.15036"},
		{"selector outside", 0, join(noHeader, attr(14, []byte("metrics")...), attr(30, attr(12, mark...)...)), "app.data.15036"},
		{"selector that is a number", 3, join(attr(4, u32(1)...), attr(5, attr(2, mark...)...)), "options.else.15036"},
		{"nest that the schema does not know", 0, join(noHeader, attr(99|wire.Nested, attr(98|wire.Nested, mark...)...)), "99.98.15036"},
		{"payload that the schema does not know", 0, join(noHeader, attr(99, mark...)), "99"},
		{"sub-message of unknown kind", 0, join(noHeader, attr(14, 'x'), attr(12, mark...)), "data"},
		{"sub-message without selector", 0, join(noHeader, attr(12, mark...)), "data"},
		{"array of scalars", 0, join(noHeader, attr(26, join(attr(3, u32(1)...), attr(4, 0xde, 0xad, 0xbe, 0xef))...)), "freqs[4]"},
		{"no such set", 77, mark, "15036"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			off := place(t, tc.msg, []byte{0xde, 0xad, 0xbe, 0xef})
			for i := off; i < off+4; i++ {
				if got, ok := schema.Path(tc.set, tc.msg, i); got != tc.want || !ok {
					t.Errorf("at payload byte %d: %q, %t; want %q", i-off, got, ok, tc.want)
				}
			}
			if len(mark) == 8 && bytes.Contains(tc.msg, mark) {
				if got, ok := schema.Path(tc.set, tc.msg, off-4); got != tc.want || !ok {
					t.Errorf("at its header: %q, %t; want %q", got, ok, tc.want)
				}
			}
		})
	}
}

func TestPathEdges(t *testing.T) {
	queue := join(noHeader, attr(14, []byte("queue\x00")...), attr(12, join(make([]byte, 8), attr(1, u32(7)...))...))
	data := 12 + 12 // offset of attribute 12
	for _, tc := range []struct {
		name string
		msg  []byte
		off  int
		want string
		ok   bool
	}{
		{"fixed header", queue, 0, "header", true},
		{"end of fixed header", queue, 11, "header", true},
		{"before the message", queue, -1, "", false},
		{"behind the message", queue, len(queue), "", false},
		{"far behind", queue, 1 << 30, "", false},
		{"nest's own header", queue, data, "data", true},
		{"format header", queue, data + 4, "data.header", true},
		{"padding of the format header", queue, data + 11, "data.header", true},
		{"attribute behind it", queue, data + 12, "data.lock", true},
		{"padding", join(noHeader, attr(11, 1), attr(4, u32(1)...)), 12 + 7, "state", true},
		{"malformed", join(noHeader, u16(3), u16(4), u32(1)), 12, "", false},
		{"malformed in a nest", join(noHeader, attr(8, join(u16(3), u16(4))...)), 16, "metrics", true},
		{"short header", noHeader[:5], 4, "header", true},
		{"empty", nil, 0, "", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got, ok := schema.Path(0, tc.msg, tc.off); got != tc.want || ok != tc.ok {
				t.Errorf("got %q, %t; want %q, %t", got, ok, tc.want, tc.ok)
			}
		})
	}
}

func TestMissingPath(t *testing.T) {
	msg := join(noHeader, attr(9), attr(9, attr(2, attr(6)...)...), attr(14, []byte("queue\x00")...), attr(12, make([]byte, 8)...))
	peer, ips, entry, data := 16, 20, 24, 40
	for _, tc := range []struct {
		name  string
		nest  int
		typ   uint16
		want  string
		inner int
	}{
		{"message", -1, 4, "oif", 0},
		{"message, unknown", -1, 999, "999", 0},
		{"attribute that repeats", -1, 9, "peers", 0},
		{"nest", peer, 3, "peers[1].key", 2},
		{"array", ips, 8, "peers[1].allowed-ips[8]", -1},
		{"entry", entry, 1, "peers[1].allowed-ips[6].family", 3},
		{"sub-message", data, 2, "data.mtu", 1},
		{"nowhere", 4000, 2, "2", -1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := schema.MissingPath(0, msg, tc.nest, tc.typ); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
			path, inner, ok := schema.NestPath(0, msg, tc.nest)
			if inner != tc.inner || ok != (tc.nest < 4000) || ok && tc.nest >= 0 && !strings.HasPrefix(tc.want, path) {
				t.Errorf("NestPath: %q, set %d, %t; want set %d", path, inner, ok, tc.inner)
			}
		})
	}
	if _, _, ok := schema.NestPath(0, join(noHeader, attr(4, u32(1)...)), 12); ok {
		t.Error("NestPath takes an integer for a nest")
	}
}

// TestSelectors resolves sub-messages by selectors that are not attributes.
func TestSelectors(t *testing.T) {
	s := wire.Schema{
		Sets: []wire.Set{
			{Name: "root", Header: 4, Attrs: []wire.AttrInfo{
				{ID: 1, Name: "by-header", Kind: wire.KindSub, Ref: 0},
				{ID: 2, Name: "fixed", Kind: wire.KindSub, Ref: 1},
				{ID: 3, Name: "broken", Kind: wire.KindSub, Ref: 2},
				{ID: 4, Name: "empty", Kind: wire.KindSub, Ref: 3},
				{ID: 5, Name: "none", Kind: wire.KindSub, Ref: 4},
			}},
			{Name: "in", Attrs: []wire.AttrInfo{{ID: 1, Name: "leaf", Kind: wire.KindU8, Ref: -1}}},
		},
		Subs: []wire.Sub{
			{Selector: wire.SelectorHeader, Offset: 2, Size: 2, Formats: []wire.Format{{Num: 7, Set: 1}, {Num: 8, Header: 4, Set: 1}}},
			{Selector: wire.SelectorNone, Formats: []wire.Format{{Set: 1}}},
			{Selector: wire.SelectorHeader, Offset: 3, Size: 2, Formats: []wire.Format{{Set: 1}}},
			{Selector: wire.SelectorNone},
			{Selector: 77, Formats: []wire.Format{{Set: 1}}},
		},
	}
	for _, tc := range []struct {
		kind uint16
		id   uint16
		in   []byte
		want string
	}{
		{7, 1, attr(1, 5), "by-header.leaf"},
		{8, 1, join(u32(0), attr(1, 5)), "by-header.leaf"},
		{9, 1, attr(1, 5), "by-header"},
		{9, 2, attr(1, 5), "fixed.leaf"},
		{9, 3, attr(1, 5), "broken"},
		{9, 4, attr(1, 5), "empty"},
		{9, 5, attr(1, 5), "none"},
	} {
		msg := join([]byte{0, 0}, u16(tc.kind), attr(tc.id, tc.in...))
		if got, _ := s.Path(0, msg, len(msg)-4); got != tc.want {
			t.Errorf("kind %d, attribute %d: %q, want %q", tc.kind, tc.id, got, tc.want)
		}
	}
}

func TestDump(t *testing.T) {
	msg := join(make([]byte, 11), []byte{9},
		attr(1, 10, 0, 0, 1), attr(4, u32(7)...), attr(4, 1, 2), attr(11, 1), attr(11, 9),
		attr(8|wire.Nested, join(attr(2, u32(1400)...), attr(9, 1))...),
		attr(14, []byte("queue\x00")...),
		attr(12, join(u32(0), u32(0), attr(1, u32(3)...))...),
		attr(9, attr(2, attr(3, attr(1, 8, 0)...)...)...),
		attr(9, attr(3, bytes.Repeat([]byte{0xab}, 60)...)...),
		attr(13, u32(5)...), attr(21, join(u32(0x80000001), u32(3))...), attr(26, attr(1, u32(6)...)...),
		attr(18, 1, 2, 3), attr(28), attr(99, 5), attr(98|wire.Nested, attr(97)...),
		attr(25, attr(1, attr(2, attr(1, u32(8)...)...)...)...),
		attr(70, join(attr(2, 0xff), attr(7, 0xff, 0xff, 0xff, 0xfe), attr(12), attr(13, 1, 2), attr(16, make([]byte, 17*8)...), attr(16, 1),
			attr(17, 0, 1, 5), attr(14, 1), attr(11, u32(0xffffffff)...), attr(13, make([]byte, 49)...))...),
		attr(14, []byte(strings.Repeat("é\x01", 30))...), attr(21, 1),
		attr(8, 0, 0, 0, 0), u16(2), u16(4))
	want := `header rtmsg: 000000000000000000000009
dst: 10.0.0.1
oif: 7
oif: 0102
state: up (1)
state: 9
metrics:
  mtu: 1400
  9: 01
kind: "queue"
data: QUEUE
peers:
  allowed-ips:
    [3]:
      family: 2048
peers:
  key: ` + strings.Repeat("ab", 48) + `... 60 bytes
groups: 5
mask: a|z of a|b
freqs:
  [1]: 6
stats: 010203
pad: (empty)
99: 05
98:
  97: (empty)
policy:
  [1]:
    [2]:
      lock: 8
scalars:
  i8: -1
  i32be: -2
  flag: true
  mac: 01:02
  array: [0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 ... 17 elements]
  array: 01
  states: [down (0) up (1) 5]
  addr4: 01
  sint: -1
  mac: ` + strings.Repeat("00", 48) + `... 49 bytes
kind: "` + strings.Repeat(`é\x01`, 16) + `"... 90 bytes
mask: 01
metrics:
  malformed: 00000000
malformed: ` + "MALFORMED\n"
	tail := join(u16(2), u16(4))
	want = strings.Replace(want, "MALFORMED", hexOf(tail), 1)
	// The selector comes twice and the last one counts, so the sub-message is of unknown kind.
	want = strings.Replace(want, "QUEUE", hexOf(join(u32(0), u32(0), attr(1, u32(3)...))), 1)
	var got strings.Builder
	if err := schema.Dump(&got, 0, msg); err != nil {
		t.Fatal(err)
	}
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}

	got.Reset()
	msg = join(noHeader, attr(14, []byte("queue\x00")...), attr(12, join([]byte{1, 2, 3, 4, 5, 6, 7, 8}, attr(1, u32(3)...))...))
	want = "header rtmsg: 000000000000000000000000\nkind: \"queue\"\ndata:\n  header: 0102030405060708\n  lock: 3\n"
	if _ = schema.Dump(&got, 0, msg); got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}

	got.Reset()
	if _ = schema.Dump(&got, 1, bytes.Repeat(attr(1, u32(3)...), 5000)); strings.Count(got.String(), "\n") != 2001 || !strings.HasSuffix(got.String(), "lock: 3\n...\n") {
		t.Errorf("%d lines of 5000", strings.Count(got.String(), "\n"))
	}
}
