package nltest_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"syscall"

	"github.com/nlgen/nlgen/generated/mptcppm"
	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/nltest"
	"github.com/nlgen/nlgen/runtime/wire"
)

func nlAttr(typ uint16, b []byte) wire.Attr { return wire.Attr{Type: typ, Data: b} }

func countBlobs(l *rtlink.Link) string {
	return fmt.Sprintf("%d alternative names of %d bytes", len(l.Unknown), len(l.Unknown[0].Data))
}

// Each of these happens to a generic netlink family.
var familyFaults = []fault{
	{name: "family comes back under another id", call: limits, want: "subflows 2",
		setup: func(w *world) { w.family.Remove(); w.family.Restore() },
		fails: "mdlayher/genetlink looks an id up once; users keep it for ever",
		seen:  func(b, a nl.Stats) bool { return a.Retries == b.Retries+1 }},
	{name: "family comes back under another id, dump", call: endpoints, want: "2 endpoints",
		setup: func(w *world) { w.family.Remove(); w.family.Restore() }},
	{name: "another family has the id now", call: limits, want: "subflows 2", setup: func(w *world) {
		w.family.Remove()
		w.family.Restore()
		other := w.k.Family("other", 1)
		for other.ID() != w.family.ID()-1 && other.ID() < 40 {
			other.Restore()
		}
	}},
	{name: "family vanishes", is: nl.ErrFamilyNotFound, call: func(w *world) string {
		w.family.Remove()
		defer w.family.Restore()
		return limits(w)
	}, want: `mptcp_pm get-limits: resolve family "mptcp_pm": family not found: the kernel lacks it, its module is not ` +
		"loaded, or this network namespace does not show it"},
	{name: "lookup of a family fails", is: syscall.EBUSY, want: `mptcp_pm get-limits: resolve family "mptcp_pm": nlctrl getfamily: ` +
		"device or resource busy", call: func(w *world) string {
		w.k.InjectWhen(func(r *nltest.Request) bool { return r.Type == 16 }, 1, nltest.Refuse(syscall.EBUSY))
		other := *w
		other.mptcp = mptcppm.New(nltest.Dial(w.t, w.k, nl.Generic))
		defer func() { w.lastErr = other.lastErr }()
		return limits(&other)
	}},
	{name: "lookup answered with another family", call: func(w *world) string {
		w.k.InjectWhen(func(r *nltest.Request) bool { return r.Type == 16 }, 1, nltest.Corrupt(0, func(m []byte) { m[32] = 'x' }))
		other := *w
		other.mptcp = mptcppm.New(nltest.Dial(w.t, w.k, nl.Generic))
		defer func() { w.lastErr = other.lastErr }()
		return limits(&other)
	}, want: `mptcp_pm get-limits: resolve family "mptcp_pm": the kernel answered with family "xptcp_pm", id 17`},
	{name: "family lookup on a Conn of another protocol", call: func(w *world) string {
		_, err := w.links.Conn().Family(w.ctx, "mptcp_pm")
		return w.saw("", err)
	}, want: "nlctrl: connection speaks netlink protocol 0, the family needs 16"},
	{name: "reply of another command", faults: faults(nltest.Corrupt(0, func(m []byte) { m[16] = 77 })), call: limits, is: nl.ErrNoReply,
		want: "mptcp_pm get-limits: no reply message, but 1 of another type"},
	{name: "reply without a generic header", faults: faults(nltest.Cut(0, 12), nltest.Corrupt(0, resize(16))), call: limits,
		is: nl.ErrNoReply, want: "mptcp_pm get-limits: no reply message, but 1 of another type"},
	{name: "command that the family does not know", is: syscall.EOPNOTSUPP, want: "mptcp_pm flush-addrs: operation not supported",
		call: func(w *world) string { return w.saw("", w.mptcp.FlushAddrs(w.ctx, nil)) }},
}

// events subscribes to links, runs do, and describes the next n things that the loop yields.
func events(n int, do func(w *world, sub *nl.Subscription), opts ...nl.SubscribeOption) func(w *world) string {
	return func(w *world) string {
		sub, err := nl.Subscribe(w.ctx, w.links.Conn(), append(opts, rtlink.Events(rtlink.GroupLink))...)
		if err != nil {
			return w.saw("", err)
		}
		defer sub.Close()
		do(w, sub)
		var seen []string
		for e, err := range sub.All() {
			switch e := e.(type) {
			case *rtlink.NewLinkNotification:
				seen = append(seen, "new "+e.Link.Ifname.Value())
			case *nl.RawNotification:
				seen = append(seen, fmt.Sprint("raw ", e.Command))
			case nil:
				seen = append(seen, err.Error())
				w.lastErr = err
			}
			if len(seen) == n {
				break
			}
		}
		return strings.Join(seen, ", ")
	}
}

func emit(w *world, name string, sender uint32) {
	if _, err := w.k.Emit(nl.Route, nltest.Event{Group: 1, Type: newLink, Sender: sender, Message: link(name, 1500)}); err != nil {
		w.t.Error(err)
	}
}

