package verify

import (
	"fmt"
	"math"
	"math/big"
	"strings"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/ir"
	"github.com/nlgen/nlgen/generated/nlctrl"
)

// A limitCheck compares what a schema and a policy demand of one payload.
type limitCheck struct {
	a    *ir.Attr
	name string
	v    *nlctrl.Policy
	r    *report
}

// unsigned compares the range of an unsigned number.
func (c limitCheck) unsigned() {
	lo, okLo := c.v.MinValueU.Get()
	hi, okHi := c.v.MaxValueU.Get()
	if !okLo || !okHi {
		return
	}
	full := uint64(math.MaxUint64) >> (64 - 8*c.a.Type.Width)
	c.bounds(new(big.Int).SetUint64(lo), new(big.Int).SetUint64(hi), new(big.Int), new(big.Int).SetUint64(full))
}

// signed compares the range of a signed number.
func (c limitCheck) signed() {
	lo, okLo := c.v.MinValueS.Get()
	hi, okHi := c.v.MaxValueS.Get()
	if !okLo || !okHi {
		return
	}
	full := int64(math.MaxInt64) >> (64 - 8*c.a.Type.Width)
	c.bounds(big.NewInt(lo), big.NewInt(hi), big.NewInt(-full-1), big.NewInt(full))
}

// bounds compares a range with what the schema states, else with what its enum allows; least and most are the
// type's own limits.
func (c limitCheck) bounds(lo, hi, least, most *big.Int) {
	limits := c.a.Limits
	if limits == nil {
		limits = &ir.Limits{}
	}
	wrong := limits.Min != nil && limits.Min.Cmp(lo) != 0 || limits.Max != nil && limits.Max.Cmp(hi) != 0
	narrow := limits.Min == nil && lo.Cmp(least) > 0 || limits.Max == nil && hi.Cmp(most) < 0
	switch {
	case wrong:
		c.r.add(c.a.Pos, RuleAttributeRange, "%s is limited to %s, the policy to %s", c.name, span(limits.Min, limits.Max), span(lo, hi))
	case narrow && !c.enumSays(lo, hi):
		c.r.add(c.a.Pos, RuleUnstatedLimit, "the policy limits %s to %s", c.name, span(lo, hi))
	}
}

// enumSays tells whether a range is that of the attribute's enum.
func (c limitCheck) enumSays(lo, hi *big.Int) bool {
	e := c.a.Type.Enum
	if e == nil || len(e.Entries) == 0 || e.Flags {
		return false
	}
	first, last := e.Entries[0].Value, e.Entries[0].Value
	for _, v := range e.Entries {
		first, last = min(first, v.Value), max(last, v.Value)
	}
	return new(big.Int).SetUint64(last).Cmp(hi) == 0 && (lo.Sign() == 0 || new(big.Int).SetUint64(first).Cmp(lo) == 0)
}

func span(lo, hi *big.Int) string {
	text := func(i *big.Int) string {
		if i == nil {
			return ""
		}
		return i.String()
	}
	return text(lo) + ".." + text(hi)
}

// length compares how long a string or a binary payload may be.
func (c limitCheck) length() {
	limits := c.a.Limits
	if limits == nil {
		limits = &ir.Limits{}
	}
	lo, hi := limits.MinLen, limits.MaxLen
	if limits.ExactLen != nil {
		lo, hi = limits.ExactLen, limits.ExactLen
	}
	kmin, hasMin := c.v.MinLength.Get()
	kmax, hasMax := c.v.MaxLength.Get()
	differs := func(stated *big.Int, kernel uint32, has bool) bool {
		return stated != nil && stated.Sign() != 0 && (!has || stated.Cmp(big.NewInt(int64(kernel))) != 0)
	}
	var kernel []string
	if hasMin && kmin > 0 {
		kernel = append(kernel, fmt.Sprintf("at least %s", inBytes(int(kmin))))
	}
	if hasMax {
		kernel = append(kernel, fmt.Sprintf("at most %s", inBytes(int(kmax))))
	}
	demand := "any length"
	if len(kernel) > 0 {
		demand = strings.Join(kernel, ", ")
	}
	size := 0
	if c.a.Type.Kind == ir.CStruct {
		size = c.a.Type.Struct.Size
	}
	switch {
	case differs(lo, kmin, hasMin) || differs(hi, kmax, hasMax):
		c.r.add(c.a.Pos, RuleAttributeLength, "%s is limited to %s bytes, the policy wants %s", c.name, span(lo, hi), demand)
	case size > 0 && (hasMin && int64(size) < int64(kmin) || hasMax && int64(size) > int64(kmax)):
		c.r.add(c.a.Pos, RuleAttributeLength, "%s is a struct of %s, the policy wants %s", c.name, inBytes(size), demand)
	case size == 0 && (hasMin && kmin > 0 && lo == nil || hasMax && hi == nil):
		c.r.add(c.a.Pos, RuleUnstatedLimit, "the policy wants of %s %s", c.name, demand)
	}
}

// mask compares the bits that may be set.
func (c limitCheck) mask(kernel uint64, ok bool) {
	if !ok {
		return
	}
	stated := new(big.Int)
	switch e := c.a.Type.Enum; {
	case c.a.Limits != nil && c.a.Limits.Mask != nil:
		if c.a.Limits.Mask.Cmp(new(big.Int).SetUint64(kernel)) != 0 {
			c.r.add(c.a.Pos, RuleAttributeMask, "%s is limited to the bits %#x, the policy to %#x", c.name, c.a.Limits.Mask, kernel)
		}
		return
	case e != nil && e.Flags:
		for _, v := range e.Entries {
			stated.Or(stated, new(big.Int).SetUint64(v.Value))
		}
	}
	if stated.Cmp(new(big.Int).SetUint64(kernel)) != 0 {
		c.r.add(c.a.Pos, RuleUnstatedLimit, "the policy takes of %s the bits %#x", c.name, kernel)
	}
}
