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

// Leave returns to the level that Enter or Resume left, and reports whether the inner one could be read. If
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

// A Deferred is an attribute to be read after its level's loop: a sub-message, whose selector may come later.
type Deferred struct {
	span
	raw uint16
}

// IsSet reports whether there is an attribute to read.
func (df Deferred) IsSet() bool { return df.lim != 0 }

// Defer remembers the current attribute for Resume or KeepDeferred at the same level.
func (d *Decoder) Defer() Deferred { return Deferred{span{d.lv.at, d.lv.lim}, d.lv.raw} }

// Resume descends into a deferred attribute of this level as Enter does into the current one.
func (d *Decoder) Resume(df Deferred) Level {
	d.lv.at, d.lv.lim, d.lv.raw = df.at, df.lim, df.raw
	return d.Enter()
}

// Current makes a deferred attribute of this level the current one, for the read methods.
func (d *Decoder) Current(df Deferred) {
	d.lv.at, d.lv.lim, d.lv.raw = df.at, df.lim, df.raw
}

// KeepDeferred keeps a deferred attribute of this level raw, as Keep does the current one.
func (d *Decoder) KeepDeferred(df Deferred) { d.keep(df.span) }

// Remaining returns how many bytes the level has from the next attribute to its end.
func (d *Decoder) Remaining() int { return max(0, int(d.lv.end-d.lv.next)) }
