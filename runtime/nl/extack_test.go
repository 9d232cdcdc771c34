package nl

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func u32bytes(v uint32) []byte { return binary.NativeEndian.AppendUint32(nil, v) }

func u64bytes(v uint64) []byte { return binary.NativeEndian.AppendUint64(nil, v) }

// attr builds an attribute with its padding.
func attr(id uint16, payload []byte) []byte {
	b := binary.NativeEndian.AppendUint16(nil, uint16(4+len(payload)))
	b = binary.NativeEndian.AppendUint16(b, id)
	b = append(b, payload...)
	return append(b, make([]byte, align(len(b))-len(b))...)
}

// requestHeader is the header of a request of that length, as it comes back in an error.
func requestHeader(length int) []byte {
	b := make([]byte, headerLen)
	binary.NativeEndian.PutUint32(b, uint32(length))
	return b
}

func TestParseError(t *testing.T) {
	text := attr(ackMessage, []byte("no way\x00"))
	offset := attr(ackOffset, u32bytes(36))
	request := append(requestHeader(18), 1, 2) // not a multiple of 4
	padded := append(slices.Clone(request), 0, 0)
	tests := []struct {
		name  string
		flags uint16
		body  []byte
		errno int32
		want  extendedAck
	}{
		{name: "acknowledgement", flags: flagCapped, body: join4(u32bytes(0), requestHeader(16))},
		{name: "capped", flags: flagCapped | flagTLVs, body: join4(u32bytes(neg(22)), requestHeader(96), text, offset),
			errno: -22, want: extendedAck{message: []byte("no way"), offset: 36}},
		{name: "whole request", flags: flagTLVs, body: join4(u32bytes(neg(22)), padded, text, offset),
			errno: -22, want: extendedAck{message: []byte("no way"), offset: 36}},
		{name: "whole request, no attributes", body: join4(u32bytes(neg(1)), padded), errno: -1},
		{name: "capped, no attributes", flags: flagCapped, body: join4(u32bytes(neg(1)), requestHeader(96)), errno: -1},
		{name: "attributes without their flag", flags: flagCapped, body: join4(u32bytes(neg(1)), requestHeader(96), text), errno: -1},
		{name: "warning", flags: flagCapped | flagTLVs, body: join4(u32bytes(0), requestHeader(96), text),
			want: extendedAck{message: []byte("no way")}},
		{name: "text without NUL", flags: flagCapped | flagTLVs,
			body: join4(u32bytes(neg(2)), requestHeader(96), attr(ackMessage, []byte("no"))), errno: -2,
			want: extendedAck{message: []byte("no")}},
		{name: "missing attribute", flags: flagCapped | flagTLVs,
			body:  join4(u32bytes(neg(22)), requestHeader(96), attr(ackMissType, u32bytes(7)), attr(ackMissNest, u32bytes(40))),
			errno: -22, want: extendedAck{missType: 7, missNest: 40, missing: true}},
		{name: "cookie and policy", flags: flagCapped | flagTLVs,
			body:  join4(u32bytes(neg(34)), requestHeader(96), attr(ackCookie, []byte{1, 2, 3}), attr(0x8000|ackPolicy, attr(1, u32bytes(4)))),
			errno: -34, want: extendedAck{cookie: []byte{1, 2, 3}, policy: attr(1, u32bytes(4))}},
		{name: "request longer than the message", flags: flagTLVs, body: join4(u32bytes(neg(22)), requestHeader(96), text), errno: -22},
		{name: "attribute beyond the end", flags: flagCapped | flagTLVs,
			body: join4(u32bytes(neg(22)), requestHeader(96), text, []byte{9, 0, 1, 0}), errno: -22,
			want: extendedAck{message: []byte("no way")}},
		{name: "short numbers", flags: flagCapped | flagTLVs,
			body: join4(u32bytes(neg(22)), requestHeader(96), attr(ackOffset, []byte{1}), attr(ackMissType, nil)), errno: -22},
		{name: "unknown attribute", flags: flagCapped | flagTLVs,
			body: join4(u32bytes(neg(22)), requestHeader(96), attr(99, u32bytes(1)), text), errno: -22,
			want: extendedAck{message: []byte("no way")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			errno, ack, ok := parseError(header{typ: typeError, flags: tt.flags}, tt.body)
			if !ok || errno != tt.errno {
				t.Fatalf("errno %d, ok %v, want %d, true", errno, ok, tt.errno)
			}
			if diff := cmp.Diff(tt.want, ack, cmp.AllowUnexported(extendedAck{})); diff != "" {
				t.Errorf("extended ACK (-want +got):\n%s", diff)
			}
		})
	}
	if _, _, ok := parseError(header{typ: typeError}, make([]byte, 19)); ok {
		t.Error("an error message of 19 bytes was accepted")
	}
}

