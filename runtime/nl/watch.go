package nl

import (
	"context"
	"fmt"
	"iter"

	"github.com/nlgen/nlgen/runtime/wire"
)

// A ChangeKind says what a [Change] tells.
type ChangeKind uint8

const (
	// Added tells of an object that the program has not seen before.
	Added ChangeKind = iota + 1
	// Changed tells of an object that is no longer what the last change with its key said.
	Changed
	// Removed tells of an object that is gone. Object is the last that was known of it.
	Removed
	// Stale says that the program's copy may differ from the kernel's table, and why: Err. The table is listed again,
	// the differences follow, then Synced.
	Stale
	// Synced says that the program's copy is a state of the kernel's table, not older than the end of the last list.
	Synced
)

// String returns "added", "changed" and so on.
func (k ChangeKind) String() string {
	switch k {
	case Added:
		return "added"
	case Changed:
		return "changed"
	case Removed:
		return "removed"
	case Stale:
		return "stale"
	case Synced:
		return "synced"
	}
	return fmt.Sprintf("ChangeKind(%d)", uint8(k))
}

// A Change is a step from one state of a table to the next. Stale and Synced have neither key nor object.
type Change[T any] struct {
	Kind ChangeKind
	// Key tells objects apart and is the same as long as the object lives, in every watch of the table. Its bytes mean
	// nothing else. Where the kernel keeps several objects with equal keys, such as routes that were appended to each
	// other, it also tells their places: when one goes, those behind it move up and are reported as Changed.
	Key    string
	Object *T    // the caller's
	Err    error // of Stale
}

// A WatchOption is what [EventBuffer] returns.
type WatchOption interface{ watchOption() }

// Watch keeps a program's copy of a table equal to the kernel's. It lists the table, and then follows the kernel's
// notifications. The program applies each change to a map:
//
//	links := map[string]*rtlink.Link{}
//	for change, err := range client.WatchLink(ctx, nil) {
//		if err != nil {
//			...
//		}
//		switch change.Kind {
//		case nl.Added, nl.Changed:
//			links[change.Key] = change.Object
//		case nl.Removed:
//			delete(links, change.Key)
//		case nl.Synced:
//			// links is what the kernel has
//		}
//	}
//
// The objects of the list come as Added, in its order. What changes meanwhile comes after them, then Synced, then each
// change as it happens. Outside of lists changes come in the order in which the kernel made them. When the loop waits
// after Synced, without a Stale in between, the copy is equal to the kernel's table, as far as the kernel tells of
// changes: counters change without a word, and so do a few other things, such as the alias of a link that is down.
//
// Nothing gets lost for good. When the socket's queue has overflowed, when an event does not say which of several
// objects it is about, or when the kernel may have changed something without telling, there is a Stale. Then the table
// is listed again, and what is different comes as Added, Changed and Removed. A list that changes disturb is begun
// again, with growing pauses, for as long as it takes. Until the next Synced the copy may lack objects, or have some
// that are gone.
//
// The request, which may be nil, restricts the table to objects with those members of the fixed header and
// attributes. Only what is in the table's keys and filters can restrict it; others are an error. The request must not
// change while a loop runs.
//
// Watch runs no goroutine. While the body of the loop runs, events wait in the socket's queue, whose size [EventBuffer]
// sets; the body may make calls on the same Conn. Watch keeps the bytes of each object and about 150 more, decodes an
// object only to hand it over, and keeps up to 8 MiB of events while it lists. Listing again costs a dump.
//
// An error ends the loop and comes with the zero Change: the context's, [ErrClosed], or the dump's. Only a
// *[DecodeError] does not. It comes with Kind and Key of an Added or Changed object that cannot be read, without the
// object. Leaving the loop closes the socket, and ranging again starts afresh.
func Watch[T any, P interface {
	*T
	wire.Message
}](ctx context.Context, c *Conn, t *Table, req wire.Message, opts ...WatchOption) iter.Seq2[Change[T], error] {
	return func(yield func(Change[T], error) bool) {
		dec := wire.NewDecoder(nil, nil)
		w := &watcher{ctx: ctx, c: c, t: t, req: req}
		w.emit = func(kind ChangeKind, key string, body []byte, why error) bool {
			change := Change[T]{Kind: kind, Key: key, Err: why}
			if body == nil {
				return yield(change, nil)
			}
			m := new(T)
			dec.Reset(body)
			dec.SetStrict(c.opts.Strict)
			P(m).Decode(&dec)
			c.countUnreadable(dec.Unreadable())
			op := t.List
			if err := dec.Err(op.Family.Schema, op.ReplySet); err != nil && kind != Removed {
				return yield(change, &DecodeError{Family: op.Family.Name, Op: op.Name, Err: err})
			}
			change.Object = m
			return yield(change, nil)
		}
		if err := w.run(opts); err != nil && err != errLeft {
			yield(Change[T]{}, err)
		}
	}
}
