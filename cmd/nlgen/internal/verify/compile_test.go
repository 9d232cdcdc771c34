package verify

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// headerTree writes headers below a folder of their own.
func headerTree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var fewHeaders = map[string]string{
	"linux/netlink.h": "struct nlmsghdr { unsigned nlmsg_len; };\n",
	"linux/types.h":   "#include <asm/types.h>\n",
	"asm/types.h":     "typedef unsigned short __u16;\ntypedef unsigned __u32;\n",
	"linux/fam.h": `#include <linux/types.h>
#include <sys/socket.h>
enum color { RED, GREEN = 7, BLUE = -1 };
enum { ANONYMOUS = 0x80000000 };
#define TWICE(x) ((x) * 2)
#define NUMBER (1 << 4)
#define CALLED TWICE(NUMBER)
#define SIGNED -3
#define TEXT "text"
#define TYPE struct pair
#define NOWHERE NOT_DEFINED
#define MEMBER b
struct pair { char a; __u16 b; union { __u32 c; char d[6]; }; unsigned bits : 3; char tail[]; };
struct holder { const struct pair p; __u16 v[2]; struct sockaddr s; };
`,
}

func TestHeaderFacts(t *testing.T) {
	needCompiler(t)
	f, skipped, err := headerFacts(headerTree(t, fewHeaders), []string{"linux/fam.h", "linux/absent.h"})
	if err != nil || len(skipped) > 0 {
		t.Fatalf("left out %v, error %v", skipped, err)
	}
	got := map[string]uint64{}
	for _, e := range f.enums {
		for _, v := range e.values {
			got[v.name] = v.value
		}
	}
	want := map[string]uint64{
		"RED": 0, "GREEN": 7, "BLUE": ^uint64(0), "ANONYMOUS": 0x80000000, "NUMBER": 16, "CALLED": 32, "SIGNED": ^uint64(2),
	}
	for name, v := range want {
		if g, ok := got[name]; !ok || g != v {
			t.Errorf("%s is %d (%t), want %d", name, g, ok, v)
		}
	}
	for _, name := range []string{"TEXT", "TYPE", "NOWHERE", "MEMBER", "TWICE"} {
		if g, ok := got[name]; ok {
			t.Errorf("%s is %d, but it is no number", name, g)
		}
	}
	members := map[string][]cMember{}
	for _, name := range []string{"pair", "holder"} {
		if len(f.structs[name]) != 1 {
			t.Fatalf("struct %s: %v", name, f.structs[name])
		}
		for _, m := range f.structs[name][0].members() {
			if !strings.Contains(m.name, ".") && !strings.HasPrefix(m.name, "d[") {
				members[name] = append(members[name], m)
			}
		}
	}
	wantMembers := map[string][]cMember{
		"pair":   {{"a", 0, 1, false}, {"b", 2, 2, false}, {"c", 4, 4, false}, {"d", 4, 6, false}, {"tail", 13, 0, false}},
		"holder": {{"p", 0, 16, false}, {"v", 16, 4, false}, {"v[0]", 16, 2, true}, {"v[1]", 18, 2, true}, {"s", 20, 16, false}},
	}
	if diff := cmp.Diff(wantMembers, members, cmp.AllowUnexported(cMember{})); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
}

// A header that cannot be read is left out, and the others are read.
func TestBrokenHeader(t *testing.T) {
	needCompiler(t)
	for name, text := range map[string]string{
		"a syntax error":          "struct broken { no type; };\n",
		"a header that is absent": "#include <linux/absent.h>\n",
		"another's struct":        "struct pair { int x; };\n",
		"inside another header":   "#include <linux/inner.h>\n",
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{"linux/zzz.h": text, "linux/inner.h": "int x(;\n"}
			for n, text := range fewHeaders {
				files[n] = text
			}
			f, skipped, err := headerFacts(headerTree(t, files), []string{"linux/fam.h", "linux/zzz.h"})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{"linux/zzz.h"}, skipped); diff != "" {
				t.Errorf("left out (-want +got):\n%s", diff)
			}
			if f.structs["holder"] == nil {
				t.Error("struct holder is gone")
			}
		})
	}
}

func TestHeadersMissing(t *testing.T) {
	dir := t.TempDir()
	_, _, err := headerFacts(dir, nil)
	want := "find headers: no linux/netlink.h in " + dir + ", nor in its include or usr/include folder"
	if err == nil || err.Error() != want {
		t.Errorf("error is %v, want %s", err, want)
	}
	dir = headerTree(t, map[string]string{"usr/include/linux/netlink.h": ""})
	_, _, err = headerFacts(dir, nil)
	want = "find headers: no asm/types.h below " + filepath.Join(dir, "usr", "include")
	if err == nil || err.Error() != want {
		t.Errorf("error is %v, want %s", err, want)
	}
}

func TestNoCompiler(t *testing.T) {
	t.Setenv("CC", filepath.Join(t.TempDir(), "no-such-compiler"))
	_, _, err := headerFacts(headerTree(t, fewHeaders), nil)
	if err == nil || !strings.HasPrefix(err.Error(), "compile headers: ") || !strings.Contains(err.Error(), "no-such-compiler") {
		t.Errorf("error is %v", err)
	}
}
