package spec

import (
	"fmt"
	"math/big"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none.yaml")
	f, diags := Load(path)
	if f != nil || len(diags) != 1 || diags[0].Rule != RuleReadFile || diags[0].Line != 0 {
		t.Errorf("Load(%s) = %v, %v", path, f, diags)
	}
	if got, want := diags[0].String(), path+": read-file: "; !strings.HasPrefix(got, want) {
		t.Errorf("String() = %q, want %q and the cause", got, want)
	}
}

// TestAliasBomb reads a file of 30 kB whose aliases stand for nine million entries.
func TestAliasBomb(t *testing.T) {
	var b strings.Builder
	b.WriteString("name: bomb\ndoc: Aliases.\nattribute-sets: []\noperations: {list: []}\ndefinitions:\n")
	b.WriteString("  - {name: e0, type: enum, entries: &e [a")
	b.WriteString(strings.Repeat(", a", 3000))
	b.WriteString("]}\n")
	for i := range 3000 {
		fmt.Fprintf(&b, "  - {name: e%d, type: enum, entries: *e}\n", i+1)
	}
	_, diags := Parse("bomb.yaml", []byte(b.String()))
	n := 0
	for _, d := range diags {
		if d.Rule == RuleAliasLimit {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d problems of rule %s, want 1", n, RuleAliasLimit)
	}
}

const numbered = `name: demo
protocol: netlink-raw
protonum: 16
doc: A family.
definitions:
  - {name: len, type: const, value: 0x10}
  - {name: text, type: const, value: hello}
  - {name: wide, type: const, value: 0xffffffffffffffff}
  - {name: verdicts, type: enum, entries: [{name: stop, value: 0xffffffff}, {name: drop, value: 0}, accept]}
  - {name: colours, type: enum, value-start: 5, entries: [red, {name: green, value: -2}, blue]}
  - {name: bits, type: flags, value-start: 3, entries: [a, b, {name: c, value: 63}]}
  - name: hdr
    type: struct
    members:
      - {name: Family, type: u8}
      - {name: pad, type: pad, len: 3}
      - {name: key, type: binary, len: DEMO_LEN - 1}
attribute-sets:
  - name: main
    attributes:
      - {name: first, type: u32, checks: {min: 3, max: u16-max}}
      - {name: second, type: pad}
      - {name: zero, type: u32, value: 0}
      - {name: ten, type: s64, value: 10, checks: {min: s64-min, max: u32-max}}
      - {name: eleven, type: string, checks: {max-len: len - 1}, enum-as-flags: off}
  - name: sub
    subset-of: main
    attributes:
      - {name: ten, display-hint: hex}
      - {name: first}
operations:
  list: []
`

func parseNumbered(t *testing.T) *File {
	t.Helper()
	f, diags := Parse("numbered.yaml", []byte(numbered))
	for _, d := range diags {
		if d.Severity == Error {
			t.Error(d)
		}
	}
	return f
}

func TestNumbering(t *testing.T) {
	f := parseNumbered(t)
	got := map[string]string{}
	show := func(i *big.Int) string {
		if i == nil {
			return "nil"
		}
		return i.String()
	}
	for _, d := range f.Definitions {
		if d.Type.V == "const" {
			got[d.Name.V] = show(d.Int)
		}
		for _, e := range d.Entries {
			got[d.Name.V+"."+e.Name.V] = show(e.Num)
		}
		for _, m := range d.Members {
			got[d.Name.V+"."+m.Name.V] = fmt.Sprint(m.Size)
		}
	}
	for _, s := range f.Sets {
		for _, a := range s.Attrs {
			key := s.Name.V + "." + a.Name.V
			got[key] = fmt.Sprint(a.Num)
			if c := a.Checks; c != nil {
				for _, l := range []*Limit{c.Min, c.Max, c.MaxLen} {
					if l != nil {
						got[key] += " " + show(l.Int)
					}
				}
			}
		}
	}
	want := map[string]string{
		"len": "16", "text": "nil", "wide": "18446744073709551615",
		"verdicts.stop": "4294967295", "verdicts.drop": "0", "verdicts.accept": "1",
		"colours.red": "5", "colours.green": "-2", "colours.blue": "-1",
		"bits.a": "3", "bits.b": "4", "bits.c": "63",
		"hdr.Family": "0", "hdr.pad": "3", "hdr.key": "15",
		"main.first": "1 3 65535", "main.second": "2", "main.zero": "0",
		"main.ten": "10 -9223372036854775808 4294967295", "main.eleven": "11 15",
		"sub.ten": "10", "sub.first": "1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("numbers (-want +got):\n%s", diff)
	}
}

// TestPositions takes some values of the tree and looks them up in the text.
func TestPositions(t *testing.T) {
	f := parseNumbered(t)
	text := strings.Split(numbered, "\n")
	for _, tc := range []struct {
		what string
		pos  Pos
		at   string // what the text has there
	}{
		{"name", f.Name.Pos, "demo"},
		{"protonum", f.Protonum.Pos, "16"},
		{"const", f.Definitions[0].Pos, "name: len,"},
		{"const value", f.Definitions[0].Value.Pos, "0x10}"},
		{"bare entry", f.Definitions[3].Entries[2].Pos, "accept]}"},
		{"entry value", f.Definitions[4].Entries[1].Value.Pos, "-2}"},
		{"member", f.Definitions[6].Members[1].Pos, "name: pad"},
		{"member length", f.Definitions[6].Members[2].Len.Pos, "DEMO_LEN - 1}"},
		{"set", f.Sets[0].Pos, "name: main"},
		{"attribute", f.Sets[0].Attrs[3].Pos, "name: ten, type: s64"},
		{"attribute value", f.Sets[0].Attrs[3].Value.Pos, "10, "},
		{"checks", f.Sets[0].Attrs[0].Checks.Pos, "min: 3,"},
		{"limit", f.Sets[0].Attrs[0].Checks.Max.Text.Pos, "u16-max"},
		{"boolean", f.Sets[0].Attrs[4].EnumAsFlags.Pos, "off}"},
		{"subset", f.Sets[1].SubsetOf.Pos, "main"},
		{"operations", f.Operations.Pos, "list: []"},
	} {
		line := ""
		if tc.pos.Line > 0 && tc.pos.Col > 0 && tc.pos.Col <= len(text[tc.pos.Line-1]) {
			line = strings.TrimLeft(text[tc.pos.Line-1][tc.pos.Col-1:], "{")
		}
		if !strings.HasPrefix(line, tc.at) {
			t.Errorf("%s is at %v: %q, want %q", tc.what, tc.pos, line, tc.at)
		}
	}
	if f.Version.Set() || f.Definitions[0].Doc.Set() {
		t.Error("absent keys count as set")
	}
}

// TestNullIsSet tells an empty key from an absent one.
func TestNullIsSet(t *testing.T) {
	f, diags := Parse("x.yaml", []byte("name: x\nprotocol: genetlink-legacy\ndoc: X.\ndefinitions:\n  - name: e\n    enum-name:\n    type: enum\n    entries: []\nattribute-sets: []\noperations: {list: []}\n"))
	if HasErrors(diags) {
		t.Fatal(diags)
	}
	if d := f.Definitions[0]; !d.EnumName.Set() || d.EnumName.V != "" || d.EnumName.Pos.Line != 6 || d.NamePrefix.Set() {
		t.Errorf("enum-name = %+v, name-prefix = %+v", d.EnumName, d.NamePrefix)
	}
}

func TestInherit(t *testing.T) {
	f := parseNumbered(t)
	ten := f.Sets[1].Attrs[0].Inherit(f.Sets[0].Attrs[3])
	if ten.Type.V != "s64" || ten.DisplayHint.V != "hex" || ten.Num != 10 || ten.Checks != f.Sets[0].Attrs[3].Checks {
		t.Errorf("ten = %+v", ten)
	}
	first := f.Sets[1].Attrs[1].Inherit(f.Sets[0].Attrs[0])
	if first.Type.V != "u32" || first.Pos != f.Sets[1].Attrs[1].Pos || f.Sets[1].Attrs[1].Type.Set() {
		t.Errorf("first = %+v", first)
	}
}

func TestSuggest(t *testing.T) {
	known := []string{"nested-attributes", "name", "name-prefix", "multi-attr", "u16", "u64"}
	for name, want := range map[string]string{
		"nested-atributes":       "nested-attributes",
		"nmae":                   "name",
		"multiattr":              "multi-attr",
		"name":                   "",
		"colour":                 "",
		"u61":                    "u16",
		"":                       "",
		strings.Repeat("x", 200): "",
	} {
		if got := newSuggester().nearest(name, known); got != want {
			t.Errorf("nearest(%q) = %q, want %q", name, got, want)
		}
	}
}
