package spec

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const setForOps = "name: demo\nprotocol: genetlink-legacy\ndoc: D.\nattribute-sets: [{name: m, attributes: [{name: id, type: u32}]}]\n"

func TestOpNumbers(t *testing.T) {
	for _, tc := range []struct {
		name, ops string
		want      []OpNumbers
	}{
		{"unified", `
operations:
  list:
    - {name: unspec, doc: D., value: 0}
    - {name: get, doc: D., attribute-set: m, do: {reply: {attributes: [id]}}, dump: {reply: {attributes: [id]}}}
    - {name: get-ntf, doc: D., notify: get}
    - {name: set, doc: D., value: 7, attribute-set: m, do: {}}
    - {name: bang, doc: D., attribute-set: m, event: {attributes: [id]}}
`, []OpNumbers{{-1, -1, -1}, {1, 1, 1}, {-1, 2, -1}, {7, 7, 7}, {-1, 8, -1}}},
		{"directional", `
operations:
  enum-model: directional
  list:
    - name: get
      doc: D.
      attribute-set: m
      do: {request: {attributes: [id]}, reply: {attributes: [id]}}
    - name: set
      doc: D.
      attribute-set: m
      do: {request: {attributes: [id]}}
    - {name: set-ntf, doc: D., notify: get}
    - name: zero
      doc: D.
      attribute-set: m
      do: {request: {value: 0}, reply: {value: 7}}
      dump: {request: {value: 0}, reply: {value: 3}}
    - {name: late-ntf, doc: D., value: 27, notify: get}
    - name: list
      doc: D.
      attribute-set: m
      dump: {request: {value: 9}, reply: {attributes: [id]}}
`, []OpNumbers{{1, 1, 1}, {2, -1, -1}, {-1, 2, -1}, {0, 7, 3}, {-1, 27, -1}, {9, 28, 28}}},
	} {
		f, diags := Parse("x.yaml", []byte(setForOps+tc.ops))
		if HasErrors(diags) {
			t.Fatalf("%s: %s", tc.name, lines(diags))
		}
		if diff := cmp.Diff(tc.want, f.Operations.Numbers()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
}
