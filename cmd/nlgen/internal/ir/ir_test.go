package ir

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/spec"
)

// build compiles a schema that must be right.
func build(t *testing.T, text string) *Family {
	t.Helper()
	f, diags := spec.Parse("test.yaml", []byte(text))
	if f == nil || spec.HasErrors(diags) {
		t.Fatal(diags)
	}
	return Build(f)
}

const opsHead = `name: x
protocol: genetlink-legacy
attribute-sets:
  - name: s
    attributes: [ { name: a, type: u8 } ]
operations:
  enum-model: %s
  list:
`

// TestOperationNumbers holds the numbering of messages against cases worked out by hand. A line of want is
// the operation, the numbers of its do, and those of its dump.
func TestOperationNumbers(t *testing.T) {
	for _, c := range []struct {
		name, model, ops, want string
	}{
		{"unified counts everything", "unified", `
    - { name: reserved, value: 0 }
    - { name: a, attribute-set: s, do: { request: {}, reply: {} }, dump: { reply: {} } }
    - { name: ntf, notify: a }
    - { name: b, attribute-set: s, do: { request: {} } }
    - { name: c, value: 9, attribute-set: s, dump: { reply: {} } }
    - { name: ev, attribute-set: s, event: { attributes: [ a ] } }
`, "a 1/1 1/1, b 3/-1 -, c - 9/9, ntf 2, ev 10"},
		{"directional counts both ways", "directional", `
    - { name: a, attribute-set: s, do: { request: {}, reply: {} } }
    - { name: b, attribute-set: s, do: { request: {} } }
    - { name: c, attribute-set: s, do: { request: {}, reply: {} } }
    - { name: ntf, notify: a }
    - { name: d, attribute-set: s, dump: { request: { value: 20 }, reply: { value: 30 } } }
    - { name: e, attribute-set: s, do: { request: {}, reply: {} } }
`, "a 1/1 -, b 2/-1 -, c 3/2 -, d - 20/30, e 21/31 -, ntf 3"},
		{"value 0 counts", "directional", `
    - { name: a, attribute-set: s, do: { request: { value: 0 }, reply: { value: 0 } } }
    - { name: b, attribute-set: s, do: { request: {}, reply: {} } }
`, "a 0/0 -, b 1/1 -"},
		{"a dump may answer with another number", "directional", `
    - name: port-get
      attribute-set: s
      do: { request: { value: 5 }, reply: { value: 7 } }
      dump: { reply: { value: 3 } }
    - { name: next, attribute-set: s, do: { request: {}, reply: {} } }
`, "port-get 5/7 5/3, next 6/8 -"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ops := strings.ReplaceAll(c.ops, "{ name", "{ doc: d, name")
			f := build(t, fmt.Sprintf(opsHead, c.model)+strings.TrimPrefix(ops, "\n"))
			var got []string
			mode := func(m *Mode) string {
				if m == nil {
					return "-"
				}
				return fmt.Sprintf("%d/%d", m.Request, m.Reply)
			}
			for _, op := range f.Ops {
				got = append(got, fmt.Sprint(op.Name, " ", mode(op.Do), " ", mode(op.Dump)))
			}
			for _, n := range f.Notifications {
				got = append(got, fmt.Sprint(n.Name, " ", n.ID))
			}
			if s := strings.Join(got, ", "); s != c.want {
				t.Errorf("got  %s\nwant %s", s, c.want)
			}
		})
	}
}

