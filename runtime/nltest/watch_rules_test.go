package nltest_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/nlgen/nlgen/generated/netdev"
	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/generated/rtroute"
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/nltest"
	"github.com/nlgen/nlgen/runtime/wire"
)

const (
	overrun   = "stale: receive queue overrun: 1 datagram lost (overrun 1)"
	ambiguous = "stale: event does not say which of several objects with equal keys it is about"
	torn      = "stale: objects came or went during the list, which may lack others"
)

func shared(k *nl.TableKey) { k.Shared = true }

// Several routes to one destination keep their places.
func TestWatchShared(t *testing.T) {
	b := newBed(t, shared, rt(1, 1), rt(2, 1), rt(2, 2), rt(2, 3)).start()
	b.want("added 1/1", "added 2/1", "added 2/2", "added 2/3", "synced")
	if len(b.copy) != 4 {
		t.Errorf("%d keys, want 4", len(b.copy))
	}
	// What is plain is told at once.
	b.replace(0, rt(1, 2))
	b.add(nl.Create|nl.Excl, rt(3, 1))
	b.want("changed 1/2", "added 3/1")
	b.del(0)
	b.want("removed 1/2")
	if b.dumps != 1 {
		t.Errorf("%d lists, want 1", b.dumps)
	}
	// What is not makes the table be listed, which tells what moved.
	b.del(0) // 2/1
	b.want(ambiguous, "changed 2/2", "changed 2/3", "removed 2/3", "synced")
	b.add(nl.Create|nl.Append, rt(3, 2))
	b.want(ambiguous, "added 3/2", "synced")
	b.replace(0, rt(2, 4)) // of two
	b.want(ambiguous, "changed 2/4", "synced")
	b.emit(delRoute, 0, rt(2, 9))
	b.emit(delRoute, 0, rt(9, 9)) // never there
	b.want(ambiguous, "synced")
	b.routes = b.routes[:1]
	b.emit(delRoute, 0, rt(2, 3))
	b.want(ambiguous, "removed 2/3", "removed 3/1", "removed 3/2", "synced")
	b.emit(newRoute, nl.Create, rt(2, 4)) // another like it, or the same again
	b.want(ambiguous, "synced")
	if b.dumps != 7 {
		t.Errorf("%d lists, want 7", b.dumps)
	}
}

// An event during a list may be older than what the list says.
func TestWatchSharedDuringList(t *testing.T) {
	b := newBed(t, shared, rt(1, 1), rt(2, 1), rt(3, 1), rt(4, 1))
	b.during = func(dump, after int) {
		if dump > 1 || after > 0 {
			return
		}
		b.emit(newRoute, 0, rt(1, 1)) // which the list has
		b.replace(1, rt(2, 2))
		b.emit(delRoute, 0, rt(3, 1)) // with which the list is plain
	}
	b.start()
	b.want("added 1/1", "added 2/2", "added 3/1", "added 4/1", "removed 3/1", "synced")
	b.during = func(dump, after int) {
		if dump == 2 && after == 0 { // a route of two was replaced by 4/5, which was deleted, and 4/1 is the other
			b.emit(newRoute, nl.Replace, rt(4, 5))
			b.emit(delRoute, 0, rt(4, 5))
		}
	}
	b.k.LoseEvents(nl.Route, groupRoute, 1)
	b.want(overrun, "added 3/1", "changed 4/5", ambiguous, "changed 4/1", "synced")
}

// A list that pauses among the routes of a key may lack one of them, when one before it went.
func TestWatchPausesInKey(t *testing.T) {
	b := newBed(t, shared, rt(1, 1))
	b.k.InjectWhen(isDump, -1, nltest.Split())
	b.during = func(dump, after int) {
		if dump == 1 && after == 1 {
			b.emit(delRoute, 0, rt(1, 1)) // and 1/2, which was next, is not listed
		}
		if dump == 2 && after == 0 {
			b.routes[0].Gateway = rt(1, 2).Gateway
		}
	}
	b.start().want("added 1/1", ambiguous, "changed 1/2", "synced")
}

// A list that counts may lack routes behind those that went. It removes nothing then.
func TestWatchTorn(t *testing.T) {
	b := newBed(t, func(k *nl.TableKey) { k.Steady = false }, rt(1, 1), rt(2, 1), rt(3, 1), rt(4, 1)).start()
	b.want("added 1/1", "added 2/1", "added 3/1", "added 4/1", "synced")
	b.k.InjectWhen(isDump, -1, nltest.Split())
	full := b.routes
	b.list = func(dump int) []*rtroute.Route {
		if dump == 2 {
			return []*rtroute.Route{full[0], full[3]} // 2 went, so 3 is missed
		}
		return full[2:]
	}
	b.during = func(dump, after int) {
		if dump == 2 && after == 1 {
			b.emit(delRoute, 0, rt(2, 1))
		}
		if dump == 3 && after == 1 {
			b.emit(newRoute, 0, rt(4, 1)) // known before
		}
	}
	b.k.LoseEvents(nl.Route, groupRoute, 1)
	b.want(overrun, "removed 2/1", torn, "removed 1/1", "synced")
}

