package nltest_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/generated/mptcppm"
	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/nltest"
)

// results runs a batch and writes what it yields, a line each.
func results(t *testing.T, seq iter.Seq2[int, error]) []string {
	t.Helper()
	var out []string
	for i, err := range seq {
		out = append(out, fmt.Sprintf("%d: %v", i, err))
	}
	return out
}

// mtu is a request that sets the MTU of a link.
func mtu(index int32, mtu uint32, opts ...nl.CallOption) nl.Request {
	return rtlink.SetLinkRequest(&rtlink.Link{Header: rtlink.Ifinfomsg{Index: index}, MTU: nl.U32(mtu)}, opts...)
}

// recorder keeps the MTUs that links were set to, and the flags of those requests. It refuses MTUs below 68.
type recorder struct {
	mtus  []uint32
	flags []uint16
}

func (r *recorder) handle(a *nltest.Answer, q *nltest.Request) {
	var l rtlink.Link
	if err := q.Decode(&l); err != nil {
		a.Fail(err)
		return
	}
	r.mtus, r.flags = append(r.mtus, l.MTU.Value()), append(r.flags, q.Flags)
	if l.MTU.Value() < 68 {
		a.Fail(&nltest.Refusal{Errno: syscall.EINVAL, Message: "too small", Offset: q.Offset(16, 4)}) // IFLA_MTU
	}
}

func recorded(w *world) *recorder {
	r := &recorder{}
	w.k.Handle(nl.Route, setLink, r.handle)
	return r
}

func TestBatchResults(t *testing.T) {
	const small = "rt-link setlink: mtu: invalid argument: too small"
	for _, tt := range []struct {
		name  string
		opts  []nl.BatchOption
		flags []uint16
	}{
		{"acknowledged", nil, []uint16{5, 5, 5, 5}},
		{"errors only", []nl.BatchOption{nl.ErrorsOnly}, []uint16{1, 1, 1, 5}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			r := recorded(w)
			reqs := []nl.Request{mtu(2, 1400), mtu(2, 60), mtu(3, 1500), mtu(2, 9000)}
			got := results(t, nl.Batch(w.ctx, w.links.Conn(), slices.Values(reqs), tt.opts...))
			want := []string{"0: <nil>", "1: " + small, "2: <nil>", "3: <nil>"}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff([]uint32{1400, 60, 1500, 9000}, r.mtus); d != "" {
				t.Errorf("carried out: %s", d)
			}
			if d := cmp.Diff(tt.flags, r.flags); d != "" {
				t.Errorf("flags: %s", d)
			}
			reqs = []nl.Request{mtu(2, 1400), mtu(2, 60)} // the last one fails
			got = results(t, nl.Batch(w.ctx, w.links.Conn(), slices.Values(reqs), tt.opts...))
			if d := cmp.Diff([]string{"0: <nil>", "1: " + small}, got); d != "" {
				t.Error(d)
			}
			if n := w.k.Sockets(); n != 2 {
				t.Errorf("%d sockets are open, want one a Conn", n)
			}
		})
	}
}

// sizes records how many bytes each write carries, and with how many requests.
type sizes struct {
	nl.Transport
	bytes, requests []int
}

type sizedSocket struct {
	nl.Socket
	all *sizes
}

func (s *sizes) Open(o nl.SocketOptions) (nl.Socket, error) {
	sock, err := s.Transport.Open(o)
	return sizedSocket{sock, s}, err
}

func (s sizedSocket) Send(b []byte, to uint32) error {
	n := 0
	for at := 0; at < len(b); n++ {
		at += (int(binary.NativeEndian.Uint32(b[at:])) + 3) &^ 3
	}
	s.all.bytes, s.all.requests = append(s.all.bytes, len(b)), append(s.all.requests, n)
	return s.Socket.Send(b, to)
}

func TestBatchTakesRequestsAsItSendsThem(t *testing.T) {
	w := newWorld(t)
	r := recorded(w)
	wire := &sizes{Transport: w.k}
	c := nltest.Dial(t, wire, nl.Route)
	taken, yielded, most := 0, 0, 0
	reqs := func(yield func(nl.Request) bool) {
		for ; taken < 10000; most = max(most, taken-yielded) {
			taken++
			if !yield(mtu(2, 68+uint32(taken))) {
				return
			}
		}
	}
	for i, err := range nl.Batch(w.ctx, c, reqs) {
		if i != yielded || err != nil {
			t.Fatalf("result %d: %v, want result %d", i, err, yielded)
		}
		yielded++
	}
	if yielded != 10000 || len(r.mtus) != 10000 || r.mtus[9999] != 10068 || !slices.IsSorted(r.mtus) {
		t.Fatalf("%d results, %d carried out", yielded, len(r.mtus))
	}
	if most > 2000 || slices.Max(wire.bytes) > 80<<10 || len(wire.bytes) > 400 {
		t.Errorf("%d requests taken in advance, up to %d bytes in each of %d writes", most, slices.Max(wire.bytes), len(wire.bytes))
	}
}

