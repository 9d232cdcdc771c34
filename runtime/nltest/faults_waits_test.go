package nltest_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/nltest"
)

// cancelled makes a call whose context ends once the request has been sent and the answer does not come.
func cancelled(call func(w *world) string) func(w *world) string {
	return func(w *world) string {
		ctx, cancel := context.WithCancel(w.ctx)
		w.ctx = ctx
		w.k.Inject(nltest.Custom("the caller gives up", func(x *nltest.Exchange) {
			x.Answer = nil
			cancel()
		}))
		return call(w)
	}
}

// Each of these is a peer that keeps the caller waiting.
var waitFaults = []fault{
	{name: "get, no answer ever", call: cancelled(get), is: context.Canceled, want: "rt-link getlink: context canceled",
		fails: "mdlayher/netlink#20, #92, #136: Receive hangs; no library takes a context"},
	{name: "change, no answer ever", call: cancelled(set), is: nl.ErrOutcomeUnknown,
		want: "rt-link setlink: outcome unknown: context canceled"},
	{name: "dump, no answer ever", call: cancelled(dump), is: context.Canceled, want: "rt-link getlink: context canceled"},
	{name: "get, deadline before the answer", is: context.DeadlineExceeded, want: "rt-link getlink: context deadline exceeded",
		faults: faults(nltest.Silence()), call: func(w *world) string {
			ctx, cancel := context.WithTimeout(w.ctx, time.Millisecond)
			defer cancel()
			w.ctx = ctx
			return get(w)
		}, fails: "mdlayher/netlink: deadlines are those of the Conn, for all its users"},
	{name: "answer comes after the caller gave up", want: "eth0 mtu 1500 after context canceled", call: lateAnswer,
		fails: "mdlayher/netlink: the late answer is taken for that of the next call, and so on for ever (5 of 5)"},
	{name: "get, the same reply for ever", is: context.Canceled, want: "rt-link getlink: context canceled", call: func(w *world) string {
		ctx, cancel := context.WithCancel(w.ctx)
		w.ctx = ctx
		w.k.Inject(nltest.Repeat(0), nltest.Custom("give up", func(*nltest.Exchange) { cancel() }))
		return get(w)
	}, fails: "a loop that waits for the acknowledgement does not look at a context"},
	{name: "get, late replies for ever", is: context.Canceled, want: "rt-link getlink: context canceled", call: func(w *world) string {
		ctx, cancel := context.WithCancel(w.ctx)
		w.ctx = ctx
		w.k.Inject(nltest.Stale(0, -1), nltest.Repeat(0), nltest.Custom("give up", func(*nltest.Exchange) { cancel() }))
		return get(w)
	}},
	{name: "a datagram more behind the answer", want: "eth0 mtu 1500", call: get,
		faults: faults(nltest.Tail(nltest.Datagram{Data: []byte("hello"), Port: 4711, NSID: -1}))},
	{name: "dump stalls in the middle, cancelled", is: context.Canceled, want: "lo, then: rt-link getlink: context canceled",
		call: func(w *world) string {
			w.k.Inject(nltest.Split(), nltest.Custom("stall", func(x *nltest.Exchange) { x.Answer[1].Gate = new(nltest.Gate) }))
			ctx, cancel := context.WithCancel(w.ctx)
			defer cancel()
			names := ""
			for l, err := range w.links.GetLinkDump(ctx, nil) {
				if err != nil {
					return w.saw(names, err)
				}
				names += l.Ifname.Value()
				cancel()
			}
			return names
		}},
	{name: "Conn closed under a call", is: nl.ErrClosed, want: "rt-link getlink: connection closed", call: func(w *world) string {
		c := rtlink.New(nltest.Dial(w.t, w.k, nl.Route))
		w.k.Inject(nltest.Custom("close", func(x *nltest.Exchange) { x.Answer = nil; c.Close() }))
		other := *w
		other.links = c
		defer func() { w.lastErr = other.lastErr }()
		return get(&other)
	}, fails: "mdlayher/netlink#20: Close does not unblock"},
	{name: "dumps abandoned at once, 100 times", want: "0 sockets left over", call: func(w *world) string {
		before := w.k.Sockets()
		for range 100 {
			w.k.Inject(nltest.Split())
			for range w.links.GetLinkDump(w.ctx, nil) {
				break
			}
			w.k.Inject(nltest.Repeat(0))
			for range w.links.GetLinkDump(w.ctx, nil) {
				break
			}
		}
		get(w) // with a new socket
		return w.saw(fmt.Sprintf("%d sockets left over", w.k.Sockets()-before), nil)
	}},
}

