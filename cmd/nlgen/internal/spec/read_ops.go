package spec

import (
	"math"

	"gopkg.in/yaml.v3"
)

func (r *reader) operations(file *fields, ops *Operations) {
	f := file.object("operations", operationsKeys)
	if f == nil {
		return
	}
	*ops = Operations{
		Pos:         f.pos,
		EnumModel:   f.word("enum-model", enumModels, RuleUnknownValue),
		NamePrefix:  f.text("name-prefix"),
		EnumName:    f.textOrNull("enum-name", fromC),
		AsyncPrefix: f.text("async-prefix"),
		AsyncEnum:   f.textOrNull("async-enum", fromC),
		FixedHeader: f.text("fixed-header"),
		List:        each(r, f, "list", (*reader).op),
	}
}

func (r *reader) op(n *yaml.Node) *Op {
	f := r.object(n, opKeys)
	if f == nil {
		return nil
	}
	op := &Op{
		Pos:          f.pos,
		Name:         f.name(plainName),
		Doc:          f.text("doc"),
		Value:        r.opNumber(f),
		AttrSet:      f.text("attribute-set"),
		FixedHeader:  f.text("fixed-header"),
		Flags:        f.words("flags", opFlags),
		DontValidate: f.words("dont-validate", validates),
		ConfigCond:   f.text("config-cond"),
		Do:           r.mode(f, "do"),
		Dump:         r.mode(f, "dump"),
		Notify:       f.text("notify"),
		MCGroup:      f.text("mcgrp"),
		Keys:         r.keys(f),
	}
	if n := f.val["key"]; n != nil {
		op.KeyPos = posOf(n)
	}
	if e := f.object("event", eventKeys); e != nil {
		op.Event = &AttrList{Pos: e.pos, Attrs: e.texts("attributes")}
	}
	if f.noDoc(op.Doc) {
		r.add(f.pos, RuleMissingDoc, "operation %q has no description (doc)", op.Name.V)
	}
	return op
}

// opNumber reads an operation number: a command of generic netlink is one byte, a raw message type two.
func (r *reader) opNumber(f *fields) Value[int64] {
	return f.numberIn("value", 0, r.maxOp(), RuleOpNumber, "an operation's number")
}

func (r *reader) maxOp() int64 {
	if r.level&generic == r.level {
		return math.MaxUint8
	}
	return math.MaxUint16
}

func (r *reader) mode(op *fields, key string) *Mode {
	f := op.object(key, modeKeys)
	if f == nil {
		return nil
	}
	return &Mode{
		Pos:     f.pos,
		Request: r.message(f, "request"),
		Reply:   r.message(f, "reply"),
		Pre:     f.text("pre"),
		Post:    f.text("post"),
	}
}

func (r *reader) message(mode *fields, key string) *AttrList {
	f := mode.object(key, messageKeys)
	if f == nil {
		return nil
	}
	return &AttrList{Pos: f.pos, Value: r.opNumber(f), Attrs: f.texts("attributes")}
}
