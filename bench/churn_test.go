package main

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// heap is objects that a churner makes.
type heap struct {
	n     int
	order []string
}

func (h *heap) churner(name string, n int) churner {
	return churner{
		name: name,
		add: func() error {
			h.order = append(h.order, name)
			h.n += n
			return nil
		},
		remove: func() error {
			h.n = 0
			return nil
		},
		check: func() (int, error) { return h.n, nil },
	}
}

func TestChurnTakesTurns(t *testing.T) {
	var h heap
	outside := h.churner("b", 5)
	outside.outside = true
	results, err := churn([]churner{h.churner("a", 5), outside}, 2, 5)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"a", "b", "b", "a", "a", "b"}; !slices.Equal(h.order, want) {
		t.Errorf("order is %v, want %v", h.order, want)
	}
	if len(results) != 2 || results[0].name != "a" || results[1].name != "b" {
		t.Fatalf("results are %v", results)
	}
	if math.IsNaN(results[0].allocs) || !math.IsNaN(results[1].allocs) {
		t.Errorf("allocations are %v and %v", results[0].allocs, results[1].allocs)
	}
}

func TestChurnCounts(t *testing.T) {
	var h heap
	if _, err := churn([]churner{h.churner("short", 4)}, 1, 5); err == nil || !strings.Contains(err.Error(), "there are 4, want 5") {
		t.Errorf("error is %v", err)
	}
	lazy := h.churner("lazy", 5)
	lazy.remove = func() error { return nil }
	h.n = 0
	if _, err := churn([]churner{lazy}, 1, 5); err == nil || !strings.Contains(err.Error(), "there are 5, want 0") {
		t.Errorf("error is %v", err)
	}
	broken := errors.New("broken")
	failing := h.churner("failing", 5)
	failing.add = func() error { return broken }
	if _, err := churn([]churner{failing}, 1, 5); !errors.Is(err, broken) {
		t.Errorf("error is %v", err)
	}
}

func TestBatchReport(t *testing.T) {
	ms := func(name string, add, remove time.Duration, allocs float64) churned {
		return churned{name, add * time.Millisecond, remove * time.Millisecond, (add + remove) * time.Millisecond, allocs}
	}
	c := batchChapter(7, []churned{
		ms(floor, 6, 4, 0), ms(ipBatch, 60, 40, math.NaN()), ms(vishLoop, 30, 20, 40), ms(acked, 20, 10, 1), ms(errorsOnly, 6, 5, 0.5),
	})
	wantGoals(t, c.goals, map[string]string{
		"batch, acknowledged: faster than vishvananda's loop": "1.67 × missed",
		"batch, errors only: faster than vishvananda's loop":  "4.55 ×",
		"batch, errors only: faster than ip -batch":           "9.09 ×",
		"batch, acknowledged: faster than ip -batch":          "3.33 ×",
	})
	wantLines(t, c.text, "### 7 IPv4 routes added and removed",
		"| raw loop, prepared messages | 6.00 | 4.00 | 10.00 | 1.00 | 0.00 |",
		"| ip -batch | 60.00 | 40.00 | 100.00 | 10.00 |  |")
}

func TestRulesReport(t *testing.T) {
	c := ruleChapter(9, []churned{{transaction, 10 * time.Millisecond, time.Millisecond, 0, 0.5}, {googleNft, 25 * time.Millisecond, 0, 0, 60}})
	wantLines(t, c.text, "### 9 nftables rules in one transaction",
		"| nlgen, Transaction | 10.00 | 1.00 | 1.00 | 0.50 |", "| google/nftables, Flush | 25.00 | 2.50 | 0.00 | 60.00 |")
}