// Each of these happens to a subscription.
var eventFaults = []fault{
	{name: "events lost in the middle", is: syscall.ENOBUFS, want: "new a, receive queue overrun: 3 datagrams lost (overrun 1), new b",
		call: func(w *world) string {
			var got []string
			sub, err := nl.Subscribe(w.ctx, w.links.Conn(), rtlink.Events(rtlink.GroupLink))
			if err != nil {
				return w.saw("", err)
			}
			defer sub.Close()
			emit(w, "a", 0)
			for e, err := range sub.All() {
				if err != nil {
					w.lastErr = err
					got = append(got, err.Error())
					emit(w, "b", 0)
					continue
				}
				got = append(got, "new "+e.(*rtlink.NewLinkNotification).Link.Ifname.Value())
				if len(got) == 3 {
					break
				}
				w.k.LoseEvents(nl.Route, 1, 3)
			}
			return strings.Join(got, ", ")
		}, fails: "vishvananda/netlink: the goroutine of Subscribe exits and closes the channel"},
	{name: "more events than the queue holds", is: syscall.ENOBUFS, want: "receive queue overrun: 9 datagrams lost (overrun 1), new n0",
		call: events(2, func(w *world, _ *nl.Subscription) {
			for i := range 10 {
				emit(w, fmt.Sprint("n", i), 0)
			}
		}, nl.EventBuffer(50))},
	{name: "event of another process", want: "new true", call: events(1, func(w *world, _ *nl.Subscription) {
		emit(w, "false", 4711)
		emit(w, "true", 0)
	}), seen: func(b, a nl.Stats) bool { return a.Drops.Sender == b.Drops.Sender+1 }},
	{name: "malformed event", want: "subscription datagram: malformed message, new b", call: events(2, func(w *world, sub *nl.Subscription) {
		w.k.Deliver(sub.Port(), nltest.Datagram{Data: []byte("hello"), Group: 1})
		emit(w, "b", 0)
	}), is: nl.ErrMalformed},
	{name: "unreadable event", call: events(2, func(w *world, sub *nl.Subscription) {
		m := make([]byte, 40)
		copy(m, []byte{40, 0, 0, 0, 16, 0})
		m[32] = 2 // an attribute shorter than its header
		w.k.Deliver(sub.Port(), nltest.Datagram{Data: nativeHeader(m), Group: 1})
		emit(w, "b", 0)
	}), want: "rt-link newlink-ntf: decode link-attrs: attribute length 2 with 8 bytes left at byte 16, new b"},
	{name: "event that no schema knows", want: "raw 999, new b", call: events(2, func(w *world, _ *nl.Subscription) {
		w.k.Emit(nl.Route, nltest.Event{Group: 1, Type: 999})
		emit(w, "b", 0)
	})},
	{name: "OVERRUN among the events", is: syscall.ENOBUFS, want: "receive queue overrun: messages lost (overrun 1), new b",
		call: events(2, func(w *world, _ *nl.Subscription) {
			w.k.Emit(nl.Route, nltest.Event{Group: 1, Type: 4})
			emit(w, "b", 0)
		})},
	{name: "event of 100,000 bytes", is: syscall.ENOBUFS, want: "receive queue overrun: 1 datagram lost (overrun 1), new b",
		call: events(2, func(w *world, sub *nl.Subscription) {
			w.k.Deliver(sub.Port(), nltest.Datagram{Data: make([]byte, 100_000), Group: 1})
			emit(w, "b", 0)
		})},
	{name: "receive interrupted by a signal while waiting for events", want: "new b", call: events(1, func(w *world, sub *nl.Subscription) {
		w.k.Deliver(sub.Port(), nltest.Datagram{Err: syscall.EINTR})
		emit(w, "b", 0)
	})},
	{name: "receive deadline that nobody set while waiting for events", want: "new b", call: events(1, func(w *world, sub *nl.Subscription) {
		w.k.Deliver(sub.Port(), nltest.Datagram{Err: os.ErrDeadlineExceeded})
		emit(w, "b", 0)
	})},
	{name: "receive of events fails with EIO", is: syscall.EIO, want: "subscription: input/output error", call: events(1, func(w *world, sub *nl.Subscription) {
		w.k.Deliver(sub.Port(), nltest.Datagram{Err: syscall.EIO})
	})},
	{name: "acknowledgement among the events", want: "new b", call: events(1, func(w *world, _ *nl.Subscription) {
		w.k.Emit(nl.Route, nltest.Event{Group: 1, Type: 2})
		emit(w, "b", 0)
	})},
	{name: "unreadable attribute of an event", want: "new b", call: events(1, func(w *world, _ *nl.Subscription) {
		w.k.Emit(nl.Route, nltest.Event{Group: 1, Type: newLink, Message: &rtlink.Link{Ifname: nl.Str("b"),
			Unknown: nl.Attrs{nlAttr(4, []byte{1})}}})
	}), seen: func(b, a nl.Stats) bool { return a.Unreadable == b.Unreadable+1 }},
	{name: "group cannot be joined", is: syscall.EPERM, setup: func(w *world) { w.k.FailJoin(syscall.EPERM) },
		call: events(1, func(*world, *nl.Subscription) {}),
		want: `subscribe: join group "link" (1) of rt-link: operation not permitted`},
	{name: "subscription ended by its context", is: context.Canceled, want: "subscription: context canceled", call: func(w *world) string {
		ctx, cancel := context.WithCancel(w.ctx)
		defer cancel()
		sub, err := nl.Subscribe(ctx, w.links.Conn(), rtlink.Events(rtlink.GroupLink))
		if err != nil {
			return w.saw("", err)
		}
		cancel()
		for _, err := range sub.All() {
			return w.saw("", err)
		}
		return "nothing"
	}},
	{name: "20 subscriptions whose reader left", want: "0 sockets left over", call: func(w *world) string {
		before := w.k.Sockets()
		for range 20 {
			events(1, func(w *world, _ *nl.Subscription) { emit(w, "a", 0); emit(w, "b", 0) })(w)
		}
		return w.saw(fmt.Sprintf("%d sockets left over", w.k.Sockets()-before), nil)
	}, fails: "vishvananda/netlink: 20 closed subscriptions leak 20 goroutines"},
}
