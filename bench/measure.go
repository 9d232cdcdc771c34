package main

import (
	"fmt"
	"iter"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sys/unix"
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
	allocs float64       // an item
	bytes  float64       // an item
	cpu    time.Duration // of this process, the kernel's work for it with it
}

// turns yields rounds of the numbers below n. Each round begins with another, so that what else happens on the machine
// meets all of them.
func turns(rounds, n int) iter.Seq2[int, int] {
	return func(yield func(round, i int) bool) {
		for round := range rounds {
			for turn := range n {
				if !yield(round, (round+turn)%n) {
					return
				}
			}
		}
	}
}

// race runs the contenders in turns. Each must see want items at least.
func race(contenders []contender, rounds, want int) ([]result, error) {
	times := make([][]time.Duration, len(contenders))
	allocs := make([][]float64, len(contenders))
	bytes := make([][]float64, len(contenders))
	cpus := make([][]time.Duration, len(contenders))
	for round, i := range turns(rounds+1, len(contenders)) {
		c := contenders[i]
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		cpu, start := cpuTime(), time.Now()
		n, err := c.run()
		took, used := time.Since(start), cpuTime()-cpu
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
		cpus[i] = append(cpus[i], used)
	}
	results := make([]result, len(contenders))
	for i, c := range contenders {
		results[i] = result{c.name, median(times[i]), median(allocs[i]), median(bytes[i]), median(cpus[i])}
	}
	return results, nil
}

// cpuTime is what this process has used of the processors so far.
func cpuTime() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
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
