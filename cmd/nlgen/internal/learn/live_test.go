//go:build linux

package learn

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/cmd/nlgen/internal/ir"
	"github.com/nlgen/nlgen/cmd/nlgen/internal/spec"
	"github.com/nlgen/nlgen/internal/netns"
	"github.com/nlgen/nlgen/schemas"
)

// requireKernel skips a test that asks the kernel for its families. They and their policies show without root, but
// a machine without root is one whose kernel nobody has chosen for this.
func requireKernel(t testing.TB) {
	t.Helper()
	netns.Kernel(t)
	netns.Require(t)
	if _, err := os.Stat(filepath.Join(btfDir, "vmlinux")); err != nil {
		unavailable(t, "the kernel shows no type information: %v", err)
	}
}

// TestFamilies learns families of the running kernel. What comes out compiles, and each of its numbers is that of
// the headers, so far as they are new enough to have it.
func TestFamilies(t *testing.T) {
	requireKernel(t)
	requireHeaders(t)
	m := newModule(t)
	for _, tt := range []struct {
		family  string
		headers []string
		set     string // the family's own
		attrs   []string
		ops     []string
		groups  []string
	}{
		{
			family: "tcp_metrics", headers: []string{"linux/tcp_metrics.h"}, set: "tcp-metrics",
			attrs: []string{
				"addr-ipv4", "addr-ipv6", "age", "tw-tsval", "tw-ts-stamp", "vals", "fopen-mss", "fopen-syn-drops",
				"fopen-syn-drop-ts", "fopen-cookie", "saddr-ipv4", "saddr-ipv6", "pad",
			},
			ops: []string{"get do dump", "del do admin"},
		},
		{
			family: "mptcp_pm", headers: []string{"linux/mptcp.h"}, set: "mptcp-pm",
			attrs: []string{"addr", "rcv-add-addrs", "subflows", "token", "loc-id", "addr-remote"},
			ops: []string{
				"add-addr do admin", "del-addr do admin", "get-addr do dump", "flush-addrs do admin", "set-limits do admin",
				"get-limits do", "set-flags do admin", "announce do admin", "remove do admin", "subflow-create do admin",
				"subflow-destroy do admin",
			},
			groups: []string{"mptcp_pm_cmds", "mptcp_pm_events"},
		},
		{
			family: "SEG6", headers: []string{"linux/seg6_genl.h"}, set: "seg6",
			attrs: []string{"dst", "dstlen", "hmackeyid", "secret", "secretlen", "algid", "hmacinfo"},
			ops:   []string{"sethmac do admin", "dumphmac dump admin", "set-tunsrc do admin", "get-tunsrc do admin"},
		},
		{
			family: "TASKSTATS", headers: []string{"linux/taskstats.h", "linux/cgroupstats.h"}, set: "taskstats",
			attrs: []string{"pid", "tgid", "register-cpumask", "deregister-cpumask"},
			ops:   []string{"get do admin", "cgroupstats-get do"},
		},
		{
			family: "thermal", headers: []string{"linux/thermal.h"}, set: "thermal",
			groups: []string{"sampling", "event"},
		},
	} {
		t.Run(tt.family, func(t *testing.T) {
			f := compile(t, run(t, tt.family))
			set := f.Sets[slices.IndexFunc(f.Sets, func(s *ir.Set) bool { return s.Name == tt.set })]
			var attrs []string
			for _, a := range set.Attrs {
				attrs = append(attrs, a.Name)
			}
			if diff := cmp.Diff(tt.attrs, attrs); tt.attrs != nil && diff != "" {
				t.Errorf("attributes (-want +got):\n%s", diff)
			}
			var groups []string
			for _, g := range f.Groups {
				groups = append(groups, g.Name)
			}
			if diff := cmp.Diff(tt.groups, groups); diff != "" {
				t.Errorf("groups (-want +got):\n%s", diff)
			}
			if ops := describe(f); tt.ops != nil && !cmp.Equal(tt.ops, ops) {
				t.Errorf("operations (-want +got):\n%s", cmp.Diff(tt.ops, ops))
			}
			unknown := compareNumbers(t, f, append(tt.headers, "linux/seg6_local.h", "linux/seg6_iptunnel.h", "linux/seg6_hmac.h")...)
			t.Logf("not in the headers: %v", unknown)
			for _, c := range unknown {
				if wants(set, c) && tt.attrs != nil {
					t.Errorf("attribute %s is not in the headers", c)
				}
			}
			m.add(tt.family, f)

			// With its headers the family has their names, and types from their comments.
			both := compile(t, run(t, append([]string{tt.family}, tt.headers...)...))
			if diff := cmp.Diff(describe(f), describe(both)); diff != "" {
				t.Errorf("operations with and without headers:\n%s", diff)
			}
			m.add(tt.family+"-headers", both)
		})
	}
	m.vet()
}

