package nltest_test

import (
	"fmt"
	"iter"
	"net/netip"
	"slices"
	"sync"
	"testing"

	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/generated/rtroute"
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/nltest"
)

// framed puts messages of those types into one datagram.
func framed(t *testing.T, messages ...any) (b []byte) {
	t.Helper()
	for i := 0; i < len(messages); i += 2 {
		body, err := messages[i+1].(interface{ AppendBinary([]byte) ([]byte, error) }).AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		m := nativeHeader(append(make([]byte, 36), body...))
		n := copy(m[16:], body)
		m = m[:16+n]
		m[0], m[1], m[4] = byte(len(m)), byte(len(m)>>8), byte(messages[i].(int))
		b = append(b, m...)
	}
	return b
}

// Events that are used again cost no allocation once all kinds have been met.
func TestReusedAllocs(t *testing.T) {
	both(t, func(t *testing.T, plain bool) {
		w := newWorld(t)
		w.k.SetPlain(plain)
		sub, err := nl.Subscribe(w.ctx, w.links.Conn(), rtlink.Events(rtlink.GroupLink), rtroute.Events())
		if err != nil {
			t.Fatal(err)
		}
		defer sub.Close()
		hops := &rtroute.Route{Dst: netip.MustParseAddr("192.0.2.0"), Metrics: &rtroute.Metrics{MTU: nl.U32(1400)},
			Unknown: nl.Attrs{nlAttr(200, []byte{1, 2, 3, 4})}}
		b := framed(t, 24, hops, 25, hops, 24, &rtroute.Route{}, 16, link("eth0", 1500), 17, &rtlink.Link{}, 77, &rtroute.Route{})
		if err := w.k.Deliver(sub.Port(), nltest.Datagram{Data: b, Group: 1, Again: true}); err != nil {
			t.Fatal(err)
		}
		next, stop := iter.Pull2(sub.AllReused())
		defer stop()
		var ops []string
		round := func() {
			ops = ops[:0]
			for range 6 {
				n, err, ok := next()
				if err != nil || !ok {
					t.Fatal(err)
				}
				ops = append(ops, n.NetlinkMeta().Op)
			}
		}
		for range 100 { // until there are as many buffers as there will be
			round()
		}
		if got := testing.AllocsPerRun(200, round); got != 0 {
			t.Errorf("%v allocations for six events", got)
		}
		want := []string{"newroute-ntf", "delroute-ntf", "newroute-ntf", "newlink-ntf", "dellink-ntf", ""}
		if !slices.Equal(ops, want) {
			t.Errorf("got %q, want %q", ops, want)
		}
	})
}

// Nothing of an event is left in the next one, which has its memory.
func TestReusedIsClean(t *testing.T) {
	w, sub := stream(t, false)
	emit(w, "a", 0)
	w.k.Emit(nl.Route, nltest.Event{Group: 1, Type: newLink, Message: &rtlink.Link{MTU: nl.U32(7)}})
	w.k.Emit(nl.Route, nltest.Event{Group: 1, Type: newLink, NSID: nl.Opt[int32]{}, Seq: 3, Message: link("b", 9)})
	var first *rtlink.NewLinkNotification
	var got []string
	for n, err := range sub.AllReused() {
		if err != nil {
			t.Fatal(err)
		}
		e := n.(*rtlink.NewLinkNotification)
		if first == nil {
			first = e
		}
		if e != first {
			t.Error("the memory is not used again")
		}
		got = append(got, fmt.Sprintf("%s %v %d %s %d", e.Link.Ifname.Value(), e.Link.MTU.Value(), e.Seq, e.Group, e.NSID))
		if len(got) == 3 {
			break
		}
	}
	want := []string{"a 1500 0 link -1", " 7 0 link -1", "b 9 3 link -1"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Each of several loops has memory of its own.
func TestReusedByTwo(t *testing.T) {
	w, sub := stream(t, false)
	const events = 400
	for i := range events {
		w.k.Emit(nl.Route, nltest.Event{Group: 1, Type: 99, Message: &rtlink.Link{Ifname: nl.Str(fmt.Sprint(i)), Unknown: nl.Attrs{
			nlAttr(999, []byte(fmt.Sprintf("%08d%08d", i, i)))}}})
	}
	var mu sync.Mutex
	seen := map[string]bool{}
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for n, err := range sub.AllReused() {
				if err != nil {
					t.Error(err)
					return
				}
				data := n.(*nl.RawNotification).Data
				key := string(data)
				mu.Lock()
				seen[key] = true
				done := len(seen) == events
				mu.Unlock()
				if string(data) != key {
					t.Error("an event has changed under its reader")
				}
				if done {
					sub.Close()
				}
			}
		})
	}
	wg.Wait()
	if len(seen) != events {
		t.Errorf("%d events, want %d", len(seen), events)
	}
}
