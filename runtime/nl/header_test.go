package nl

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// datagram builds a message around a body.
func datagram(h header, body ...byte) []byte {
	b := append(make([]byte, headerLen), body...)
	h.put(b)
	return b
}

func TestSplit(t *testing.T) {
	h := header{typ: 16, flags: 2, seq: 7, port: 9}
	one := datagram(h, 1, 2, 3, 4)
	odd := append(datagram(h, 1), 0, 0, 0)
	long := datagram(h)
	long[0], long[1], long[2], long[3] = 0xff, 0xff, 0xff, 0xff
	short := datagram(h)
	copy(short, u32bytes(15))
	tests := []struct {
		name       string
		in         []byte
		body, rest []byte
		ok         bool
	}{
		{"one", one, []byte{1, 2, 3, 4}, []byte{}, true},
		{"two", append(append([]byte{}, odd...), one...), []byte{1}, one, true},
		{"no padding at the end", datagram(h, 1), []byte{1}, []byte{}, true},
		{"no body", datagram(h), []byte{}, []byte{}, true},
		{"empty", nil, nil, nil, false},
		{"half a header", one[:15], nil, nil, false},
		{"half a body", one[:18], nil, nil, false},
		{"length 0", make([]byte, 16), nil, nil, false},
		{"length below the header", short, nil, nil, false},
		{"length of 4 GiB", long, nil, nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, body, rest, ok := split(tt.in)
			if ok != tt.ok {
				t.Fatalf("ok %v, want %v", ok, tt.ok)
			}
			if ok && got != h {
				t.Errorf("header %+v, want %+v", got, h)
			}
			if diff := cmp.Diff([][]byte{tt.body, tt.rest}, [][]byte{body, rest}); diff != "" {
				t.Errorf("body and rest (-want +got):\n%s", diff)
			}
		})
	}
}

// A body must not reach into the next message by append.
func TestSplitCapsBody(t *testing.T) {
	b := append(datagram(header{typ: 16}, 1, 2, 3, 4), datagram(header{typ: 17})...)
	_, body, rest, _ := split(b)
	_ = append(body, 0xff, 0xff, 0xff, 0xff)
	if h, _, _, ok := split(rest); !ok || h.typ != 17 {
		t.Errorf("appending to a body changed the next message")
	}
}
