package learn

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/generated/nlctrl"
	"github.com/nlgen/nlgen/runtime/wire"
)

// pol makes the policy of one attribute.
func pol(kind nlctrl.AttrType, set ...func(*nlctrl.Policy)) *nlctrl.Policy {
	p := &nlctrl.Policy{Type: wire.Some(kind)}
	for _, f := range set {
		f(p)
	}
	return p
}

func unsigned(lo, hi uint64) func(*nlctrl.Policy) {
	return func(p *nlctrl.Policy) { p.MinValueU, p.MaxValueU = wire.Some(lo), wire.Some(hi) }
}

func signed(lo, hi int64) func(*nlctrl.Policy) {
	return func(p *nlctrl.Policy) { p.MinValueS, p.MaxValueS = wire.Some(lo), wire.Some(hi) }
}

func length(lo, hi uint32) func(*nlctrl.Policy) {
	return func(p *nlctrl.Policy) {
		if lo > 0 {
			p.MinLength = wire.Some(lo)
		}
		if hi > 0 {
			p.MaxLength = wire.Some(hi)
		}
	}
}

func inside(policy, highest uint32) func(*nlctrl.Policy) {
	return func(p *nlctrl.Policy) { p.PolicyIdx, p.PolicyMaxtype = wire.Some(policy), wire.Some(highest) }
}

const (
	canDo   = nlctrl.OpFlagsCmdCapDo | nlctrl.OpFlagsCmdCapHaspol
	canDump = nlctrl.OpFlagsCmdCapDump | nlctrl.OpFlagsCmdCapHaspol
	admin   = nlctrl.OpFlagsAdminPerm
)

