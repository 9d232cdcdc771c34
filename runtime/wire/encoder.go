package wire

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// An Encoder writes one message. Generated code drives it: the fixed header, the unknown attributes, then one
// method call a field; each writes nothing for an absent value. An error sticks, and is reported by Done. An
// Encoder is a plain struct for the caller's stack; its methods store no pointer to it.
type Encoder struct {
	buf   []byte
	base  int // where the message begins in buf
	depth int
	inner int // where the struct that is being filled is in buf
	fail  *failure

	header bool // that struct is a fixed header, not an attribute's
}

// failure is the first error, with what its path is found from: offsets into the message.
type failure struct {
	at     int    // where the attribute is, or would have been written
	id     uint16 // its number
	header bool   // it is no attribute but a fixed header
	reason string
	open   []int // nests around it, innermost first, filled in as they end
}

// NewEncoder returns an Encoder that appends a message to b. Attributes are aligned from the message's start.
func NewEncoder(b []byte) Encoder { return Encoder{buf: b, base: len(b)} }

// Done returns the message behind what NewEncoder was given, or an *EncodeError that names the place by the
// schema, which may be nil.
func (e *Encoder) Done(schema *Schema, set int) ([]byte, error) {
	if e.fail != nil {
		return e.buf[:e.base], e.error(schema, set)
	}
	return e.buf, nil
}

func (e *Encoder) error(schema *Schema, set int) error {
	err := &EncodeError{Reason: e.fail.reason}
	if s := schema.set(set); s != nil {
		err.Set = s.Name
		slices.Reverse(e.fail.open)
		err.Path = schema.openPath(set, e.buf[e.base:], e.fail)
	}
	return err
}

// Header appends n zero bytes for a fixed header, and zeros up to a multiple of 4. It returns the n bytes to
// fill, valid until the next method call.
func (e *Encoder) Header(n int) []byte {
	at := len(e.buf)
	e.inner, e.header = at, true
	e.buf = append(e.buf, make([]byte, (n+3)&^3)...)
	return e.buf[at : at+n : at+n]
}

// Unknown appends attributes as they are.
func (e *Encoder) Unknown(attrs Attrs) {
	for i := range attrs {
		copy(e.attr(attrs[i].Type, len(attrs[i].Data)), attrs[i].Data)
	}
}

// attr appends an attribute with n zero bytes of payload and returns them.
func (e *Encoder) attr(typ uint16, n int) []byte {
	if n > MaxPayload {
		e.tooLong(typ, n)
		n = 0
	}
	at := len(e.buf)
	e.buf = append(e.buf, make([]byte, (4+n+3)&^3)...)
	p := e.buf[at : at+4+n]
	binary.NativeEndian.PutUint16(p, uint16(4+n))
	binary.NativeEndian.PutUint16(p[2:], typ)
	return p[4:]
}

func (e *Encoder) tooLong(typ uint16, n int) {
	e.Fail(typ&TypeMask, fmt.Sprintf("payload of %d bytes, at most %d fit", n, MaxPayload))
}

// A Mark is an open nest.
type Mark struct{ at int }

// Nest begins attribute id, which is marked as holding attributes; End ends it.
func (e *Encoder) Nest(id uint16) Mark { return e.Plain(id | Nested) }

// Plain is Nest without the mark, for attributes that do not have it on the wire: sub-messages that are only
// a fixed header, scalars in numbered arrays.
func (e *Encoder) Plain(id uint16) Mark {
	if e.depth++; e.depth > MaxDepth {
		e.Fail(id&TypeMask, fmt.Sprintf("nested more than %d levels deep", MaxDepth))
	}
	m := Mark{len(e.buf)}
	e.attr(id, 0)
	return m
}

// End ends the nest that m began, inside of which all nests have ended.
func (e *Encoder) End(m Mark) {
	e.depth--
	n := len(e.buf) - m.at
	if n > 4+MaxPayload || e.fail != nil {
		e.endBad(m, n-4)
		return
	}
	binary.NativeEndian.PutUint16(e.buf[m.at:], uint16(n))
	for ; n%4 != 0; n++ {
		e.buf = append(e.buf, 0)
	}
}

// endBad ends a nest that is too long itself, or may be around an error.
func (e *Encoder) endBad(m Mark, n int) {
	if e.fail == nil {
		typ := binary.NativeEndian.Uint16(e.buf[m.at+2:])
		e.fail = &failure{at: m.at - e.base, id: typ & TypeMask,
			reason: fmt.Sprintf("payload of %d bytes, at most %d fit", n, MaxPayload)}
		return
	}
	if at := m.at - e.base; at < e.fail.at {
		e.fail.open = append(e.fail.open, at)
	}
}

// Fail makes the message an error about attribute id of the open level, unless there already is one.
func (e *Encoder) Fail(id uint16, reason string) {
	if e.fail == nil {
		e.fail = &failure{at: len(e.buf) - e.base, id: id & TypeMask, reason: reason}
	}
}

// Selector returns the value to write for a selector whose sub-message has a Go type that wants a value: that
// one if have is absent. If have is another one, it fails about attribute id.
func Selector[T comparable](e *Encoder, id uint16, have Opt[T], want T) Opt[T] {
	if have.set && have.v != want {
		e.Fail(id, fmt.Sprintf("selector is %v but the data is %v", have.v, want))
		return have
	}
	return Some(want)
}
