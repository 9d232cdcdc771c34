package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const fixture = `
#include <stddef.h>
enum color { RED, GREEN = 7, BLUE = -1 };
enum { ANONYMOUS = 0x80000000 };
enum { TWICE = 5 };
#define TWICE TWICE
#define NUMBER (1 << 4)
#define SIGNED -3
#define TEXT "text"
#define TYPE struct pair
#define CALL(x) (x)
#define EMPTY
#define OUTSIDE member_of_nothing
struct pair {
	unsigned char a;
	unsigned short b;
	union { unsigned int c; unsigned char d[6]; };
	unsigned bits : 3;
	unsigned char tail[];
};
struct later;
typedef struct pair pair_t;
struct holder { const pair_t p; struct { int x; } named; };
`

func TestFacts(t *testing.T) {
	include := t.TempDir()
	if err := os.MkdirAll(filepath.Join(include, "linux"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(include, "linux", "fixture.h"), []byte(fixture), 0o644); err != nil {
		t.Fatal(err)
	}
	cc := compiler{include: include, tmp: t.TempDir()}
	lines, err := cc.facts("linux/fixture.h")
	if err != nil {
		t.Fatal(err)
	}
	facts := make(map[string]bool)
	for _, l := range lines {
		facts[l] = true
	}
	var out bytes.Buffer
	if err := write(&out, facts, "1.0", 1); err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	want := []string{
		"# linux-libc-dev 1.0, x86-64: 16 facts of 1 headers; written by tools/uapifacts",
		"enum\tANONYMOUS\t2147483648",
		"enum\tBLUE\t-1",
		"enum\tGREEN\t7",
		"enum\tRED\t0",
		"enum\tTWICE\t5",
		"macro\tNUMBER\t16",
		"macro\tSIGNED\t-3",
		"member\tholder.named\t16\t4",
		"member\tholder.p\t0\t16",
		"member\tpair.a\t0\t1",
		"member\tpair.b\t2\t2",
		"member\tpair.c\t4\t4",
		"member\tpair.d\t4\t6",
		"member\tpair.tail\t13\t0",
		"size\tholder\t20",
		"size\tpair\t16",
	}
	if !slices.Equal(got, want) {
		t.Errorf("facts are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestHeadersReportsMissing(t *testing.T) {
	_, err := headers(os.DirFS(t.TempDir()))
	if err == nil || err.Error() != "match drm/drm_ras.h: no such header" {
		t.Errorf("error is %v", err)
	}
}
