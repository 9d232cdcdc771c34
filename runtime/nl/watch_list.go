package nl

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

const (
	collectEvery = 256     // objects of a list between two looks at the events
	maxKept      = 8 << 20 // bytes of events that are kept during a list
	maxForgotten = 4096    // events that are forgotten before a list
)

// list brings the copy up to date by a dump, and tells the differences. Afterwards the events that came meanwhile are
// to be applied.
func (w *watcher) list() error {
	for attempts := 1; ; attempts++ {
		w.tries++
		began := time.Now()
		err := w.attempt()
		w.listed, w.took, w.since = time.Now(), time.Since(began), 0
		switch {
		case err == nil && w.missed == nil:
			return nil
		case err == nil:
			if err := w.tell(Stale, "", nil, w.missed); err != nil {
				return err
			}
		case !mayList(err):
			return err
		}
		if err := w.pause(backoff(attempts)); err != nil {
			return err
		}
	}
}

// mayList reports whether a dump with that error is to be begun again.
func mayList(err error) bool {
	var over *OverrunError
	return errors.Is(err, ErrDumpInterrupted) || errors.Is(err, ErrTruncated) || errors.As(err, &over)
}

// attempt is one dump, with what has to come before it.
func (w *watcher) attempt() error {
	w.stale = nil
	if err := w.forget(); err != nil {
		return err
	}
	if err := w.barrier(); err != nil {
		return err
	}
	clear(w.torn)
	several, err := w.dump()
	if err != nil {
		return err
	}
	if err := w.collect(); err != nil {
		return err
	}
	if several {
		w.judge()
	}
	return w.sweep()
}

// forget takes the events that are waiting, whose effects the dump will show. If it does not come to their end, the
// list counts as one that missed events: the last of those waiting may be from before a loss, and must not be applied to
// what comes after it.
func (w *watcher) forget() error {
	w.kept.reset()
	w.missed = nil
	for range maxForgotten {
		_, _, _, err := w.sub.nextMessage(false)
		switch {
		case err == ErrWouldBlock:
			return nil
		case err != nil && !goesOn(err):
			return err
		}
	}
	w.missed = errBehind
	return nil
}

var errBehind = errors.New("events come faster than they can be read")

// barrierOp asks for the loopback device.
var barrierOp = Op{Family: &Family{Name: "rt-link", Protocol: Route}, Name: "getlink", Request: 18, Reply: 16, Reads: true, RequestSet: -1, ReplySet: -1}

// barrier waits until all changes are made that the kernel has told of: of some, such as a link that goes down and
// takes routes with it, or an IPv4 route that is deleted, it tells before they are made. Then it holds a lock that
// this request needs, too. What else the request does, does not matter.
func (w *watcher) barrier() error {
	if w.c.protocol != Route {
		return nil
	}
	req := make(RawMessage, 16) // struct ifinfomsg
	binary.NativeEndian.PutUint32(req[4:], 1)
	err := Do(w.ctx, w.c, &barrierOp, &req)
	var refused *Error
	if errors.As(err, &refused) {
		return nil
	}
	return err
}

// dump takes the objects of a dump, and reports whether there was a pause in which the kernel could change them.
func (w *watcher) dump() (several bool, err error) {
	w.objects.gen++
	w.objects.fresh = 0
	d := newDump(w.ctx, w.c, w.t.List, w.req, nil, false, &w.interrupted)
	defer d.stop()
	var last *entry
	for n := 1; ; n++ {
		if n > 1 && d.isAtStart() {
			several = true
			if last != nil {
				last.edge = w.objects.gen
			}
		}
		body, err := d.message()
		if body == nil {
			return several, err
		}
		if last, err = w.listObject(body); err != nil {
			return several, err
		}
		if n%collectEvery == 0 {
			if err := w.collect(); err != nil {
				return several, err
			}
		}
	}
}

// listObject takes an object of a list. It returns the first entry of its key.
func (w *watcher) listObject(body []byte) (*entry, error) {
	k, b := w.keys.read(body)
	if k == nil || !w.keys.matches(k, body) {
		return nil, nil
	}
	o := &w.objects
	head := o.byKey[string(b)]
	if head == nil {
		return w.add(string(b), body)
	}
	if head.gen != o.gen {
		head.seen = 0
	}
	n := uint32(0)
	if k.Shared {
		n = head.seen
	}
	head.seen = n + 1
	e, before := head.at(n)
	if e != nil {
		o.mark(e)
		return head, w.change(e, b, n, body)
	}
	e = o.newEntry(body)
	o.mark(e)
	before.next = e
	return head, w.tell(Added, placed(string(b), n), body, nil)
}

// add takes an object whose key is new.
func (w *watcher) add(key string, body []byte) (*entry, error) {
	e := w.objects.newEntry(body)
	e.seen = 1
	w.objects.mark(e)
	w.objects.byKey[key] = e
	return e, w.tell(Added, key, body, nil)
}

// change takes the n-th object of a key.
func (w *watcher) change(e *entry, key []byte, n uint32, body []byte) error {
	if e.body == string(body) {
		return nil
	}
	e.body = string(body)
	return w.tell(Changed, placed(string(key), n), body, nil)
}

// judge finds the keys whose objects the list may lack, because others came or went meanwhile, which moves those
// behind them.
func (w *watcher) judge() {
	for at := w.kept; ; {
		h, body, _, ok := at.next()
		if !ok {
			return
		}
		op, body := w.operation(h, body)
		k, b := w.keys.read(body)
		if k == nil || k.Steady {
			continue
		}
		moves := w.isDeleted(op)
		if w.isNew(op) && k.Shared {
			moves = h.flags&uint16(Replace) == 0
		} else if w.isNew(op) {
			e := w.objects.byKey[string(b)]
			moves = e == nil || e.born == w.objects.gen
		}
		if moves {
			w.tear(int(b[0]))
		}
	}
}

func (w *watcher) tear(key int) {
	w.torn[key] = true
	w.distrust(errTorn)
}

var errTorn = errors.New("objects came or went during the list, which may lack others")

// sweep removes the objects that a complete list did not have.
func (w *watcher) sweep() error {
	if w.missed != nil {
		for i := range w.torn {
			w.torn[i] = w.torn[i] || !w.t.Keys[i].Steady
		}
	}
	o := &w.objects
	if o.fresh == o.count {
		return nil
	}
	for key, e := range o.byKey {
		if w.torn[key[0]] {
			continue
		}
		var last *entry
		n := uint32(0)
		for ; e != nil && e.gen == o.gen; e = e.next {
			last = e
			n++
		}
		if last == nil {
			delete(o.byKey, key)
		} else {
			last.next = nil
		}
		for ; e != nil; e = e.next {
			o.count--
			if err := w.tell(Removed, placed(key, n), []byte(e.body), nil); err != nil {
				return err
			}
			n++
		}
	}
	return nil
}

// collect keeps the events that are waiting for the time after the list.
func (w *watcher) collect() error {
	for w.missed == nil {
		h, body, p, err := w.sub.nextMessage(false)
		switch {
		case err == ErrWouldBlock:
			return nil
		case err != nil && !goesOn(err):
			return err
		case err != nil:
			w.missed = err
		case !w.kept.add(h, body, p.Group):
			w.missed = fmt.Errorf("more than %d bytes of events during a list", maxKept)
		}
	}
	w.kept.reset()
	return nil
}
