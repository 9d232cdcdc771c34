package nltest_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"syscall"

	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/nltest"
)

// nativeHeader writes the length and type of a link message in the machine's byte order.
func nativeHeader(m []byte) []byte {
	binary.NativeEndian.PutUint32(m, uint32(len(m)))
	binary.NativeEndian.PutUint16(m[4:], newLink)
	binary.NativeEndian.PutUint16(m[32:], uint16(m[32]))
	return m
}

// pinned runs f with a pinned socket that is in the group of links.
func pinned(f func(w *world, p *nl.Pinned) string) func(w *world) string {
	return func(w *world) string {
		p, err := w.links.Conn().Pin(w.ctx, rtlink.Events(rtlink.GroupLink))
		if err != nil {
			return w.saw("", err)
		}
		defer p.Close()
		other := *w
		other.links = rtlink.New(p.Conn)
		defer func() { w.lastErr = other.lastErr }()
		return f(&other, p)
	}
}

// next describes what the next events of a pinned socket are.
func next(w *world, p *nl.Pinned, n int) (text string) {
	for e, err := range p.Events(w.ctx) {
		if text != "" {
			text += ", "
		}
		switch {
		case err != nil:
			text += err.Error()
			w.lastErr = err
		default:
			text += "new " + e.(*rtlink.NewLinkNotification).Link.Ifname.Value()
		}
		if n--; n == 0 {
			break
		}
	}
	return text
}

// Each of these happens to a socket that both calls and listens.
var pinFaults = []fault{
	{name: "events between request and reply", want: "eth0 mtu 1500, new a, new b", call: pinned(func(w *world, p *nl.Pinned) string {
		w.k.Inject(nltest.Custom("events", func(*nltest.Exchange) { emit(w, "a", 0); emit(w, "b", 0) }))
		return get(w) + ", " + next(w, p, 2)
	})},
	{name: "events lost during a call", want: "eth0 mtu 1500, receive queue overrun: 2 datagrams lost (overrun 1), new a", is: syscall.ENOBUFS,
		call: pinned(func(w *world, p *nl.Pinned) string {
			w.k.Inject(nltest.Custom("loss", func(*nltest.Exchange) { w.k.LoseEvents(nl.Route, 1, 2) }))
			saw := get(w)
			emit(w, "a", 0)
			return saw + ", " + next(w, p, 2)
		})},
	{name: "stray acknowledgement on a pinned socket", want: "eth0 mtu 1500, lo eth0 eth1", call: pinned(func(w *world, p *nl.Pinned) string {
		w.k.Inject(nltest.StrayAck(0))
		return get(w) + ", " + dump(w)
	})},
	{name: "dump on a pinned socket interrupted", is: nl.ErrDumpInterrupted,
		want: "lo eth0 eth1, then: rt-link getlink: dump interrupted by a change", call: pinned(func(w *world, p *nl.Pinned) string {
			w.k.Inject(nltest.Interrupt(-1))
			return dump(w)
		})},
	{name: "event of 100,000 bytes on a pinned socket", is: syscall.ENOBUFS, want: "receive queue overrun: 1 datagram lost (overrun 1), new a",
		call: pinned(func(w *world, p *nl.Pinned) string {
			w.k.Deliver(p.Port(), nltest.Datagram{Data: make([]byte, 100_000), Group: 1})
			emit(w, "a", 0)
			return next(w, p, 2)
		})},
	{name: "receive of a pinned socket fails with EIO", is: syscall.EIO, want: "events: input/output error",
		call: pinned(func(w *world, p *nl.Pinned) string {
			w.k.Deliver(p.Port(), nltest.Datagram{Err: syscall.EIO})
			return next(w, p, 1)
		})},
	{name: "pinned socket cannot be opened", is: syscall.EMFILE, want: "pin socket: open netlink socket: too many open files",
		setup: func(w *world) { w.k.FailOpen(syscall.EMFILE) }, call: pinned(func(*world, *nl.Pinned) string { return "" })},
	{name: "another process sends to a pinned socket", want: "eth0 mtu 1500, new a", call: pinned(func(w *world, p *nl.Pinned) string {
		w.k.Inject(nltest.Spoof(0, 4711))
		saw := get(w)
		emit(w, "a", 0)
		return saw + ", " + next(w, p, 1)
	}), seen: func(b, a nl.Stats) bool { return a.Drops.Sender == b.Drops.Sender+1 }},
	{name: "peer that does not exist", is: syscall.ECONNREFUSED, want: "rt-link setlink: connection refused", call: func(w *world) string {
		return w.saw("", w.links.SetLink(w.ctx, nil, nl.To(99999)))
	}},
	{name: "peer that is another socket and does not answer", is: nl.ErrOutcomeUnknown,
		want: "rt-link setlink: outcome unknown: context canceled", call: pinned(func(w *world, p *nl.Pinned) string {
			ctx, cancel := context.WithCancel(w.ctx)
			go func() {
				for range p.Events(w.ctx, nl.AnySender) {
					cancel() // the request is here
					return
				}
			}()
			other, err := p.Conn.Pin(w.ctx)
			if err != nil {
				return fmt.Sprint(err)
			}
			defer other.Close()
			return w.saw("", rtlink.New(other.Conn).SetLink(ctx, nil, nl.To(p.Port())))
		})},
}
