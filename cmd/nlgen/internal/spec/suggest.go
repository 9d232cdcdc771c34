package spec

import "strconv"

// A suggester finds the name that was probably meant. It does a bounded amount of work over all its calls,
// so that a file of nothing but wrong names is still read quickly.
type suggester struct{ left int }

func newSuggester() *suggester { return &suggester{left: 200_000} }

// maxSuggest is the length over which names are not compared.
const maxSuggest = 64

// hint returns `did you mean "x"?` for the nearest of the known names, or nothing.
func (s *suggester) hint(name string, known []string) string {
	return didYouMean(s.nearest(name, known))
}

func didYouMean(name string) string {
	if name == "" {
		return ""
	}
	return "did you mean " + strconv.Quote(name) + "?"
}

// nearest returns the known name that is most like a wrong one, or nothing.
func (s *suggester) nearest(name string, known []string) string {
	best, bestDist := "", len(name)/3+1
	if len(name) > maxSuggest {
		return ""
	}
	for _, k := range known {
		if s.left--; s.left < 0 {
			return ""
		}
		if len(k) > maxSuggest || k == name {
			continue
		}
		if d := editDistance(name, k); d < bestDist || d == bestDist && best == "" {
			best, bestDist = k, d
		}
	}
	return best
}

// editDistance counts the insertions, deletions, replacements and swaps of neighbours between two words.
func editDistance(a, b string) int {
	var rows [3][maxSuggest + 1]int
	before, prev, cur := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			replace := prev[j-1]
			if a[i-1] != b[j-1] {
				replace++
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, replace)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], before[j-2]+1)
			}
		}
		before, prev, cur = prev, cur, before
	}
	return prev[len(b)]
}
