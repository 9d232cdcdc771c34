package main

import (
	"fmt"
	"testing"
	"time"
)

const nlgen = "nlgen"

// gets are single requests for the loopback link, which has the first index of every namespace.
func gets(o *ours, r *rivals) []contender {
	return append([]contender{o.get(1)}, r.gets(1)...)
}

// A getting is what one get takes.
type getting struct {
	name   string
	time   time.Duration
	calls  int     // system calls
	allocs float64 // memory allocations
}

func measureGets(contenders []contender) ([]getting, error) {
	var all []getting
	for i, c := range contenders {
		var failed error
		once := func() {
			if _, err := c.run(); err != nil {
				failed = err
			}
		}
		g := getting{name: c.name, allocs: testing.AllocsPerRun(1000, once)}
		var times []time.Duration
		for range 1000 {
			start := time.Now()
			once()
			times = append(times, time.Since(start))
		}
		if failed != nil {
			return nil, fmt.Errorf("get with %s: %w", c.name, failed)
		}
		g.time = median(times)
		var err error
		if g.calls, err = countCalls(i); err != nil {
			return nil, fmt.Errorf("count system calls of %s: %w", c.name, err)
		}
		all = append(all, g)
	}
	return all, nil
}
