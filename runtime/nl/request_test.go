package nl

import (
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/runtime/wire"
)

func TestRequestFlags(t *testing.T) {
	var out RawMessage
	tests := []struct {
		name string
		op   Op
		opts []CallOption
		want uint16
	}{
		{"plain", Op{}, nil, 0x5},
		{"create", Op{}, []CallOption{Create, Excl}, 0x605},
		{"one value", Op{}, []CallOption{Create | Append}, 0xc05},
		{"replace", Op{}, []CallOption{Replace}, 0x105},
		{"delete", Op{}, []CallOption{NonRec, Bulk}, 0x305},
		{"any bits", Op{}, []CallOption{Flags(0x1000)}, 0x1005},
		{"dump", Op{Dump: true}, nil, 0x305},
		{"filtered get", Op{}, []CallOption{Match, Atomic}, 0x605},
		{"echo", Op{}, []CallOption{Echo(&out)}, 0xd},
		{"echoing operation", Op{Echo: true}, nil, 0xd},
		{"no acknowledgement", Op{}, []CallOption{NoAck}, 0x1},
		{"options without flags", Op{}, []CallOption{Strict, To(5), Warnings(func(*Warning) {})}, 0x5},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var cfg callConfig
			cfg.set(tt.opts)
			if got := requestFlags(&tt.op, &cfg); got != tt.want {
				t.Errorf("flags %#x, want %#x", got, tt.want)
			}
		})
	}
}

func TestEncode(t *testing.T) {
	schema := &wire.Schema{Sets: []wire.Set{{Name: "set", Header: 8}}}
	raw := &Family{Name: "raw", Schema: schema}
	generic := &Family{Name: "generic", Generic: true, Version: 2, Schema: schema}
	body := RawMessage{1, 2, 3, 4, 5}
	tests := []struct {
		name string
		op   Op
		req  wire.Message
		want []byte // after struct nlmsghdr
	}{
		{"raw", Op{Family: raw}, &body, []byte{1, 2, 3, 4, 5}},
		{"generic", Op{Family: generic, Request: 9}, &body, []byte{9, 2, 0, 0, 1, 2, 3, 4, 5}},
		{"no request", Op{Family: raw}, nil, make([]byte, 8)},
		{"no generic request", Op{Family: generic, Request: 9}, nil, []byte{9, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
		{"no set", Op{Family: raw, RequestSet: -1}, nil, []byte{}},
		{"nil pointer", Op{Family: raw}, (*RawMessage)(nil), []byte{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := &endpoint{port: 7, seq: 3}
			if err := e.encode(&tt.op, 16, &callConfig{}, tt.req); err != nil {
				t.Fatal(err)
			}
			h, got, rest, ok := split(e.request)
			if !ok || len(rest) > 0 || h != (header{typ: 16, flags: 5, seq: 3, port: 7}) {
				t.Errorf("header %+v, ok %v, %d bytes left", h, ok, len(rest))
			}
			if n := binary.NativeEndian.Uint32(e.request); int(n) != len(e.request) {
				t.Errorf("nlmsg_len %d of %d bytes", n, len(e.request))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRawMessageDecodes(t *testing.T) {
	for _, n := range []int{0, 1, 3, 4, 5, 64, 65, 1000} {
		in := make([]byte, n)
		for i := range in {
			in[i] = byte(i)
		}
		var m RawMessage
		d := wire.NewDecoder(in, nil)
		m.Decode(&d)
		if err := d.Err(nil, -1); err != nil {
			t.Errorf("%d bytes: %v", n, err)
		}
		if diff := cmp.Diff(in, []byte(m)); diff != "" && n > 0 {
			t.Errorf("%d bytes (-want +got):\n%s", n, diff)
		}
	}
}
