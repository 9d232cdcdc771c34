package verify

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cilium/ebpf/btf"
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
	if _, _, err := kernelFacts(t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error is %v", err)
	}
}

// writeBTF writes types as the kernel shows them.
func writeBTF(t *testing.T, file string, types ...btf.Type) {
	t.Helper()
	b, err := btf.NewBuilder(types, nil)
	if err != nil {
		t.Fatal(err)
	}
	data, err := b.Marshal(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestMadeUpKernel(t *testing.T) {
	dir := t.TempDir()
	u8 := &btf.Int{Name: "u8", Size: 1}
	u32 := &btf.Typedef{Name: "__u32", Type: &btf.Int{Name: "unsigned int", Size: 4}}
	pair := &btf.Struct{Name: "pair", Size: 8, Members: []btf.Member{
		{Name: "x", Type: u8}, {Name: "bits", Type: u8, Offset: 8, BitfieldSize: 3}, {Name: "y", Type: u32, Offset: 32},
	}}
	writeBTF(t, filepath.Join(dir, "vmlinux"),
		&btf.Enum{Name: "verdict", Size: 4, Signed: true, Values: []btf.EnumValue{{Name: "V_DROP", Value: 0}, {Name: "V_GO", Value: ^uint64(0)}}},
		&btf.Struct{Name: "msg", Size: 28, Members: []btf.Member{
			{Name: "one", Type: pair},
			{Type: &btf.Union{Size: 4, Members: []btf.Member{{Name: "a", Type: u32}, {Name: "b", Type: u8}}}, Offset: 64},
			{Name: "list", Type: &btf.Array{Index: u32, Type: pair, Nelems: 2}, Offset: 96},
		}},
	)
	f, skipped, err := kernelFacts(dir)
	if err != nil || len(skipped) > 0 {
		t.Fatalf("left out %v, error %v", skipped, err)
	}
	if len(f.enums) != 1 || f.enums[0].tag != "verdict" {
		t.Fatalf("enums are %v", f.enums)
	}
	if diff := cmp.Diff([]cValue{{"V_DROP", 0}, {"V_GO", ^uint64(0)}}, f.enums[0].values, cmp.AllowUnexported(cValue{})); diff != "" {
		t.Errorf("enum verdict (-want +got):\n%s", diff)
	}
	want := []cMember{
		{"one", 0, 8, false}, {"one.x", 0, 1, true}, {"one.y", 4, 4, true},
		{"a", 8, 4, false}, {"b", 8, 1, false},
		{"list", 12, 16, false},
		{"list[0]", 12, 8, true}, {"list[0].x", 12, 1, true}, {"list[0].y", 16, 4, true},
		{"list[1]", 20, 8, true}, {"list[1].x", 20, 1, true}, {"list[1].y", 24, 4, true},
	}
	if len(f.structs["msg"]) != 1 {
		t.Fatalf("struct msg: %v", f.structs["msg"])
	}
	if diff := cmp.Diff(want, f.structs["msg"][0].members(), cmp.AllowUnexported(cMember{})); diff != "" {
		t.Errorf("struct msg (-want +got):\n%s", diff)
	}
	if err := os.WriteFile(filepath.Join(dir, "broken"), []byte("no types"), 0o644); err != nil {
		t.Fatal(err)
	}
	f, skipped, err = kernelFacts(dir)
	if err != nil || len(f.enums) != 1 || len(skipped) != 1 || !strings.HasPrefix(skipped[0], "broken (") {
		t.Errorf("with a broken module: left out %v, error %v", skipped, err)
	}
}
