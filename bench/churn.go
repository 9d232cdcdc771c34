package main

import (
	"fmt"
	"math"
	"runtime"
	"time"
)

// A churner makes many objects and removes them again. check, which is not timed, counts them.
type churner struct {
	name        string
	add, remove func() error
	check       func() (int, error)
	outside     bool // another program does it: allocations are not known
}

// A churned is what a churner took, medians over its runs.
type churned struct {
	name        string
	add, remove time.Duration
	both        time.Duration
	allocs      float64 // an object added and removed, NaN if not known
}

// churn runs the churners in turns like race. Each must make n objects and leave none.
func churn(churners []churner, rounds, n int) ([]churned, error) {
	adds, removes, boths := make([][]time.Duration, len(churners)), make([][]time.Duration, len(churners)), make([][]time.Duration, len(churners))
	allocs := make([][]float64, len(churners))
	for round, i := range turns(rounds+1, len(churners)) {
		c := churners[i]
		add, added, err := lap(c.add)
		if err != nil {
			return nil, fmt.Errorf("add with %s: %w", c.name, err)
		}
		if err := c.counts(n); err != nil {
			return nil, err
		}
		remove, removed, err := lap(c.remove)
		if err != nil {
			return nil, fmt.Errorf("remove with %s: %w", c.name, err)
		}
		if err := c.counts(0); err != nil {
			return nil, err
		}
		if round == 0 {
			continue // warms caches and pools
		}
		adds[i], removes[i] = append(adds[i], add), append(removes[i], remove)
		boths[i] = append(boths[i], add+remove)
		allocs[i] = append(allocs[i], (added+removed)/float64(n))
	}
	results := make([]churned, len(churners))
	for i, c := range churners {
		results[i] = churned{c.name, median(adds[i]), median(removes[i]), median(boths[i]), median(allocs[i])}
		if c.outside {
			results[i].allocs = math.NaN()
		}
	}
	return results, nil
}

func (c *churner) counts(want int) error {
	got, err := c.check()
	if err == nil && got != want {
		err = fmt.Errorf("there are %d, want %d", got, want)
	}
	if err != nil {
		return fmt.Errorf("count what %s did: %w", c.name, err)
	}
	return nil
}

// lap returns the time and the allocations that f takes.
func lap(f func() error) (time.Duration, float64, error) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	err := f()
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	return took, float64(after.Mallocs - before.Mallocs), err
}
