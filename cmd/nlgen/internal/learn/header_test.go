//go:build linux

package learn

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestHeaders learns headers, most of which have no spec. What comes out compiles, and each of its numbers is the
// header's.
func TestHeaders(t *testing.T) {
	requireHeaders(t)
	m := newModule(t)
	for _, tt := range []struct {
		header, family, protocol string
		sets, ops, groups        []string
		not                      []string // numbers that have no name in C
	}{
		{header: "linux/seg6_genl.h", family: "SEG6", sets: []string{"seg6"}, ops: []string{"sethmac", "dumphmac", "set-tunsrc", "get-tunsrc"}},
		{header: "linux/taskstats.h", family: "TASKSTATS", sets: []string{"taskstats"}, ops: []string{"get", "new"}},
		{header: "linux/cgroupstats.h", family: "cgroupstats", sets: []string{"cgroupstats"}, ops: []string{"get", "new"}},
		{header: "linux/nexthop.h", family: "nexthop", protocol: "raw", sets: []string{"nha", "nha-res-group", "nha-res-bucket"}},
		{header: "linux/net_namespace.h", family: "net_namespace", protocol: "raw", sets: []string{"netnsa"}},
		{
			header: "linux/l2tp.h", family: "l2tp", sets: []string{"l2tp", "stats"}, groups: []string{"l2tp"},
			ops: []string{"noop", "tunnel-create", "tunnel-delete", "tunnel-modify", "tunnel-get", "session-create", "session-delete", "session-modify", "session-get"},
		},
		{header: "linux/gtp.h", family: "gtp", sets: []string{"gtp"}, ops: []string{"newpdp", "delpdp", "getpdp", "echoreq"}, groups: []string{"gtp"}},
		{header: "linux/thermal.h", family: "thermal", sets: []string{"thermal"}, groups: []string{"sampling", "event"}},
		{header: "linux/batman_adv.h", family: "batadv", sets: []string{"batadv", "ifla-batadv"}, groups: []string{"config", "tpmeter"}},
		{header: "linux/ioam6_genl.h", family: "IOAM6"},
		{header: "linux/neighbour.h", family: "neighbour", protocol: "raw"},
		{header: "linux/inet_diag.h", family: "inet_diag", protocol: "raw"},
		{header: "linux/netfilter/nfnetlink_cttimeout.h", family: "nfnetlink_cttim", protocol: "netfilter"},
		{header: "linux/sctp.h", family: "sctp", protocol: "raw"},
	} {
		t.Run(tt.family, func(t *testing.T) {
			yaml := run(t, tt.header)
			f := compile(t, yaml)
			if f.Name != tt.family {
				t.Errorf("family %s, want %s", f.Name, tt.family)
			}
			if want := map[string]int{"linux/inet_diag.h": 4, "linux/netfilter/nfnetlink_cttimeout.h": 12}[tt.header]; !f.Generic && f.Protonum != want {
				t.Errorf("protocol %d, want %d", f.Protonum, want)
			}
			if f.Generic != (tt.protocol == "") {
				t.Errorf("generic: %v", f.Generic)
			}
			var sets, ops, groups []string
			for _, s := range f.Sets {
				sets = append(sets, s.Name)
			}
			for _, o := range f.Ops {
				ops = append(ops, o.Name)
			}
			for _, g := range f.Groups {
				groups = append(groups, g.Name)
			}
			for what, lists := range map[string][2][]string{"sets": {tt.sets, sets}, "operations": {tt.ops, ops}, "groups": {tt.groups, groups}} {
				if lists[0] != nil && !cmp.Equal(lists[0], lists[1]) {
					t.Errorf("%s (-want +got):\n%s", what, cmp.Diff(lists[0], lists[1]))
				}
			}
			if diff := cmp.Diff(tt.not, compareNumbers(t, f, tt.header)); diff != "" {
				t.Errorf("numbers without a name in C (-want +got):\n%s", diff)
			}
			m.add(tt.family, f)
		})
	}
	m.vet()
}

// TestExampleHeader learns a header that has everything, and compares with what a person has looked at.
func TestExampleHeader(t *testing.T) {
	requireHeaders(t)
	yaml := run(t, "-I", "testdata/include", "linux/orchard.h")
	golden := filepath.Join("testdata", "orchard.yaml")
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
	if again := run(t, "-I", "testdata/include", "linux/orchard.h"); again != yaml {
		t.Error("the second time something else comes out")
	}
	include, err := filepath.Abs("testdata/include")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("CPATH", include)
	if unknown := compareNumbers(t, compile(t, yaml), "linux/orchard.h"); unknown != nil {
		t.Errorf("numbers without a name in C: %v", unknown)
	}
}
