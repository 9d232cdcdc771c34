package wire

import "encoding/binary"

// New returns a zero T for a nest: recycled if the Decoder has a Spare that recycles. The slot tells the types
// of one generated package apart; all calls with one slot have the same T.
func New[T any](d *Decoder, slot int) *T {
	if d.sp == nil {
		return new(T)
	}
	return slotOf[values[T]](d.sp, slot).take(d.sp)
}

// Grow returns s with one more element, which may hold old content. A nil s gets room for all attributes of
// the current one's type from here to the end of the level.
func Grow[T any](d *Decoder, slot int, s []T) []T {
	if len(s) < cap(s) {
		return s[:len(s)+1]
	}
	n := 0
	if s == nil {
		n = d.countType()
	}
	return grow(d, slot, s, n)
}

// Entries returns an empty slice, not nil, for the level just entered, with room for all of its attributes.
func Entries[T any](d *Decoder, slot int) []Indexed[T] {
	return makeSlice[Indexed[T]](d, slot, d.countLevel(d.lv.next))
}

// Shrink takes the last element off s, after it turned out to be unreadable; nothing left is nil.
func Shrink[T any](s []T) []T {
	if len(s) <= 1 {
		return nil
	}
	return s[:len(s)-1]
}

// Append returns s with v as one more element if ok, else s.
func Append[T any](d *Decoder, slot int, s []T, v T, ok bool) []T {
	if !ok {
		return s
	}
	s = Grow(d, slot, s)
	s[len(s)-1] = v
	return s
}

// AppendOpt returns s with the value of o as one more element if it is present, else s.
func AppendOpt[T any](d *Decoder, slot int, s []T, o Opt[T]) []T {
	return Append(d, slot, s, o.v, o.set)
}

// Array reads integers in host order, one after the other. The result is not nil, even if it is empty.
func Array[T Integer](d *Decoder, slot int) []T {
	p := d.payload()
	size := sizeOf[T]()
	if len(p)%size != 0 {
		d.unreadable(notMultiple, len(p), size)
		return nil
	}
	n := len(p) / size
	s := makeSlice[T](d, slot, n)[:n]
	switch size {
	case 1:
		for i := range s {
			s[i] = T(p[i])
		}
	case 2:
		for i := range s {
			s[i] = T(binary.NativeEndian.Uint16(p[2*i:]))
		}
	case 4:
		for i := range s {
			s[i] = T(binary.NativeEndian.Uint32(p[4*i:]))
		}
	default:
		for i := range s {
			s[i] = T(binary.NativeEndian.Uint64(p[8*i:]))
		}
	}
	return s
}

// sizeOf returns the size of T in bytes.
func sizeOf[T Integer]() int {
	for one, bits := T(1), 8; bits < 64; bits *= 2 {
		if one<<bits == 0 {
			return bits / 8
		}
	}
	return 8
}

// grow returns s with one more element, in new memory. With n > 0, it is the room to make.
func grow[T any](d *Decoder, slot int, s []T, n int) []T {
	if n == 0 {
		n = max(4, 2*len(s))
	}
	t := makeSlice[T](d, slot, n)[:len(s)+1]
	copy(t, s)
	return t
}

// makeSlice returns an empty slice of capacity n or more.
func makeSlice[T any](d *Decoder, slot, n int) []T {
	switch {
	case d.sp == nil:
		return make([]T, 0, n)
	case d.sp.recycle:
		return slotOf[arrays[T]](d.sp, slot).take(d.sp, n)
	}
	return slotOf[arrays[T]](d.sp, slot).owned.cut(n, chunkElems)
}

// countType returns the number of attributes of the current one's type from here on: 0 if it was counted
// before in this level, so that counting stays linear whatever the elements do.
func (d *Decoder) countType() int {
	id := d.Type()
	bit := uint64(1) << (id & 63)
	if d.lv.sized&bit != 0 {
		return 0
	}
	d.lv.sized |= bit
	n := 0
	for at := d.lv.at; d.lv.end-at >= 4; {
		other, next := d.peek(at)
		if other == id {
			n++
		}
		at = next
	}
	return n
}

// countLevel returns the number of attributes from the one at `at` to the end of the level.
func (d *Decoder) countLevel(at int) int {
	n := 0
	for ; d.lv.end-at >= 4; n++ {
		_, at = d.peek(at)
	}
	return n
}
