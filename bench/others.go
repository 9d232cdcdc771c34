package main

import (
	"fmt"

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
	vish, err := netlink.NewHandle(unix.NETLINK_ROUTE)
	if err != nil {
		return nil, fmt.Errorf("open vishvananda/netlink: %w", err)
	}
	jsim, err := rtnetlink.Dial(nil)
	if err != nil {
		return nil, fmt.Errorf("open jsimonetti/rtnetlink: %w", err)
	}
	return &rivals{raw, vish, jsim}, nil
}

func (r *rivals) close() {
	r.vish.Close()
	r.jsim.Close()
}

const (
	rawLoop  = "raw receive loop"
	vishIter = "vishvananda/netlink iterator"
	vishList = "vishvananda/netlink list"
	jsimList = "jsimonetti/rtnetlink list"
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

// gets are single requests for the link with this index.
func (r *rivals) gets(index int) []contender {
	return []contender{
		{"vishvananda/netlink", func() (int, error) {
			_, err := r.vish.LinkByIndex(index)
			return 1, err
		}},
		{"jsimonetti/rtnetlink", func() (int, error) {
			_, err := r.jsim.Link.Get(uint32(index))
			return 1, err
		}},
	}
}
