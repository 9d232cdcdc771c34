//go:build linux

package livetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/generated/nlctrl"
	"github.com/nlgen/nlgen/runtime/nl"
)

// familyText is a family as `genl ctrl list` prints it, without blank lines and capabilities.
func familyText(c *nlctrl.Ctrl) []string {
	lines := []string{
		fmt.Sprintf("Name: %s", c.FamilyName.Value()),
		fmt.Sprintf("ID: %#x Version: %#x header size: %d max attribs: %d",
			c.FamilyID.Value(), c.Version.Value(), c.Hdrsize.Value(), c.Maxattr.Value()),
	}
	if c.Ops != nil {
		lines = append(lines, "commands supported:")
	}
	for i, op := range c.Ops {
		lines = append(lines, fmt.Sprintf("#%d: ID-%#x", i+1, op.Value.ID.Value()))
	}
	if c.McastGroups != nil {
		lines = append(lines, "multicast groups:")
	}
	for i, g := range c.McastGroups {
		lines = append(lines, fmt.Sprintf("#%d: ID-%#x name: %s", i+1, g.Value.ID.Value(), g.Value.Name.Value()))
	}
	return lines
}

// words joins the words of each line with one blank and drops empty lines.
func words(t testing.TB, text string) (lines []string) {
	for _, line := range fileLines(t, text) {
		lines = append(lines, strings.Join(line, " "))
	}
	return lines
}

func TestFamilies(t *testing.T) {
	w := New(t)
	capabilities := func(line string) bool {
		return strings.HasPrefix(line, "Capabilities") || strings.HasPrefix(line, "can ") || strings.HasPrefix(line, "requires ")
	}
	want := slices.DeleteFunc(words(t, w.Run("genl", "ctrl", "list")), capabilities)
	var got []string
	for _, f := range Get[[]*nlctrl.Ctrl](t)(nl.Collect(w.Ctrl.GetFamilyDump(w.Ctx, nil))) {
		got = append(got, familyText(f)...)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("families (-genl +we):\n%s", diff)
	}
	for _, name := range families {
		one := Get[*nlctrl.Ctrl](t)(w.Ctrl.GetFamily(w.Ctx, &nlctrl.Ctrl{FamilyName: nl.Str(name)}))
		want := slices.DeleteFunc(words(t, w.Run("genl", "ctrl", "get", "name", name)), capabilities)
		if diff := cmp.Diff(want, familyText(one)); diff != "" {
			t.Errorf("%s (-genl +we):\n%s", name, diff)
		}
		again := Get[*nlctrl.Ctrl](t)(w.Ctrl.GetFamily(w.Ctx, &nlctrl.Ctrl{FamilyID: one.FamilyID}))
		if diff := cmp.Diff(one, again); diff != "" {
			t.Errorf("%s by name and by id (-name +id):\n%s", name, diff)
		}
	}
	ctrl := Get[*nlctrl.Ctrl](t)(w.Ctrl.GetFamily(w.Ctx, &nlctrl.Ctrl{FamilyName: nl.Str("nlctrl")}))
	if flags := ctrl.Ops[0].Value.Flags.Value(); flags != nlctrl.OpFlagsCmdCapDo|nlctrl.OpFlagsCmdCapDump|nlctrl.OpFlagsCmdCapHaspol {
		t.Errorf("getfamily has the flags %v, want cmd-cap-do, cmd-cap-dump, cmd-cap-haspol", flags)
	}
}

// policyTypes are types as genl calls them; it does not know the two newest.
var policyTypes = map[nlctrl.AttrType]string{
	nlctrl.AttrTypeFlag: "FLAG", nlctrl.AttrTypeU8: "U8", nlctrl.AttrTypeU16: "U16", nlctrl.AttrTypeU32: "U32", nlctrl.AttrTypeU64: "U64",
	nlctrl.AttrTypeS8: "S8", nlctrl.AttrTypeS16: "S16", nlctrl.AttrTypeS32: "S32", nlctrl.AttrTypeS64: "S64",
	nlctrl.AttrTypeBinary: "BINARY", nlctrl.AttrTypeString: "STRING", nlctrl.AttrTypeNULString: "NUL_STRING", nlctrl.AttrTypeNested: "NESTED",
	nlctrl.AttrTypeNestedArray: "NESTED_ARRAY", nlctrl.AttrTypeBitfield32: "BITFIELD32",
	nlctrl.AttrTypeSint: "unknown", nlctrl.AttrTypeUint: "unknown",
}

// policyText is a message of a policy dump as `genl ctrl policy` prints it.
func policyText(c *nlctrl.Ctrl) (lines []string) {
	for _, op := range c.OpPolicy {
		s := fmt.Sprintf("ID: %#x op %d policies:", c.FamilyID.Value(), op.Index)
		if do, ok := op.Value.Do.Get(); ok {
			s += fmt.Sprintf(" do=%d", do)
		}
		if dump, ok := op.Value.Dump.Get(); ok {
			s += fmt.Sprintf(" dump=%d", dump)
		}
		lines = append(lines, s)
	}
	for _, policy := range c.Policy {
		for _, attr := range policy.Value {
			p := attr.Value
			s := fmt.Sprintf("ID: %#x policy[%d]:attr[%d]: type=%s", c.FamilyID.Value(), policy.Index, attr.Index, policyTypes[p.Type.Value()])
			if i, ok := p.PolicyIdx.Get(); ok {
				s += fmt.Sprintf(" policy:%d", i)
			}
			if n, ok := p.PolicyMaxtype.Get(); ok {
				s += fmt.Sprintf(" maxattr:%d", n)
			}
			if p.MinValueS.IsSet() {
				s += fmt.Sprintf(" range:[%d,%d]", p.MinValueS.Value(), p.MaxValueS.Value())
			}
			if p.MinValueU.IsSet() {
				s += fmt.Sprintf(" range:[%d,%d]", p.MinValueU.Value(), p.MaxValueU.Value())
			}
			if n, ok := p.MinLength.Get(); ok {
				s += fmt.Sprintf(" min len:%d", n)
			}
			if n, ok := p.MaxLength.Get(); ok {
				s += fmt.Sprintf(" max len:%d", n)
			}
			lines = append(lines, s)
		}
	}
	return lines
}

func TestPolicies(t *testing.T) {
	w := New(t)
	masks := 0
	for _, name := range families {
		want := words(t, w.Run("genl", "ctrl", "policy", "name", name))
		var got []string
		for _, p := range Get[[]*nlctrl.Ctrl](t)(nl.Collect(w.Ctrl.GetPolicyDump(w.Ctx, &nlctrl.Ctrl{FamilyName: nl.Str(name)}))) {
			got = append(got, policyText(p)...)
			for _, policy := range p.Policy {
				for _, attr := range policy.Value {
					if attr.Value.Mask.IsSet() || attr.Value.Bitfield32Mask.IsSet() {
						masks++
					}
				}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("policies of %s (-genl +we):\n%s", name, diff)
		}
	}
	if masks == 0 {
		t.Error("no policy has a mask, want that of ethtool's header flags at least")
	}
	// One operation alone.
	list := Get[[]*nlctrl.Ctrl](t)(nl.Collect(w.Ctrl.GetPolicyDump(w.Ctx, &nlctrl.Ctrl{FamilyName: nl.Str("netdev"), Op: nl.U32(1)})))
	if len(list) == 0 || len(list[0].OpPolicy) != 1 || list[0].OpPolicy[0].Index != 1 {
		t.Errorf("policies of operation 1 of netdev: got %+v", list)
	}
}
