package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
)

// memory is how much of it was in use at most, in MB.
type memory struct {
	heap float64 // bytes in the heap's spans in use
	rss  float64 // of the whole process, as the kernel tells it
}

// watch runs a stream that calls see for each of n items, after a garbage collection, and returns the most memory that it
// took.
func watch(run func(see func()) error, n int) (m memory, err error) {
	debug.FreeOSMemory()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil { // the peak is now what it is
		return m, err
	}
	seen, every := 0, max(1, n/20)
	var stats runtime.MemStats
	err = run(func() {
		if seen++; seen%every == 0 {
			runtime.ReadMemStats(&stats)
			m.heap = max(m.heap, float64(stats.HeapInuse)/1e6)
		}
	})
	if err == nil && seen != n {
		err = fmt.Errorf("saw %d routes, there are %d", seen, n)
	}
	if err != nil {
		return m, err
	}
	m.rss, err = peak()
	return m, err
}

// peak returns the process's peak resident set since it was reset, in MB.
func peak() (float64, error) {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	return peakIn(b)
}

func peakIn(status []byte) (float64, error) {
	for s := bufio.NewScanner(bytes.NewReader(status)); s.Scan(); {
		var kb float64
		if _, err := fmt.Sscanf(s.Text(), "VmHWM: %f kB", &kb); err == nil {
			return kb * 1024 / 1e6, nil
		}
	}
	return 0, fmt.Errorf("no VmHWM in the process's status")
}
