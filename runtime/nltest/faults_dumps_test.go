package nltest_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"syscall"

	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/nltest"
)

// Each of these happens to a dump of lo, eth0 and eth1.
var dumpFaults = []fault{
	{name: "dump, one datagram a message", faults: faults(nltest.Split()), call: dump, want: "lo eth0 eth1"},
	{name: "dump, NOOP in the middle", faults: faults(nltest.Noop(1)), call: dump, want: "lo eth0 eth1"},
	{name: "dump, message twice", faults: faults(nltest.Duplicate(1)), call: dump, want: "lo eth0 eth0 eth1"},
	{name: "dump, DONE of another process", faults: faults(nltest.Spoof(-1, 4711), nltest.Split()), call: dump, want: "lo eth0 eth1",
		fails: "libraries that do not look at the sender end the dump silently short"},
	{name: "dump, DONE of an earlier dump", faults: faults(nltest.Stale(0, -1)), call: dump, want: "lo eth0 eth1"},
	{name: "dump, message of another port", faults: faults(nltest.Foreign(1, 4711)), call: dump, want: "lo eth0 eth1"},
	{name: "dump, error in DONE", faults: faults(nltest.FailDone(&nltest.Refusal{Errno: syscall.EOPNOTSUPP, Message: "went away"})),
		call: dump, is: syscall.EOPNOTSUPP, want: "lo eth0 eth1, then: rt-link getlink: operation not supported: went away",
		fails: "mdlayher/netlink#182, #183: errors in DONE were lost, and their text"},
	{name: "dump, DONE without a number", faults: faults(nltest.Cut(-1, 4), nltest.Corrupt(-1, resize(16))), call: dump,
		want:  "lo eth0 eth1",
		fails: "vishvananda/netlink#1099: DONE cast to the message type, panic"},
	{name: "dump refused at once", faults: faults(nltest.Refuse(syscall.EOPNOTSUPP)), call: dump, is: syscall.EOPNOTSUPP,
		want: "rt-link getlink: operation not supported"},
	{name: "dump, OVERRUN in the middle", faults: faults(nltest.Overrun(2)), call: dump, is: syscall.ENOBUFS,
		want: "lo eth0, then: rt-link getlink: receive queue overrun: messages lost (overrun 1)"},
	{name: "dump, ENOBUFS in the middle", faults: faults(nltest.FailReceive(2, syscall.ENOBUFS)), call: dump, is: syscall.ENOBUFS,
		want: "lo eth0, then: rt-link getlink: receive queue overrun: messages lost (overrun 1)"},
	{name: "dump, datagram of 100,000 bytes", faults: faults(nltest.Split(), nltest.Oversize(1, 100_000)), call: dump,
		is: nl.ErrTruncated, want: "lo, then: rt-link getlink: message truncated"},
	{name: "dump, malformed in the middle", faults: faults(nltest.Insert(1, nltest.Datagram{Data: []byte("hello"), NSID: -1})),
		call: dump, is: nl.ErrMalformed, want: "lo, then: rt-link getlink: malformed message"},
	{name: "dump, one message unreadable", faults: faults(nltest.Corrupt(1, unreadable)), call: dump,
		want: "lo ? eth1"},
	{name: "dump, one attribute of the wrong size", want: "lo eth0 eth1, 1 attribute kept raw", call: oddAttribute},
	{name: "dump without end, left", faults: faults(nltest.Repeat(1)), want: "lo eth0 eth0 eth0", call: func(w *world) string {
		return w.saw(take(w, 4), nil)
	}},
	{name: "dump without end, cancelled", faults: faults(nltest.Repeat(0)), is: context.Canceled,
		want: "more than 1000 messages, then: rt-link getlink: context canceled", call: func(w *world) string {
			ctx, cancel := context.WithCancel(w.ctx)
			defer cancel()
			n := 0
			for _, err := range w.links.GetLinkDump(ctx, nil) {
				if err != nil {
					return w.saw(fmt.Sprintf("more than %d messages", n/1000*1000), err)
				}
				if n++; n == 1000 {
					cancel()
				}
			}
			return "the dump ended"
		}},
	{name: "call inside of a dump", want: "eth0 mtu 1500 three times", call: func(w *world) string {
		n := 0
		for range w.links.GetLinkDump(w.ctx, nil) {
			if get(w) == "eth0 mtu 1500" {
				n++
			}
		}
		return w.saw(map[int]string{3: "eth0 mtu 1500 three times"}[n], nil)
	}, fails: "mdlayher/netlink: Execute inside of ReceiveIter deadlocks"},
	{name: "call beside a dump that stalls", want: "eth0 mtu 1500 beside it, then lo eth0 eth1",
		fails: "mdlayher/netlink waits 70 ms and vishvananda/netlink up to 380 ms behind a dump of 65,000 routes", call: besideStalledDump},
	{name: "filter on a kernel that would ignore it", is: nl.ErrFilterIgnored,
		want:  "rt-link getlink: kernel too old to filter dumps, Linux 4.20 is needed",
		fails: "vishvananda/netlink: an ignored filter lists everything", call: oldKernel},
}

