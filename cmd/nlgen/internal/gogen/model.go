package gogen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/ir"
)

// A pkg is a family with Go names: what the files of a package are written from.
type pkg struct {
	fam     *ir.Family
	opt     Options
	name    string // Go package
	scope   *scope
	methods *scope // of Client
	errs    []error

	records  []*record
	bySet    map[*ir.Set]*record
	byMsg    map[*ir.Message]*record
	structs  map[*ir.Struct]*structType
	enums    map[*ir.Enum]string
	consts   map[*ir.Const]string
	entries  map[*ir.Enum][]string
	subs     map[*ir.Sub]*subType
	notes    []*note
	ops      []*opType
	groups   []string
	byteLens []int // sizes of the BytesN types in use
	slots    map[string]int
}

// A record is a Go struct for one level of attributes, with a fixed header where it has one.
type record struct {
	name   string
	what   string // for its doc comment
	doc    string
	set    *ir.Set // nil: no attributes are known
	header *ir.Struct
	index  int  // in the schema table
	root   bool // a message: has AppendBinary and the like
	nested bool // decodes as a nest: has decodeX and encodeX
	listed bool // decodes as an element of a repeated attribute: has appendX
	fields []*field
}

// A field is an attribute of a record.
type field struct {
	attr  *ir.Attr
	name  string
	json  string
	later bool // needs a selector: read in a second pass over the level
}

type structType struct {
	name    string
	st      *ir.Struct
	members []string // Go names, "" for a pad
	attr    bool     // is an attribute's payload: has a Tail and decodeX
	listed  bool
}

type subType struct {
	name    string
	sub     *ir.Sub
	method  string
	formats []*formatType
}

type formatType struct {
	name  string
	f     *ir.Format
	rec   *record // has a header, or nothing
	alias *record // a defined type of another record
}

type note struct {
	name  string
	field string // of the body
	n     *ir.Notification
	rec   *record
}

type opType struct {
	op       *ir.Op
	do, dump string // method names
	request  string // function that makes the do a call of a batch
	watch    string // method that watches what the dump lists
	number   string // constant of the request's message type or command
	rec      *record
}

func newPkg(f *ir.Family, o Options) *pkg {
	p := &pkg{
		fam: f, opt: o, name: packageName(f.Name),
		scope:   newScope("family "+f.Name, "Client", "New", "Dial", "Events", "Group"),
		methods: newScope("family "+f.Name+", operations", "Conn", "Close"),
		bySet:   map[*ir.Set]*record{}, byMsg: map[*ir.Message]*record{}, structs: map[*ir.Struct]*structType{},
		enums: map[*ir.Enum]string{}, consts: map[*ir.Const]string{}, entries: map[*ir.Enum][]string{}, subs: map[*ir.Sub]*subType{},
		slots: map[string]int{},
	}
	if o.Package != "" {
		p.name = o.Package
	}
	// The order of claims decides who keeps the plain name: what is used most comes first.
	p.nameGroups()
	p.nameOperations()
	p.nameSets()
	p.nameSubs()
	p.nameDefinitions()
	for _, r := range p.records {
		p.nameFields(r)
	}
	for _, n := range p.notes {
		n.rec = p.byMsg[n.n.Msg]
		n.field = n.rec.name
		if n.field == "Meta" {
			n.field = "MetaMessage"
		}
	}
	for _, o := range p.ops {
		o.rec = p.byMsg[o.op.Msg]
	}
	p.markUses()
	return p
}

func (p *pkg) nameGroups() {
	for _, g := range p.fam.Groups {
		n := strings.TrimPrefix(strings.TrimPrefix(g.Name, "rtnlgrp-"), "nfnlgrp-")
		p.groups = append(p.groups, p.scope.claim("Group"+camel(n), "Const", "group "+g.Name))
	}
}

func (p *pkg) nameOperations() {
	for _, op := range p.fam.Ops {
		n := opName(p.fam, op.Name)
		o := &opType{op: op, number: p.scope.claim("Cmd"+n, "Op", "operation "+op.Name)}
		if op.Do != nil {
			o.do = p.methods.claim(n, "Op", "operation "+op.Name)
			o.request = p.scope.claim(n+"Request", "Op", "the request of operation "+op.Name)
		}
		if op.Dump != nil {
			o.dump = p.methods.claim(n+"Dump", "Op", "the dump of operation "+op.Name)
			p.methods.claim(n+"DumpInto", "Op", "the dump of operation "+op.Name)
		}
		if op.Table != nil {
			o.watch = p.methods.claim("Watch"+tableName(p.fam, op.Name), "Op", "the table of operation "+op.Name)
		}
		p.ops = append(p.ops, o)
	}
	for _, n := range p.fam.Notifications {
		p.notes = append(p.notes, &note{n: n,
			name: p.scope.claim(notificationName(p.fam, n.Name), "Msg", "notification "+n.Name)})
	}
}

