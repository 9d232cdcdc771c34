package verify

import (
	"errors"
	"io/fs"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestKernelFacts(t *testing.T) {
	f := needKernel(t)
	values := map[string]uint64{}
	for _, e := range f.enums {
		for _, v := range e.values {
			values[v.name] = v.value
		}
	}
	for name, want := range map[string]uint64{
		"IFLA_MTU": 4, "RTM_NEWLINK": 16, "CTRL_CMD_GETFAMILY": 3, "NL_POLICY_TYPE_ATTR_MASK": 12, "IFF_UP": 1,
	} {
		if got, ok := values[name]; !ok || got != want {
			t.Errorf("%s is %d (%t), want %d", name, got, ok, want)
		}
	}
	all := f.structs["ifinfomsg"]
	if len(all) != 1 || all[0].size != 16 {
		t.Fatalf("struct ifinfomsg: %v", all)
	}
	want := []cMember{
		{"ifi_family", 0, 1, false}, {"__ifi_pad", 1, 1, false}, {"ifi_type", 2, 2, false},
		{"ifi_index", 4, 4, false}, {"ifi_flags", 8, 4, false}, {"ifi_change", 12, 4, false},
	}
	if diff := cmp.Diff(want, all[0].members(), cmp.AllowUnexported(cMember{})); diff != "" {
		t.Errorf("struct ifinfomsg (-want +got):\n%s", diff)
	}
	if !slices.IsSorted(f.structNames) || len(f.structNames) != len(f.structs) {
		t.Errorf("%d names of %d structs, or not sorted", len(f.structNames), len(f.structs))
	}
}

func TestKernelFactsMissing(t *testing.T) {
	if _, err := kernelFacts(t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error is %v", err)
	}
}
