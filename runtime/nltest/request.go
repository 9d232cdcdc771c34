package nltest

import (
	"encoding/binary"
	"fmt"

	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/wire"
)

// A Request is what a handler answers.
type Request struct {
	Protocol int
	Type     uint16 // message type; of a generic family: its id
	Command  uint8  // of a generic family
	Version  uint8  // of a generic family
	Flags    uint16
	Seq      uint32
	Port     uint32 // address of the socket that asks
	Body     []byte // fixed header and attributes
	Message  []byte // all of it, from struct nlmsghdr on
}

func newRequest(s *socket, m []byte) *Request {
	h := parse(m)
	r := &Request{Protocol: s.o.Protocol, Type: h.typ, Flags: h.flags, Seq: h.seq, Port: s.port, Body: body(m), Message: m[:headerLen+len(body(m))]}
	if r.Protocol == nl.Generic && len(r.Body) >= genericLen {
		r.Command, r.Version, r.Body = r.Body[0], r.Body[1], r.Body[genericLen:]
	}
	return r
}

// Decode reads the request. It fails if some attribute does not fit its type.
func (r *Request) Decode(m wire.Message) error {
	if err := decode(r.Body, m); err != nil {
		return fmt.Errorf("decode request: %w", err)
	}
	return nil
}

// Offset returns where an attribute of the request is, counted as the kernel counts in a [Refusal]: from struct
// nlmsghdr on. The attribute is named by its type and those of the nests around it, outermost first; header is the
// length of the family's fixed header. It returns 0 when the request has no such attribute.
func (r *Request) Offset(header int, path ...uint16) uint32 {
	at, end := len(r.Message)-len(r.Body)+align(header), len(r.Message)
	for i, id := range path {
		for {
			if end-at < 4 {
				return 0
			}
			n := int(binary.NativeEndian.Uint16(r.Message[at:]))
			if n < 4 || n > end-at {
				return 0
			}
			if binary.NativeEndian.Uint16(r.Message[at+2:])&wire.TypeMask != id {
				at = min(at+align(n), end)
				continue
			}
			if i == len(path)-1 {
				return uint32(at)
			}
			at, end = at+4, at+n
			break
		}
	}
	return 0
}
