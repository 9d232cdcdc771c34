package nltest

import (
	"errors"
	"slices"
	"syscall"

	"github.com/nlgen/nlgen/runtime/nl"
)

// A Refusal is an error as the kernel sends it: an errno, and what the extended acknowledgement says beyond.
type Refusal struct {
	Errno    syscall.Errno
	Message  string
	Offset   uint32 // of the attribute that is wrong, see [Request.Offset]; 0 for none
	Cookie   []byte
	Policy   *nl.Policy
	Missing  uint16 // type of an attribute that is missing; 0 for none
	MissNest uint32 // offset of the nest that lacks it; 0 for the message itself
}

// Error returns the errno's text and the message.
func (r *Refusal) Error() string {
	if r.Message == "" {
		return r.Errno.Error()
	}
	return r.Errno.Error() + ": " + r.Message
}

// Unwrap returns the errno.
func (r *Refusal) Unwrap() error { return r.Errno }

func asRefusal(err error) *Refusal {
	var refusal *Refusal
	var errno syscall.Errno
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refusal):
		return refusal
	case errors.As(err, &errno):
		return &Refusal{Errno: errno}
	}
	return &Refusal{Errno: syscall.EINVAL, Message: err.Error()}
}

// An AckLayout is how acknowledgements and errors look. It depends on the kernel's age and on the options of the
// socket.
type AckLayout uint8

const (
	// Capped repeats the header of the request only, and has attributes: Linux 4.12 and later, with package nl's
	// options.
	Capped AckLayout = iota
	// Full repeats the whole request in an error, and has attributes.
	Full
	// CappedPlain repeats the header of the request only, and has no attributes.
	CappedPlain
	// FullPlain repeats the whole request in an error, and has no attributes: before Linux 4.12.
	FullPlain
)

// ack builds an NLMSG_ERROR message. A nil Refusal is success.
func (f *Refusal) ack(r *Request, l AckLayout) []byte {
	h := header{typ: typeError, seq: r.Seq, port: r.Port}
	b := bytes32(f.number())
	if l == Capped || l == CappedPlain || f == nil || f.Errno == 0 {
		h.flags |= flagCapped
		b = append(b, r.Message[:headerLen]...)
	} else {
		b = append(b, r.Message...)
		b = append(b, make([]byte, -len(b)&3)...)
	}
	return build(f.extend(h, b, l))
}

// done builds an NLMSG_DONE message.
func (f *Refusal) done(r *Request, l AckLayout) []byte {
	return build(f.extend(header{typ: typeDone, flags: flagMulti, seq: r.Seq, port: r.Port}, bytes32(f.number()), l))
}

// number is the errno as the kernel sends it: negative.
func (f *Refusal) number() uint32 {
	if f == nil {
		return 0
	}
	return uint32(-int32(f.Errno))
}

// extend appends the attributes.
func (f *Refusal) extend(h header, b []byte, l AckLayout) (header, []byte) {
	if f == nil || l == CappedPlain || l == FullPlain {
		return h, b
	}
	n := len(b)
	if f.Message != "" {
		b = attribute(b, 1, append([]byte(f.Message), 0))
	}
	if f.Offset != 0 {
		b = attribute(b, 2, bytes32(f.Offset))
	}
	if f.Cookie != nil {
		b = attribute(b, 3, f.Cookie)
	}
	if f.Policy != nil {
		b = attribute(b, 4, policy(f.Policy))
	}
	if f.Missing != 0 {
		b = attribute(b, 5, bytes32(uint32(f.Missing)))
	}
	if f.MissNest != 0 {
		b = attribute(b, 6, bytes32(f.MissNest))
	}
	if len(b) > n {
		h.flags |= flagTLVs
	}
	return h, b
}

// attributeTypes are the names of enum netlink_attribute_type, as package nl has them.
var attributeTypes = []string{"invalid", "flag", "u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64", "binary", "string",
	"nul-string", "nested", "nested-array", "bitfield32", "sint", "uint"}

// policy builds the payload of a policy nest.
func policy(p *nl.Policy) (b []byte) {
	if i := slices.Index(attributeTypes, p.Type); i >= 0 {
		b = attribute(b, 1, bytes32(uint32(i)))
	}
	if v, ok := p.MinSigned.Get(); ok {
		b = attribute(b, 2, bytes64(uint64(v)))
	}
	if v, ok := p.MaxSigned.Get(); ok {
		b = attribute(b, 3, bytes64(uint64(v)))
	}
	if v, ok := p.Min.Get(); ok {
		b = attribute(b, 4, bytes64(v))
	}
	if v, ok := p.Max.Get(); ok {
		b = attribute(b, 5, bytes64(v))
	}
	if v, ok := p.MinLength.Get(); ok {
		b = attribute(b, 6, bytes32(v))
	}
	if v, ok := p.MaxLength.Get(); ok {
		b = attribute(b, 7, bytes32(v))
	}
	if v, ok := p.Mask.Get(); ok {
		b = attribute(b, 12, bytes64(v))
	}
	return b
}