// A message of another group says that routes may be gone.
func TestWatchRelist(t *testing.T) {
	b := newBed(t, shared, rt(1, 1), rt(2, 1)).start()
	b.want("added 1/1", "added 2/1", "synced")
	b.routes = b.routes[1:]
	for range 3 {
		if _, err := b.k.Emit(nl.Route, nltest.Event{Group: groupLink, Type: newLink, Message: link("eth0", 1500)}); err != nil {
			t.Fatal(err)
		}
	}
	b.add(nl.Create, rt(3, 1))
	b.want("added 3/1", "stale: message 16 of group 1, after which objects may be different without a word", "removed 1/1", "synced")
	if b.dumps != 2 || b.barriers != 2 {
		t.Errorf("%d lists and %d barriers, want 2 and 2", b.dumps, b.barriers)
	}
}

// A table that is stale is listed again even if events never stop.
func TestWatchStaleUnderLoad(t *testing.T) {
	b := newBed(t, shared, rt(1, 1), rt(1, 2)).start(nl.EventBuffer(1 << 20))
	b.want("added 1/1", "added 1/2", "synced")
	b.emit(delRoute, 0, rt(1, 9))
	for i := range 4096 {
		b.emit(newRoute, nl.Replace, rt(2, byte(i)))
	}
	b.routes = append(b.routes, rt(2, 255))
	b.want("added 2/0")
	for i := 1; i < 4095; i++ {
		if got := b.step(); !strings.HasPrefix(got, "changed 2/") {
			t.Fatalf("step %d is %q", i, got)
		}
	}
	b.want(ambiguous)
	b.want("changed 2/255", "synced")
}

// Events from before a loss that are still waiting after a list must not undo what it has found.
func TestWatchOldEvents(t *testing.T) {
	b := newBed(t, nil, rt(1, 1)).start(nl.EventBuffer(1 << 20))
	b.want("added 1/1", "synced")
	for i := range 5000 {
		b.emit(newRoute, 0, rt(1, byte(i)))
	}
	b.k.LoseEvents(nl.Route, groupRoute, 1)
	b.routes = []*rtroute.Route{rt(2, 1)}
	b.want(overrun, "added 2/1", "removed 1/1", "stale: events come faster than they can be read", "synced")
}

// A list that counts removes nothing when events during it were lost.
func TestWatchTornByLoss(t *testing.T) {
	b := newBed(t, func(k *nl.TableKey) { k.Steady = false }, rt(1, 1), rt(2, 1)).start()
	b.want("added 1/1", "added 2/1", "synced")
	b.k.LoseEvents(nl.Route, groupRoute, 1)
	full := b.routes
	b.list = func(dump int) []*rtroute.Route {
		if dump == 2 {
			b.k.LoseEvents(nl.Route, groupRoute, 1)
			return full[:1]
		}
		return full
	}
	b.want(overrun, "stale: receive queue overrun: 1 datagram lost (overrun 2)", "synced")
}

// Events of more bytes than are kept during a list are a loss.
func TestWatchBacklog(t *testing.T) {
	b := newBed(t, nil, rt(1, 1))
	big := rt(2, 1)
	big.Protoinfo = make([]byte, 60000)
	b.during = func(dump, after int) {
		for i := 0; dump == 1 && after == 0 && i < 150; i++ {
			b.emit(newRoute, 0, big)
		}
	}
	b.start(nl.EventBuffer(1<<24)).want("added 1/1", "stale: more than 8388608 bytes of events during a list", "synced")
}

