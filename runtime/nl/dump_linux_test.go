package nl_test

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"testing"

	"github.com/nlgen/nlgen/internal/netns"
	"github.com/nlgen/nlgen/runtime/nl"
)

// manyLinks makes enough links that a dump takes several datagrams.
func manyLinks(t testing.TB, c *nl.Conn, n int) {
	t.Helper()
	for i := range n {
		addLink(t, c, "ifb", fmt.Sprintf("d%d", i))
	}
}

func openFiles(t testing.TB) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// noMoreGoroutines waits for goroutines that are on their last lines.
func noMoreGoroutines(t testing.TB, before int) {
	t.Helper()
	for range 10_000 {
		if runtime.NumGoroutine() <= before {
			return
		}
		runtime.Gosched()
	}
	t.Errorf("%d goroutines run, %d before", runtime.NumGoroutine(), before)
}

func TestCallsInsideDump(t *testing.T) {
	c := dial(t, nl.Route, func(o *nl.Options) { o.MaxSockets = 1 })
	manyLinks(t, c, 40)
	pin, err := c.Pin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]*nl.Conn{"pool": c, "pinned": pin.Conn} {
		t.Run(name, func(t *testing.T) {
			n := 0
			for l, err := range nl.Dump[link](t.Context(), c, &getLinkDump, nil) {
				if err != nil {
					t.Fatal(err)
				}
				one, err := nl.Get[link](t.Context(), c, &getLink, &link{Index: l.Index})
				if err != nil {
					t.Fatal(err)
				}
				if one.Name != l.Name {
					t.Errorf("link %d is %v, in the dump %v", l.Index, one.Name, l.Name)
				}
				inner := 0
				for _, err := range nl.Dump[link](t.Context(), c, &getLinkDump, nil) {
					if err != nil {
						t.Fatal(err)
					}
					if inner++; inner == 3 {
						break
					}
				}
				n++
			}
			if n != 41 {
				t.Errorf("%d links in the dump, want 41", n)
			}
		})
	}
}

func TestAbandonedDump(t *testing.T) {
	c := dial(t, nl.Route)
	manyLinks(t, c, 200)
	abandon := func() {
		for _, err := range nl.Dump[link](t.Context(), c, &getLinkDump, nil) {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
		var into link
		for err := range nl.DumpInto(t.Context(), c, &getLinkDump, nil, &into) {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	abandon()
	files, goroutines := openFiles(t), runtime.NumGoroutine()
	for range 50 {
		abandon()
	}
	if n := openFiles(t); n > files+1 {
		t.Errorf("%d files are open, %d before", n, files)
	}
	noMoreGoroutines(t, goroutines)
	all, err := nl.Collect(nl.Dump[link](t.Context(), c, &getLinkDump, nil))
	if err != nil || len(all) != 201 {
		t.Errorf("a dump after that: %d links, error %v, want 201", len(all), err)
	}
}

func TestPanicInLoopBody(t *testing.T) {
	c := dial(t, nl.Route, func(o *nl.Options) { o.MaxSockets = 1 })
	func() {
		defer func() { recover() }()
		for range nl.Dump[link](t.Context(), c, &getLinkDump, nil) {
			panic("in the loop")
		}
	}()
	if all, err := nl.Collect(nl.Dump[link](t.Context(), c, &getLinkDump, nil)); err != nil || len(all) != 1 {
		t.Errorf("a dump after that: %v, error %v, want lo", names(all), err)
	}
}

func TestCloseGivesEverythingBack(t *testing.T) {
	ns := netns.New(t)
	files, goroutines := openFiles(t), runtime.NumGoroutine()
	for range 10 {
		c, err := nl.Dial(nl.Route, nl.Options{NetNS: nl.NetNSFD(ns.FD()), Prewarm: 3})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Pin(t.Context()); err != nil {
			t.Fatal(err)
		}
		sub, err := nl.Subscribe(t.Context(), c, linkEvents(nl.GroupRef{Name: "link", ID: groupLink}))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		for _, err := range sub.All() {
			if !errors.Is(err, nl.ErrClosed) {
				t.Errorf("subscription of a closed Conn: %v, want ErrClosed", err)
			}
		}
	}
	if n := openFiles(t); n > files {
		t.Errorf("%d files are open, %d before", n, files)
	}
	noMoreGoroutines(t, goroutines)
}

func TestManyCallers(t *testing.T) {
	c := dial(t, nl.Route)
	manyLinks(t, c, 20)
	var wg sync.WaitGroup
	for i := range 100 {
		name := fmt.Sprintf("d%d", i%20)
		wg.Go(func() {
			for range 20 {
				got, err := nl.Get[link](t.Context(), c, &getLink, &link{Name: nl.Str(name)})
				if err != nil || got.Name != nl.Str(name) {
					t.Errorf("got %v, error %v, want %s", got, err, name)
					return
				}
			}
			if i%10 == 0 {
				all, err := nl.Collect(nl.Dump[link](t.Context(), c, &getLinkDump, nil))
				if err != nil || len(all) != 21 {
					t.Errorf("%d links, error %v, want 21", len(all), err)
				}
			}
		})
	}
	wg.Wait()
	if drops := c.Stats().Drops; drops != (nl.Drops{}) {
		t.Errorf("messages were dropped: %+v", drops)
	}
}

func TestConcurrentCallersOfPinned(t *testing.T) {
	c := dial(t, nl.Route)
	manyLinks(t, c, 5)
	pin, err := c.Pin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() {
			for range 20 {
				if i%2 == 0 {
					if _, err := nl.Get[link](t.Context(), pin.Conn, &getLink, &link{Name: nl.Str("d1")}); err != nil {
						t.Error(err)
					}
				} else if all, err := nl.Collect(nl.Dump[link](t.Context(), pin.Conn, &getLinkDump, nil)); err != nil || len(all) != 6 {
					t.Errorf("%d links, error %v, want 6", len(all), err)
				}
			}
		})
	}
	wg.Wait()
}
