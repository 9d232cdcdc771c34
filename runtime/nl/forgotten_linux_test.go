package nl_test

import (
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/nlgen/nlgen/runtime/nl"
)

// sockets are the sockets that the process has open.
func sockets(t *testing.T) map[string]bool {
	t.Helper()
	const dir = "/proc/self/fd/"
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	open := map[string]bool{}
	for _, e := range entries {
		if link, err := os.Readlink(dir + e.Name()); err == nil && strings.HasPrefix(link, "socket:") {
			open[link] = true
		}
	}
	return open
}

// TestForgottenConn has the garbage collector close the sockets of a Conn that nobody has closed.
func TestForgottenConn(t *testing.T) {
	before := sockets(t)
	func() {
		c, err := nl.Dial(nl.Route, nl.Options{Prewarm: 3})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := nl.Get[link](t.Context(), c, &getLink, &link{Name: nl.Str("lo")}); err != nil {
			t.Fatal(err)
		}
	}()
	made := sockets(t)
	for s := range before {
		delete(made, s)
	}
	if len(made) != 3 {
		t.Fatalf("%d sockets were opened, want 3", len(made))
	}
	for end := time.Now().Add(10 * time.Second); ; runtime.Gosched() {
		runtime.GC()
		left := 0
		for s := range sockets(t) {
			if made[s] {
				left++
			}
		}
		if left == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%d sockets are still open", left)
		}
	}
}