// lateAnswer gives up on a call, then lets its answer come while a second one runs on the same socket.
func lateAnswer(w *world) string {
	p, err := w.links.Conn().Pin(w.ctx)
	if err != nil {
		return w.saw("", err)
	}
	defer p.Close()
	links := rtlink.New(p.Conn)
	gate := new(nltest.Gate)
	ctx, cancel := context.WithCancel(w.ctx)
	w.k.Inject(nltest.Hold(gate), nltest.Custom("give up", func(*nltest.Exchange) { cancel() }))
	_, first := links.GetLink(ctx, &rtlink.Link{Ifname: nl.Str("lo")})
	w.k.Inject(nltest.Custom("late", func(*nltest.Exchange) { gate.Open() }))
	l, err := links.GetLink(w.ctx, &rtlink.Link{Ifname: nl.Str("eth0")})
	if err != nil {
		return w.saw("", err)
	}
	return w.saw(fmt.Sprintf("%s mtu %d after %v", l.Ifname.Value(), l.MTU.Value(), errors.Unwrap(first)), nil)
}

// Each of these is an error of a system call.
var systemFaults = []fault{
	{name: "send fails with ENOBUFS", faults: faults(nltest.FailSend(syscall.ENOBUFS)), call: set, is: syscall.ENOBUFS,
		want: "rt-link setlink: no buffer space available"},
	{name: "send fails with EAGAIN", faults: faults(nltest.FailSend(syscall.EAGAIN)), call: get, is: syscall.EAGAIN,
		want: "rt-link getlink: resource temporarily unavailable"},
	{name: "send interrupted by a signal", faults: faults(nltest.FailSend(syscall.EINTR)), call: get, want: "eth0 mtu 1500"},
	{name: "receive interrupted by a signal", faults: faults(nltest.FailReceive(0, syscall.EINTR)), call: get, want: "eth0 mtu 1500"},
	{name: "receive fails with EAGAIN", faults: faults(nltest.FailReceive(0, syscall.EAGAIN)), call: get, want: "eth0 mtu 1500",
		fails: "vishvananda/netlink: a timeout of its 60 seconds surfaces as EAGAIN"},
	{name: "receive deadline that nobody set", faults: faults(nltest.FailReceive(0, os.ErrDeadlineExceeded)), call: get,
		want: "eth0 mtu 1500"},
	{name: "ENOBUFS before a whole answer", faults: faults(nltest.FailReceive(0, syscall.ENOBUFS)), call: get, want: "eth0 mtu 1500",
		fails: "google/nftables#103: the flush fails though it was applied",
		seen:  func(b, a nl.Stats) bool { return a.Overruns == b.Overruns+1 }},
	{name: "ENOBUFS in place of a get's answer", faults: faults(nltest.Lose()), call: get, is: syscall.ENOBUFS,
		want: "rt-link getlink: receive queue overrun: messages lost (overrun 1)"},
	{name: "ENOBUFS in place of a change's answer", faults: faults(nltest.Lose()), call: set, is: nl.ErrOutcomeUnknown,
		want: "rt-link setlink: outcome unknown: receive queue overrun: messages lost (overrun 1)"},
	{name: "receive fails with EIO", faults: faults(nltest.FailReceive(0, syscall.EIO)), call: set, is: syscall.EIO,
		want: "rt-link setlink: outcome unknown: input/output error"},
	{name: "no descriptors left for a dump beside a dump", is: syscall.EMFILE,
		want: "rt-link getlink: open netlink socket: too many open files", call: func(w *world) string {
			for range w.links.GetLinkDump(w.ctx, nil) {
				w.k.Inject(nltest.Repeat(0)) // the answer is never read to its end, so its socket does not come back
				for range w.links.GetLinkDump(w.ctx, nil) {
					w.k.FailOpen(syscall.EMFILE)
					return dump(w)
				}
			}
			return ""
		}},
}
