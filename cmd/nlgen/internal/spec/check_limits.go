package spec

import "math/big"

// limits checks the checks of an attribute against its type and against each other.
func (c *checker) limits(a *Attr) {
	ck, typ := a.Checks, a.elem()
	if a.Type.V == "binary" {
		typ = "binary" // the lengths are those of the whole array
	}
	isInt := intBits(typ) != 0 && typ != "bitfield32"
	hasLen := typ == "binary" || typ == "string"
	c.fits(ck.Min, "min", typ, isInt)
	c.fits(ck.Max, "max", typ, isInt)
	c.fits(ck.ExactLen, "exact-len", typ, hasLen)
	c.fits(ck.MinLen, "min-len", typ, hasLen)
	c.fits(ck.MaxLen, "max-len", typ, hasLen)
	c.fits(ck.FlagsMask, "flags-mask", typ, typ == "bitfield32" || isInt && typ[0] == 'u')
	if ck.UnterminatedOK.Set() && typ != "string" {
		c.add(ck.UnterminatedOK.Pos, RuleCheckType, "%q does not fit type %s", "unterminated-ok", typ)
	}
	if isInt {
		lo, hi := intRange(typ)
		c.inside(ck.Min, "min", typ, lo, hi)
		c.inside(ck.Max, "max", typ, lo, hi)
		c.ordered(ck.Min, ck.Max, "min", "max")
	}
	if ck.FlagsMask != nil {
		c.used[c.defs[ck.FlagsMask.Text.V]] = true
	}
	if lo, hi := intRange(typ); lo != nil {
		c.inside(ck.FlagsMask, "flags-mask", typ, lo, hi)
	}
	if hasLen {
		c.length(ck.ExactLen, "exact-len")
		c.length(ck.MinLen, "min-len")
		c.length(ck.MaxLen, "max-len")
		c.ordered(ck.MinLen, ck.MaxLen, "min-len", "max-len")
		c.ordered(ck.MinLen, ck.ExactLen, "min-len", "exact-len")
		c.ordered(ck.ExactLen, ck.MaxLen, "exact-len", "max-len")
	}
}

func (c *checker) fits(l *Limit, key, typ string, ok bool) {
	if l != nil && !ok {
		c.add(l.Text.Pos, RuleCheckType, "%q does not fit type %s", key, typ)
	}
}

func (c *checker) inside(l *Limit, key, typ string, lo, hi *big.Int) {
	if l != nil && l.Int != nil && (l.Int.Cmp(lo) < 0 || l.Int.Cmp(hi) > 0) {
		c.add(l.Text.Pos, RuleRangeOutsideType, "%q is %s, but %s goes from %s to %s", key, short(l.Int), typ, lo, hi)
	}
}

func (c *checker) length(l *Limit, key string) {
	if l != nil && l.Int != nil && (l.Int.Sign() < 0 || l.Int.Cmp(big.NewInt(maxPayload)) > 0) {
		c.add(l.Text.Pos, RuleRangeOutsideType, "%q is %s, but a payload has from 0 to %d bytes", key, short(l.Int), maxPayload)
	}
}

// ordered reports two limits that leave no value between them.
func (c *checker) ordered(lo, hi *Limit, loKey, hiKey string) {
	if lo != nil && hi != nil && lo.Int != nil && hi.Int != nil && lo.Int.Cmp(hi.Int) > 0 {
		c.add(hi.Text.Pos, RuleEmptyRange, "no value is left: %q is %s, %q is %s", loKey, short(lo.Int), hiKey, short(hi.Int))
	}
}
