package wire

// A Level is the outer level of a nest, to which Leave returns.
type Level struct{ raw uint16 }

// Enter descends into the payload of the current attribute, whose attributes Next then walks.
func (d *Decoder) Enter() Level {
	lv := &d.lv
	outer := Level{lv.raw}
	d.outer(d.depth).set(lv)
	lv.begin(lv.at+4, lv.lim, int32(len(d.kept)), d.bad)
	if d.depth++; d.depth > MaxDepth {
		d.malformed(tooDeep, 0, 0)
	}
	return outer
}

// outer returns where the level at that depth is while the Decoder is in a nest of it.
func (d *Decoder) outer(depth int) *level {
	if depth < len(d.near) {
		return &d.near[depth]
	}
	if depth -= len(d.near); depth == len(d.far) {
		d.far = append(d.far, level{})
	}
	return &d.far[depth]
}

// begin makes it a level before its first attribute. at stays, which is the nest's own.
func (lv *level) begin(start, end int, kept, bad int32) {
	lv.seen[0], lv.seen[1], lv.again, lv.sized = 0, 0, 0, 0
	lv.start, lv.next, lv.end = start, start, end
	lv.kept, lv.bad = kept, bad
	lv.broken, lv.unsorted, lv.unique = false, false, false
}

// set copies a level member by member. To copy the struct at once takes several times as long: processors wait with
// loads that are wider than the stores just before them. The compiler makes one load of two neighbours that fit a
// register, with the same effect.
func (lv *level) set(from *level) {
	lv.seen[0], lv.seen[1] = from.seen[0], from.seen[1]
	lv.again, lv.sized = from.again, from.sized
	lv.start, lv.next, lv.end = from.start, from.next, from.end
	lv.at, lv.lim = from.at, from.lim
	lv.kept, lv.bad = from.kept, from.bad
	lv.raw = from.raw
	lv.broken, lv.unsorted, lv.unique = from.broken, from.unsorted, from.unique
}

// Leave returns to the level that Enter left, and reports whether the inner one could be read. If
// its framing is malformed, or it has kept attributes that no Finish took (the levels of an array have no
// place for them), then the attribute just left is kept raw in the outer level and counts as unreadable.
func (d *Decoder) Leave(Level) bool {
	ok := !d.lv.broken && len(d.kept) == int(d.lv.kept)
	d.depth--
	if !ok {
		d.kept = d.kept[:d.lv.kept]
		d.bad = d.lv.bad
	}
	d.lv.set(d.outer(d.depth))
	if !ok {
		d.unreadable(unreadableEntry, 0, 0)
	}
	return ok
}

// Remaining returns how many bytes the level has from the next attribute to its end.
func (d *Decoder) Remaining() int { return max(0, int(d.lv.end-d.lv.next)) }
