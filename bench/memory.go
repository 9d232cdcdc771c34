package main

import (
	"context"
	"fmt"
	"time"

	"github.com/nlgen/nlgen/generated/rtroute"
	"github.com/nlgen/nlgen/runtime/nl"
	"golang.org/x/sys/unix"
)

// Tables of the routes that are streamed.
const (
	fewTable  = 101
	manyTable = 102

	few = 10_000
	// flat is how much more memory, in MB, a stream of many may take than one of few.
	flat = 2
)

// streams is the part that watches memory while routes are streamed, few and many.
func streams(b *bench) (c chapter, err error) {
	if err := b.fill(fewTable, few); err != nil {
		return c, err
	}
	start := time.Now()
	if err := b.fill(manyTable, b.cfg.many); err != nil {
		return c, err
	}
	filled := time.Since(start)
	var all []streamed
	for _, s := range []struct {
		name string
		run  func(table uint8, see func()) error
	}{{into, b.streamInto}, {owned, b.streamOwned}} {
		// Once more than is asked for, so that pools and the heap have their size.
		if _, err := watch(func(see func()) error { return s.run(fewTable, see) }, few); err != nil {
			return c, fmt.Errorf("%s: %w", s.name, err)
		}
		one := streamed{name: s.name}
		if one.few, err = watch(func(see func()) error { return s.run(fewTable, see) }, few); err != nil {
			return c, fmt.Errorf("%s: %w", s.name, err)
		}
		if one.many, err = watch(func(see func()) error { return s.run(manyTable, see) }, b.cfg.many); err != nil {
			return c, fmt.Errorf("%s: %w", s.name, err)
		}
		all = append(all, one)
	}
	start = time.Now()
	if err := b.empty(manyTable, b.cfg.many); err != nil {
		return c, err
	}
	emptied := time.Since(start)
	if err := b.empty(fewTable, few); err != nil {
		return c, err
	}
	return memoryChapter(b.cfg.many, all, filled, emptied), nil
}

func memoryChapter(n int, all []streamed, filled, emptied time.Duration) chapter {
	t := newTable(fmt.Sprintf("Memory while %d IPv4 routes are streamed", n), "heap, MB", "more than for 10000", "peak RSS, MB", "more than for 10000")
	var goals []goal
	for _, s := range all {
		heap, rss := s.many.heap-s.few.heap, s.many.rss-s.few.rss
		t.row(s.name, "%.2f | %.2f | %.2f | %.2f", s.many.heap, heap, s.many.rss, rss)
		goals = append(goals,
			atMost("stream, "+s.name+": more heap than for 10000 routes", flat, heap, " MB"),
			atMost("stream, "+s.name+": more RSS than for 10000 routes", flat, rss, " MB"))
	}
	fmt.Fprintf(t, "\n%s made the %d routes in %.2f s and removed them in %.2f s.\n", errorsOnly, n, filled.Seconds(), emptied.Seconds())
	return chapter{t.String(), goals}
}

// streamed is the memory that a way of streaming takes.
type streamed struct {
	name      string
	few, many memory
}

func (b *bench) streamInto(table uint8, see func()) error {
	var m rtroute.Route
	for err := range b.ours.routes.GetRouteDumpInto(context.Background(), inTable(table), &m) {
		if err != nil {
			return err
		}
		see()
	}
	return nil
}

func (b *bench) streamOwned(table uint8, see func()) error {
	for _, err := range b.ours.routes.GetRouteDump(context.Background(), inTable(table)) {
		if err != nil {
			return err
		}
		see()
	}
	return nil
}

// inTable asks for the routes of a table.
func inTable(table uint8) *rtroute.Route {
	return &rtroute.Route{Header: rtroute.Rtmsg{Family: unix.AF_INET}, Table: nl.U32(uint32(table))}
}

func (b *bench) fill(table uint8, n int) error {
	return send(b.ours.conn, b.requests(rtroute.NewRouteRequest, n, table, nl.Create|nl.Excl), nl.ErrorsOnly)
}

func (b *bench) empty(table uint8, n int) error {
	return send(b.ours.conn, b.requests(rtroute.DelRouteRequest, n, table), nl.ErrorsOnly)
}