// take leaves a dump after some messages.
func take(w *world, n int) (text string) {
	for l, err := range w.links.GetLinkDump(w.ctx, nil) {
		if err != nil {
			return text + err.Error()
		}
		if text += l.Ifname.Value(); n == 1 {
			break
		}
		text += " "
		n--
	}
	return text
}

func oddAttribute(w *world) string {
	w.k.Inject(nltest.Corrupt(1, func(m []byte) { binary.NativeEndian.PutUint16(m[34:], 4) })) // the name is taken for an MTU
	raw := 0
	names := ""
	for l, err := range w.links.GetLinkDump(w.ctx, nil) {
		if err != nil {
			return w.saw(names, err)
		}
		raw += len(l.Unknown)
		names += map[uint32]string{65536: "lo ", 1500: "eth0 ", 1400: "eth1"}[l.MTU.Value()]
	}
	return w.saw(fmt.Sprintf("%s, %d attribute kept raw", names, raw), nil)
}

func besideStalledDump(w *world) string {
	gate, stalled, listed := new(nltest.Gate), make(chan struct{}), make(chan string)
	w.k.Inject(nltest.Hold(gate), nltest.Custom("tell", func(*nltest.Exchange) { close(stalled) }))
	other := *w
	go func() { listed <- dump(&other) }()
	<-stalled
	beside := get(w)
	gate.Open()
	return beside + " beside it, then " + <-listed
}

func oldKernel(w *world) string {
	w.k.SetOld(true)
	defer w.k.SetOld(false)
	c := rtlink.New(nltest.Dial(w.t, w.k, nl.Route))
	if _, err := nl.Collect(c.GetLinkDump(w.ctx, nil)); err != nil {
		return w.saw("without filter", err)
	}
	byFamily := &rtlink.Link{Header: rtlink.Ifinfomsg{Family: 7}}
	if _, err := nl.Collect(c.GetLinkDump(w.ctx, byFamily)); err != nil {
		return w.saw("by address family", err)
	}
	lax := rtlink.New(nltest.Dial(w.t, w.k, nl.Route, func(o *nl.Options) { o.NoStrictCheck = true }))
	filter := &rtlink.Link{Master: nl.U32(3)}
	if _, err := nl.Collect(lax.GetLinkDump(w.ctx, filter)); err != nil {
		return w.saw("without strict checking", err)
	}
	byFlags := &rtlink.Link{Header: rtlink.Ifinfomsg{Flags: 1}}
	if _, err := nl.Collect(c.GetLinkDump(w.ctx, byFlags)); !errors.Is(err, nl.ErrFilterIgnored) {
		return w.saw("filter in the header", err)
	}
	_, err := nl.Collect(c.GetLinkDump(w.ctx, filter))
	return w.saw("", err)
}

// unreadable makes the first attribute shorter than its header.
func unreadable(m []byte) { binary.NativeEndian.PutUint16(m[32:], 1) }

const unreadableText = "rt-link getlink: decode link-attrs: attribute length 1 with "