func TestBatchEndsWithItsLoop(t *testing.T) {
	w := newWorld(t)
	r := recorded(w)
	taken := 0
	reqs := func(yield func(nl.Request) bool) {
		for ; taken < 1e6; taken++ {
			if !yield(mtu(2, 1400)) {
				return
			}
		}
	}
	for i := range nl.Batch(w.ctx, w.links.Conn(), reqs) {
		if i == 3 {
			break
		}
	}
	if taken > 2000 || len(r.mtus) > taken {
		t.Errorf("%d requests taken, %d carried out", taken, len(r.mtus))
	}
	if got := get(w); got != "eth0 mtu 1500" {
		t.Errorf("a call afterwards: %s", got)
	}
}

func TestBatchOfNothing(t *testing.T) {
	w := newWorld(t)
	before := w.links.Conn().Stats()
	for _, opts := range [][]nl.BatchOption{nil, {nl.ErrorsOnly}, {nl.Transaction{}}} {
		if got := results(t, nl.Batch(w.ctx, w.links.Conn(), slices.Values([]nl.Request{}), opts...)); got != nil {
			t.Errorf("got %q", got)
		}
	}
	if after := w.links.Conn().Stats(); after != before {
		t.Errorf("counters changed from %+v to %+v", before, after)
	}
}

func TestBatchReplies(t *testing.T) {
	for _, opts := range [][]nl.BatchOption{nil, {nl.ErrorsOnly}} {
		w := newWorld(t)
		recorded(w)
		var eth0, eth1, none rtlink.Link
		reqs := []nl.Request{
			rtlink.GetLinkRequest(&rtlink.Link{Ifname: nl.Str("eth0")}, &eth0),
			mtu(2, 1400),
			rtlink.GetLinkRequest(&rtlink.Link{Ifname: nl.Str("eth7")}, &none),
			rtlink.GetLinkRequest(&rtlink.Link{Ifname: nl.Str("eth1")}, &eth1),
			rtlink.GetLinkRequest(&rtlink.Link{Ifname: nl.Str("eth1")}, nil),
		}
		got := results(t, nl.Batch(w.ctx, w.links.Conn(), slices.Values(reqs), opts...))
		want := []string{"0: <nil>", "1: <nil>", "2: rt-link getlink: no such device", "3: <nil>", "4: <nil>"}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		if eth0.MTU != nl.U32(1500) || eth1.MTU != nl.U32(1400) || none.MTU.IsSet() {
			t.Errorf("mtu %v, %v and %v, want 1500, 1400 and none", eth0.MTU, eth1.MTU, none.MTU)
		}
	}
}

func TestBatchEcho(t *testing.T) {
	w := newWorld(t)
	w.k.Handle(nl.Route, setLink, func(a *nltest.Answer, q *nltest.Request) {
		if q.Flags&8 != 0 {
			a.Send(newLink, link("eth0", 1400))
		}
	})
	var echo, silent rtlink.Link
	reqs := []nl.Request{mtu(2, 1400), mtu(2, 1400, nl.Echo(&echo)), mtu(2, 1400)}
	if d := cmp.Diff([]string{"0: <nil>", "1: <nil>", "2: <nil>"}, results(t, nl.Batch(w.ctx, w.links.Conn(), slices.Values(reqs)))); d != "" {
		t.Error(d)
	}
	if echo.Ifname != nl.Str("eth0") || echo.MTU != nl.U32(1400) {
		t.Errorf("echo of %v with mtu %v", echo.Ifname, echo.MTU)
	}
	w.k.Inject(nltest.Drop(0))
	got := results(t, nl.Batch(w.ctx, w.links.Conn(), slices.Values([]nl.Request{mtu(2, 1400, nl.Echo(&silent))})))
	if d := cmp.Diff([]string{"0: rt-link setlink: no reply message"}, got); d != "" {
		t.Error(d)
	}
}

