package main

import (
	"context"
	"fmt"

	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/generated/rtroute"
	"github.com/nlgen/nlgen/runtime/nl"
	"golang.org/x/sys/unix"
)

const (
	into    = "nlgen, Into"
	owned   = "nlgen, owned"
	collect = "nlgen, owned, collected"
)

// ours are generated clients on one connection.
type ours struct {
	conn   *nl.Conn
	routes *rtroute.Client
	links  *rtlink.Client
}

func dialOurs() (*ours, error) {
	conn, err := nl.Dial(nl.Route, nl.Options{})
	if err != nil {
		return nil, fmt.Errorf("open nlgen: %w", err)
	}
	return &ours{conn, rtroute.New(conn), rtlink.New(conn)}, nil
}

func (o *ours) routeDumps() []contender {
	ctx := context.Background()
	req := &rtroute.Route{Header: rtroute.Rtmsg{Family: unix.AF_INET}}
	return []contender{
		{into, func() (n int, err error) {
			var m rtroute.Route
			for err := range o.routes.GetRouteDumpInto(ctx, req, &m) {
				if err != nil {
					return n, err
				}
				n++
			}
			return n, nil
		}},
		{owned, func() (n int, err error) {
			for _, err := range o.routes.GetRouteDump(ctx, req) {
				if err != nil {
					return n, err
				}
				n++
			}
			return n, nil
		}},
		{collect, func() (int, error) {
			all, err := nl.Collect(o.routes.GetRouteDump(ctx, req))
			return len(all), err
		}},
	}
}

func (o *ours) linkDumps() []contender {
	ctx := context.Background()
	return []contender{
		{into, func() (n int, err error) {
			var m rtlink.Link
			for err := range o.links.GetLinkDumpInto(ctx, nil, &m) {
				if err != nil {
					return n, err
				}
				n++
			}
			return n, nil
		}},
		{owned, func() (n int, err error) {
			for _, err := range o.links.GetLinkDump(ctx, nil) {
				if err != nil {
					return n, err
				}
				n++
			}
			return n, nil
		}},
		{collect, func() (int, error) {
			all, err := nl.Collect(o.links.GetLinkDump(ctx, nil))
			return len(all), err
		}},
	}
}

func (o *ours) getLink() contender {
	ctx := context.Background()
	return contender{nlgen, func() (int, error) {
		l, err := o.links.GetLink(ctx, &rtlink.Link{Header: rtlink.Ifinfomsg{Index: loopback}})
		if err != nil {
			return 0, err
		}
		if l.Header.Index != loopback {
			return 0, fmt.Errorf("got link %d", l.Header.Index)
		}
		return 1, nil
	}}
}

func (o *ours) getRoute() contender {
	ctx := context.Background()
	return contender{nlgen, func() (int, error) {
		r, err := o.routes.GetRoute(ctx, &rtroute.Route{
			Header: rtroute.Rtmsg{Family: unix.AF_INET, DstLen: 32},
			Dst:    destination,
		})
		if err != nil {
			return 0, err
		}
		if r.Gateway != gateway {
			return 0, fmt.Errorf("got a route through %v", r.Gateway)
		}
		return 1, nil
	}}
}
