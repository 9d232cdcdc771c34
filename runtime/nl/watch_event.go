package nl

import (
	"errors"
	"fmt"
	"slices"
)

// apply takes an event.
func (w *watcher) apply(h header, body []byte, group uint32) error {
	op, body := w.operation(h, body)
	isNew := w.isNew(op)
	switch {
	case !isNew && !w.isDeleted(op):
		if slices.Contains(w.relist, group) {
			w.distrust(fmt.Errorf("message %d of group %d, after which objects may be different without a word", h.typ, group))
		}
		return nil
	case w.c.trace != nil:
		w.c.trace.event(w.t.List.Family, "watch", w.t.List.ReplySet, h, body, group)
	}
	k, b := w.keys.read(body)
	if k == nil {
		return nil
	}
	e := w.objects.byKey[string(b)]
	matches := w.keys.matches(k, body)
	switch {
	case k.Shared && e != nil:
		return w.sharedEvent(k, e, b, body, h.flags, isNew, matches)
	case isNew && matches && e == nil:
		_, err := w.add(string(b), body)
		return err
	case isNew && matches:
		return w.change(e, b, 0, body)
	case e != nil:
		return w.remove(e, b)
	}
	return nil
}

// operation returns the command of a generic family's message, or the type of another's, and what follows the headers.
// It returns 0, which is neither, for a message of another family.
func (w *watcher) operation(h header, body []byte) (op uint16, rest []byte) {
	if !w.t.List.Family.Generic {
		return h.typ, body
	}
	if h.typ != w.sub.cfg.sources[0].typ || len(body) < genericLen {
		return 0, nil
	}
	return uint16(body[0]), body[genericLen:]
}

func (w *watcher) isNew(op uint16) bool     { return slices.Contains(w.t.New, op) }
func (w *watcher) isDeleted(op uint16) bool { return slices.Contains(w.t.Deleted, op) }

// remove takes the end of the only object of a key.
func (w *watcher) remove(e *entry, key []byte) error {
	w.objects.count--
	delete(w.objects.byKey, string(key))
	return w.tell(Removed, string(key), []byte(e.body), nil)
}

// sharedEvent takes an event of a key that some object has and others may have, too. Many do not say which they are
// about. Besides, an event that came during a list may be older than what the list says: then it must have the same
// result in any case.
func (w *watcher) sharedEvent(k *watchKey, e *entry, key, body []byte, flags uint16, isNew, matches bool) error {
	isOnly, isEqual := e.next == nil, e.body == string(body)
	gen := w.objects.gen
	switch {
	case !matches && (!isNew || flags&uint16(Replace) == 0):
		return nil // about one of those that the request does not ask for
	case isNew && isOnly && isEqual && !w.synced:
		return nil
	case isNew && isOnly && matches && !k.partial && flags&uint16(Replace) != 0:
		if !w.synced {
			e.soft = gen // if the list is newer, the object that was replaced may be another
		}
		return w.change(e, key, 0, body)
	case !isNew && isOnly && isEqual && (w.synced || e.edge != gen && e.soft != gen):
		return w.remove(e, key)
	}
	w.distrust(errAmbiguous)
	return nil
}

var errAmbiguous = errors.New("event does not say which of several objects with equal keys it is about")