// A request restricts events as it does the list.
func TestWatchRequest(t *testing.T) {
	in := func(table uint32, r *rtroute.Route) *rtroute.Route {
		r.Table = nl.U32(table)
		return r
	}
	v6 := func(r *rtroute.Route) *rtroute.Route {
		r.Header.Family = inet6
		return r
	}
	for _, isShared := range []bool{false, true} {
		b := newBed(t, func(k *nl.TableKey) { k.Shared = isShared })
		b.req = &rtroute.Route{Header: rtroute.Rtmsg{Family: inet}, Table: nl.U32(7)}
		b.routes = []*rtroute.Route{in(7, rt(1, 1)), in(8, rt(2, 1)), v6(in(7, rt(1, 1)))} // as old kernels do
		b.start().want("added 1/1", "synced")
		b.add(0, in(8, rt(3, 1)))
		b.add(0, rt(3, 1))
		b.add(0, v6(in(7, rt(3, 1))))
		b.emit(delRoute, 0, in(8, rt(2, 1)))
		b.add(0, in(7, rt(4, 1)))
		b.want("added 4/1")
		b.routes[0] = in(8, rt(1, 1)) // which moves it out of what was asked for
		b.emit(newRoute, nl.Replace, b.routes[0])
		if isShared {
			b.want(ambiguous, "removed 1/1", "synced")
		} else {
			b.want("removed 1/1")
		}
		b.replace(6, in(7, rt(4, 2)))
		if isShared { // what was replaced may be one that was not asked for
			b.want(ambiguous, "changed 4/2", "synced")
		} else {
			b.want("changed 4/2")
		}
	}
}

func TestWatchRequestRefused(t *testing.T) {
	const why = ": neither part of the table's key nor one of its filters, so that events cannot be told by it"
	tests := []struct {
		req    *rtroute.Route
		change func(k *nl.TableKey)
		want   string
	}{
		{req: &rtroute.Route{Oif: nl.U32(3)}, want: "attribute oif" + why},
		{req: &rtroute.Route{Mark: nl.U32(3)}, want: "attribute 16" + why},
		{req: &rtroute.Route{Header: rtroute.Rtmsg{Type: 6}}, want: "byte 7 of the fixed header rtmsg" + why},
	}
	for _, tt := range tests {
		b := newBed(t, tt.change)
		b.req = tt.req
		b.start().want("error watch rt-route getroute: the request sets "+tt.want, "end")
	}
	b := newBed(t, nil)
	b.req = &rtroute.Route{Header: rtroute.Rtmsg{Family: 28}}
	b.start().want("error watch rt-route getroute: the request asks for objects that the table has no key for", "end")
	b.req = new(nl.RawMessage)
	b.start().want("synced")
}

// Objects that no key is for are not in the table; some are only when they are asked for.
func TestWatchKinds(t *testing.T) {
	other := func(family uint8, r *rtroute.Route) *rtroute.Route {
		r.Header.Family = family
		return r
	}
	asked := func(k *nl.TableKey) { k.Values = []uint32{inet} }
	b := newBed(t, asked, rt(1, 1), other(128, rt(1, 2)), other(28, rt(1, 3)))
	b.table.Keys = append(b.table.Keys, nl.TableKey{When: familyPart, Values: []uint32{128}, Asked: true, Parts: []nl.Part{dstPart}})
	b.start().want("added 1/1", "synced")
	b.emit(newRoute, 0, other(128, rt(2, 2)))
	b.emit(newRoute, 0, other(28, rt(2, 3)))
	b.emit(delRoute, 0, other(28, rt(1, 1)))
	b.emit(newRoute, 0, rt(2, 1))
	b.want("added 2/1")

	b.req = &rtroute.Route{Header: rtroute.Rtmsg{Family: 128}}
	b.start().want("added 1/2", "synced")
	b.emit(newRoute, 0, rt(3, 1))
	b.emit(delRoute, 0, other(128, rt(1, 7)))
	b.want("removed 1/2")
}

// Members of 2 and 4 bytes tell kinds apart, too, and a key that is for everything comes last.
func TestWatchMembers(t *testing.T) {
	b := newBed(t, nil, rt(1, 1), rt(2, 2))
	b.routes[1].Header.Flags = 0x300
	b.table.Keys = []nl.TableKey{
		{When: nl.Part{Offset: 8, Size: 4}, Values: []uint32{0x300}, Parts: []nl.Part{dstPart}},
		{When: nl.Part{Offset: 10, Size: 2}, Values: []uint32{9}},
		{When: nl.Part{Offset: 90, Size: 4}, Values: []uint32{9}},
		{Parts: []nl.Part{dstPart, {Offset: 90, Size: 4}, {Attr: 300}}},
	}
	b.start().want("added 1/1", "added 2/2", "synced")
	b.routes[1].Header.Flags = 0
	b.emit(newRoute, 0, b.routes[1])
	b.want("added 2/2") // of another kind, so another one
	if len(b.copy) != 3 {
		t.Errorf("%d keys, want 3", len(b.copy))
	}
}

