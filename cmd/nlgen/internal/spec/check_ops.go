package spec

func (c *checker) operations() {
	ops := &c.f.Operations
	unique(c, RuleDuplicateOp, "operation", ops.List, func(op *Op) Value[string] { return op.Name })
	c.structure(ops.FixedHeader)
	for _, op := range ops.List {
		c.op(op)
	}
	c.opNumbers()
}

func (c *checker) op(op *Op) {
	c.opKind(op)
	c.structure(op.FixedHeader)
	if op.MCGroup.Set() && c.groups[op.MCGroup.V] == nil {
		c.hint(op.MCGroup.Pos, RuleUnknownGroup, c.suggest.hint(op.MCGroup.V, c.known("group")), "no multicast group is called %q", op.MCGroup.V)
	}
	c.notify(op)
	set := c.set(op.AttrSet)
	c.keys(op, set)
	c.used[set] = true
	if !op.AttrSet.Set() && (op.Do != nil || op.Dump != nil || op.Event != nil) {
		c.add(op.Pos, RuleOpWithoutSet, "operation %q must have %q", op.Name.V, "attribute-set")
	}
	if set == nil {
		return
	}
	for _, mode := range []*Mode{op.Do, op.Dump} {
		if mode != nil {
			c.attrList(mode.Request, set)
			c.attrList(mode.Reply, set)
		}
	}
	c.attrList(op.Event, set)
	if op.Dump != nil && op.Dump.Reply == nil {
		c.add(op.Dump.Pos, RuleDumpWithoutReply, "dump %q has no reply", op.Name.V)
	}
}

// opKind checks that an operation is one thing: a request, a notification, an event or a reserved number.
func (c *checker) opKind(op *Op) {
	call := op.Do != nil || op.Dump != nil
	switch {
	case call && (op.Notify.Set() || op.Event != nil):
		c.add(op.Pos, RuleOpKind, "operation %q cannot be both a request and a message of the kernel's own", op.Name.V)
	case op.Notify.Set() && op.Event != nil:
		c.add(op.Pos, RuleOpKind, "operation %q cannot have both %q and %q", op.Name.V, "notify", "event")
	case !call && !op.Notify.Set() && op.Event == nil && c.f.Operations.EnumModel.V == "directional":
		c.hint(op.Pos, RuleOpKind, "add do, dump, notify or event", "operation %q does nothing; the directional model cannot reserve numbers", op.Name.V)
	}
	if call && op.MCGroup.Set() {
		c.add(op.MCGroup.Pos, RuleMisplacedKey, "%q means nothing for a request: only notifications and events go to a group", "mcgrp")
	}
}

func (c *checker) notify(op *Op) {
	if !op.Notify.Set() {
		return
	}
	of := c.ops[op.Notify.V]
	switch {
	case of == nil:
		c.hint(op.Notify.Pos, RuleUnknownOp, c.suggest.hint(op.Notify.V, c.known("operation")), "no operation is called %q", op.Notify.V)
	case of.Do == nil && of.Dump == nil:
		c.add(op.Notify.Pos, RuleNotifyTarget, "operation %q has no reply to share: it is no request", of.Name.V)
	case (of.Do == nil || of.Do.Reply == nil) && (of.Dump == nil || of.Dump.Reply == nil):
		c.add(op.Notify.Pos, RuleNotifyWithoutReply, "operation %q has no reply to share", of.Name.V)
	}
}

// attrList checks the attributes that a message lists against the set.
func (c *checker) attrList(l *AttrList, set *AttrSet) {
	if l == nil {
		return
	}
	attrs := c.attrsOf(set)
	names := make(map[string]Pos, len(l.Attrs))
	for _, name := range l.Attrs {
		if at, twice := names[name.V]; twice {
			c.hint(name.Pos, RuleDuplicateInList, at.hint(), "the list names %q twice", name.V)
			continue
		}
		names[name.V] = name.Pos
		if attrs[name.V] == nil {
			c.hint(name.Pos, RuleUnknownAttr, c.suggest.hint(name.V, c.attrNames(set)), "set %q has no attribute %q", set.Name.V, name.V)
		}
	}
}

func (c *checker) groupList() {
	unique(c, RuleDuplicateGroup, "multicast group", c.f.Groups, func(g *Group) Value[string] { return g.Name })
}
