package wire

import (
	"encoding/binary"

	"slices"
)

// A Decoder reads one message. Generated code drives it: a loop over Next and Type at each level, one read
// method an attribute, Enter and Leave around nests. It is a plain struct for the caller's stack; its methods
// store no pointer to it. After NewDecoder it belongs to one goroutine.
type Decoder struct {
	buf     []byte
	lv      level
	kept    []span // attributes kept raw, of all open levels; each level has its own end of it
	sp      *Spare
	scratch []byte // zero-extended copy of a short struct
	bad     int32  // unreadable payloads so far
	depth   int
	strict  bool
	trouble trouble  // the first one that is an error
	near    [4]level // around the current level, outermost first
	far     []level  // the same, of deep nests
}

// level is the state of one level of attributes. Offsets count from the start of the message. They are no smaller than
// a register, see set.
type level struct {
	seen             [2]uint64 // types met, modulo 128
	again            uint64    // those of them that were met twice, modulo 64
	sized            uint64    // types counted by Grow, modulo 64
	start, next, end int       // first attribute, next attribute, end of the level
	at, lim          int       // current attribute: its header, the end of its payload
	kept             int32     // where the level's part of Decoder.kept begins
	bad              int32     // Decoder.bad when the level was entered
	raw              uint16    // type of the current attribute with its flag bits
	broken           bool      // the framing is malformed
	unsorted         bool      // the level's part of Decoder.kept is not in wire order
	unique           bool      // nothing was met twice when Again began to meet everything twice
}

// span is an attribute of the message: header at `at`, payload from at+4 to lim.
type span struct{ at, lim int }

// maxMessage keeps offsets, and sums of an offset and a length, within 32 bits.
const maxMessage = 1 << 30

// NewDecoder returns a Decoder at the first byte of a message's fixed header or attributes.
//
// With a nil Spare everything decoded is the caller's: it shares no memory with b. With a Spare, see there.
func NewDecoder(b []byte, sp *Spare) Decoder {
	d := Decoder{buf: b, lv: level{end: len(b)}, sp: sp}
	if len(b) > maxMessage {
		d.tooLong()
	}
	if sp != nil {
		d.strict = sp.Strict
		sp.begin()
	}
	return d
}

// tooLong makes a message that netlink could not carry, and for which offsets are too small, an error.
func (d *Decoder) tooLong() {
	d.lv.end, d.lv.broken = 0, true
	d.fail(trouble{kind: messageTooLong})
}

// Reset makes d read the next message, with the Spare it was made with.
func (d *Decoder) Reset(b []byte) {
	d.buf, d.kept = b, d.kept[:0]
	d.bad, d.depth, d.strict = 0, 0, false
	d.lv.begin(0, len(b), 0, 0)
	d.lv.at, d.lv.lim, d.lv.raw = 0, 0, 0
	if d.trouble.kind != fine {
		d.trouble = trouble{}
	}
	if len(b) > maxMessage {
		d.tooLong()
	}
	if d.sp != nil {
		d.strict = d.sp.Strict
		d.sp.begin()
	}
}

// SetStrict makes the first unreadable payload the message's error.
func (d *Decoder) SetStrict(on bool) { d.strict = on }

// Unreadable returns how many attributes were kept raw because their payload does not fit their declared type.
func (d *Decoder) Unreadable() int { return int(d.bad) }

// Err returns nil if the message could be read, else a *DecodeError that names the place by the schema, which
// may be nil. Only broken framing of the message itself is an error, unless the Decoder is strict.
func (d *Decoder) Err(schema *Schema, set int) error {
	if d.trouble.kind == fine {
		return nil
	}
	return d.error(schema, set)
}

func (d *Decoder) error(schema *Schema, set int) error {
	e := &DecodeError{Offset: d.trouble.off, Reason: d.trouble.reason()}
	if s := schema.set(set); s != nil {
		e.Set = s.Name
		e.Path, _ = schema.Path(set, d.buf, d.trouble.off)
	}
	return e
}

// Header takes the first n bytes of the level, which its fixed header occupies; attributes follow at the next
// multiple of 4. If the level is shorter it is malformed and the result is n zero bytes. The result is valid
// until the next method call.
func (d *Decoder) Header(n int) []byte {
	at := int(d.lv.next)
	if left := int(d.lv.end) - at; left < n {
		d.malformed(shortHeader, left, n)
		return d.zeros(n)
	}
	d.lv.next = min(at+(n+3)&^3, d.lv.end)
	d.lv.start = d.lv.next
	return d.buf[at : at+n : at+n]
}

func (d *Decoder) zeros(n int) []byte {
	d.scratch = slices.Grow(d.scratch[:0], n)[:n]
	clear(d.scratch)
	return d.scratch
}

// Next moves to the level's next attribute and reports whether there is one. The last attribute may lack its
// padding, and less than 4 bytes at the end are ignored. A length below 4 or beyond the level makes the level
// malformed and ends it.
func (d *Decoder) Next() bool {
	lv := &d.lv
	at := lv.next
	left := lv.end - at
	if left < 4 {
		return false
	}
	p := (*[4]byte)(d.buf[at:])
	n := int(binary.NativeEndian.Uint16(p[:2]))
	raw := binary.NativeEndian.Uint16(p[2:])
	if n < 4 || n > left {
		return d.malformed(wrongLength, int(n), int(left))
	}
	lv.at, lv.lim, lv.next = at, at+n, at+(n+3)&^3
	lv.raw = raw
	bit := uint64(1) << (raw & 63)
	seen := &lv.seen[raw>>6&1]
	if *seen&bit != 0 {
		lv.again |= bit
	}
	*seen |= bit
	return true
}

// Type returns the number of the current attribute, without flag bits.
func (d *Decoder) Type() uint16 { return d.lv.raw & TypeMask }

// payload returns the payload of the current attribute.
func (d *Decoder) payload() []byte { return d.buf[d.lv.at+4 : d.lv.lim : d.lv.lim] }

// malformed ends the level. At the message's own level this is an error.
func (d *Decoder) malformed(kind troubleKind, a, b int) bool {
	if d.depth == 0 || d.strict {
		d.fail(trouble{kind, int(d.lv.next), a, b})
	}
	d.lv.broken = true
	d.lv.next = d.lv.end
	return false
}

func (d *Decoder) fail(t trouble) {
	if d.trouble.kind == fine {
		d.trouble = t
	}
}

// Keep keeps the current attribute raw; Finish returns it.
func (d *Decoder) Keep() { d.keep(span{d.lv.at, d.lv.lim}) }

func (d *Decoder) keep(s span) {
	if n := len(d.kept); n > int(d.lv.kept) && d.kept[n-1].at > s.at {
		d.lv.unsorted = true // sub-messages are read after the rest of the level
	}
	if d.kept == nil {
		d.kept = make([]span, 0, 8)
	}
	d.kept = append(d.kept, s)
}

// unreadable keeps the current attribute raw because its payload is not what the schema says.
func (d *Decoder) unreadable(kind troubleKind, a, b int) {
	d.Keep()
	d.bad++
	if d.strict {
		d.fail(trouble{kind, int(d.lv.at), a, b})
	}
}
