package compiled

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const schema = `
name: demo
protocol: netlink-raw
protonum: 9
attribute-sets:
  - name: inner
    attributes: [{ name: number, type: u8 }]
  - name: data
    attributes: [{ name: number, type: u8 }]
  - name: demo
    attributes:
      - { name: kind, type: string }
      - { name: list, type: nest, nested-attributes: inner, multi-attr: true }
      - { name: data, type: sub-message, sub-message: kinds, selector: kind }
sub-messages:
  - name: kinds
    formats: [{ value: one, attribute-set: data }]
operations:
  list:
    - { name: get, value: 16, attribute-set: demo, do: { request: { attributes: [kind] } } }
`

func TestDecode(t *testing.T) {
	file := filepath.Join(t.TempDir(), "demo.yaml")
	if err := os.WriteFile(file, []byte(schema), 0o600); err != nil {
		t.Fatal(err)
	}
	d := New(t, []string{file}, "demo.Message")
	attr := func(typ byte, payload ...byte) []byte {
		b := append([]byte{byte(4 + len(payload)), 0, typ, 0}, payload...)
		return append(b, make([]byte, -len(b)&3)...)
	}
	join := func(parts ...[]byte) (b []byte) {
		for _, p := range parts {
			b = append(b, p...)
		}
		return b
	}
	known := join(attr(1, 'o', 'n', 'e', 0), attr(2, attr(1, 7)...), attr(3, attr(1, 8)...))
	list := []Message{
		{"demo.Message", known},
		{"demo.Message", join(attr(1, 't', 'w', 'o', 0), attr(2, attr(9, 7)...), attr(3, attr(1, 8)...), attr(77))},
		{"demo.Message", []byte{200, 0, 1, 0}},
	}
	got := d.Decode(t, list)
	want := map[string]any{"kind": "one", "list": []any{map[string]any{"number": json.Number("7")}}, "data": map[string]any{"number": json.Number("8")}}
	if diff := cmp.Diff(want, got[0].Value); diff != "" || got[0].Err != "" {
		t.Errorf("%s (-want +got):\n%s", got[0].Err, diff)
	}
	if len(got[0].Again) != len(known) || len(got[0].Unknown()) != 0 {
		t.Errorf("encodes to %x, want %x; not known: %v", got[0].Again, known, got[0].Unknown())
	}
	if diff := cmp.Diff([]string{"data", "list[].9", "77"}, got[1].Unknown()); diff != "" {
		t.Errorf("not known (-want +got):\n%s", diff)
	}
	if got[2].Err == "" {
		t.Error("an attribute of 200 bytes in 4 is none that fails")
	}
}
