package record

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// a encodes an attribute.
func a(typ uint16, payload ...byte) []byte {
	b := binary.NativeEndian.AppendUint16(nil, uint16(4+len(payload)))
	b = append(binary.NativeEndian.AppendUint16(b, typ), payload...)
	return append(b, make([]byte, -len(b)&3)...)
}

func join(parts ...[]byte) (b []byte) {
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

func TestDiff(t *testing.T) {
	one, two := a(1, 1, 2, 3, 4), a(2, 5)
	tests := []struct {
		name      string
		want, got []byte
		diff      []string
	}{
		{"equal", join(one, two), join(one, two), nil},
		{"order", join(one, two), join(two, one), nil},
		{"order in a nest", a(9, join(one, two)...), a(9, join(two, one)...), nil},
		{"flag", a(9|0x8000, one...), a(9, one...), nil},
		{"lost", join(one, two), one, []string{"2 lost"}},
		{"new", one, join(one, two), []string{"2 new"}},
		{"other payload", two, a(2, 6), []string{"2 is 06, want 05"}},
		{"lost in a nest", a(9, a(8, join(one, two)...)...), a(9, a(8, two...)...), []string{"9.8.1 lost"}},
		{"repeated", join(two, two), two, []string{"2 lost"}},
		{"header in a nest", a(7, join([]byte{1, 2}, one, two)...), a(7, join([]byte{1, 2}, two, one)...), nil},
		{"other header in a nest", a(7, join([]byte{1, 2}, one)...), a(7, join([]byte{1, 3}, one)...), []string{"7.header is 0103, want 0102"}},
		{"order of a repeated one", join(a(2, 1), a(2, 2)), join(a(2, 2), a(2, 1)), []string{"2 is 02, want 01", "2 is 01, want 02"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			header := []byte{1, 2, 3, 4}
			got := Diff(join(header, tt.want), join(header, tt.got), Headers{"": 4, "7": 2})
			if diff := cmp.Diff(tt.diff, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if got := Diff([]byte{1, 2, 3, 4}, []byte{1, 2, 3, 5}, Headers{"": 4}); len(got) != 1 || !strings.HasPrefix(got[0], "header") {
		t.Errorf("headers that differ: %v", got)
	}
	if got := Diff([]byte{1, 2, 3}, []byte{1, 2, 3}, Headers{"": 4}); len(got) != 1 {
		t.Errorf("shorter than its header: %v", got)
	}
}
