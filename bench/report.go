package main

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// A report is everything measured.
type report struct {
	routes, links []result
	decodings     []decoding
	gets          []getting
}

func (r report) write(w io.Writer, cfg config) {
	fmt.Fprintf(w, "%s, Linux %s, %s, %d CPUs; medians of %d interleaved runs.\n\n",
		runtime.Version(), release(), runtime.GOARCH, runtime.NumCPU(), cfg.runs)
	writeDumps(w, fmt.Sprintf("Dump of %d IPv4 routes", cfg.routes), "route", r.routes)
	writeDumps(w, fmt.Sprintf("Dump of %d links", cfg.links), "link", r.links)

	fmt.Fprint(w, "### Decoding alone\n\n| message | bytes | Into, ns | owned, ns |\n|---|--:|--:|--:|\n")
	for _, d := range r.decodings {
		fmt.Fprintf(w, "| %s | %d | %.0f | %.0f |\n", d.what, d.size, d.into, d.owned)
	}
	half := len(r.gets) / 2
	writeGets(w, "Get of one link", r.gets[:half])
	writeGets(w, "Get of one route", r.gets[half:])
	fmt.Fprint(w, "\n### Goals\n\n| goal | wanted | measured | |\n|---|--:|--:|---|\n")
	for _, g := range r.goals() {
		verdict := "met"
		if !g.met {
			verdict = "**missed**"
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s |\n", g.what, g.want, g.got, verdict)
	}
}

func writeDumps(w io.Writer, title, item string, results []result) {
	fmt.Fprintf(w, "### %s\n\n| | ms | × raw | allocations a %s | bytes a %s |\n|---|--:|--:|--:|--:|\n", title, item, item)
	for _, r := range results {
		fmt.Fprintf(w, "| %s | %.2f | %.2f | %.2f | %.0f |\n",
			r.name, micros(r.time)/1000, float64(r.time)/float64(results[0].time), r.allocs, r.bytes)
	}
	fmt.Fprintln(w)
}

func writeGets(w io.Writer, title string, gets []getting) {
	fmt.Fprintf(w, "\n### %s\n\n| | µs | system calls | allocations |\n|---|--:|--:|--:|\n", title)
	for _, g := range gets {
		fmt.Fprintf(w, "| %s | %.1f | %d | %.0f |\n", g.name, micros(g.time), g.calls, g.allocs)
	}
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

func release() string {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return "of unknown release"
	}
	version, _, _ := strings.Cut(unix.ByteSliceToString(u.Release[:]), "-")
	return version
}