// nameSets makes a record for every set and every message. A set that is only ever a message under one
// fixed header has one record; one that is also nested, or has several headers, has one for each. The first
// message keeps the plain name.
func (p *pkg) nameSets() {
	inner := map[*ir.Set]bool{}
	for _, s := range p.fam.Sets {
		for _, a := range s.Attrs {
			for _, in := range bareSets(a.Type) {
				inner[in] = true
			}
		}
	}
	for _, s := range p.fam.Sets {
		var msgs []*ir.Message
		for _, m := range p.fam.Messages {
			if m.Set == s {
				msgs = append(msgs, m)
			}
		}
		name := p.scope.claim(setName(s.Name, p.fam.Name), "Set", "attribute set "+s.Name)
		plain := inner[s] || len(msgs) == 0
		for i, m := range msgs {
			if m.Header == nil {
				plain = true
				continue
			}
			n := name
			if i > 0 {
				n = p.scope.claim(name+camel(m.Header.Name), "Msg", "message of "+s.Name+" under "+m.Header.Name)
			}
			p.byMsg[m] = p.record(&record{name: n, set: s, header: m.Header, root: true, doc: s.Doc,
				what: fmt.Sprintf("is a message of attribute set %s under the fixed header %s.", s.Name, m.Header.Name)})
		}
		if !plain {
			continue
		}
		if len(msgs) > 0 && msgs[0].Header != nil {
			name = p.scope.claim(name+"Attrs", "Set", "attribute set "+s.Name)
		}
		r := p.record(&record{name: name, set: s, doc: s.Doc, root: !inner[s], what: fmt.Sprintf("is the attribute set %s.", s.Name)})
		if s.Parent != nil {
			r.what = fmt.Sprintf("is the attribute set %s, a part of %s.", s.Name, s.Parent.Name)
		}
		p.bySet[s] = r
		for _, m := range msgs {
			if m.Header == nil {
				p.byMsg[m] = r
				r.root = true
			}
		}
	}
	for _, m := range p.fam.Messages {
		if m.Set != nil {
			continue
		}
		if m.Header == nil {
			p.byMsg[m] = p.record(&record{name: p.scope.claim("Empty", "Msg", "empty message"), root: true,
				what: "is a message without attributes."})
			continue
		}
		n := p.scope.claim(camel(m.Header.Name)+"Message", "Msg", "message of "+m.Header.Name)
		p.byMsg[m] = p.record(&record{name: n, header: m.Header, root: true, what: "is a message of the fixed header " + m.Header.Name + " alone."})
	}
}

// bareSets lists the sets that stand directly below a payload, without a fixed header before them.
func bareSets(t *ir.Type) []*ir.Set {
	switch {
	case t.Set != nil:
		return []*ir.Set{t.Set}
	case t.Elem != nil:
		return bareSets(t.Elem)
	}
	var sets []*ir.Set
	if t.Sub != nil {
		for _, f := range t.Sub.Formats {
			if f.Set != nil && f.Header == nil {
				sets = append(sets, f.Set)
			}
		}
	}
	return sets
}

func (p *pkg) record(r *record) *record {
	r.index = len(p.records)
	p.records = append(p.records, r)
	return r
}

func (p *pkg) nameSubs() {
	for _, s := range p.fam.Subs {
		t := &subType{sub: s, name: p.scope.claim(subName(s.Name), "Msg", "sub-message "+s.Name)}
		t.method = lowerFirst(t.name)
		p.scope.claim(t.name+"Unknown", "Msg", "sub-message "+s.Name)
		for _, f := range s.Formats {
			what := fmt.Sprintf("format %s of sub-message %s", f.Value, s.Name)
			ft := &formatType{f: f, name: p.scope.claim(t.name+camel(f.Value), "Format", what)}
			if ft.alias = p.sameRecord(f); ft.alias == nil {
				r := &record{name: ft.name, set: f.Set, header: f.Header, what: "is the " + what + "."}
				if f.Set != nil {
					r.doc = f.Set.Doc
				}
				ft.rec = p.record(r)
			}
			t.formats = append(t.formats, ft)
		}
		p.subs[s] = t
	}
}

// sameRecord is the record that already describes what a format holds: that of its set, or of a message with
// the same fixed header.
func (p *pkg) sameRecord(f *ir.Format) *record {
	if f.Set == nil {
		return nil
	}
	if f.Header == nil {
		return p.bySet[f.Set]
	}
	for m, r := range p.byMsg {
		if m.Set == f.Set && m.Header == f.Header {
			return r
		}
	}
	return nil
}