func TestParseDone(t *testing.T) {
	text := attr(ackMessage, []byte("half of it\x00"))
	tests := []struct {
		name  string
		flags uint16
		body  []byte
		errno int32
		want  extendedAck
	}{
		{name: "empty"},
		{name: "short", body: []byte{1, 2, 3}},
		{name: "fine", flags: flagMulti, body: u32bytes(0)},
		{name: "error", flags: flagMulti, body: u32bytes(neg(95)), errno: -95},
		{name: "error with text", flags: flagMulti | flagTLVs, body: join4(u32bytes(neg(95)), text), errno: -95,
			want: extendedAck{message: []byte("half of it")}},
		{name: "warning", flags: flagMulti | flagTLVs, body: join4(u32bytes(0), text), want: extendedAck{message: []byte("half of it")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			errno, ack := parseDone(header{typ: typeDone, flags: tt.flags}, tt.body)
			if errno != tt.errno {
				t.Errorf("errno %d, want %d", errno, tt.errno)
			}
			if diff := cmp.Diff(tt.want, ack, cmp.AllowUnexported(extendedAck{})); diff != "" {
				t.Errorf("extended ACK (-want +got):\n%s", diff)
			}
		})
	}
}

func neg(n int32) uint32 { return uint32(-n) }

func join4(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func TestParsePolicy(t *testing.T) {
	tests := []struct {
		name string
		in   [][]byte
		want string
	}{
		{"nothing", nil, ""},
		{"range", [][]byte{attr(1, u32bytes(3)), attr(4, u64bytes(1)), attr(5, u64bytes(4094))}, "u16, range 1..4094"},
		{"whole range", [][]byte{attr(1, u32bytes(4)), attr(4, u64bytes(0)), attr(5, u64bytes(1<<32-1))}, "u32"},
		{"signed range", [][]byte{attr(1, u32bytes(8)), attr(2, u64bytes(1<<64-5)), attr(3, u64bytes(7))}, "s32, range -5..7"},
		{"whole signed range", [][]byte{attr(1, u32bytes(6)), attr(2, u64bytes(1<<64-128)), attr(3, u64bytes(127))}, "s8"},
		{"longest", [][]byte{attr(1, u32bytes(12)), attr(7, u32bytes(15))}, "nul-string, length at most 15"},
		{"exact length", [][]byte{attr(1, u32bytes(10)), attr(6, u32bytes(6)), attr(7, u32bytes(6))}, "binary, length 6"},
		{"shortest", [][]byte{attr(1, u32bytes(10)), attr(6, u32bytes(4))}, "binary, length at least 4"},
		{"mask", [][]byte{attr(1, u32bytes(5)), attr(12, u64bytes(0x1f))}, "u64, mask 0x1f"},
		{"bitfield", [][]byte{attr(1, u32bytes(15)), attr(10, u32bytes(3))}, "bitfield32, mask 0x3"},
		{"type of a later kernel", [][]byte{attr(1, u32bytes(77))}, "type 77"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := parsePolicy(append([]byte{}, join4(tt.in...)...)).String(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	if parsePolicy(nil) != nil {
		t.Error("no nest gave a policy")
	}
}
