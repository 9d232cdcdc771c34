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

// ratio returns how many times longer a took than b.
func ratio(m map[string]result, a, b string) float64 { return float64(m[a].time) / float64(m[b].time) }

func byName(results []result) map[string]result {
	m := make(map[string]result)
	for _, r := range results {
		m[r.name] = r
	}
	return m
}
