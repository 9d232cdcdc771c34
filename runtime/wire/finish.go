package wire

import (
	"encoding/binary"
	"slices"
)

// Finish ends the walk over a level and returns what the fields do not hold, in wire order: attributes kept
// raw, and of those that the set knows as not repeating, all occurrences but the last. It returns nil if
// there are none.
func (d *Decoder) Finish(set *Set) Attrs {
	if d.lv.second {
		d.lv.again = d.lv.repeats
	}
	if !d.lv.again && len(d.kept) == d.lv.kept {
		return nil
	}
	return d.finish(set)
}

func (d *Decoder) finish(set *Set) Attrs {
	defer func(n int) { d.kept = d.kept[:n] }(d.lv.kept)
	if d.lv.broken {
		return nil // Leave keeps the whole level raw; at the top the message is an error
	}
	if d.lv.unsorted {
		slices.SortFunc(d.kept[d.lv.kept:], func(a, b span) int { return a.at - b.at })
	}
	if d.lv.again {
		d.keepRepeats(set)
	}
	spans := d.kept[d.lv.kept:]
	if len(spans) == 0 {
		return nil
	}
	attrs := d.makeAttrs(len(spans))
	copied := d.makeBlob(spans)
	for i, s := range spans {
		data := d.buf[s.at+4 : s.lim : s.lim]
		if !d.aliases() {
			at := len(copied)
			copied = append(copied, data...)
			data = copied[at:len(copied):len(copied)]
		}
		attrs[i] = Attr{binary.NativeEndian.Uint16(d.buf[s.at+2:]), data}
	}
	return attrs
}

// makeBlob returns room for a copy of the payloads, if there have to be copies.
func (d *Decoder) makeBlob(spans []span) []byte {
	if d.aliases() {
		return nil
	}
	n := 0
	for _, s := range spans {
		n += s.lim - s.at - 4
	}
	return make([]byte, 0, n)
}

// repeats is how many attributes a set may have for keepRepeats to need no memory of its own.
const repeats = 512

// keepRepeats merges the earlier occurrences of attributes that do not repeat into the level's kept spans. It
// walks the level twice, whatever the level holds.
func (d *Decoder) keepRepeats(set *Set) {
	var room [repeats]int
	last := room[:] // offset of the last occurrence, by position in the set
	if len(set.Attrs) > len(room) {
		last = make([]int, len(set.Attrs))
	}
	earlier := 0
	for at := d.lv.start; d.lv.end-at >= 4; {
		n := int(binary.NativeEndian.Uint16(d.buf[at:]))
		if i := set.single(binary.NativeEndian.Uint16(d.buf[at+2:]) & TypeMask); i >= 0 {
			if last[i] != 0 {
				earlier++
			}
			last[i] = at + 1
		}
		at += (n + 3) &^ 3
	}
	if earlier == 0 {
		return
	}
	old := len(d.kept) // the merged list is built behind the old one, then moved down over it
	k := d.lv.kept
	for at := d.lv.start; d.lv.end-at >= 4; {
		n := int(binary.NativeEndian.Uint16(d.buf[at:]))
		i := set.single(binary.NativeEndian.Uint16(d.buf[at+2:]) & TypeMask)
		switch kept := k < old && d.kept[k].at == at; {
		case kept:
			k++
			fallthrough
		case i >= 0 && last[i] != at+1:
			d.kept = append(d.kept, span{at, at + n})
		}
		at += (n + 3) &^ 3
	}
	d.kept = slices.Delete(d.kept, d.lv.kept, old)
}

// single returns the position of an attribute that has a field of one value, or -1.
func (s *Set) single(id uint16) int {
	i := s.index(id)
	if i < 0 || s.Attrs[i].Multi || s.Attrs[i].Kind <= KindPad {
		return -1
	}
	return i
}
