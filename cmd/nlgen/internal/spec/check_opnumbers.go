package spec

import "math"

// opNumbers checks the numbers of the operations: that messages can carry them, and that they tell the
// operations apart.
func (c *checker) opNumbers() {
	ops := &c.f.Operations
	limit := int64(math.MaxUint16)
	if c.level != atRaw {
		limit = math.MaxUint8
	}
	dos, dumps, async := map[int64]*Op{}, map[int64]*Op{}, map[int64]*Op{}
	reported := false
	for i, n := range ops.Numbers() {
		op := ops.List[i]
		if top := max(n.Request, n.Reply, n.DumpReply); top > limit && !reported {
			reported = true
			c.add(op.Pos, RuleOpNumber, "operation %q gets the number %d; the largest is %d", op.Name.V, top, limit)
		}
		c.ignoredNumbers(op)
		if op.Do != nil {
			c.sharedNumber(dos, n.Request, op)
		}
		if op.Dump != nil {
			c.sharedNumber(dumps, n.Request, op)
		}
		if n.Request < 0 && n.Reply >= 0 {
			c.sharedNumber(async, n.Reply, op)
		}
	}
}

// sharedNumber reports two operations of one kind with one number. Nothing tells two commands of a generic
// netlink family apart then. Raw families and notifications may go by the contents.
func (c *checker) sharedNumber(seen map[int64]*Op, n int64, op *Op) {
	first := seen[n]
	switch {
	case first == nil:
		seen[n] = op
	case c.level != atRaw && (op.Do != nil || op.Dump != nil):
		c.hint(op.Pos, RuleDuplicateOpNumber, first.Pos.hint(), "operations %q and %q share the number %d", first.Name.V, op.Name.V, n)
	default:
		c.hint(op.Pos, RuleSharedOpNumber, first.Pos.hint(), "operations %q and %q share the number %d", first.Name.V, op.Name.V, n)
	}
}

// ignoredNumbers reports numbers that the enum model gives no meaning to.
func (c *checker) ignoredNumbers(op *Op) {
	unified := c.f.Operations.EnumModel.V != "directional"
	if !unified && op.Value.Set() && (op.Do != nil || op.Dump != nil) {
		c.hint(op.Value.Pos, RuleOpNumberIgnored, "give it to the request and the reply", "the directional model ignores the number of a request as a whole")
	}
	for _, mode := range []*Mode{op.Do, op.Dump} {
		if mode == nil {
			continue
		}
		for _, l := range []*AttrList{mode.Request, mode.Reply} {
			if unified && l != nil && l.Value.Set() {
				c.hint(l.Value.Pos, RuleOpNumberIgnored, "give it to the operation", "the unified model ignores numbers of requests and replies")
			}
		}
	}
	if !unified && op.Do != nil && op.Dump != nil && op.Dump.Request != nil && op.Dump.Request.Value.Set() {
		if do := op.Do.Request; do == nil || !do.Value.Set() || do.Value.V != op.Dump.Request.Value.V {
			c.add(op.Dump.Request.Value.Pos, RuleOpNumberIgnored, "the dump of an operation that has a do is requested under the do's number")
		}
	}
}
