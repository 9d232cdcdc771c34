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

func TestReport(t *testing.T) {
	results := []result{
		{rawLoop, 10 * time.Millisecond, 0, 0},
		{vishIter, 30 * time.Millisecond, 4, 400},
		{vishList, 60 * time.Millisecond, 4, 400},
		{into, 12 * time.Millisecond, 0.001, 1},
		{owned, 21 * time.Millisecond, 1, 300},
		{collect, 20 * time.Millisecond, 1, 300},
	}
	r := report{routes: results, links: results, gets: []getting{{nlgen, time.Microsecond, 3, 11}, {nlgen, time.Microsecond, 4, 9}}}
	met := make(map[string]string)
	for _, g := range r.goals() {
		met[g.what] = g.got
		if !g.met {
			met[g.what] += " missed"
		}
	}
	for what, want := range map[string]string{
		"routes, Into: time": "1.20 × raw",
		"routes, Into: faster than vishvananda's iterator":         "2.50 ×",
		"routes, owned: time":                                      "2.10 × raw missed",
		"routes, owned, collected: faster than vishvananda's list": "3.00 ×",
		"get of one link: system calls":                            "3.00",
		"get of one link: allocations":                             "11.00 missed",
		"get of one route: system calls":                           "4.00 missed",
		"get of one route: allocations":                            "9.00",
	} {
		if met[what] != want {
			t.Errorf("%s: %q, want %q", what, met[what], want)
		}
	}
	var out strings.Builder
	r.write(&out, config{routes: 5, links: 7, runs: 2})
	for _, line := range []string{
		"### Dump of 5 IPv4 routes",
		"| vishvananda/netlink iterator | 30.00 | 3.00 | 4.00 | 400 |",
		"| nlgen | 1.0 | 3 | 11 |",
		"| get of one link: allocations | at most 10 | 11.00 | **missed** |",
	} {
		if !strings.Contains(out.String(), line+"\n") {
			t.Errorf("no line %q in\n%s", line, out.String())
		}
	}
}
