package main

import (
	"fmt"
	"net"

	"github.com/jsimonetti/rtnetlink/v2"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// rivals are the libraries compared with, each with a socket that stays open.
type rivals struct {
	raw  *rawConn
	vish *netlink.Handle
	jsim *rtnetlink.Conn
}

func dialRivals(raw *rawConn) (*rivals, error) {
	handle, err := netlink.NewHandle(unix.NETLINK_ROUTE)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", vish, err)
	}
	conn, err := rtnetlink.Dial(nil)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", jsim, err)
	}
	return &rivals{raw, handle, conn}, nil
}

func (r *rivals) close() {
	r.vish.Close()
	r.jsim.Close()
}

const (
	vish     = "vishvananda/netlink"
	jsim     = "jsimonetti/rtnetlink"
	rawLoop  = "raw receive loop"
	vishIter = vish + " iterator"
	vishList = vish + " list"
	jsimList = jsim + " list"
)

func (r *rivals) routes() []contender {
	return []contender{
		{rawLoop, func() (int, error) {
			return r.raw.dump(unix.RTM_GETROUTE, []byte{unix.AF_INET, 11: 0}, nil)
		}},
		{vishIter, func() (n int, err error) {
			err = r.vish.RouteListFilteredIter(netlink.FAMILY_V4, &netlink.Route{}, 0, func(netlink.Route) bool {
				n++
				return true
			})
			return n, err
		}},
		{vishList, func() (int, error) {
			l, err := r.vish.RouteList(nil, netlink.FAMILY_V4)
			return len(l), err
		}},
		{jsimList, func() (int, error) {
			l, err := r.jsim.Route.List()
			return len(l), err
		}},
	}
}

func (r *rivals) links() []contender {
	return []contender{
		{rawLoop, func() (int, error) {
			return r.raw.dump(unix.RTM_GETLINK, make([]byte, unix.SizeofIfInfomsg), nil)
		}},
		{vishList, func() (int, error) {
			l, err := r.vish.LinkList()
			return len(l), err
		}},
		{jsimList, func() (int, error) {
			l, err := r.jsim.Link.List()
			return len(l), err
		}},
	}
}

func (r *rivals) getLink() []contender {
	return []contender{
		{vish, func() (int, error) {
			_, err := r.vish.LinkByIndex(loopback)
			return 1, err
		}},
		{jsim, func() (int, error) {
			_, err := r.jsim.Link.Get(loopback)
			return 1, err
		}},
	}
}

func (r *rivals) getRoute() []contender {
	return []contender{
		{vish, func() (int, error) {
			l, err := r.vish.RouteGet(destination.AsSlice())
			return len(l), err
		}},
		{jsim, func() (int, error) {
			l, err := r.jsim.Route.Get(&rtnetlink.RouteMessage{
				Family:     unix.AF_INET,
				DstLength:  32,
				Attributes: rtnetlink.RouteAttributes{Dst: destination.AsSlice()},
			})
			return len(l), err
		}},
	}
}

// routeLoop adds and removes routes one after the other, on one socket.
func (r *rivals) routeLoop(b *bench) churner {
	each := func(do func(*netlink.Route) error) func() error {
		return func() error {
			route := netlink.Route{Dst: &net.IPNet{Mask: net.CIDRMask(32, 32)}, Gw: gateway.AsSlice(), LinkIndex: b.oif,
				Table: batchTable, Protocol: unix.RTPROT_STATIC}
			for i := range b.cfg.batch {
				route.Dst.IP = destinationOf(i).AsSlice()
				if err := do(&route); err != nil {
					return err
				}
			}
			return nil
		}
	}
	return churner{name: vishLoop, add: each(r.vish.RouteAdd), remove: each(r.vish.RouteDel)}
}