// families are families that no kernel has, with what the kernel would say of each.
func families() map[string]struct {
	fam   *family
	facts *facts
} {
	type pair = struct {
		fam   *family
		facts *facts
	}
	all := map[string]pair{}

	// Every type and limit; nests that are known, unknown, and recursive; a fixed header; two names for replies.
	all["barn"] = pair{
		&family{
			name: "barn", version: 3, header: 8, maxAttr: 20, groups: []string{"doors"},
			ops: []operation{
				{id: 1, flags: canDo | canDump, do: 0, dump: 0},
				{id: 3, flags: canDo | admin, do: 0, dump: -1},
				{id: 4, flags: canDump, do: -1, dump: 2},
				{id: 9, flags: canDo | nlctrl.OpFlagsUnsAdminPerm, do: 0, dump: -1},
			},
			policies: map[uint32]policy{
				0: {
					1:  pol(nlctrl.AttrTypeU8, unsigned(1, 20)),
					2:  pol(nlctrl.AttrTypeU16, unsigned(0, 65535)),
					3:  pol(nlctrl.AttrTypeU32, func(p *nlctrl.Policy) { p.Mask = wire.Some(uint64(0x8000_0007)) }),
					4:  pol(nlctrl.AttrTypeU64, unsigned(0, 1<<63)),
					5:  pol(nlctrl.AttrTypeS8, signed(-3, 127)),
					6:  pol(nlctrl.AttrTypeS64, signed(-1<<63, 5)),
					7:  pol(nlctrl.AttrTypeUint, unsigned(0, 1<<64-1)),
					8:  pol(nlctrl.AttrTypeSint),
					9:  pol(nlctrl.AttrTypeString, length(0, 15)),
					10: pol(nlctrl.AttrTypeNULString, length(1, 15)),
					11: pol(nlctrl.AttrTypeBinary, length(6, 6)),
					12: pol(nlctrl.AttrTypeBinary, length(4, 0)),
					13: pol(nlctrl.AttrTypeFlag),
					14: pol(nlctrl.AttrTypeBitfield32, func(p *nlctrl.Policy) { p.Bitfield32Mask = wire.Some(uint32(3)) }),
					15: pol(nlctrl.AttrTypeNested, inside(1, 2)),
					16: pol(nlctrl.AttrTypeNestedArray, inside(1, 2)),
					17: pol(nlctrl.AttrTypeNested),
					18: pol(nlctrl.AttrTypeNested, inside(3, 4)),
				},
				1: {1: pol(nlctrl.AttrTypeU32), 2: pol(nlctrl.AttrTypeNested, inside(1, 2))},
				2: {1: pol(nlctrl.AttrTypeU8, unsigned(1, 20))},
				3: {1: pol(nlctrl.AttrTypeFlag)},
			},
		},
		&facts{
			enums: []*cEnum{
				enum("", "BARN_CMD_UNSPEC", "BARN_CMD_GETSTALL", "BARN_CMD_NEWSTALL", "BARN_CMD_SETSTALL", "BARN_CMD_LIST", "__BARN_CMD_MAX"),
				enum("barn_attrs", "BARN_ATTR_UNSPEC", "BARN_ATTR_SMALL", "BARN_ATTR_HALF", "BARN_ATTR_BITS", "BARN_ATTR_LONG", "BARN_ATTR_SHIFT",
					"BARN_ATTR_BALANCE", "BARN_ATTR_COUNT_ALL", "BARN_ATTR_DRIFT", "BARN_ATTR_LABEL", "BARN_ATTR_TITLE", "BARN_ATTR_MAC", "BARN_ATTR_BLOB",
					"BARN_ATTR_OPEN", "BARN_ATTR_SWITCHES", "BARN_ATTR_BOX", "BARN_ATTR_BOXES", "BARN_ATTR_SHELF", "BARN_ATTR_ODD",
					"BARN_ATTR_DOOR_NAME", "BARN_ATTR_PAD", "__BARN_ATTR_MAX"),
				enum("", "BARN_BOX_ATTR_UNSPEC", "BARN_BOX_ATTR_SIZE", "BARN_BOX_ATTR_INNER", "__BARN_BOX_ATTR_MAX"),
				enum("", "BARN_SHELF_ATTR_UNSPEC", "BARN_SHELF_ATTR_HEIGHT", "__BARN_SHELF_ATTR_MAX"),
				enum("barn_color", "BARN_COLOR_RED", "BARN_COLOR_OFF"),
				enum("", "SHED_CMD_UNSPEC", "SHED_CMD_GET", "__SHED_CMD_MAX"),
			},
			structs: []*cStruct{
				{name: "barn_header", size: 8, members: []cMember{
					{"row", 0, cType{kind: cInt, size: 4}}, {"column", 4, cType{kind: cInt, size: 2, order: "big-endian"}},
				}},
				{name: "barn_private", size: 8, members: []cMember{{"next", 0, cType{kind: cForeign, size: 8}}}},
				{name: "barn_kernel", size: 4, kernel: true, members: []cMember{{"n", 0, cType{kind: cInt, size: 4}}}},
			},
		},
	}

	// A set for each pair of operations, called as they are.
	all["pens"] = pair{
		&family{
			name: "pens", version: 1,
			ops: []operation{
				{id: 1, flags: canDo | canDump, do: 0, dump: 1}, {id: 2, flags: canDo | admin, do: 2, dump: -1}, {id: 3, flags: canDo, do: 3, dump: -1},
			},
			policies: map[uint32]policy{
				0: {1: pol(nlctrl.AttrTypeU32)}, 1: {1: pol(nlctrl.AttrTypeU32)}, 2: {1: pol(nlctrl.AttrTypeU32), 2: pol(nlctrl.AttrTypeU8)},
				3: {1: pol(nlctrl.AttrTypeNULString)},
			},
		},
		&facts{enums: []*cEnum{
			enum("", "PENS_MSG_NONE", "PENS_MSG_HEN_GET", "PENS_MSG_HEN_SET", "PENS_MSG_GOAT_GET", "__PENS_MSG_CNT"),
			enum("", "PENS_MSG_KERNEL_NONE", "PENS_MSG_HEN_GET_REPLY", "PENS_MSG_GOAT_GET_REPLY", "__PENS_MSG_KERNEL_CNT"),
			enum("", "PENS_A_HEN_UNSPEC", "PENS_A_HEN_ID", "PENS_A_HEN_EGGS", "__PENS_A_HEN_CNT"),
			enum("", "PENS_A_GOAT_UNSPEC", "PENS_A_GOAT_NAME", "__PENS_A_GOAT_CNT"),
		}},
	}

	// No names at all, and policies that disagree.
	all["mute"] = pair{
		&family{
			name: "mute", version: 1, header: 4, groups: []string{"a_group"},
			ops: []operation{{id: 0, flags: canDo, do: 0, dump: -1}, {id: 7, flags: canDo, do: 1, dump: -1}, {id: 8, flags: nlctrl.OpFlagsCmdCapDo, do: -1, dump: -1}},
			policies: map[uint32]policy{
				0: {2: pol(nlctrl.AttrTypeU32), 5: pol(nlctrl.AttrTypeNested, inside(2, 3))}, 1: {2: pol(nlctrl.AttrTypeFlag)}, 2: {1: pol(nlctrl.AttrTypeU8)},
			},
		},
		&facts{},
	}

	// Only events.
	all["bell"] = pair{
		&family{name: "bell", version: 1, maxAttr: 1, groups: []string{"rings"}},
		&facts{enums: []*cEnum{
			enum("", "BELL_GENL_CMD_UNSPEC", "BELL_GENL_CMD_EVENT", "__BELL_GENL_CMD_MAX"),
			enum("", "BELL_GENL_ATTR_UNSPEC", "BELL_GENL_ATTR_EVENT", "__BELL_GENL_ATTR_MAX"),
		}},
	}
	return all
}

// TestMadeUpFamilies compares the schemas of made-up families with what a person has looked at, and compiles them.
func TestMadeUpFamilies(t *testing.T) {
	m := newModule(t)
	for name, in := range families() {
		t.Run(name, func(t *testing.T) {
			yaml := string(fromFamily(in.fam, in.facts, nil).yaml())
			golden := filepath.Join("testdata", name+".yaml")
			if os.Getenv("UPDATE") == "true" {
				if err := os.WriteFile(golden, []byte(yaml), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(yaml, "\n")); diff != "" {
				t.Errorf("UPDATE=true accepts this (-want +got):\n%s", diff)
			}
			m.add(name, compile(t, yaml))
		})
	}
	m.vet()
}
