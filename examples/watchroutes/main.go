// Watchroutes prints routes as they come and go, until it is interrupted.
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
	sub, err := nl.Subscribe(ctx, conn, rtroute.Events(rtroute.GroupIPv4Route, rtroute.GroupIPv6Route))
	if err != nil {
		return err
	}
	defer sub.Close()
	fmt.Println("watching")
	for event, err := range sub.All() {
		var overrun *nl.OverrunError
		if errors.As(err, &overrun) {
			fmt.Println("some changes were lost:", err) // the loop goes on
			continue
		}
		if err != nil {
			return err
		}
		switch event := event.(type) {
		case *rtroute.NewRouteNotification:
			fmt.Println("+", format(&event.Route))
		case *rtroute.DelRouteNotification:
			fmt.Println("-", format(&event.Route))
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
