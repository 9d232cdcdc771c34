package nl_test

import (
	"context"
	"fmt"

	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/nltest"
)

// A program keeps a copy of the links. A fake kernel stands in for the real one here; it makes a change once the copy
// is in step, and later loses a notification.
func ExampleWatch() {
	link := func(index int32, name string) *rtlink.Link {
		return &rtlink.Link{Header: rtlink.Ifinfomsg{Index: index}, Ifname: nl.Str(name)}
	}
	links := []*rtlink.Link{link(1, "lo"), link(2, "eth0")}
	k := nltest.New()
	k.HandleDump(nl.Route, 18, nltest.Dump(16, func(*rtlink.Link) ([]*rtlink.Link, error) { return links, nil }))
	conn, err := nl.Dial(nl.Route, nl.Options{Transport: k})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close()

	program := map[string]*rtlink.Link{}
	events := []func(){
		func() { k.Emit(nl.Route, nltest.Event{Group: 1, Type: 16, Message: link(2, "wan")}) },
		func() { links = links[:1]; k.LoseEvents(nl.Route, 1, 1) },
	}
	for change, err := range rtlink.New(conn).WatchLink(context.Background(), nil, nl.EventBuffer(1<<20)) {
		if err != nil {
			fmt.Println(err)
			return
		}
		switch change.Kind {
		case nl.Added, nl.Changed:
			program[change.Key] = change.Object
			fmt.Println(change.Kind, change.Object.Ifname)
		case nl.Removed:
			delete(program, change.Key)
			fmt.Println(change.Kind, change.Object.Ifname)
		case nl.Stale:
			fmt.Println(change.Kind, "because of", change.Err)
		case nl.Synced:
			fmt.Println("in step with", len(program), "links")
			if len(program) == 1 {
				return
			}
		}
		if len(events) > 0 && change.Kind != nl.Added {
			events[0]()
			events = events[1:]
		}
	}
	// Output:
	// added lo
	// added eth0
	// in step with 2 links
	// changed wan
	// stale because of receive queue overrun: 1 datagram lost (overrun 1)
	// removed wan
	// in step with 1 links
}
