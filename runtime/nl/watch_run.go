package nl

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/nlgen/nlgen/runtime/wire"
)

// watcher is a running watch.
type watcher struct {
	ctx context.Context
	c   *Conn
	t   *Table
	req wire.Message
	// emit hands a change to the loop and reports whether the loop goes on.
	emit func(kind ChangeKind, key string, body []byte, why error) bool

	keys    *keyReader
	relist  []uint32 // numbers of groups
	sub     *Subscription
	objects objects

	kept   backlog // events that came during the last list
	missed error   // why the events during the last list are not known
	torn   []bool  // by the index of a key: the last list may lack objects

	interrupted atomic.Bool // the last dump was

	synced bool
	stale  error // why the table must be listed again when nothing is waiting
	since  int   // messages since the last list or, if that is later, since it is stale

	tries  int           // lists since the table was last in step
	took   time.Duration // the last list
	listed time.Time     // the end of the last list
}

// errLeft ends a watch whose loop was left.
var errLeft = errors.New("loop left")

const (
	// staleEvents is how many events are taken before a table is listed again that one of them made stale.
	staleEvents = 4096
	// settledEvents is how many events are taken before the copy is called a state of the table although more are
	// waiting. All that were waiting at the end of the list are among them: so many take a queue of 200 MB.
	settledEvents = 1 << 18
	maxTook       = 10 * time.Second
)

// run is the whole loop. It returns errLeft, or why it ended.
func (w *watcher) run(opts []WatchOption) error {
	if err := w.begin(opts); err != nil {
		return fmt.Errorf("watch %s: %w", w.t.List, err)
	}
	defer w.sub.Close()
	if err := w.list(); err != nil {
		return err
	}
	for {
		if err := w.step(); err != nil {
			return err
		}
	}
}

func (w *watcher) begin(opts []WatchOption) error {
	w.keys = newKeyReader(w.t)
	if err := w.keys.restrict(w.t, w.req); err != nil {
		return err
	}
	w.objects = objects{byKey: map[string]*entry{}}
	w.torn = make([]bool, len(w.t.Keys))
	source := EventSource{Family: w.t.List.Family, Groups: slices.Clone(w.t.Groups)}
	for _, k := range w.keys.keys {
		if !k.inForce {
			continue
		}
		for _, id := range k.Relist {
			if !slices.Contains(w.relist, id) {
				w.relist = append(w.relist, id)
				source.Groups = append(source.Groups, GroupRef{ID: id})
			}
		}
	}
	all := []SubscribeOption{source}
	for _, o := range opts {
		if o, ok := o.(SubscribeOption); ok {
			all = append(all, o)
		}
	}
	sub, err := Subscribe(w.ctx, w.c, all...)
	w.sub = sub
	return err
}

// step takes an event, or does what is due when none is waiting.
func (w *watcher) step() error {
	h, body, group, err := w.next()
	switch {
	case err == ErrWouldBlock:
		return w.idle()
	case err != nil && goesOn(err):
		return w.again(err)
	case err != nil:
		return err
	}
	if err := w.apply(h, body, group); err != nil {
		return err
	}
	w.since++
	switch {
	case w.stale != nil && w.since >= staleEvents && time.Since(w.listed) >= w.rest():
		return w.again(w.stale)
	case w.stale == nil && !w.synced && w.since >= settledEvents:
		return w.settle()
	}
	return nil
}

// next returns the next event. It waits for it only when there is nothing else to do.
func (w *watcher) next() (h header, body []byte, group uint32, err error) {
	if h, body, group, ok := w.kept.next(); ok {
		return h, body, group, nil
	}
	w.kept.reset()
	h, body, p, err := w.sub.nextMessage(w.synced && w.stale == nil)
	return h, body, p.Group, err
}

// idle is called when no event is waiting.
func (w *watcher) idle() error {
	if w.stale == nil {
		return w.settle()
	}
	if d := w.rest() - time.Since(w.listed); d > 0 {
		return w.pause(min(d, longestPause))
	}
	return w.again(w.stale)
}

// settle tells the loop that its copy is in step.
func (w *watcher) settle() error {
	w.synced, w.tries = true, 0
	return w.tell(Synced, "", nil, nil)
}

// again lists the table once more.
func (w *watcher) again(why error) error {
	w.synced = false
	if err := w.tell(Stale, "", nil, why); err != nil {
		return err
	}
	if err := w.pause(min(longestPause, w.rest()-time.Since(w.listed))); err != nil {
		return err
	}
	return w.list()
}

// distrust makes the table stale.
func (w *watcher) distrust(why error) {
	if w.stale == nil {
		w.stale, w.since = why, 0
	}
}

func (w *watcher) tell(kind ChangeKind, key string, body []byte, why error) error {
	if !w.emit(kind, key, body, why) {
		return errLeft
	}
	return nil
}

// rest is how long to take events before the table is listed once more: not at all the first time, then longer and
// longer, up to eight times as long as listing takes, so that a large table which changes all the time does not keep a
// CPU busy.
func (w *watcher) rest() time.Duration {
	if w.tries <= 1 {
		return 0
	}
	return max(backoff(w.tries-1), min(w.took, maxTook)<<min(w.tries-2, 3))
}

// backoff is the pause after so many attempts.
func backoff(attempts int) time.Duration {
	return min(firstPause<<min(attempts-1, 16), longestPause)
}

// pause waits without taking events.
func (w *watcher) pause(d time.Duration) error {
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-w.ctx.Done():
		return w.t.List.fail(w.ctx.Err())
	case <-w.c.done:
		return w.t.List.fail(ErrClosed)
	}
}