func TestBatchRefusesWhatItCannotSend(t *testing.T) {
	w := newWorld(t)
	r := recorded(w)
	dump := nl.Op{Family: &nl.Family{Name: "rt-link", Schema: nil}, Name: "getlink", Request: getLink, Reply: newLink, Dump: true}
	alien := nl.Op{Family: &nl.Family{Name: "alien", Protocol: nl.XFRM}, Name: "do", Request: 20, Reply: -1}
	reqs := []nl.Request{
		mtu(2, 1400),
		rtlink.SetLinkRequest(&rtlink.Link{Ifname: nl.Str("et\x00h0")}),
		nl.NewRequest(&dump, nil),
		nl.NewRequest(&alien, nil),
		mtu(3, 1500),
	}
	for _, opts := range [][]nl.BatchOption{nil, {nl.ErrorsOnly}} {
		r.mtus = nil
		got := results(t, nl.Batch(w.ctx, w.links.Conn(), slices.Values(reqs), opts...))
		want := []string{
			"0: <nil>",
			"1: rt-link setlink: encode link-attrs: ifname: string has a NUL at byte 2",
			"2: rt-link getlink: dumps cannot be part of a batch",
			"3: alien: connection speaks netlink protocol 0, the family needs 6",
			"4: <nil>",
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff([]uint32{1400, 1500}, r.mtus); d != "" {
			t.Error(d)
		}
	}
	// Nothing is left to send.
	if got := results(t, nl.Batch(w.ctx, w.links.Conn(), slices.Values(reqs[1:2]))); len(got) != 1 || !strings.Contains(got[0], "NUL") {
		t.Error(got)
	}
}

func TestBatchLosses(t *testing.T) {
	unknown := "rt-link setlink: outcome unknown: receive queue overrun: messages lost (overrun 1)"
	all := func(*nltest.Request) bool { return true }
	second := func(r *nltest.Request) bool {
		return strings.Contains(string(r.Body), "\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x08\x00\x04\x00\x79\x05")
	}
	_ = all
	for _, tt := range []struct {
		name string
		opts []nl.BatchOption
		want []string
	}{
		{"acknowledged", nil, []string{"0: <nil>", "1: " + unknown, "2: <nil>", "3: <nil>"}},
		{"errors only", []nl.BatchOption{nl.ErrorsOnly}, []string{"0: " + unknown, "1: " + unknown, "2: <nil>", "3: <nil>"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			r := recorded(w)
			var l rtlink.Link
			w.k.InjectWhen(second, 1, nltest.Custom("lost", func(x *nltest.Exchange) {
				x.Answer = []nltest.Datagram{{Err: syscall.ENOBUFS}}
			}))
			reqs := []nl.Request{mtu(2, 1400), mtu(2, 1401), rtlink.GetLinkRequest(&rtlink.Link{Ifname: nl.Str("eth0")}, &l), mtu(2, 1403)}
			got := results(t, nl.Batch(w.ctx, w.links.Conn(), slices.Values(reqs), tt.opts...))
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
			if len(r.mtus) != 3 || l.MTU != nl.U32(1500) {
				t.Errorf("carried out: %d, got %v", r.mtus, l.MTU)
			}
		})
	}
	t.Run("of a reply", func(t *testing.T) {
		w := newWorld(t)
		recorded(w)
		w.k.InjectWhen(func(r *nltest.Request) bool { return r.Type == getLink }, 1, nltest.FailReceive(0, syscall.ENOBUFS), nltest.Drop(1))
		var eth0, eth1, req rtlink.Link
		reqs := func(yield func(nl.Request) bool) {
			req.Ifname = nl.Str("eth0")
			if yield(rtlink.GetLinkRequest(&req, &eth0)) {
				req.Ifname = nl.Str("eth1")
				yield(rtlink.GetLinkRequest(&req, &eth1))
			}
		}
		got := results(t, nl.Batch(w.ctx, w.links.Conn(), reqs))
		if d := cmp.Diff([]string{"0: <nil>", "1: <nil>"}, got); d != "" || eth0.MTU != nl.U32(1500) || eth1.MTU != nl.U32(1400) {
			t.Errorf("%s, mtu %v and %v", d, eth0.MTU, eth1.MTU)
		}
		if n := w.links.Conn().Stats().Retries; n != 1 {
			t.Errorf("%d retries, want 1", n)
		}
	})
}

func TestBatchOddAnswers(t *testing.T) {
	for _, f := range []nltest.Fault{
		nltest.Noop(0), nltest.StrayAck(0), nltest.Duplicate(0),
		nltest.Insert(0, nltest.Datagram{Data: make([]byte, 20), Port: 99}),
	} {
		t.Run(f.Name, func(t *testing.T) {
			w := newWorld(t)
			recorded(w)
			w.k.InjectWhen(func(r *nltest.Request) bool { return r.Type == setLink }, 1, f)
			got := results(t, nl.Batch(w.ctx, w.links.Conn(), slices.Values([]nl.Request{mtu(2, 60), mtu(2, 1400)})))
			want := []string{"0: rt-link setlink: mtu: invalid argument: too small", "1: <nil>"}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	}
	t.Run("malformed", func(t *testing.T) {
		w := newWorld(t)
		recorded(w)
		w.k.InjectWhen(func(r *nltest.Request) bool { return r.Type == setLink }, 1, nltest.Insert(0, nltest.Datagram{Data: make([]byte, 17), NSID: -1}))
		got := results(t, nl.Batch(w.ctx, w.links.Conn(), slices.Values([]nl.Request{mtu(2, 1400), mtu(2, 1400)})))
		want := "rt-link setlink: outcome unknown: malformed message"
		if d := cmp.Diff([]string{"0: " + want, "1: " + want}, got); d != "" {
			t.Error(d)
		}
		if got := get(w); got != "eth0 mtu 1500" {
			t.Errorf("a call afterwards: %s", got)
		}
	})
	t.Run("a send that fails", func(t *testing.T) {
		w := newWorld(t)
		recorded(w)
		w.k.InjectWhen(func(r *nltest.Request) bool { return r.Type == setLink }, 1, nltest.FailSend(syscall.ENOMEM))
		got := results(t, nl.Batch(w.ctx, w.links.Conn(), slices.Values([]nl.Request{mtu(2, 1400), mtu(2, 1400)})))
		want := "rt-link setlink: " + syscall.ENOMEM.Error()
		if d := cmp.Diff([]string{"0: " + want, "1: " + want}, got); d != "" {
			t.Error(d)
		}
	})
}

func TestBatchContext(t *testing.T) {
	w := newWorld(t)
	recorded(w)
	ctx, cancel := context.WithCancelCause(w.ctx)
	w.k.InjectWhen(func(r *nltest.Request) bool { return r.Type == getLink }, 1, nltest.Custom("never", func(x *nltest.Exchange) {
		x.Answer = nil
		go cancel(nil)
	}))
	taken := 0
	reqs := func(yield func(nl.Request) bool) {
		for _, r := range []nl.Request{mtu(2, 1400), rtlink.GetLinkRequest(nil, nil)} {
			taken++
			if !yield(r) {
				return
			}
		}
		for range 1000000 {
			taken++
			if !yield(mtu(2, 1400)) {
				return
			}
		}
	}
	n, failed := 0, 0
	for i, err := range nl.Batch(ctx, w.links.Conn(), reqs) {
		if n++; i != n-1 {
			t.Fatalf("result %d where %d is due", i, n-1)
		}
		if err != nil {
			failed++
			if !errors.Is(err, context.Canceled) || i != 1 && !errors.Is(err, nl.ErrOutcomeUnknown) {
				t.Errorf("result %d: %v", i, err)
			}
		}
	}
	if failed == 0 || taken > 3000 || n > taken {
		t.Errorf("%d of %d results are failures, %d requests taken", failed, n, taken)
	}
	got := results(t, nl.Batch(ctx, w.links.Conn(), slices.Values([]nl.Request{mtu(2, 1400), mtu(2, 1500)})))
	want := []string{"0: rt-link setlink: context canceled", "1: rt-link setlink: context canceled"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	w.links.Conn().Close()
	got = results(t, nl.Batch(w.ctx, w.links.Conn(), slices.Values([]nl.Request{mtu(2, 1400)})))
	if d := cmp.Diff([]string{"0: rt-link setlink: connection closed"}, got); d != "" {
		t.Error(d)
	}
}

// TestBatchMakesCalls has body and sequence of a batch call on the socket that it uses.
func TestBatchMakesCalls(t *testing.T) {
	for _, pinned := range []bool{false, true} {
		w := newWorld(t)
		recorded(w)
		c := w.links.Conn()
		if pinned {
			p, err := c.Pin(w.ctx)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			c = p.Conn
		}
		links := rtlink.New(c)
		look := func() string {
			l, err := links.GetLink(w.ctx, &rtlink.Link{Ifname: nl.Str("eth1")})
			if err != nil {
				return err.Error()
			}
			return fmt.Sprint(l.MTU.Value())
		}
		var seen []string
		reqs := func(yield func(nl.Request) bool) {
			for i := range uint32(3) {
				seen = append(seen, "taken: "+look())
				if !yield(mtu(2, 60+8*i)) {
					return
				}
			}
		}
		for i, err := range nl.Batch(w.ctx, c, reqs) {
			seen = append(seen, fmt.Sprintf("%d %t: %s", i, err == nil, look()))
		}
		want := []string{"taken: 1400", "taken: 1400", "taken: 1400", "0 false: 1400", "1 true: 1400", "2 true: 1400"}
		if d := cmp.Diff(want, seen); d != "" {
			t.Error(d)
		}
	}
}

func TestBatchOfMovedFamily(t *testing.T) {
	w := newWorld(t)
	get := func(into *mptcppm.Attr) nl.Request { return mptcppm.GetLimitsRequest(nil, into) }
	var a [4]mptcppm.Attr
	if got := results(t, nl.Batch(w.ctx, w.mptcp.Conn(), slices.Values([]nl.Request{get(&a[0])}))); got[0] != "0: <nil>" {
		t.Fatal(got)
	}
	w.family.Remove()
	w.family.Restore()
	got := results(t, nl.Batch(w.ctx, w.mptcp.Conn(), slices.Values([]nl.Request{get(&a[1]), get(&a[2]), get(&a[3])})))
	if d := cmp.Diff([]string{"0: <nil>", "1: <nil>", "2: <nil>"}, got); d != "" {
		t.Error(d)
	}
	for i := range a {
		if a[i].Subflows != nl.U32(2) {
			t.Errorf("reply %d: %v", i, a[i].Subflows)
		}
	}
}

func TestBatchWarnings(t *testing.T) {
	w := newWorld(t)
	w.k.Handle(nl.Route, setLink, func(a *nltest.Answer, q *nltest.Request) { a.Warn("deprecated") })
	var warnings []string
	warn := nl.Warnings(func(x *nl.Warning) { warnings = append(warnings, x.String()) })
	got := results(t, nl.Batch(w.ctx, w.links.Conn(), slices.Values([]nl.Request{mtu(2, 1400, warn), mtu(2, 1400), mtu(3, 1400, warn)})))
	if d := cmp.Diff([]string{"0: <nil>", "1: <nil>", "2: <nil>"}, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"rt-link setlink: deprecated", "rt-link setlink: deprecated"}, warnings); d != "" {
		t.Error(d)
	}
}

func TestBatchNoAck(t *testing.T) {
	w := newWorld(t)
	r := recorded(w)
	reqs := []nl.Request{mtu(2, 1400, nl.NoAck), mtu(2, 60, nl.NoAck), mtu(2, 1401)}
	got := results(t, nl.Batch(w.ctx, w.links.Conn(), slices.Values(reqs)))
	want := []string{"0: <nil>", "1: rt-link setlink: mtu: invalid argument: too small", "2: <nil>"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]uint16{1, 1, 5}, r.flags); d != "" {
		t.Error(d)
	}
}

// TestBatchNoAckErrorsOnly has requests that want no acknowledgement where only errors are told, and replies that come
// after the acknowledgement of the last request.
func TestBatchNoAckErrorsOnly(t *testing.T) {
	w := newWorld(t)
	r := recorded(w)
	var l rtlink.Link
	late := func(x *nltest.Exchange) {
		gate := new(nltest.Gate)
		x.Answer[0].Gate = gate
		go gate.Open()
	}
	get := func() nl.Request {
		return rtlink.GetLinkRequest(&rtlink.Link{Ifname: nl.Str("eth1")}, &l, nl.NoAck)
	}
	for _, tt := range []struct {
		reqs  []nl.Request
		flags []uint16
		want  []string
		mtu   nl.Opt[uint32]
	}{
		{[]nl.Request{mtu(2, 1400, nl.NoAck), mtu(2, 60, nl.NoAck), mtu(2, 1401)}, []uint16{1, 1, 5},
			[]string{"0: <nil>", "1: rt-link setlink: mtu: invalid argument: too small", "2: <nil>"}, nl.Opt[uint32]{}},
		{[]nl.Request{mtu(2, 1400), mtu(2, 1400, nl.NoAck), get()}, []uint16{1, 5}, []string{"0: <nil>", "1: <nil>", "2: <nil>"}, nl.U32(1400)},
		{[]nl.Request{get()}, nil, []string{"0: <nil>"}, nl.U32(1400)},
	} {
		r.flags, l = nil, rtlink.Link{}
		w.k.ClearFaults()
		w.k.InjectWhen(func(q *nltest.Request) bool { return q.Type == getLink }, 1, nltest.Custom("late", late))
		got := results(t, nl.Batch(w.ctx, w.links.Conn(), slices.Values(tt.reqs), nl.ErrorsOnly))
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff(tt.flags, r.flags); d != "" {
			t.Error(d)
		}
		if l.MTU != tt.mtu {
			t.Errorf("reply has mtu %v, want %v", l.MTU, tt.mtu)
		}
	}
}
