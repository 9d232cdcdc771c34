package main

import (
	"fmt"
	"testing"
	"time"
)

const nlgen = "nlgen"

// loopback is the index of the loopback link in every namespace.
const loopback = 1

// singleGets is the part that compares single requests.
func singleGets(b *bench) (chapter, error) {
	if err := b.populate(); err != nil {
		return chapter{}, err
	}
	all, err := measureGets(gets(b.ours, b.rivals))
	if err != nil {
		return chapter{}, err
	}
	return getChapter(all), nil
}

// getChapter tells of gets of a link, which are the first half, and of a route.
func getChapter(all []getting) chapter {
	links, routes := all[:len(all)/2], all[len(all)/2:]
	return chapter{
		text: getTable("Get of one link", links) + "\n" + getTable("Get of one route", routes),
		goals: []goal{
			atMost("get of one link: system calls", 3, float64(links[0].calls), ""),
			atMost("get of one link: allocations", 10, links[0].allocs, ""),
			atMost("get of one route: system calls", 3, float64(routes[0].calls), ""),
			atMost("get of one route: allocations", 10, routes[0].allocs, ""),
		},
	}
}

func getTable(title string, gets []getting) string {
	t := newTable(title, "µs", "system calls", "allocations")
	for _, g := range gets {
		t.row(g.name, "%.1f | %d | %.0f", micros(g.time), g.calls, g.allocs)
	}
	return t.String()
}

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
