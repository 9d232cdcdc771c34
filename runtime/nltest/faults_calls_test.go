package nltest_test

import (
	"encoding/binary"
	"syscall"

	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/nltest"
)

func faults(f ...nltest.Fault) []nltest.Fault { return f }

// resize changes the length field of a message.
func resize(n uint32) func(m []byte) {
	return func(m []byte) { binary.NativeEndian.PutUint32(m, n) }
}

// Each of these happens to a get that one message answers.
var replyFaults = []fault{
	{name: "reply and acknowledgement in one datagram", faults: faults(nltest.Merge()), call: get, want: "eth0 mtu 1500",
		fails: "mdlayher/netlink#39, #131: the acknowledgement that is left over breaks the next call"},
	{name: "NOOP before the reply", faults: faults(nltest.Noop(0)), call: get, want: "eth0 mtu 1500"},
	{name: "stray acknowledgement before the reply", faults: faults(nltest.StrayAck(0)), call: get, want: "eth0 mtu 1500",
		fails: "mdlayher/netlink: off by one for ever after, every Execute says mismatched sequence",
		seen:  func(b, a nl.Stats) bool { return a.Drops.Sequence == b.Drops.Sequence+1 }},
	{name: "stray acknowledgements after the answer", faults: faults(nltest.Duplicate(-1), nltest.Duplicate(-1)), call: get,
		want: "eth0 mtu 1500"},
	{name: "late reply of an earlier request", faults: faults(nltest.Stale(0, -1)), call: get, want: "eth0 mtu 1500",
		seen: func(b, a nl.Stats) bool { return a.Drops.Sequence == b.Drops.Sequence+1 }},
	{name: "sequence number of the future", faults: faults(nltest.Stale(0, 1)), call: get, want: "eth0 mtu 1500",
		seen: func(b, a nl.Stats) bool { return a.Drops.Sequence == b.Drops.Sequence+1 }},
	{name: "reply to another port", faults: faults(nltest.Foreign(0, 4711)), call: get, want: "eth0 mtu 1500",
		seen: func(b, a nl.Stats) bool { return a.Drops.Port == b.Drops.Port+1 }},
	{name: "reply of another process", faults: faults(nltest.Spoof(0, 4711)), call: get, want: "eth0 mtu 1500",
		fails: "libraries that check only the sequence number believe it",
		seen:  func(b, a nl.Stats) bool { return a.Drops.Sender == b.Drops.Sender+1 }},
	{name: "acknowledgement of another process", faults: faults(nltest.Spoof(-1, 4711)), call: get, want: "eth0 mtu 1500",
		seen: func(b, a nl.Stats) bool { return a.Drops.Sender == b.Drops.Sender+1 }},
	{name: "reply of another type first", faults: faults(nltest.Retype(0, 99)), call: get, want: "eth0 mtu 1500",
		seen: func(b, a nl.Stats) bool { return a.Drops.Type == b.Drops.Type+1 }},
	{name: "reply twice", faults: faults(nltest.Duplicate(0)), call: get, is: nl.ErrManyReplies,
		want:  "rt-link getlink: several reply messages: 2",
		fails: "jsimonetti/rtnetlink hides the reason behind too many/little matches"},
	{name: "reply lost, acknowledgement there", faults: faults(nltest.Drop(0)), call: get, is: nl.ErrNoReply,
		want: "rt-link getlink: no reply message"},
	{name: "reply cut short", faults: faults(nltest.Cut(0, 4)), call: get, is: nl.ErrMalformed,
		want: "rt-link getlink: malformed message"},
	{name: "bytes that are no netlink", faults: faults(nltest.Insert(0, nltest.Datagram{Data: []byte("hello"), NSID: -1})),
		call: get, is: nl.ErrMalformed, want: "rt-link getlink: malformed message"},
	{name: "length field of the message is 0", call: get, is: nl.ErrMalformed, want: "rt-link getlink: malformed message",
		faults: faults(nltest.Corrupt(0, resize(0)))},
	{name: "length field of an attribute too large", call: get,
		want:   "rt-link getlink: decode link-attrs: attribute length 60000 with 20 bytes left at byte 16",
		faults: faults(nltest.Corrupt(0, func(m []byte) { binary.NativeEndian.PutUint16(m[32:], 60000) }))},
	{name: "datagram of 100,000 bytes", faults: faults(nltest.Oversize(0, 100_000)), call: get, is: nl.ErrTruncated,
		want:  "rt-link getlink: message truncated",
		fails: "vishvananda/netlink does not look whether a datagram was cut",
		seen:  func(b, a nl.Stats) bool { return a.Truncated == b.Truncated+1 }},
	{name: "datagram of 100,000 bytes, second attempt", faults: faults(nltest.Oversize(0, 100_000)), want: "eth0 mtu 1500",
		call: func(w *world) string {
			get(w) // the buffer grows
			w.k.Inject(nltest.Oversize(0, 100_000))
			return get(w)
		}},
	{name: "OVERRUN message", faults: faults(nltest.Overrun(0)), call: get, want: "eth0 mtu 1500",
		fails: "mdlayher/netlink and vishvananda/netlink ignore it",
		seen:  func(b, a nl.Stats) bool { return a.Overruns == b.Overruns+1 }},
	{name: "answer replaced by OVERRUN", faults: faults(nltest.Drop(-1), nltest.Overrun(0), nltest.Drop(1)), call: get,
		is: syscall.ENOBUFS, want: "rt-link getlink: receive queue overrun: messages lost (overrun 1)"},
	{name: "change whose acknowledgement is no message", faults: faults(nltest.Cut(0, 8)), call: set, is: nl.ErrOutcomeUnknown,
		want: "rt-link setlink: outcome unknown: malformed message"},
	{name: "request and reply of 200,000 bytes", want: "10 alternative names of 20000 bytes", call: bigMessages},
}

