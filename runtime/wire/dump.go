package wire

import (
	"encoding/hex"
	"fmt"
	"io"
	"net/netip"
	"strconv"
)

// Bounds of a dump.
const (
	dumpLines = 2000 // lines of a message
	dumpBytes = 48   // bytes of a payload
	dumpElems = 16   // elements of an array of integers
)

// Dump writes a message of that set for people to read: one line an attribute, indented by level, with its
// name, and its value by kind; the rest in hex. It accepts any bytes, says where they are malformed, and
// bounds what it writes. The error is the writer's.
func (s *Schema) Dump(w io.Writer, set int, msg []byte) error {
	d := dumper{walker: newWalker(s, set, msg)}
	if t := s.set(set); t != nil && t.Header > 0 {
		name := "header"
		if t.HeaderName != "" {
			name += " " + t.HeaderName
		}
		d.line(name)
		d.hex(msg[:min(t.Header, len(msg))])
		d.out = append(d.out, '\n')
	}
	d.level()
	if d.lines > dumpLines {
		d.out = append(d.out, "...\n"...)
	}
	_, err := w.Write(d.out)
	return err
}

type dumper struct {
	*walker
	out   []byte
	lines int
}

// line begins a line, unless there were enough.
func (d *dumper) line(name string) bool {
	if d.lines++; d.lines > dumpLines {
		return false
	}
	for range d.walker.outer {
		d.out = append(d.out, "  "...)
	}
	d.out = append(d.out, name...)
	d.out = append(d.out, ": "...)
	return true
}

// level writes the attributes of a level.
func (d *dumper) level() {
	if n := d.lv.start - d.lv.from; len(d.walker.outer) > 0 && n > 0 && d.line("header") {
		d.hex(d.msg[d.lv.from:d.lv.start])
		d.out = append(d.out, '\n')
	}
	for at := d.lv.start; d.lines <= dumpLines; {
		raw, lim, next, ok := d.attr(at, d.lv.end)
		if !ok {
			if d.lv.end-at >= 4 && d.line("malformed") {
				d.hex(d.msg[at:d.lv.end])
				d.out = append(d.out, '\n')
			}
			return
		}
		d.attribute(raw, at, lim)
		at = next
	}
}

func (d *dumper) attribute(raw uint16, at, lim int) {
	id := raw & TypeMask
	name := strconv.Itoa(int(id))
	a := d.info(id)
	switch {
	case d.lv.numbered > 0:
		name = "[" + name + "]"
	case a != nil:
		name = a.Name
	}
	if !d.line(name) {
		return
	}
	if d.enter(raw, at, lim) {
		d.out[len(d.out)-1] = '\n' // in place of the space after the colon
		d.level()
		d.leave()
		return
	}
	switch p := d.msg[at+4 : lim]; {
	case a == nil:
		d.hex(p)
	case d.lv.numbered > 0:
		d.value(a, a.Elem, p)
	default:
		d.value(a, a.Kind, p)
	}
	d.out = append(d.out, '\n')
}

// value writes a payload by its kind, in hex if it does not fit that.
func (d *dumper) value(a *AttrInfo, k Kind, p []byte) {
	switch k {
	case KindFlag:
		d.out = append(d.out, "true"...)
	case KindString:
		d.text(cString(p))
	case KindMAC:
		if len(p) > dumpBytes {
			d.hex(p)
			return
		}
		d.out = appendColons(d.out, p)
	case KindAddr:
		if ip, ok := netip.AddrFromSlice(p); ok {
			d.out = ip.AppendTo(d.out)
			return
		}
		d.hex(p)
	case KindBitfield32:
		if len(p) != 8 {
			d.hex(p)
			return
		}
		d.number(a, KindU32, p[:4])
		d.out = append(d.out, " of "...)
		d.number(a, KindU32, p[4:])
	case KindCArray:
		d.array(a, p)
	default:
		d.number(a, k, p)
	}
}

// number writes an integer, with its name where the schema has one.
func (d *dumper) number(a *AttrInfo, k Kind, p []byte) {
	v, ok := k.uint(p)
	if !ok {
		d.hex(p)
		return
	}
	_, _, signed, _ := k.layout()
	if i := a.Enum - 1; i >= 0 && i < len(d.s.Enums) {
		e := &d.s.Enums[i]
		if e.Flags {
			d.out = append(d.out, FlagString(e.Names, v)...)
			return
		}
		if name := e.Names.Name(v); name != "" {
			d.out = fmt.Appendf(d.out, "%s (%d)", name, v)
			return
		}
	}
	if signed {
		d.out = strconv.AppendInt(d.out, int64(v), 10)
		return
	}
	d.out = strconv.AppendUint(d.out, v, 10)
}

func (d *dumper) array(a *AttrInfo, p []byte) {
	size, _, _, ok := a.Elem.layout()
	if !ok || size == 0 || len(p)%size != 0 {
		d.hex(p)
		return
	}
	d.out = append(d.out, '[')
	for i := 0; i < len(p); i += size {
		if i > 0 {
			d.out = append(d.out, ' ')
		}
		if i == dumpElems*size {
			d.out = fmt.Appendf(d.out, "... %d elements", len(p)/size)
			break
		}
		d.number(a, a.Elem, p[i:i+size])
	}
	d.out = append(d.out, ']')
}

// text writes a string in quotes.
func (d *dumper) text(p []byte) {
	short := p[:min(len(p), dumpBytes)]
	d.out = strconv.AppendQuote(d.out, string(short))
	if len(short) < len(p) {
		d.out = fmt.Appendf(d.out, "... %d bytes", len(p))
	}
}

// hex writes bytes.
func (d *dumper) hex(p []byte) {
	if len(p) == 0 {
		d.out = append(d.out, "(empty)"...)
		return
	}
	d.out = hex.AppendEncode(d.out, p[:min(len(p), dumpBytes)])
	if len(p) > dumpBytes {
		d.out = fmt.Appendf(d.out, "... %d bytes", len(p))
	}
}
