package verify

import (
	"testing"

	"github.com/nlgen/nlgen/generated/nlctrl"
	"github.com/nlgen/nlgen/runtime/wire"
)

const policySchema = head + `definitions:
  - {name: color, type: enum, entries: [red, green, blue]}
  - {name: bits, type: flags, entries: [x, y]}
  - name: pair
    type: struct
    members:
      - {name: a, type: u32}
      - {name: b, type: u32}
attribute-sets:
  - name: fam
    attributes:
      - {name: num, type: u32, checks: {min: 1, max: 9}}
      - {name: color, type: u8, enum: color}
      - {name: bits, type: u32, enum: bits}
      - {name: str, type: string, checks: {max-len: 15}}
      - {name: blob, type: binary, checks: {exact-len: 16}}
      - {name: pair, type: binary, struct: pair}
      - {name: nest, type: nest, nested-attributes: inner}
      - {name: port, type: u16, byte-order: big-endian}
      - {name: signed, type: s32}
      - {name: list, type: indexed-array, sub-type: nest, nested-attributes: inner}
      - {name: mask, type: u32, checks: {flags-mask: bits}}
      - {name: bf, type: bitfield32, enum: bits}
      - {name: pad, type: pad}
  - name: inner
    attributes:
      - {name: deep, type: nest, nested-attributes: inner}
      - {name: flag, type: flag}
operations:
  list:
    - name: set
      doc: Sets.
      attribute-set: fam
      flags: [admin-perm]
      do:
        request:
          attributes: [num, color, port, nest]
    - name: get
      doc: Gets.
      attribute-set: fam
      do: {request: {attributes: [num]}, reply: {attributes: [num]}}
      dump: {request: {attributes: [num, str]}, reply: {attributes: [num]}}
mcast-groups:
  list:
    - {name: news}
`

// right is a policy that the schema describes right.
func right() policy {
	return policy{
		1:  {Type: wire.Some(nlctrl.AttrTypeU32), MinValueU: wire.Some[uint64](1), MaxValueU: wire.Some[uint64](9)},
		2:  {Type: wire.Some(nlctrl.AttrTypeU8), MinValueU: wire.Some[uint64](0), MaxValueU: wire.Some[uint64](2)},
		3:  {Type: wire.Some(nlctrl.AttrTypeU32), Mask: wire.Some[uint64](3)},
		4:  {Type: wire.Some(nlctrl.AttrTypeNULString), MaxLength: wire.Some[uint32](15)},
		5:  {Type: wire.Some(nlctrl.AttrTypeBinary), MinLength: wire.Some[uint32](16), MaxLength: wire.Some[uint32](16)},
		6:  {Type: wire.Some(nlctrl.AttrTypeBinary), MinLength: wire.Some[uint32](8), MaxLength: wire.Some[uint32](8)},
		7:  {Type: wire.Some(nlctrl.AttrTypeNested), PolicyIdx: wire.Some[uint32](1)},
		9:  {Type: wire.Some(nlctrl.AttrTypeS32), MinValueS: wire.Some[int64](-1 << 31), MaxValueS: wire.Some[int64](1<<31 - 1)},
		10: {Type: wire.Some(nlctrl.AttrTypeNestedArray), PolicyIdx: wire.Some[uint32](1)},
		11: {Type: wire.Some(nlctrl.AttrTypeU32), Mask: wire.Some[uint64](3)},
		12: {Type: wire.Some(nlctrl.AttrTypeBitfield32), Bitfield32Mask: wire.Some[uint32](3)},
		13: {Type: wire.Some(nlctrl.AttrTypeU32)},
	}
}

// inner is a policy that goes round.
func inner() policy {
	return policy{
		1: {Type: wire.Some(nlctrl.AttrTypeNested), PolicyIdx: wire.Some[uint32](1)},
		2: {Type: wire.Some(nlctrl.AttrTypeFlag)},
	}
}

func agreeing() *liveFamily {
	const capable = nlctrl.OpFlagsCmdCapDo | nlctrl.OpFlagsCmdCapHaspol
	return &liveFamily{
		version: 1,
		ops: map[uint32]nlctrl.OpFlags{
			1: capable | nlctrl.OpFlagsAdminPerm,
			2: capable | nlctrl.OpFlagsCmdCapDump,
		},
		groups:   []string{"news"},
		policies: map[uint16]policy{0: right(), 1: inner(), 2: {1: right()[1]}, 3: {1: right()[1], 4: right()[4]}},
		do:       map[uint32]uint16{1: 0, 2: 2},
		dump:     map[uint32]uint16{2: 3},
	}
}

