package ir

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tableText prints all tables of a family, a line a fact.
func tableText(f *Family) string {
	var b strings.Builder
	for _, op := range f.Ops {
		t := op.Table
		if t == nil {
			continue
		}
		fmt.Fprintf(&b, "%s:", op.Name)
		for _, n := range t.New {
			fmt.Fprintf(&b, " +%s/%d", n.Name, n.ID)
		}
		for _, n := range t.Deleted {
			fmt.Fprintf(&b, " -%s/%d", n.Name, n.ID)
		}
		for _, g := range t.Groups {
			fmt.Fprintf(&b, " @%s", g.Name)
		}
		b.WriteByte('\n')
		for _, k := range t.Keys {
			if k.When != nil {
				fmt.Fprintf(&b, "  %s %v:", k.When.Name, k.Values)
			} else {
				b.WriteString("  all:")
			}
			for _, p := range k.Parts {
				fmt.Fprintf(&b, " %s", p.Name())
			}
			for _, p := range k.Filters {
				fmt.Fprintf(&b, " (%s)", p.Name())
			}
			fmt.Fprintf(&b, " asked=%t shared=%t steady=%t relist=%v %v\n", k.Asked, k.Shared, k.Steady, k.Relist, k.Pos)
		}
	}
	return b.String()
}

const rawTable = `nlgen: 1
name: x
protocol: netlink-raw
protonum: 0
definitions:
  - { name: kind, type: enum, entries: [ { name: minus, value: -1 }, cat, dog ] }
  - name: head
    type: struct
    members: [ { name: kind, type: s8, enum: kind }, { name: index, type: u32 } ]
attribute-sets:
  - name: s
    attributes: [ { name: a, type: u8 }, { name: b, type: u32 } ]
operations:
  enum-model: directional
  fixed-header: head
  list:
%s
mcast-groups:
  list:
    - { name: one, value: 1 }
    - { name: two, value: 2 }
    - { name: none }
`

// TestTables holds what keys mean against cases worked out by hand.
func TestTables(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"everything written", fmt.Sprintf(rawTable, `
    - name: getit
      attribute-set: s
      key:
        - { when: { header.kind: [ minus, dog ] }, attributes: [ header.index, b ], filters: [ a ], groups: [ two ], shared: true, relist-on: [ 7 ] }
        - { when: { header.kind: [ 0 ] }, attributes: [ a ], groups: [ none ], asked: true, steady: true }
      dump: { request: { value: 18 }, reply: { value: 16 } }
    - { name: newit-ntf, value: 16, notify: getit, mcgrp: one }
    - { name: delit-ntf, value: 17, notify: getit, mcgrp: one }
    - { name: getit-ntf, value: 18, notify: getit, mcgrp: one }
    - { name: getother, attribute-set: s, dump: { request: { value: 58 }, reply: { value: 58 } } }
    - { name: newother-ntf, value: 56, notify: getother, mcgrp: one }`),
			`getit: +newit-ntf/16 -delit-ntf/17 @two
  kind [255 1]: header.index b (a) asked=false shared=true steady=false relist=[7] {21 11}
  kind [0]: a asked=true shared=false steady=true relist=[] {22 11}
`},
		{"groups of the notifications", fmt.Sprintf(rawTable, `
    - { name: getit, attribute-set: s, key: [ header.index ], dump: { request: { value: 18 }, reply: { value: 16 } } }
    - { name: newit-ntf, value: 16, notify: getit, mcgrp: two }
    - { name: delit-ntf, value: 17, notify: getit }`),
			`getit: +newit-ntf/16 -delit-ntf/17 @two
  all: header.index asked=false shared=false steady=false relist=[] {18 45}
`},
		{"notifications made of requests, in all groups", fmt.Sprintf(rawTable, `
    - { name: newit, attribute-set: s, do: { request: { value: 16 } } }
    - { name: delit, attribute-set: s, do: { request: { value: 17 } } }
    - { name: getit, attribute-set: s, key: [ a ], dump: { request: { value: 18 }, reply: { value: 16 } } }
    - { name: newother, attribute-set: s, do: { request: { value: 20 } } }
    - { name: getonly, attribute-set: s, key: [ a ], dump: { request: { value: 26 }, reply: { value: 24 } } }`),
			`getit: +newit/16 -delit/17 @one @two
  all: a asked=false shared=false steady=false relist=[] {20 45}
getonly: +getonly/24 @one @two
  all: a asked=false shared=false steady=false relist=[] {22 47}
`},
		{"generic", `nlgen: 1
name: x
attribute-sets:
  - { name: s, attributes: [ { name: a, type: u8 } ] }
  - { name: t, attributes: [ { name: a, type: u8 } ] }
operations:
  list:
    - { name: dev-get, attribute-set: s, key: [ a ], dump: { reply: { attributes: [ a ] } } }
    - { name: dev-add-ntf, notify: dev-get, mcgrp: mgmt }
    - { name: dev-del-ntf, notify: dev-get, mcgrp: mgmt }
    - { name: delay-ntf, notify: dev-get, mcgrp: mgmt }
    - { name: removed, attribute-set: s, event: { attributes: [ a ] }, mcgrp: more }
    - { name: other, attribute-set: t, event: { attributes: [ a ] }, mcgrp: rest }
mcast-groups:
  list: [ { name: rest }, { name: more }, { name: mgmt } ]
`, `dev-get: +dev-add-ntf/2 +delay-ntf/4 -dev-del-ntf/3 -removed/5 @more @mgmt
  all: a asked=false shared=false steady=false relist=[] {8 47}
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, tableText(build(t, c.text))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestVerbs holds what is read off names against the names that families use.
func TestVerbs(t *testing.T) {
	classic, ctrl, tc := &Family{}, &Family{Generic: true, Name: "nlctrl"}, &Family{Name: "tc"}
	generic := &Family{Generic: true, Name: "x"}
	for _, c := range []struct {
		f             *Family
		name, split   string
		reads, echoes bool
		deleted       bool
	}{
		{f: classic, name: "getlink", split: "get-link", reads: true},
		{f: classic, name: "dellink-ntf", split: "del-link-ntf", deleted: true},
		{f: classic, name: "destroytable", split: "destroy-table", deleted: true},
		{f: classic, name: "delete", split: "delete", deleted: true},
		{f: classic, name: "newlink", split: "new-link"},
		{f: ctrl, name: "getfamily", split: "get-family", reads: true},
		{f: ctrl, name: "delmcast_grp", split: "del-mcast_grp", deleted: true},
		{f: generic, name: "delay", split: "delay"},
		{f: generic, name: "page-pool-del-ntf", split: "page-pool-del-ntf", deleted: true},
		{f: generic, name: "settle-query", split: "settle-query", reads: true},
		{f: generic, name: "getqdisc", split: "getqdisc", reads: true},
		{f: tc, name: "getqdisc", split: "get-qdisc", reads: true, echoes: true},
	} {
		if got := c.f.SplitVerb(c.name); got != c.split {
			t.Errorf("%s: split into %s, want %s", c.name, got, c.split)
		}
		if got := c.f.reads(c.name); got != c.reads {
			t.Errorf("%s: reads: %t", c.name, got)
		}
		if got := c.f.echoes(c.name); got != c.echoes {
			t.Errorf("%s: echoes: %t", c.name, got)
		}
		if got := c.f.has(c.name, removeVerbs); got != c.deleted {
			t.Errorf("%s: tells of what is gone: %t", c.name, got)
		}
	}
}