func (p *pkg) nameDefinitions() {
	for _, e := range p.fam.Enums {
		suffix := "Enum"
		if e.Flags {
			suffix = "Flags"
		}
		n := p.scope.claim(camel(e.Name), suffix, "enum "+e.Name)
		p.enums[e] = n
		for _, v := range e.Entries {
			p.entries[e] = append(p.entries[e], p.scope.claim(n+camel(v.Name), "Const", "entry "+v.Name+" of "+e.Name))
		}
	}
	for _, s := range p.fam.Structs {
		t := &structType{st: s, name: p.scope.claim(camel(s.Name), "Struct", "struct "+s.Name)}
		var names []string
		for _, m := range s.Members {
			if !m.Pad {
				names = append(names, m.Name)
			}
		}
		prefix := memberPrefix(names)
		members := newScope("family "+p.fam.Name+", struct "+s.Name, "Tail")
		for _, m := range s.Members {
			n := ""
			if !m.Pad {
				n = members.claim(camel(strings.TrimPrefix(m.Name, prefix)), "Member", "member "+m.Name)
				if m.Bytes && !slices.Contains(p.byteLens, m.Size) && bytesHint(m) == "" {
					p.byteLens = append(p.byteLens, m.Size)
				}
			}
			t.members = append(t.members, n)
		}
		p.errs = append(p.errs, members.errs...)
		p.structs[s] = t
	}
	slices.Sort(p.byteLens)
	for _, n := range p.byteLens {
		p.scope.claim(bytesType(n), "Struct", "a byte array")
	}
	for _, c := range p.fam.Consts {
		p.consts[c] = p.scope.claim(camel(c.Name), "Const", "constant "+c.Name)
	}
}

func bytesType(n int) string { return fmt.Sprintf("Bytes%d", n) }

// codecMethods are the names that a record's methods and own fields take.
var codecMethods = []string{"Unknown", "Encode", "Decode", "AppendBinary", "MarshalBinary", "UnmarshalBinary",
	"MarshalJSON", "UnmarshalJSON"}

func (p *pkg) nameFields(r *record) {
	if r.set == nil {
		return
	}
	names := newScope(fmt.Sprintf("family %s, attribute set %s", p.fam.Name, r.set.Name), codecMethods...)
	tags := newScope(names.where, "unknown")
	if r.header != nil {
		names.taken["Header"], tags.taken["header"] = "the fixed header", "the fixed header"
	}
	for _, a := range r.set.Attrs {
		f := &field{attr: a}
		switch a.Type.Kind {
		case ir.Pad, ir.Unused:
			f.name = ""
		default:
			f.name = names.claim(camel(a.Name), "Attr", "attribute "+a.Name)
			f.json = tags.claim(a.Name, "-attr", "attribute "+a.Name)
		}
		f.later = a.Type.Kind == ir.SubMsg
		for _, in := range a.Type.Inner() {
			f.later = f.later || len(in.Outer) > 0
		}
		r.fields = append(r.fields, f)
	}
	slices.SortStableFunc(r.fields, func(a, b *field) int { return int(a.attr.ID) - int(b.attr.ID) })
	p.errs = append(p.errs, names.errs...)
	p.errs = append(p.errs, tags.errs...)
}

// markUses notes which helper functions each type needs.
func (p *pkg) markUses() {
	for _, r := range p.records {
		for _, f := range r.fields {
			t := f.attr.Type
			switch t.Kind {
			case ir.Nest:
				in := p.bySet[t.Set]
				if f.attr.Multi {
					in.listed = true
				} else {
					in.nested = true
				}
			case ir.CStruct:
				st := p.structs[t.Struct]
				st.attr = true
				st.listed = st.listed || f.attr.Multi
			}
			for e := t.Elem; e != nil; e = e.Elem {
				if e.Kind == ir.CStruct {
					p.structs[e.Struct].attr = true
				}
			}
		}
	}
	p.errs = append(p.errs, p.scope.errs...)
	p.errs = append(p.errs, p.methods.errs...)
}

// slot numbers what recycles: one number a key, in order of first use.
func (p *pkg) slot(key string) int {
	n, ok := p.slots[key]
	if !ok {
		n = len(p.slots)
		p.slots[key] = n
	}
	return n
}

// outer returns the selectors that a record's methods take as parameters.
func (r *record) outer() []*ir.Selector {
	if r.set == nil || r.root {
		return nil
	}
	return r.set.Outer
}
