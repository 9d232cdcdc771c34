package wire

import (
	"encoding/binary"
	"slices"
)

// Finish ends the walk over a level and returns what the fields do not hold, in wire order: attributes kept
// raw, and of those that the set knows as not repeating, all occurrences but the last. It returns nil if
// there are none.
func (d *Decoder) Finish(set *Set) Attrs {
	if d.lv.again == 0 && len(d.kept) == int(d.lv.kept) {
		return nil
	}
	return d.finish(set)
}

func (d *Decoder) finish(set *Set) Attrs {
	if d.lv.broken {
		d.kept = d.kept[:d.lv.kept] // Leave keeps the whole level raw; at the top the message is an error
		return nil
	}
	if d.lv.unsorted {
		slices.SortFunc(d.kept[d.lv.kept:], func(a, b span) int { return int(a.at - b.at) })
	}
	if d.lv.again != 0 && !d.lv.unique {
		d.keepRepeats(set)
	}
	spans := d.kept[d.lv.kept:]
	d.kept = d.kept[:d.lv.kept]
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
		n += int(s.lim - s.at - 4)
	}
	return make([]byte, 0, n)
}

// inPlace is how many attributes a set may have for keepRepeats to need no memory of its own.
const inPlace = 512

// keepRepeats merges the earlier occurrences of attributes that do not repeat into the level's kept spans. It
// walks the level twice, whatever the level holds.
func (d *Decoder) keepRepeats(set *Set) {
	var room [inPlace]int
	last := room[:] // one more than the offset of the last occurrence, by position in the set
	if len(set.Attrs) > len(room) {
		last = make([]int, len(set.Attrs))
	}
	earlier := false
	for at := d.lv.start; d.lv.end-at >= 4; {
		id, next := d.peek(at)
		if d.lv.again>>(id&63)&1 == 0 {
			at = next
			continue
		}
		if i := set.single(id); i >= 0 {
			earlier = earlier || last[i] != 0
			last[i] = at + 1
		}
		at = next
	}
	if !earlier {
		return
	}
	old := len(d.kept) // the merged list is built behind the old one, then moved down over it
	k := int(d.lv.kept)
	for at := d.lv.start; d.lv.end-at >= 4; {
		id, next := d.peek(at)
		i := set.single(id)
		switch {
		case k < old && d.kept[k].at == at:
			d.kept = append(d.kept, d.kept[k])
			k++
		case i >= 0 && last[i] != 0 && last[i] != at+1:
			d.kept = append(d.kept, span{at, at + int(binary.NativeEndian.Uint16(d.buf[at:]))})
		}
		at = next
	}
	d.kept = slices.Delete(d.kept, int(d.lv.kept), old)
}

// peek returns the number of the attribute at a place of the level, and the next one's place. Both mean nothing
// where the framing is malformed, but the place advances.
func (d *Decoder) peek(at int) (id uint16, next int) {
	p := d.buf[at : at+4]
	n := int(binary.NativeEndian.Uint16(p))
	return binary.NativeEndian.Uint16(p[2:]) & TypeMask, at + max(n+3, 4)&^3
}

// single returns the position of an attribute that has a field of one value, or -1.
func (s *Set) single(id uint16) int {
	i := s.index(id)
	if i < 0 || s.Attrs[i].Multi || s.Attrs[i].Kind <= KindPad {
		return -1
	}
	return i
}
