package wire

import (
	"encoding/binary"
	"strconv"
)

// set returns a set of the schema, or nil if there is none. The schema may be nil.
func (s *Schema) set(i int) *Set {
	if s == nil || i < 0 || i >= len(s.Sets) {
		return nil
	}
	return &s.Sets[i]
}

// walker descends into a message by the schema and writes the path.
type walker struct {
	s      *Schema
	msg    []byte
	lv     scope
	outer  []scope // levels around lv, outermost first
	path   []byte
	header int // bytes of the message's fixed header
	looked int // attributes looked at for selectors, of all levels
}

// scope is one level of a message.
type scope struct {
	set        int // index into Schema.Sets, -1 for a level that the schema does not describe
	from       int // fixed header of the level, or its first attribute
	start, end int // attributes
	numbered   int // levels of numbered attributes from here on, this one included
	entry      *AttrInfo
}

// newWalker returns a walker at the top level of a message.
func newWalker(s *Schema, set int, msg []byte) *walker {
	w := &walker{s: s, msg: msg, lv: scope{set: set, end: len(msg)}}
	if t := s.set(set); t != nil {
		w.header = t.Header
		w.lv.start = min((t.Header+3)&^3, len(msg))
	}
	return w
}

// attr reads the attribute at a place of the level: its number, the end of its payload, and the place of the
// next one.
func (w *walker) attr(at, end int) (raw uint16, lim, next int, ok bool) {
	if at < 0 || end > len(w.msg) || end-at < 4 {
		return 0, 0, 0, false
	}
	n := int(binary.NativeEndian.Uint16(w.msg[at:]))
	raw = binary.NativeEndian.Uint16(w.msg[at+2:])
	if n < 4 || n > end-at {
		return raw, 0, 0, false
	}
	return raw, at + n, min(at+(n+3)&^3, end), true
}

// find returns the attribute of the level that covers an offset, padding included.
func (w *walker) find(off int) (at int, ok bool) {
	for at = w.lv.start; off >= at; {
		_, _, next, ok := w.attr(at, w.lv.end)
		if !ok {
			return 0, false
		}
		if off < next {
			return at, true
		}
		at = next
	}
	return 0, false
}

// info returns the description of an attribute of the level.
func (w *walker) info(id uint16) *AttrInfo {
	if w.lv.numbered > 0 {
		return w.lv.entry
	}
	if t := w.s.set(w.lv.set); t != nil {
		return t.Attr(id)
	}
	return nil
}

// name writes the attribute of that number to the path. Its siblings end at `at`.
func (w *walker) name(id uint16, at int) {
	if w.lv.numbered > 0 {
		w.index(int(id))
		return
	}
	if len(w.path) > 0 {
		w.path = append(w.path, '.')
	}
	a := w.info(id)
	if a == nil {
		w.path = strconv.AppendUint(w.path, uint64(id), 10)
		return
	}
	w.path = append(w.path, a.Name...)
	if !a.Multi {
		return
	}
	n := 0
	for p := w.lv.start; p < at; {
		raw, _, next, ok := w.attr(p, at)
		if !ok {
			break
		}
		if raw&TypeMask == id {
			n++
		}
		p = next
	}
	w.index(n)
}

func (w *walker) index(n int) {
	w.path = append(w.path, '[')
	w.path = strconv.AppendInt(w.path, int64(n), 10)
	w.path = append(w.path, ']')
}

// enter descends into the attribute at `at` of type raw whose payload ends at lim, and reports whether the
// payload is attributes.
func (w *walker) enter(raw uint16, at, lim int) bool {
	if len(w.outer) >= 2*MaxDepth {
		return false
	}
	in := scope{set: -1, from: at + 4, start: at + 4, end: lim}
	a := w.info(raw & TypeMask)
	switch {
	case w.lv.numbered > 1:
		in.numbered, in.entry = w.lv.numbered-1, a
	case a == nil:
		if raw&Nested == 0 {
			return false
		}
	case w.lv.numbered == 1:
		if a.Ref < 0 || a.Kind == KindArray {
			return false
		}
		in.set = a.Ref
	case a.Kind == KindNest:
		in.set = a.Ref
	case a.Kind == KindArray, a.Kind == KindArrayNest, a.Kind == KindTypeValue:
		in.numbered, in.entry = max(a.Depth, 1), a
	case a.Kind == KindSub:
		f := w.format(a.Ref)
		if f == nil {
			return false
		}
		in.set = f.Set
		in.start = min(at+4+(f.Header+3)&^3, lim)
		if f.Set < 0 {
			in.start = lim
		}
	default:
		return false
	}
	w.outer = append(w.outer, w.lv)
	w.lv = in
	return true
}

// leave goes back to the level around this one.
func (w *walker) leave() {
	w.lv = w.outer[len(w.outer)-1]
	w.outer = w.outer[:len(w.outer)-1]
}

// format returns the format that the message selects for a sub-message of the level.
func (w *walker) format(sub int) *Format {
	if sub < 0 || sub >= len(w.s.Subs) {
		return nil
	}
	s := &w.s.Subs[sub]
	switch s.Selector {
	case SelectorNone:
		if len(s.Formats) == 0 {
			return nil
		}
		return &s.Formats[0]
	case SelectorHeader:
		if s.Offset < 0 || s.Size < 0 || s.Offset+s.Size > min(w.header, len(w.msg)) {
			return nil
		}
		return s.number(w.msg[s.Offset : s.Offset+s.Size])
	case SelectorOuter:
		for i := len(w.outer) - 1; i >= 0; i-- {
			t := w.s.set(w.outer[i].set)
			if t == nil {
				continue
			}
			for j := range t.Attrs {
				if t.Attrs[j].Name == s.SelectorName {
					if p, ok := w.last(&w.outer[i], t.Attrs[j].ID); ok {
						return s.match(&t.Attrs[j], p)
					}
				}
			}
		}
		return nil
	}
	t := w.s.set(w.lv.set)
	if t == nil {
		return nil
	}
	a := t.Attr(s.Selector)
	p, ok := w.last(&w.lv, s.Selector)
	if a == nil || !ok {
		return nil
	}
	return s.match(a, p)
}

// maxLooked keeps a dump linear in the message where each of many sub-messages has to find its selector.
const maxLooked = 1 << 20

// last returns the payload of the last attribute of that number in a level.
func (w *walker) last(sc *scope, id uint16) (p []byte, found bool) {
	for at := sc.start; ; w.looked++ {
		raw, lim, next, ok := w.attr(at, sc.end)
		if !ok || w.looked > maxLooked {
			return p, found
		}
		if raw&TypeMask == id {
			p, found = w.msg[at+4:lim], true
		}
		at = next
	}
}

// match returns the format for a selector attribute's payload.
func (s *Sub) match(a *AttrInfo, p []byte) *Format {
	if a.Kind != KindString {
		v, ok := a.Kind.uint(p)
		if !ok {
			return nil
		}
		return s.byNumber(v)
	}
	v := cString(p)
	for i := range s.Formats {
		if s.Formats[i].Value == string(v) {
			return &s.Formats[i]
		}
	}
	return nil
}

func (s *Sub) number(p []byte) *Format {
	v, ok := hostUint(p)
	if !ok {
		return nil
	}
	return s.byNumber(v)
}

func (s *Sub) byNumber(v uint64) *Format {
	for i := range s.Formats {
		if s.Formats[i].Num == v {
			return &s.Formats[i]
		}
	}
	return nil
}
