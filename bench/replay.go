package main

import (
	"fmt"
	"iter"
	"net/netip"

	"github.com/nlgen/nlgen/generated/rtroute"
	"github.com/nlgen/nlgen/runtime/nl"
	"golang.org/x/sys/unix"
)

// A replay is n notifications that a process sends: all while they are received, or some at a time before.
type replay struct {
	sender *sender
	ahead  bool
	n      int
	sum    uint64 // of their last destination octets
}

// order has more sent to a port that has received some, if need be.
func (r *replay) order(port uint32, received int) error {
	switch {
	case r.ahead && received%queued == 0 && received < r.n:
		if err := r.sender.order(port, min(queued, r.n-received)); err != nil {
			return err
		}
		return r.sender.wait()
	case !r.ahead && received == 0:
		return r.sender.order(port, r.n)
	case !r.ahead && received == r.n:
		return r.sender.wait()
	}
	return nil
}

// bare counts them and looks at nothing.
func (r *replay) bare(c *rawConn) (n int, err error) {
	port, err := c.port()
	for err == nil {
		if err = r.order(port, n); err != nil || n == r.n {
			break
		}
		if _, err = unix.Read(c.fd, c.buf); err == nil {
			n++
		}
	}
	return n, err
}

// bulk is bare with several datagrams in a system call.
func (r *replay) bulk(c *rawConn) (n int, err error) {
	buffers := make([][]byte, bulk)
	for i := range buffers {
		buffers[i] = make([]byte, 1024)
	}
	all := datagrams(buffers)
	port, err := c.port()
	for err == nil {
		if err = r.order(port, n); err != nil || n == r.n {
			break
		}
		room := r.n - n
		if r.ahead {
			room = min(room, queued-n%queued)
		}
		var k int
		k, err = receiveSome(c.fd, all[:min(bulk, room)])
		n += k
	}
	return n, err
}

// typed reads them from a subscription.
func (r *replay) typed(port uint32, notifications iter.Seq2[nl.Notification, error]) (n int, err error) {
	if err := r.order(port, 0); err != nil {
		return 0, err
	}
	var sum uint64
	for m, err := range notifications {
		if err != nil {
			return n, err
		}
		switch m := m.(type) {
		case *rtroute.NewRouteNotification:
			sum += lastOctet(m.Route.Dst)
		case *rtroute.DelRouteNotification:
			sum += lastOctet(m.Route.Dst)
		default:
			return n, fmt.Errorf("received %T", m)
		}
		n++
		if err := r.order(port, n); err != nil {
			return n, err
		}
		if n == r.n {
			break
		}
	}
	if sum != r.sum {
		return n, fmt.Errorf("destinations add up to %d, want %d", sum, r.sum)
	}
	return n, nil
}

func lastOctet(a netip.Addr) uint64 {
	if !a.Is4() {
		return 1 << 32 // spoils the sum
	}
	return uint64(a.As4()[3])
}
