package main

import (
	"fmt"
	"runtime"
	"slices"
	"time"
)

// A contender does the same work as others in its own way.
type contender struct {
	name string
	run  func() (items int, err error)
}

// A result is what a contender took, medians over its runs.
type result struct {
	name   string
	time   time.Duration
	allocs float64 // an item
	bytes  float64 // an item
}

// race runs the contenders in turns, so that what else happens on the machine meets all of them, and each
// round begins with another. Each must see want items at least.
func race(contenders []contender, rounds, want int) ([]result, error) {
	times := make([][]time.Duration, len(contenders))
	allocs := make([][]float64, len(contenders))
	bytes := make([][]float64, len(contenders))
	for round := range rounds + 1 {
		for turn := range contenders {
			i := (round + turn) % len(contenders)
			c := contenders[i]
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			start := time.Now()
			n, err := c.run()
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			switch {
			case err != nil:
				return nil, fmt.Errorf("run %s: %w", c.name, err)
			case n < want:
				return nil, fmt.Errorf("run %s: saw %d items, there are %d", c.name, n, want)
			case round == 0:
				continue // warms caches and pools
			}
			times[i] = append(times[i], took)
			allocs[i] = append(allocs[i], float64(after.Mallocs-before.Mallocs)/float64(n))
			bytes[i] = append(bytes[i], float64(after.TotalAlloc-before.TotalAlloc)/float64(n))
		}
	}
	results := make([]result, len(contenders))
	for i, c := range contenders {
		results[i] = result{c.name, median(times[i]), median(allocs[i]), median(bytes[i])}
	}
	return results, nil
}

func median[T time.Duration | float64](v []T) T {
	slices.Sort(v)
	if len(v)%2 == 1 {
		return v[len(v)/2]
	}
	return (v[len(v)/2-1] + v[len(v)/2]) / 2
}

// pace returns the nanoseconds that one call of f takes, the median of ten times a thousand rounds over items.
func pace(items int, f func(i int)) float64 {
	var took []float64
	for range 10 {
		const rounds = 1000
		start := time.Now()
		for range rounds {
			for i := range items {
				f(i)
			}
		}
		took = append(took, float64(time.Since(start).Nanoseconds())/float64(rounds*items))
	}
	return median(took)
}