// TestLayout holds struct layouts against what a C compiler does on a 64-bit machine.
func TestLayout(t *testing.T) {
	f := build(t, `name: x
protocol: netlink-raw
protonum: 2
definitions:
  - { name: point, type: struct, members: [ { name: x, type: u8 }, { name: y, type: u32 } ] }
  - name: mixed
    type: struct
    members:
      - { name: a, type: u8 }
      - { name: b, type: u64, byte-order: big-endian }
      - { name: c, type: s16 }
      - { name: hole, type: pad, len: 1 }
      - { name: d, type: binary, len: 3 }
      - { name: e, type: binary, struct: point }
      - { name: f, type: u8 }
attribute-sets:
  - name: s
    attributes: [ { name: a, type: binary, struct: mixed } ]
operations:
  list:
    - { name: a, doc: d, attribute-set: s, fixed-header: mixed, do: { request: {} } }
`)
	var got []string
	for _, s := range f.Structs {
		line := fmt.Sprintf("%s %d/%d:", s.Name, s.Size, s.Align)
		for _, m := range s.Members {
			line += fmt.Sprintf(" %s@%d+%d", m.Name, m.Offset, m.Size)
		}
		got = append(got, line)
	}
	want := []string{
		"point 8/4: x@0+1 y@4+4",
		"mixed 40/8: a@0+1 b@8+8 c@16+2 hole@18+1 d@19+3 e@24+8 f@32+1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestEnums checks the widths and values of enums: the widest use counts, masks are shifted, negative
// entries are in two's complement of the width.
func TestEnums(t *testing.T) {
	f := build(t, `name: x
protocol: genetlink
definitions:
  - { name: plain, type: enum, entries: [ a, { name: b, value: 7 }, c ] }
  - { name: bits, type: flags, value-start: 2, entries: [ a, b, { name: z, value: 31 } ] }
  - { name: wide, type: enum, entries: [ a, { name: b, value: 0xffffffff } ] }
  - { name: negative, type: enum, entries: [ { name: low, value: -2 }, high ] }
attribute-sets:
  - name: s
    attributes:
      - { name: a, type: u8, enum: plain }
      - { name: b, type: u16, enum: plain }
      - { name: c, type: u32, enum: bits }
      - { name: d, type: u32, enum: wide }
      - { name: e, type: s32, enum: negative }
      - { name: f, type: u16, enum: plain, enum-as-flags: true }
operations:
  list:
    - { name: a, doc: d, attribute-set: s, do: { request: {} } }
`)
	var got []string
	for _, e := range f.Enums {
		line := fmt.Sprintf("%s %d:", e.Name, e.Bits)
		for _, v := range e.Entries {
			line += fmt.Sprintf(" %s=%#x", v.Name, v.Value)
		}
		got = append(got, line)
	}
	want := []string{
		"plain 16: a=0x0 b=0x7 c=0x8",
		"bits 32: a=0x4 b=0x8 z=0x80000000",
		"wide 32: a=0x0 b=0xffffffff",
		"negative 32: low=0xfffffffe high=0xffffffff",
		"plain 16: a=0x1 b=0x80 c=0x100",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if as := f.Enums[4]; !as.Flags || as.Of != f.Enums[0] {
		t.Error("the flag set of plain does not say what it is made from")
	}
}

// TestSetsAndSelectors checks attribute numbers, subsets, and where selectors are found.
func TestSetsAndSelectors(t *testing.T) {
	f := build(t, `name: x
protocol: netlink-raw
protonum: 2
definitions:
  - { name: kinds, type: enum, entries: [ { name: apple, value: 4 }, pear ] }
  - { name: hdr, type: struct, members: [ { name: sort, type: u32, enum: kinds } ] }
attribute-sets:
  - name: top
    attributes:
      - { name: kind, type: string }
      - { name: data, type: sub-message, sub-message: m, selector: kind }
      - { name: stats, type: nest, nested-attributes: stats }
      - { name: by-header, type: sub-message, sub-message: n, selector: sort }
      - { name: far, type: u8, value: 9 }
      - { name: next, type: pad }
      - { name: last, type: u16, byte-order: big-endian }
  - name: stats
    attributes:
      - { name: app, type: sub-message, sub-message: m, selector: kind }
      - { name: zero, type: u8, value: 0 }
  - name: part
    subset-of: top
    attributes: [ { name: last, doc: mine }, { name: kind, display-hint: hex }, { name: last } ]
  - name: leaf
    attributes: [ { name: a, type: u8 } ]
sub-messages:
  - { name: m, formats: [ { value: one, attribute-set: leaf }, { value: two, fixed-header: hdr } ] }
  - { name: n, formats: [ { value: pear, attribute-set: part }, { value: "17" } ] }
operations:
  list:
    - { name: a, doc: d, attribute-set: top, fixed-header: hdr, do: { request: {} } }
`)
	var got []string
	for _, s := range f.Sets {
		line := s.Name + ":"
		for _, a := range s.Attrs {
			line += fmt.Sprintf(" %s=%d", a.Name, a.ID)
			if sel := a.Type.Selector; sel != nil {
				switch {
				case sel.Attr != nil:
					line += "(beside)"
				default:
					line += "(outside)"
				}
			}
		}
		for _, o := range s.Outer {
			line += " outer " + o.Name
			if o.Mem != nil {
				line += "@header"
			}
		}
		got = append(got, line)
	}
	for _, s := range f.Subs {
		line := s.Name + ":"
		for _, fo := range s.Formats {
			line += fmt.Sprintf(" %s=%d", fo.Value, fo.Num)
		}
		got = append(got, line)
	}
	want := []string{
		"top: kind=1 data=2(beside) stats=3 by-header=4(outside) far=9 next=10 last=11 outer sort@header",
		"stats: app=1(outside) zero=0 outer kind",
		"part: last=11 kind=1",
		"leaf: a=1",
		"m: one=0 two=0",
		"n: pear=5 17=17",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	part := f.Sets[2]
	if last := part.Attr("last"); last.Type.Order != Big || last.Type.Width != 2 || part.Parent != f.Sets[0] {
		t.Errorf("a subset's attribute does not inherit: %+v", last.Type)
	}
}
