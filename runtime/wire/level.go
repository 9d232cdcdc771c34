package wire

// A Level is the outer level of a nest, to which Leave returns.
type Level struct{ lv level }

// Enter descends into the payload of the current attribute, whose attributes Next then walks.
func (d *Decoder) Enter() Level {
	outer := Level{d.lv}
	d.enter()
	return outer
}

func (d *Decoder) enter() {
	at := d.lv.at + 4
	d.lv = level{start: at, next: at, end: d.lv.lim, at: d.lv.at, kept: int32(len(d.kept)), bad: d.bad}
	if d.depth++; d.depth > MaxDepth {
		d.malformed(tooDeep, 0, 0)
	}
}

// Leave returns to the level that Enter left, and reports whether the inner one could be read. If
// its framing is malformed, or it has kept attributes that no Finish took (the levels of an array have no
// place for them), then the attribute just left is kept raw in the outer level and counts as unreadable.
func (d *Decoder) Leave(outer Level) bool {
	ok := !d.lv.broken && len(d.kept) == int(d.lv.kept)
	d.depth--
	if !ok {
		d.kept = d.kept[:d.lv.kept]
		d.bad = d.lv.bad
	}
	d.lv = outer.lv
	if !ok {
		d.unreadable(unreadableEntry, 0, 0)
	}
	return ok
}

// Remaining returns how many bytes the level has from the next attribute to its end.
func (d *Decoder) Remaining() int { return max(0, int(d.lv.end-d.lv.next)) }
