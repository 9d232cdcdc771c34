package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/nlgen/nlgen/runtime/nl"
	"golang.org/x/sys/unix"
)

const (
	bulkLoop  = "raw loop of recvmmsg"
	reused    = "nlgen, AllReused"
	allEvents = "nlgen, All"

	// captured is how many notifications there are to replay, round and round.
	captured = 256
	// eventQueue is the size of every receiver's queue, in bytes.
	eventQueue = 16 << 20
	// queued is how many notifications wait at a time where the sender is ahead: whole rounds. The queue takes more.
	queued = 20 * captured
	// bulk is how many datagrams the loop of recvmmsg takes at a time.
	bulk = 64
)

// replays is the part that compares receivers of notifications, which a process replays to one after the other: while the
// receiver reads, and before it does.
func replays(b *bench) (c chapter, err error) {
	messages, err := b.capture()
	if err != nil {
		return c, fmt.Errorf("capture notifications: %w", err)
	}
	s, err := startSender(messages)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	raw, err := dialRaw(unix.NETLINK_USERSOCK)
	if err != nil {
		return c, err
	}
	defer raw.close()
	if err := unix.SetsockoptInt(raw.fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, eventQueue); err != nil {
		return c, fmt.Errorf("size queue: %w", err)
	}
	conn, err := nl.Dial(nl.UserSock, nl.Options{})
	if err != nil {
		return c, err
	}
	defer conn.Close()
	sub, err := nl.Subscribe(context.Background(), conn, replayed(), nl.AnySender, nl.EventBuffer(eventQueue))
	if err != nil {
		return c, err
	}
	defer sub.Close()
	for _, ahead := range []bool{false, true} {
		r := replay{s, ahead, b.cfg.events, sumOf(messages, b.cfg.events)}
		results, err := race([]contender{
			{rawLoop, func() (int, error) { return r.bare(raw) }},
			{bulkLoop, func() (int, error) { return r.bulk(raw) }},
			{reused, func() (int, error) { return r.typed(sub.Port(), sub.AllReused()) }},
			{allEvents, func() (int, error) { return r.typed(sub.Port(), sub.All()) }},
		}, b.cfg.runs, b.cfg.events)
		if err != nil {
			return c, err
		}
		more := eventChapter(b.cfg.events, ahead, results)
		c.text += more.text
		if !ahead {
			c.text += "\n"
		}
		c.goals = append(c.goals, more.goals...)
	}
	return c, nil
}

// eventChapter tells how long the replay took; where the sender is ahead, what the receiver worked, since the rest is
// the sender's time.
func eventChapter(n int, ahead bool, results []result) chapter {
	title, column, what := "%d notifications replayed", "µs each", "replay, reused: as fast as the raw loop"
	took := func(r result) float64 { return micros(r.time) / float64(n) }
	if ahead {
		title, column, what = "%d notifications that wait in the queue", "CPU, µs each", "queue, reused: as fast as the raw loop"
		took = func(r result) float64 { return micros(r.cpu) / float64(n) }
	}
	t := newTable(fmt.Sprintf(title, n), column, "× raw", "allocations each", "bytes each")
	for _, r := range results {
		t.row(r.name, "%.2f | %.2f | %.2f | %.0f", took(r), took(r)/took(results[0]), r.allocs, r.bytes)
	}
	m := byName(results)
	return chapter{t.String(), []goal{atLeast(what, 1, took(m[rawLoop])/took(m[reused]), " ×")}}
}
