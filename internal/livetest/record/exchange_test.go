package record

import (
	"slices"
	"strings"
	"testing"
)

func TestFaults(t *testing.T) {
	request := Message{Sent: true, Type: 16, Flags: flagAck, Seq: 7}
	dump := Message{Sent: true, Type: 18, Flags: flagDump, Seq: 7}
	part := Message{Type: 16, Flags: 2, Seq: 7}
	ack := Message{Type: typeError, Seq: 7, Body: make([]byte, 20)}
	refusal := Message{Type: typeError, Seq: 7, Body: []byte{0xff, 0xff, 0xff, 0xff}}
	done := Message{Type: typeDone, Flags: 2, Seq: 7, Body: make([]byte, 4)}
	event := Message{Type: 16}
	zero := Message{Sent: true, Type: 18, Flags: flagDump}
	tests := []struct {
		name string
		list []Message
		want []string // in the faults, one each
	}{
		{"nothing", nil, nil},
		{"request", []Message{request, ack}, nil},
		{"answer alone", []Message{request, {Type: 16, Seq: 7}}, nil},
		{"dump", []Message{dump, part, part, done}, nil},
		{"dump of number 0", []Message{zero, {Type: 16}, {Type: typeDone, Body: make([]byte, 4)}}, nil},
		{"dump of number 0 without end", []Message{zero, {Type: 16}}, []string{"message 0 (type 0x12, sequence number 0): has no end"}},
		{"event between", []Message{request, event, ack}, nil},
		{"no acknowledgement", []Message{request}, []string{"message 0 (type 0x10, sequence number 7): has no end"}},
		{"dump without end", []Message{dump, part}, []string{"message 0 (type 0x12, sequence number 7): has no end"}},
		{"not asked", []Message{ack}, []string{"answers no request"}},
		{"answer before the request", []Message{ack, request}, []string{"answers no request", "has no end"}},
		{"refusal", []Message{request, refusal}, []string{"errno 1"}},
		{"cut", []Message{request, {Type: typeError, Seq: 7}}, []string{"has no error number"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Faults(tt.list); !slices.EqualFunc(got, tt.want, strings.Contains) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