// A route that cannot be read stays in the table.
func TestWatchUnreadable(t *testing.T) {
	b := newBed(t, nil, rt(1, 1))
	b.c = nltest.Dial(t, b.k, nl.Route, func(o *nl.Options) { o.Strict = true })
	bad := rt(1, 1)
	bad.Unknown = wire.Attrs{{Type: 16, Data: wire.Bytes{1}}} // mark, which has four bytes
	b.start().want("added 1/1", "synced")
	b.replace(0, bad)
	change, err, _ := b.next()
	var decode *nl.DecodeError
	if !errors.As(err, &decode) || change.Kind != nl.Changed || b.copy[change.Key] != "1/1" || change.Object != nil {
		t.Errorf("got %+v, error %v, want the change of 1/1 with a DecodeError", change, err)
	}
	b.replace(0, rt(1, 2))
	b.want("changed 1/2")
	b.replace(0, bad)
	b.del(0)
	b.next()
	b.want("removed 1/1")
	if n := b.c.Stats().Unreadable; n != 3 {
		t.Errorf("%d unreadable attributes, want 3", n)
	}
}

// A datagram that holds no message may have been an event.
func TestWatchMalformed(t *testing.T) {
	b := newBed(t, nil, rt(1, 1)).start()
	b.want("added 1/1", "synced")
	b.emitBytes([]byte{1, 2, 3})
	b.want("stale: subscription datagram: malformed message", "synced")
}

// The loop's body may use the Conn, of which the list holds a socket.
func TestWatchCallsInBody(t *testing.T) {
	b := newBed(t, nil, rt(1, 1), rt(2, 1))
	b.c = nltest.Dial(t, b.k, nl.Route, func(o *nl.Options) { o.MaxSockets = 1 })
	links := rtlink.New(b.c)
	for change, err := range b.seq() {
		if err != nil {
			t.Fatal(err)
		}
		if _, err := links.GetLink(t.Context(), nil); !errors.Is(err, nl.ErrNoReply) { // what the barrier's handler says
			t.Fatal(err)
		}
		if change.Kind == nl.Synced {
			break
		}
	}
	pin, err := b.c.Pin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer pin.Close()
	b.c = pin.Conn
	b.start().want("added 1/1", "added 2/1", "synced")
	b.del(0)
	b.want("removed 1/1")
}

// A generic family has commands where others have message types, and numbers its groups anew.
func TestWatchGeneric(t *testing.T) {
	k := nltest.New()
	f := k.Family("netdev", 1, "mgmt", "page-pool")
	dev := func(index uint32, features netdev.XDPAct) *netdev.Dev {
		return &netdev.Dev{Ifindex: nl.U32(index), XDPFeatures: nl.Some(features)}
	}
	f.HandleDump(1, nltest.Dump(1, func(*netdev.Dev) ([]*netdev.Dev, error) { return []*netdev.Dev{dev(1, 1), dev(2, 1)}, nil }))
	table := &nl.Table{
		List:   &nl.Op{Family: &nl.Family{Name: "netdev", Generic: true, Version: 1}, Name: "dev-get", Request: 1, Reply: 1, Dump: true, Reads: true},
		Groups: []nl.GroupRef{{Name: "mgmt"}}, New: []uint16{2, 4}, Deleted: []uint16{3},
		Keys: []nl.TableKey{{Parts: []nl.Part{{Attr: 1}}}},
	}
	c := nltest.Dial(t, k, nl.Generic)
	var got []string
	for change, err := range nl.Watch[netdev.Dev](t.Context(), c, table, nil) {
		if err != nil {
			t.Fatal(err)
		}
		text := change.Kind.String()
		if o := change.Object; o != nil {
			text += " " + o.Ifindex.String() + " " + o.XDPFeatures.Value().String()
		}
		if got = append(got, text); change.Kind == nl.Synced {
			for cmd, d := range []*netdev.Dev{2: dev(3, 1), 4: dev(1, 2), 3: dev(2, 1)} {
				if d != nil {
					if _, err := f.Emit("mgmt", uint8(cmd), d); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		if len(got) == 6 {
			break
		}
	}
	want := "added 1 basic|added 2 basic|synced|added 3 basic|removed 2 basic|changed 1 redirect"
	if text := strings.Join(got, "|"); text != want {
		t.Errorf("changes %q, want %q", text, want)
	}
}

// Keys are the same in every watch, and their order in memory is nobody's business.
func TestWatchKeysAreStable(t *testing.T) {
	b := newBed(t, shared, rt(1, 1), rt(1, 2), rt(2, 1)).start()
	b.want("added 1/1", "added 1/2", "added 2/1", "synced")
	first := b.copy
	b.start().want("added 1/1", "added 1/2", "added 2/1", "synced")
	for key, route := range b.copy {
		if first[key] != route {
			t.Errorf("key of %s was that of %q", route, first[key])
		}
	}
	metric := rt(2, 1)
	metric.Priority = nl.U32(0)
	b.add(nl.Create|nl.Excl, metric) // a part that is 0 is not one that is absent
	b.want("added 2/1")
	if len(b.copy) != 4 {
		t.Errorf("%d keys, want 4", len(b.copy))
	}
}
