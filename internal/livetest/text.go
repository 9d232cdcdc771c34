//go:build linux

package livetest

import (
	"strings"
	"testing"
)

// fileLines splits a table of text into words.
func fileLines(t testing.TB, text string) (lines [][]string) {
	t.Helper()
	for line := range strings.Lines(text) {
		if words := strings.Fields(line); len(words) > 0 {
			lines = append(lines, words)
		}
	}
	return lines
}
