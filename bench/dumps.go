package main

import "fmt"

// routeDumps is the part that compares dumps of routes.
func routeDumps(b *bench) (chapter, error) {
	if err := b.populate(); err != nil {
		return chapter{}, err
	}
	results, err := race(append(b.rivals.routes(), b.ours.routeDumps()...), b.cfg.runs, b.cfg.routes)
	return chapter{
		text:  dumpTable(fmt.Sprintf("Dump of %d IPv4 routes", b.cfg.routes), "route", results),
		goals: routeGoals(byName(results)),
	}, err
}

// linkDumps is the part that compares dumps of links.
func linkDumps(b *bench) (chapter, error) {
	if err := b.populate(); err != nil {
		return chapter{}, err
	}
	results, err := race(append(b.rivals.links(), b.ours.linkDumps()...), b.cfg.runs, b.cfg.links)
	return chapter{
		text:  dumpTable(fmt.Sprintf("Dump of %d links", b.cfg.links), "link", results),
		goals: linkGoals(byName(results)),
	}, err
}

func routeGoals(m map[string]result) []goal {
	return []goal{
		atMost("routes, Into: time", 1.3, ratio(m, into, rawLoop), " × raw"),
		atMost("routes, Into: allocations a route", slack, m[into].allocs, ""),
		atLeast("routes, Into: faster than vishvananda's iterator", 1.8, ratio(m, vishIter, into), " ×"),
		atMost("routes, owned: time", 2, ratio(m, owned, rawLoop), " × raw"),
		atMost("routes, owned: allocations a route", 2+slack, m[owned].allocs, ""),
		atLeast("routes, owned, collected: faster than vishvananda's list", 3, ratio(m, vishList, collect), " ×"),
	}
}

func linkGoals(m map[string]result) []goal {
	return []goal{
		atMost("links, Into: time", 1.3, ratio(m, into, rawLoop), " × raw"),
		atMost("links, Into: allocations a link", 1+slack, m[into].allocs, ""),
		atMost("links, owned: time", 2, ratio(m, owned, rawLoop), " × raw"),
		atLeast("links, owned, collected: faster than vishvananda's list", 3, ratio(m, vishList, collect), " ×"),
	}
}
