package main

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func message(size int) []byte {
	return append(binary.NativeEndian.AppendUint32(nil, uint32(size)), make([]byte, max(0, size-4))...)
}

func TestNext(t *testing.T) {
	two := append(append(message(18), 0, 0), message(16)...)
	for _, test := range []struct {
		name string
		in   []byte
		want int // bytes left
	}{
		{"padded, another follows", two, 16},
		{"last", message(16), 0},
		{"length of zero", append(message(0), make([]byte, 16)...), 0},
		{"length beyond the end", message(16)[:12], 0},
	} {
		if got := len(next(test.in)); got != test.want {
			t.Errorf("%s: %d bytes left, want %d", test.name, got, test.want)
		}
	}
}

func TestMedian(t *testing.T) {
	if got := median([]float64{5, 1, 3}); got != 3 {
		t.Errorf("median of three is %v", got)
	}
	if got := median([]time.Duration{4, 1, 3, 100}); got != 3 {
		t.Errorf("median of four is %v", got)
	}
}

func TestRaceTakesTurns(t *testing.T) {
	var order []string
	entry := func(name string) contender {
		return contender{name, func() (int, error) {
			order = append(order, name)
			return 2, nil
		}}
	}
	results, err := race([]contender{entry("a"), entry("b")}, 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"a", "b", "b", "a", "a", "b"}; !slices.Equal(order, want) {
		t.Errorf("order is %v, want %v", order, want)
	}
	if len(results) != 2 || results[0].name != "a" || results[1].name != "b" {
		t.Errorf("results are %v", results)
	}
}

func TestRaceRefusesLess(t *testing.T) {
	short := contender{"short", func() (int, error) { return 1, nil }}
	if _, err := race([]contender{short}, 1, 2); err == nil || !strings.Contains(err.Error(), "saw 1 items, there are 2") {
		t.Errorf("error is %v", err)
	}
	broken := errors.New("broken")
	failing := contender{"failing", func() (int, error) { return 2, broken }}
	if _, err := race([]contender{failing}, 1, 2); !errors.Is(err, broken) {
		t.Errorf("error is %v", err)
	}
}

func TestRoutesReport(t *testing.T) {
	results := []result{
		{rawLoop, 10 * time.Millisecond, 0, 0, 0},
		{vishIter, 30 * time.Millisecond, 4, 400, 0},
		{vishList, 60 * time.Millisecond, 4, 400, 0},
		{into, 12 * time.Millisecond, 0.001, 1, 0},
		{owned, 21 * time.Millisecond, 1, 300, 0},
		{collect, 20 * time.Millisecond, 1, 300, 0},
	}
	wantGoals(t, routeGoals(byName(results)), map[string]string{
		"routes, Into: time": "1.20 × raw",
		"routes, Into: faster than vishvananda's iterator":         "2.50 ×",
		"routes, owned: time":                                      "2.10 × raw missed",
		"routes, owned, collected: faster than vishvananda's list": "3.00 ×",
	})
	wantGoals(t, linkGoals(byName(results)), map[string]string{
		"links, Into: time":               "1.20 × raw",
		"links, owned: time":              "2.10 × raw missed",
		"links, Into: allocations a link": "0.00",
	})
	wantLines(t, dumpTable("Dump of 5 IPv4 routes", "route", results),
		"### Dump of 5 IPv4 routes",
		"| | ms | × raw | allocations a route | bytes a route |",
		"|---|--:|--:|--:|--:|",
		"| vishvananda/netlink iterator | 30.00 | 3.00 | 4.00 | 400 |")
}

func TestGetsReport(t *testing.T) {
	c := getChapter([]getting{{nlgen, time.Microsecond, 3, 11}, {nlgen, time.Microsecond, 4, 9}})
	wantGoals(t, c.goals, map[string]string{
		"get of one link: system calls":  "3.00",
		"get of one link: allocations":   "11.00 missed",
		"get of one route: system calls": "4.00 missed",
		"get of one route: allocations":  "9.00",
	})
	wantLines(t, c.text, "### Get of one link", "| nlgen | 1.0 | 3 | 11 |", "### Get of one route", "| nlgen | 1.0 | 4 | 9 |")
}

func TestReport(t *testing.T) {
	var out strings.Builder
	report(&out, config{runs: 2}, []chapter{
		{"### One\n", []goal{atMost("one: allocations", 10, 11, "")}},
		{"### Two\n", []goal{atLeast("two: faster", 3, 3, " ×")}},
	})
	if got := out.String(); !strings.Contains(got, "medians of 2 interleaved runs.\n\n### One\n\n### Two\n\n### Goals\n\n") {
		t.Errorf("chapters are not in order in\n%s", got)
	}
	wantLines(t, out.String(),
		"| one: allocations | at most 10 | 11.00 | **missed** |",
		"| two: faster | at least 3 × | 3.00 × | met |")
}

// wantGoals checks what was measured for some goals.
func wantGoals(t *testing.T, goals []goal, want map[string]string) {
	t.Helper()
	got := make(map[string]string)
	for _, g := range goals {
		got[g.what] = g.got
		if !g.met {
			got[g.what] += " missed"
		}
	}
	for what, w := range want {
		if got[what] != w {
			t.Errorf("%s: %q, want %q", what, got[what], w)
		}
	}
}

func wantLines(t *testing.T, text string, lines ...string) {
	t.Helper()
	all := strings.Split(text, "\n")
	for _, l := range lines {
		if !slices.Contains(all, l) {
			t.Errorf("no line %q in\n%s", l, text)
		}
	}
}

func TestChosen(t *testing.T) {
	if got, err := chosen(""); err != nil || len(got) != len(parts) {
		t.Errorf("%d parts by default, error %v", len(got), err)
	}
	got, err := chosen("memory,nft")
	if err != nil || len(got) != 2 || got[0].name != "memory" || got[1].name != "nft" {
		t.Errorf("chosen are %v, error %v", got, err)
	}
	if _, err := chosen("nft,tea"); err == nil || !strings.Contains(err.Error(), `no comparison is called "tea"`) {
		t.Errorf("error is %v", err)
	}
}

func TestSizes(t *testing.T) {
	var s sizes
	if err := s.Set("5,70"); err != nil || s.String() != "5,70" {
		t.Errorf("sizes are %v, error %v", s, err)
	}
	for _, bad := range []string{"", "5,", "x", "0", "-1", "7,7", "7,5"} {
		if err := s.Set(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
