package main

import (
	"fmt"
	"testing"
	"time"
)

const nlgen = "nlgen"

// loopback is the index of the loopback link in every namespace.
const loopback = 1

// gets are single requests for a link and then for a route, by each library.
func gets(o *ours, r *rivals) []contender {
	links := append([]contender{o.getLink()}, r.getLink()...)
	routes := append([]contender{o.getRoute()}, r.getRoute()...)
	return append(links, routes...)
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
			if n, err := c.run(); err != nil {
				failed = err
			} else if n != 1 {
				failed = fmt.Errorf("got %d answers", n)
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