// Each of these is a dump that a change interrupts.
var interruptFaults = []fault{
	{name: "interrupted in a message", faults: faults(nltest.Interrupt(1)), call: dump, is: nl.ErrDumpInterrupted,
		want: "lo eth0 eth1, then: rt-link getlink: dump interrupted by a change",
		seen: func(b, a nl.Stats) bool { return a.Interrupts == b.Interrupts+1 }},
	{name: "interrupted in DONE alone", faults: faults(nltest.Interrupt(-1)), call: dump, is: nl.ErrDumpInterrupted,
		want:  "lo eth0 eth1, then: rt-link getlink: dump interrupted by a change",
		fails: "mdlayher/netlink: the flag is lost before the caller sees it"},
	{name: "interrupted in a datagram of its own", faults: faults(nltest.Split(), nltest.Interrupt(2)), call: dump,
		is: nl.ErrDumpInterrupted, want: "lo eth0 eth1, then: rt-link getlink: dump interrupted by a change"},
	{name: "interrupted once, collected", faults: faults(nltest.Interrupt(0)), call: collect, want: "lo eth0 eth1 (attempt 2)",
		fails: "cilium#35614, ovn-kubernetes#5402: every user writes a retry loop",
		seen:  func(b, a nl.Stats) bool { return a.Interrupts == b.Interrupts+1 && a.Retries == b.Retries+1 }},
	{name: "interrupted always, collected", is: nl.ErrDumpInterrupted, call: collect,
		setup: func(w *world) { w.k.InjectWhen(nil, -1, nltest.Interrupt(-1)) },
		want:  "lo eth0 eth1 (attempt 3), then: rt-link getlink: dump interrupted by a change (attempts: 3)",
		fails: "containernetworking/plugins#1121: what arrived was thrown away"},
	{name: "interrupted always, collected until a deadline", is: context.DeadlineExceeded, call: collectWithin,
		setup: func(w *world) { w.k.InjectWhen(nil, -1, nltest.Interrupt(-1)) },
		want: "3 links after more than 10 attempts, then: rt-link getlink: dump interrupted by a change, then: " +
			"context deadline exceeded",
		fails: "cilium#48718: 30 retries at once, then an error without reason"},
	{name: "interrupted, and messages of the second attempt are unreadable", call: collect,
		setup: func(w *world) {
			w.k.Inject(nltest.Interrupt(-1))
			w.k.Inject(nltest.Corrupt(0, unreadable), nltest.Corrupt(2, unreadable))
		},
		want: "eth0 (attempt 2), then: " + unreadableText + "16 bytes left at byte 16\n" + unreadableText + "20 bytes left at byte 16"},
	{name: "interrupted, and the second attempt fails in the middle", is: syscall.ENOBUFS, call: collect,
		setup: func(w *world) {
			w.k.Inject(nltest.Interrupt(-1))
			w.k.Inject(nltest.Corrupt(0, unreadable), nltest.FailReceive(2, syscall.ENOBUFS))
		},
		want: "lo eth0 eth1 (attempt 2), then: rt-link getlink: dump interrupted by a change, then: " + unreadableText +
			"16 bytes left at byte 16\nrt-link getlink: receive queue overrun: messages lost (overrun 1) (attempts: 2)"},
	{name: "interrupted, and the second attempt fails", is: syscall.EIO, call: collect,
		setup: func(w *world) {
			w.k.Inject(nltest.Interrupt(-1))
			w.k.Inject(nltest.Refuse(syscall.EIO))
		},
		want: "lo eth0 eth1 (attempt 2), then: rt-link getlink: dump interrupted by a change, then: " +
			"rt-link getlink: input/output error (attempts: 2)"},
}

// collectWithin tries until a context ends, which it does after more attempts than there are by default.
func collectWithin(w *world) string {
	ctx := &lateContext{Context: w.ctx, left: 40, done: make(chan struct{})}
	all, err := nl.Collect(w.links.GetLinkDump(w.ctx, nil), nl.Within(ctx), nl.Backoff(1, 1))
	var gaveUp *nl.InterruptedError
	if !errors.As(err, &gaveUp) || gaveUp.Attempts <= 10 || !errors.Is(err, nl.ErrDumpInterrupted) {
		return w.saw("", err)
	}
	return w.saw(fmt.Sprintf("%d links after more than 10 attempts", len(all)), gaveUp.Err)
}

// lateContext ends after it was asked some times.
type lateContext struct {
	context.Context
	left int
	done chan struct{}
}

func (c *lateContext) Done() <-chan struct{} { return c.done }

func (c *lateContext) Err() error {
	if c.left--; c.left > 0 {
		return nil
	}
	return context.DeadlineExceeded
}
