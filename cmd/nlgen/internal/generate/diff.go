package generate

import (
	"fmt"
	"strings"
)

// unifiedDiff is the difference between two files in the form that patch reads; nil stands for a file that
// is not there.
func unifiedDiff(path string, old, new []byte) string {
	if string(old) == string(new) {
		return ""
	}
	from, to := "a/"+path, "b/"+path
	if old == nil {
		from = "/dev/null"
	}
	if new == nil {
		to = "/dev/null"
	}
	a, b := splitLines(old), splitLines(new)
	out := &strings.Builder{}
	fmt.Fprintf(out, "--- %s\n+++ %s\n", from, to)
	for _, h := range hunks(edits(a, b)) {
		h.print(out, a, b)
	}
	return out.String()
}

func splitLines(b []byte) []string {
	l := strings.SplitAfter(string(b), "\n")
	if n := len(l) - 1; l[n] == "" {
		l = l[:n]
	}
	return l
}

// An edit takes lines [a0,a1) of the old file for lines [b0,b1) of the new one.
type edit struct{ a0, a1, b0, b1 int }

// edits finds what differs: common ends first, then lines that occur once in both and keep their order
// (patience diff); what is left between those is one edit.
func edits(a, b []string) []edit {
	var out []edit
	var walk func(a0, a1, b0, b1 int)
	walk = func(a0, a1, b0, b1 int) {
		for a0 < a1 && b0 < b1 && a[a0] == b[b0] {
			a0, b0 = a0+1, b0+1
		}
		for a0 < a1 && b0 < b1 && a[a1-1] == b[b1-1] {
			a1, b1 = a1-1, b1-1
		}
		if a0 == a1 && b0 == b1 {
			return
		}
		i, j := a0, b0
		for _, m := range anchors(a[a0:a1], b[b0:b1]) {
			walk(i, a0+m[0], j, b0+m[1])
			i, j = a0+m[0]+1, b0+m[1]+1
		}
		if i == a0 && j == b0 {
			out = append(out, edit{a0, a1, b0, b1})
			return
		}
		walk(i, a1, j, b1)
	}
	walk(0, len(a), 0, len(b))
	return out
}

// anchors pairs lines that are unique on both sides, in the longest order that both keep.
func anchors(a, b []string) [][2]int {
	count := map[string][2]int{}
	at := map[string]int{}
	for _, l := range a {
		c := count[l]
		count[l] = [2]int{c[0] + 1, c[1]}
	}
	for i, l := range b {
		c := count[l]
		count[l] = [2]int{c[0], c[1] + 1}
		at[l] = i
	}
	type link struct {
		pair [2]int
		prev *link
	}
	var piles []*link
	for i, l := range a {
		if count[l] != [2]int{1, 1} {
			continue
		}
		n := &link{pair: [2]int{i, at[l]}}
		lo, hi := 0, len(piles)
		for lo < hi {
			if mid := (lo + hi) / 2; piles[mid].pair[1] < n.pair[1] {
				lo = mid + 1
			} else {
				hi = mid
			}
		}
		if lo > 0 {
			n.prev = piles[lo-1]
		}
		if lo == len(piles) {
			piles = append(piles, n)
		} else {
			piles[lo] = n
		}
	}
	if len(piles) == 0 {
		return nil
	}
	var out [][2]int
	for n := piles[len(piles)-1]; n != nil; n = n.prev {
		out = append([][2]int{n.pair}, out...)
	}
	return out
}

const contextLines = 3

// A hunk is a run of edits close together.
type hunk []edit

func hunks(edits []edit) []hunk {
	var out []hunk
	for _, e := range edits {
		if n := len(out); n > 0 && e.a0-out[n-1][len(out[n-1])-1].a1 <= 2*contextLines {
			out[n-1] = append(out[n-1], e)
			continue
		}
		out = append(out, hunk{e})
	}
	return out
}

func (h hunk) print(out *strings.Builder, a, b []string) {
	first, last := h[0], h[len(h)-1]
	lead := min(contextLines, first.a0)
	tail := min(contextLines, len(a)-last.a1)
	fmt.Fprintf(out, "@@ -%s +%s @@\n", span(first.a0-lead, last.a1+tail), span(first.b0-lead, last.b1+tail))
	at := first.a0 - lead
	for _, e := range h {
		lines(out, ' ', a[at:e.a0])
		lines(out, '-', a[e.a0:e.a1])
		lines(out, '+', b[e.b0:e.b1])
		at = e.a1
	}
	lines(out, ' ', a[at:last.a1+tail])
}

func span(from, to int) string {
	if from == to {
		return fmt.Sprintf("%d,0", from)
	}
	return fmt.Sprintf("%d,%d", from+1, to-from)
}

func lines(out *strings.Builder, mark byte, list []string) {
	for _, l := range list {
		out.WriteByte(mark)
		out.WriteString(strings.TrimSuffix(l, "\n"))
		out.WriteByte('\n')
	}
}
