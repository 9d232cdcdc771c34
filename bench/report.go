package main

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// report writes what all chapters say, and then whether their goals are met.
func report(w io.Writer, cfg config, chapters []chapter) {
	fmt.Fprintf(w, "%s, Linux %s, %s, %d CPUs; medians of %d interleaved runs.\n\n",
		runtime.Version(), release(), runtime.GOARCH, runtime.NumCPU(), cfg.runs)
	for _, c := range chapters {
		fmt.Fprintln(w, c.text)
	}
	fmt.Fprint(w, "### Goals\n\n| goal | wanted | measured | |\n|---|--:|--:|---|\n")
	for _, c := range chapters {
		for _, g := range c.goals {
			verdict := "met"
			if !g.met {
				verdict = "**missed**"
			}
			fmt.Fprintf(w, "| %s | %s | %s | %s |\n", g.what, g.want, g.got, verdict)
		}
	}
}

// A table is Markdown. All columns but the first hold numbers.
type table struct{ strings.Builder }

func newTable(title string, columns ...string) *table {
	var t table
	fmt.Fprintf(&t, "### %s\n\n| | %s |\n|---|%s\n", title, strings.Join(columns, " | "), strings.Repeat("--:|", len(columns)))
	return &t
}

func (t *table) row(name, format string, cells ...any) {
	fmt.Fprintf(t, "| %s | "+format+" |\n", append([]any{name}, cells...)...)
}

func dumpTable(title, item string, results []result) string {
	t := newTable(title, "ms", "× raw", "allocations a "+item, "bytes a "+item)
	for _, r := range results {
		t.row(r.name, "%.2f | %.2f | %.2f | %.0f", millis(r.time), float64(r.time)/float64(results[0].time), r.allocs, r.bytes)
	}
	return t.String()
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

func release() string {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return "of unknown release"
	}
	version, _, _ := strings.Cut(unix.ByteSliceToString(u.Release[:]), "-")
	return version
}
