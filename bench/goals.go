package main

import "fmt"

// A goal is something to reach, and whether it is reached.
type goal struct {
	what, want, got string
	met             bool
}

func atMost(what string, limit, got float64, unit string) goal {
	return goal{what, fmt.Sprintf("at most %.4g%s", limit, unit), fmt.Sprintf("%.2f%s", got, unit), got <= limit}
}

func atLeast(what string, limit, got float64, unit string) goal {
	return goal{what, fmt.Sprintf("at least %.4g%s", limit, unit), fmt.Sprintf("%.2f%s", got, unit), got >= limit}
}

// slack is what a whole dump may allocate beside its items, spread over them.
const slack = 0.05

func (r report) goals() []goal {
	route, link := byName(r.routes), byName(r.links)
	linkGet, routeGet := r.gets[0], r.gets[len(r.gets)/2]
	ratio := func(m map[string]result, a, b string) float64 { return float64(m[a].time) / float64(m[b].time) }
	return []goal{
		atMost("routes, Into: time", 1.3, ratio(route, into, rawLoop), " × raw"),
		atMost("routes, Into: allocations a route", slack, route[into].allocs, ""),
		atLeast("routes, Into: faster than vishvananda's iterator", 1.8, ratio(route, vishIter, into), " ×"),
		atMost("routes, owned: time", 2, ratio(route, owned, rawLoop), " × raw"),
		atMost("routes, owned: allocations a route", 2+slack, route[owned].allocs, ""),
		atLeast("routes, owned, collected: faster than vishvananda's list", 3, ratio(route, vishList, collect), " ×"),
		atMost("links, Into: time", 1.3, ratio(link, into, rawLoop), " × raw"),
		atMost("links, Into: allocations a link", 1+slack, link[into].allocs, ""),
		atMost("links, owned: time", 2, ratio(link, owned, rawLoop), " × raw"),
		atLeast("links, owned, collected: faster than vishvananda's list", 3, ratio(link, vishList, collect), " ×"),
		atMost("get of one link: system calls", 3, float64(linkGet.calls), ""),
		atMost("get of one link: allocations", 10, linkGet.allocs, ""),
		atMost("get of one route: system calls", 3, float64(routeGet.calls), ""),
		atMost("get of one route: allocations", 10, routeGet.allocs, ""),
	}
}

func byName(results []result) map[string]result {
	m := make(map[string]result)
	for _, r := range results {
		m[r.name] = r
	}
	return m
}
