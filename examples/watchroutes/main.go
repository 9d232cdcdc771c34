// Watchroutes prints routes as they come and go, until it is interrupted. It sees those, too, that the kernel removes
// without a notification, and catches up when it was too slow for some.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/nlgen/nlgen/generated/rtroute"
	"github.com/nlgen/nlgen/runtime/nl"
)

func main() {
	log.SetFlags(0)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil && !errors.Is(err, context.Canceled) {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	conn, err := nl.Dial(nl.Route, nl.Options{})
	if err != nil {
		return err
	}
	defer conn.Close()
	marks := map[nl.ChangeKind]string{nl.Added: "+", nl.Changed: "~", nl.Removed: "-"}
	synced := false
	for change, err := range rtroute.New(conn).WatchRoute(ctx, nil) {
		switch {
		case err != nil:
			return err
		case change.Kind == nl.Synced && !synced: // those that are there already have been listed
			synced = true
			fmt.Println("watching")
		case change.Kind == nl.Synced, change.Kind == nl.Stale: // Stale says why the watch lists them again: change.Err
		case synced:
			fmt.Println(marks[change.Kind], format(change.Object))
		}
	}
	return nil
}

func format(r *rtroute.Route) string {
	s := "default"
	if r.Dst.IsValid() {
		s = fmt.Sprintf("%s/%d", r.Dst, r.Header.DstLen)
	}
	s = fmt.Sprintf("%s %s", r.Header.Type, s)
	if r.Gateway.IsValid() {
		s += fmt.Sprintf(" via %s", r.Gateway)
	}
	if oif, ok := r.Oif.Get(); ok {
		s += fmt.Sprintf(" link %d", oif)
	}
	return s + fmt.Sprintf(" table %d protocol %s", r.Table.Value(), r.Header.Protocol)
}