// unlisted are the notes on what the first operation's policy takes and its request does not list.
var unlisted = []string{
	"test.yaml:40:9: unlisted-attribute: the policy of the do of set takes bf, which the request does not list",
	"test.yaml:40:9: unlisted-attribute: the policy of the do of set takes bits, which the request does not list",
	"test.yaml:40:9: unlisted-attribute: the policy of the do of set takes blob, which the request does not list",
	"test.yaml:40:9: unlisted-attribute: the policy of the do of set takes list, which the request does not list",
	"test.yaml:40:9: unlisted-attribute: the policy of the do of set takes mask, which the request does not list",
	"test.yaml:40:9: unlisted-attribute: the policy of the do of set takes pair, which the request does not list",
	"test.yaml:40:9: unlisted-attribute: the policy of the do of set takes signed, which the request does not list",
	"test.yaml:40:9: unlisted-attribute: the policy of the do of set takes str, which the request does not list",
}

func TestFamily(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(l *liveFamily)
		want   []string
	}{
		{"agreement", func(*liveFamily) {}, nil},
		{"version", func(l *liveFamily) { l.version = 2 },
			[]string{"test.yaml:2:7: family-version: the version is 1, the kernel has 2"}},
		{"header", func(l *liveFamily) { l.header = 4 },
			[]string{"test.yaml:35:13: header-size: the fixed header of set has 0 bytes, the kernel's has 4 bytes"}},
		{"another group", func(l *liveFamily) { l.groups = []string{"olds"} }, []string{
			"test.yaml:2:7: missing-in-schema: the family lacks multicast groups that the kernel has: olds",
			"test.yaml:49:14: group-name: the kernel's family has no multicast group news; it has olds",
		}},
		{"no group", func(l *liveFamily) { l.groups = nil },
			[]string{"test.yaml:49:14: not-offered: the kernel's family has no multicast group news"}},
		{"operations", func(l *liveFamily) { delete(l.ops, 2); l.ops[7] = 2 }, []string{
			"test.yaml:2:7: missing-in-schema: the family lacks operations that the kernel has: 7",
			"test.yaml:42:13: not-offered: the kernel's family has no operation get (2)",
		}},
		{"modes", func(l *liveFamily) { l.ops[2] &^= nlctrl.OpFlagsCmdCapDump; l.ops[1] |= nlctrl.OpFlagsCmdCapDump }, []string{
			"test.yaml:35:13: missing-in-schema: set lacks the dump that the kernel's has",
			"test.yaml:42:13: operation-mode: get has a dump, the kernel's has none",
		}},
		{"permissions", func(l *liveFamily) {
			l.ops[1] &^= nlctrl.OpFlagsAdminPerm
			l.ops[2] |= nlctrl.OpFlagsUnsAdminPerm
		}, []string{
			"test.yaml:35:13: operation-permission: set demands admin-perm, the kernel demands none",
			"test.yaml:42:13: unstated-permission: the kernel demands uns-admin-perm of get, the schema none",
		}},
		{"another permission", func(l *liveFamily) { l.ops[1] ^= nlctrl.OpFlagsAdminPerm | nlctrl.OpFlagsUnsAdminPerm },
			[]string{"test.yaml:35:13: unstated-permission: the kernel demands uns-admin-perm of set, the schema admin-perm"}},
		{"a refused attribute", func(l *liveFamily) { delete(l.policies[0], 2) },
			[]string{"test.yaml:41:29: refused-attribute: the do of set lists color, which its policy does not take"}},
		{"an attribute that another operation's policy has", func(l *liveFamily) { delete(l.policies[3], 4) },
			[]string{"test.yaml:46:42: refused-attribute: the dump of get lists str, which its policy does not take"}},
		{"an attribute above all that the policy has", func(l *liveFamily) { delete(l.policies[3], 4); delete(l.policies[0], 4) },
			[]string{"test.yaml:46:42: newer-in-schema: the dump of get lists str, which the kernel does not know"}},
		{"a policy that takes nothing", func(l *liveFamily) { l.dump[2] = 9 }, []string{
			"test.yaml:46:37: newer-in-schema: the dump of get lists num, the kernel's takes no attributes",
			"test.yaml:46:42: newer-in-schema: the dump of get lists str, the kernel's takes no attributes",
		}},
		{"types", func(l *liveFamily) {
			l.policies[0][1].Type = wire.Some(nlctrl.AttrTypeUint)
			l.policies[0][4].Type = wire.Some(nlctrl.AttrTypeBinary)
			l.policies[0][7].Type = wire.Some(nlctrl.AttrTypeNestedArray)
		}, []string{
			"test.yaml:16:16: attribute-type: fam.num is u32, the policy has uint",
			"test.yaml:19:16: attribute-type: fam.str is string, the policy has binary",
			"test.yaml:22:16: attribute-type: fam.nest is nest, the policy has nested-array",
		}},
		{"ranges", func(l *liveFamily) {
			l.policies[0][1].MaxValueU = wire.Some[uint64](10)
			l.policies[0][2].MaxValueU = wire.Some[uint64](1)
			l.policies[0][9].MinValueS = wire.Some[int64](-1)
		}, []string{
			"test.yaml:16:16: attribute-range: fam.num is limited to 1..9, the policy to 1..10",
			"test.yaml:17:16: unstated-limit: the policy limits fam.color to 0..1",
			"test.yaml:24:16: unstated-limit: the policy limits fam.signed to -1..2147483647",
		}},
		{"lengths", func(l *liveFamily) {
			l.policies[0][4].MaxLength = wire.Some[uint32](31)
			l.policies[0][5].MaxLength = wire.Opt[uint32]{}
			l.policies[0][6].MinLength = wire.Some[uint32](12)
		}, []string{
			"test.yaml:19:16: attribute-length: fam.str is limited to ..15 bytes, the policy wants at most 31 bytes",
			"test.yaml:20:16: attribute-length: fam.blob is limited to 16..16 bytes, the policy wants at least 16 bytes",
			"test.yaml:21:16: attribute-length: fam.pair is a struct of 8 bytes, the policy wants at least 12 bytes, at most 8 bytes",
		}},
		{"masks", func(l *liveFamily) {
			l.policies[0][3].Mask = wire.Some[uint64](7)
			l.policies[0][11].Mask = wire.Some[uint64](5)
			l.policies[0][12].Bitfield32Mask = wire.Some[uint32](1)
		}, []string{
			"test.yaml:18:16: unstated-limit: the policy takes of fam.bits the bits 0x7",
			"test.yaml:26:16: attribute-mask: fam.mask is limited to the bits 0x3, the policy to 0x5",
			"test.yaml:27:16: unstated-limit: the policy takes of fam.bf the bits 0x1",
		}},
		{"nested", func(l *liveFamily) {
			l.policies[1][2].Type = wire.Some(nlctrl.AttrTypeU8)
			l.policies[1][5] = &nlctrl.Policy{Type: wire.Some(nlctrl.AttrTypeU32)}
		}, []string{
			"test.yaml:29:11: missing-in-schema: a policy for attribute set inner takes what the set does not have: 5 (u32)",
			"test.yaml:32:16: attribute-type: inner.flag is flag, the policy has u8",
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := model(t, policySchema)
			l := agreeing()
			tc.change(l)
			r := &report{path: "test.yaml", family: f.Name}
			groups := groupsOf(f)
			compareFamily(f, l, newTable(f, groups, nil), r)
			r.finish()
			var want []string
			want = append(want, tc.want...)
			got := r.differences[:0]
			for _, d := range r.differences {
				if d.Rule != RuleUnlistedAttribute {
					got = append(got, d)
				}
			}
			wantLines(t, got, want...)
		})
	}
	f := model(t, policySchema)
	r := &report{path: "test.yaml", family: f.Name}
	compareFamily(f, agreeing(), newTable(f, groupsOf(f), nil), r)
	r.finish()
	wantLines(t, r.differences, unlisted...)
}

// The running kernel's controller describes itself.
func TestLive(t *testing.T) {
	c := needCtrl(t)
	l, err := live(t.Context(), c, "nlctrl")
	if err != nil {
		t.Fatal(err)
	}
	if l.version != 2 || l.header != 0 {
		t.Errorf("version %d, header %d", l.version, l.header)
	}
	getfamily := l.policies[l.do[3]]
	if p := getfamily[2]; p == nil || p.Type.Value() != nlctrl.AttrTypeNULString || p.MaxLength.Value() != 15 {
		t.Errorf("the policy of getfamily has %v for the name", p)
	}
	if n, ok := l.dump[10]; !ok || l.policies[n][2] == nil || l.policies[n][10] == nil {
		t.Errorf("the policy of the dump of getpolicy is %d %t %v", n, ok, l.policies[n])
	}
	for id := range l.policies {
		if id > 100 {
			t.Errorf("a policy has the number %d", id)
		}
	}
	if l, err := live(t.Context(), c, "no-such-family"); l != nil || err != nil {
		t.Errorf("a family that is not there is %v, %v", l, err)
	}
}