func wants(s *ir.Set, cName string) bool {
	return slices.ContainsFunc(s.Attrs, func(a *ir.Attr) bool { return a.CName == cName })
}

// describe lists operations with what they can do.
func describe(f *ir.Family) (all []string) {
	for _, o := range f.Ops {
		s := o.Name
		if o.Do != nil {
			s += " do"
		}
		if o.Dump != nil {
			s += " dump"
		}
		if o.AdminPerm || o.NetAdmin {
			s += " admin"
		}
		all = append(all, s)
	}
	return all
}

// TestOwnSchemas compares what is learned with schemas that people have written: each attribute's number and type,
// limits and nests included, where the kernel says them.
func TestOwnSchemas(t *testing.T) {
	requireKernel(t)
	for name, unlearned := range map[string]map[string]bool{
		// Sets that no enum of the kernel has, or whose enum has other names than the family's.
		"tcp_metrics": {"metrics": true},
		"mptcp_pm":    {"event-attr": true, "subflow-attribute": true, "endpoint": true},
	} {
		t.Run(name, func(t *testing.T) {
			ours := own(t, name)
			s, err := learn(t.Context(), []string{name}, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			theirs := compile(t, string(s.yaml()))
			learned := map[string]*ir.Attr{}
			for _, st := range theirs.Sets {
				for _, a := range st.Attrs {
					learned[a.CName] = a
				}
			}
			guesses := map[string]string{}
			for _, st := range s.sets {
				for _, a := range st.attrs {
					guesses[a.cName] = a.guess
				}
			}
			compared, guessed := 0, 0
			for _, st := range ours.Sets {
				for _, a := range st.Attrs {
					got := learned[a.CName]
					switch {
					case unlearned[st.Name] || a.Type.Kind == ir.Unused:
						continue
					case got == nil:
						t.Errorf("%s.%s is not learned", st.Name, a.Name)
						continue
					case got.ID != a.ID || got.Name != a.Name:
						t.Errorf("%s.%s is %d, learned as %s, %d", st.Name, a.Name, a.ID, got.Name, got.ID)
					}
					if guesses[a.CName] == "nothing says its type" {
						guessed++
						continue
					}
					compared++
					if diff := cmp.Diff(class(a), class(got)); diff != "" {
						t.Errorf("%s.%s (-ours +learned):\n%s", st.Name, a.Name, diff)
					}
				}
			}
			t.Logf("%d attributes agree, %d have no type in the kernel", compared, guessed)
			want := map[string][2]int{"tcp_metrics": {5, 8}, "mptcp_pm": {13, 0}}[name]
			if got := [2]int{compared, guessed}; got != want {
				t.Errorf("compared and guessed %v, want %v", got, want)
			}
			ops := map[string]uint16{}
			for _, o := range theirs.Ops {
				ops[o.CName] = request(o)
			}
			for _, o := range ours.Ops {
				if ops[o.CName] != request(o) {
					t.Errorf("%s is %d, learned as %d", o.CName, request(o), ops[o.CName])
				}
			}
		})
	}
}

// own compiles a schema that nlgen carries.
func own(t testing.TB, name string) *ir.Family {
	t.Helper()
	data, err := fs.ReadFile(schemas.FS, name+".yaml")
	if err != nil {
		t.Fatal(err)
	}
	f, diags := spec.Parse(name+".yaml", data)
	for _, d := range diags {
		if d.Severity == spec.Error {
			t.Fatal(d)
		}
	}
	return ir.Build(f)
}

func request(o *ir.Op) uint16 {
	if o.Do != nil {
		return o.Do.Request
	}
	return o.Dump.Request
}

// A typeClass is what the kernel can say of an attribute.
type typeClass struct {
	Kind          ir.Kind
	Width         int
	Signed        bool
	Order         ir.Order
	Hint          string
	ExactLen, Max string
	Nested        string // first attribute of what is nested
}

func class(a *ir.Attr) typeClass {
	c := typeClass{Kind: a.Type.Kind, Width: a.Type.Width, Signed: a.Type.Signed, Order: a.Type.Order, Hint: a.Type.Hint}
	if l := a.Limits; l != nil {
		c.ExactLen, c.Max = strings.TrimSuffix(l.ExactLen.String(), "<nil>"), strings.TrimSuffix(l.MaxLen.String(), "<nil>")
	}
	if s := a.Type.Set; s != nil {
		for _, in := range s.Attrs {
			if in.Type.Kind != ir.Unused {
				c.Nested = in.CName
				break
			}
		}
	}
	return c
}

// TestUnknownFamily says which families there are.
func TestUnknownFamily(t *testing.T) {
	requireKernel(t)
	_, err := learn(t.Context(), []string{"no_such_family"}, nil, nil)
	if err == nil || !strings.Contains(err.Error(), "no such file or directory") && !strings.Contains(err.Error(), "not exist") || !strings.Contains(err.Error(), "nlctrl") {
		t.Errorf("error %v", err)
	}
}
