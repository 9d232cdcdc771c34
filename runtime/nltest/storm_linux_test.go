package nltest_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/internal/netns"
	"github.com/nlgen/nlgen/runtime/nl"
)

// stormVariable is how long the storm lasts, such as 30s; 3 seconds by default.
const stormVariable = "NLGEN_STORM"

// 64 goroutines share a Conn: gets, dumps, changes and calls that are cancelled at some time. Every answer is right.
func TestLiveStorm(t *testing.T) {
	length := 3 * time.Second
	if s := os.Getenv(stormVariable); s != "" {
		d, err := time.ParseDuration(s)
		if err != nil {
			t.Fatal(err)
		}
		length = d
	} else if testing.Short() {
		length = 200 * time.Millisecond
	}
	c := live(t, netns.New(t))
	links := rtlink.New(c)
	const workers = 64
	for i := range workers {
		if err := links.NewLink(t.Context(), bridge(fmt.Sprint("br", i)), nl.Create, nl.Excl); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), length)
	defer cancel()
	var done [4]atomic.Int64
	var wait sync.WaitGroup
	for i := range workers {
		wait.Go(func() {
			w := stormWorker{t: t, links: links, name: fmt.Sprint("br", i), mtu: 1500}
			for n := 0; ctx.Err() == nil && !t.Failed(); n++ {
				kind := (n + i) % 4
				switch kind {
				case 0:
					w.get()
				case 1:
					w.dump(workers + 1)
				case 2:
					w.change(uint32(1000 + n%500))
				case 3:
					w.cancel(n)
				}
				done[kind].Add(1)
			}
		})
	}
	wait.Wait()
	s := c.Stats()
	t.Logf("%d gets, %d dumps, %d changes, %d cancelled calls; %+v", done[0].Load(), done[1].Load(), done[2].Load(), done[3].Load(), s)
	if s.Drops.Sender+s.Drops.Port+s.Drops.Type+s.Drops.Malformed+s.Truncated+s.Overruns+s.Unreadable != 0 {
		t.Errorf("counters %+v, want no loss", s)
	}
}

// A stormWorker owns one bridge and knows its MTU.
type stormWorker struct {
	t     *testing.T
	links *rtlink.Client
	name  string
	mtu   uint32
}

func (w *stormWorker) get() {
	l, err := w.links.GetLink(context.Background(), &rtlink.Link{Ifname: nl.Str(w.name)})
	if err != nil || l.Ifname != nl.Str(w.name) || l.MTU != nl.U32(w.mtu) {
		w.t.Errorf("%s: got %v, error %v, want mtu %d", w.name, l, err, w.mtu)
	}
}

func (w *stormWorker) dump(want int) {
	all, err := nl.Collect(w.links.GetLinkDump(context.Background(), nil), nl.Attempts(3))
	if errors.Is(err, nl.ErrDumpInterrupted) {
		return
	}
	if err != nil || len(all) != want {
		w.t.Errorf("%d links, error %v, want %d", len(all), err, want)
	}
	for _, l := range all {
		if l.Ifname == nl.Str(w.name) && l.MTU != nl.U32(w.mtu) {
			w.t.Errorf("%s: mtu %v in a dump, want %d", w.name, l.MTU, w.mtu)
		}
	}
}

func (w *stormWorker) change(mtu uint32) {
	if err := w.links.SetLink(context.Background(), &rtlink.Link{Ifname: nl.Str(w.name), MTU: nl.U32(mtu)}); err != nil {
		w.t.Errorf("%s: set mtu: %v", w.name, err)
		return
	}
	w.mtu = mtu
	w.get()
}

// cancel makes a call whose context ends at some time, or has ended. Its answer, if it comes, is right.
func (w *stormWorker) cancel(n int) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	switch n % 3 {
	case 0:
		cancel()
	case 1:
		go cancel()
	case 2: // in the middle of a dump
		for range w.links.GetLinkDump(ctx, nil) {
			cancel()
		}
		return
	}
	l, err := w.links.GetLink(ctx, &rtlink.Link{Ifname: nl.Str(w.name)})
	if err == nil && (l.Ifname != nl.Str(w.name) || l.MTU != nl.U32(w.mtu)) {
		w.t.Errorf("%s: got %v, want mtu %d", w.name, l, w.mtu)
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		w.t.Errorf("%s: cancelled get: %v", w.name, err)
	}
}