// bigMessages sends a request that does not fit 64 KiB and gets such a reply. The first get enlarges the buffer.
func bigMessages(w *world) string {
	blob := make([]byte, 20_000)
	var big rtlink.Link
	for range 10 {
		big.Unknown = append(big.Unknown, nlAttr(999, blob))
	}
	w.k.Handle(nl.Route, getLink, nltest.Get(newLink, func(req *rtlink.Link) (*rtlink.Link, error) { return req, nil }))
	w.links.GetLink(w.ctx, &big)
	l, err := w.links.GetLink(w.ctx, &big)
	defer func() { *w = *newWorld(w.t) }()
	if err != nil {
		return w.saw("", err)
	}
	return w.saw(countBlobs(l), nil)
}

// Each of these is an error that the kernel answers with.
var refusalFaults = []fault{
	{name: "refused with EPERM", faults: faults(nltest.Refuse(syscall.EPERM)), call: set, is: syscall.EPERM,
		want: "rt-link setlink: operation not permitted"},
	{name: "refused with EBUSY", faults: faults(nltest.Refuse(syscall.EBUSY)), call: set, is: syscall.EBUSY,
		want: "rt-link setlink: device or resource busy"},
	{name: "refused with EINTR", faults: faults(nltest.Refuse(syscall.EINTR)), call: set, is: syscall.EINTR,
		want: "rt-link setlink: interrupted system call"},
	{name: "refused with EAGAIN", faults: faults(nltest.Refuse(syscall.EAGAIN)), call: set, is: syscall.EAGAIN,
		want: "rt-link setlink: resource temporarily unavailable"},
	{name: "refused with ENOBUFS", faults: faults(nltest.Refuse(syscall.ENOBUFS)), call: set, is: syscall.ENOBUFS,
		want: "rt-link setlink: no buffer space available"},
	{name: "refused with text, capped", call: set, is: syscall.EINVAL, want: "rt-link setlink: mtu: invalid argument: too high",
		faults: faults(nltest.Refuse(mtuTooHigh)),
		fails:  "mdlayher/netlink: with CapAcknowledge set the text is lost"},
	{name: "refused with text, not capped", call: set, is: syscall.EINVAL, want: "rt-link setlink: mtu: invalid argument: too high",
		setup: func(w *world) { w.k.SetAcks(nltest.Full) }, faults: faults(nltest.Refuse(mtuTooHigh))},
	{name: "refused by a kernel without extended acknowledgements", call: set, is: syscall.EINVAL,
		setup: func(w *world) { w.k.SetAcks(nltest.FullPlain) }, faults: faults(nltest.Refuse(mtuTooHigh)),
		want: "rt-link setlink: invalid argument"},
	{name: "refused, capped and without attributes", call: set, is: syscall.EINVAL,
		setup: func(w *world) { w.k.SetAcks(nltest.CappedPlain) }, faults: faults(nltest.Refuse(mtuTooHigh)),
		want: "rt-link setlink: invalid argument"},
	{name: "refused with the range", call: set, is: syscall.ERANGE,
		want: "rt-link setlink: mtu: numerical result out of range (range 68..1500)",
		faults: faults(nltest.Refuse(&nltest.Refusal{Errno: syscall.ERANGE, Offset: 32, Policy: &nl.Policy{Type: "u32",
			Min: nl.U64(68), Max: nl.U64(1500)}}))},
	{name: "refused for a missing attribute", call: set, is: syscall.EINVAL,
		want:   "rt-link setlink: invalid argument (missing ifname)",
		faults: faults(nltest.Refuse(&nltest.Refusal{Errno: syscall.EINVAL, Missing: 3}))},
	{name: "error message too short", faults: faults(nltest.Corrupt(0, resize(20))),
		call: set, is: nl.ErrOutcomeUnknown, want: "rt-link setlink: outcome unknown: malformed message"},
	{name: "refused for an attribute outside of the request", call: set, is: syscall.EINVAL,
		want:   "rt-link setlink: byte 9999: invalid argument",
		faults: faults(nltest.Refuse(&nltest.Refusal{Errno: syscall.EINVAL, Offset: 9999}))},
}

// mtuTooHigh points at the first attribute behind the two headers.
var mtuTooHigh = &nltest.Refusal{Errno: syscall.EINVAL, Message: "too high", Offset: 32}
