package nltest_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/nlgen/nlgen/generated/rtroute"
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/nltest"
	"github.com/nlgen/nlgen/runtime/wire"
)

// Message types and groups of rtnetlink.
const (
	newRoute   = 24
	delRoute   = 25
	getRoute   = 26
	groupLink  = 1
	groupRoute = 7
	inet       = 2
	inet6      = 10
)

// Parts of a route message.
var (
	familyPart = nl.Part{Offset: 0, Size: 1}
	lengthPart = nl.Part{Offset: 1, Size: 1}
	protoPart  = nl.Part{Offset: 5, Size: 1}
	dstPart    = nl.Part{Attr: 1}
	metricPart = nl.Part{Attr: 6}
	tablePart  = nl.Part{Attr: 15}
)

var routeSchema = wire.Schema{Family: "rt-route", Sets: []wire.Set{{Name: "route-attrs", Header: 12, HeaderName: "rtmsg",
	Attrs: []wire.AttrInfo{{ID: 1, Name: "dst", Ref: -1}, {ID: 4, Name: "oif", Kind: wire.KindU32, Ref: -1}}}}}

// routeTable describes a table whose keys are its routes' destinations.
func routeTable(change func(k *nl.TableKey)) *nl.Table {
	key := nl.TableKey{When: familyPart, Values: []uint32{inet, inet6}, Parts: []nl.Part{lengthPart, dstPart, metricPart},
		Filters: []nl.Part{protoPart, tablePart}, Steady: true, Relist: []uint32{groupLink}}
	if change != nil {
		change(&key)
	}
	return &nl.Table{
		List: &nl.Op{Family: &nl.Family{Name: "rt-route", Protocol: nl.Route, Schema: &routeSchema}, Name: "getroute",
			Request: getRoute, Reply: newRoute, Dump: true, Reads: true},
		Groups:  []nl.GroupRef{{Name: "ipv4-route", ID: groupRoute}},
		New:     []uint16{newRoute},
		Deleted: []uint16{delRoute},
		Keys:    []nl.TableKey{key},
	}
}

// rt is a route to 10.0.0.dst by 10.1.1.gateway.
func rt(dst, gateway byte) *rtroute.Route {
	return &rtroute.Route{Header: rtroute.Rtmsg{Family: inet, DstLen: 32}, Dst: netip.AddrFrom4([4]byte{10, 0, 0, dst}),
		Gateway: netip.AddrFrom4([4]byte{10, 1, 1, gateway})}
}

// routeText is "dst/gateway".
func routeText(r *rtroute.Route) string {
	dst, gateway := r.Dst.As4(), r.Gateway.As4()
	return fmt.Sprintf("%d/%d", dst[3], gateway[3])
}

// bed is a kernel with a table of routes, and a watch of it that takes a step at a time.
type bed struct {
	t        *testing.T
	ctx      context.Context
	k        *nltest.Kernel
	c        *nl.Conn
	table    *nl.Table
	req      wire.Message
	routes   []*rtroute.Route
	dumps    int
	barriers int
	list     func(dump int) []*rtroute.Route // if not nil, gives the routes
	// during is called while a dump runs, after so many of its routes.
	during func(dump, after int)
	copy   map[string]string // of the program that watches
	next   func() (nl.Change[rtroute.Route], error, bool)
	stop   func()
}

func newBed(t *testing.T, change func(k *nl.TableKey), routes ...*rtroute.Route) *bed {
	b := &bed{t: t, ctx: t.Context(), k: nltest.New(), table: routeTable(change), routes: routes}
	b.c = nltest.Dial(t, b.k, nl.Route)
	b.k.Handle(nl.Route, getLink, func(a *nltest.Answer, _ *nltest.Request) { b.barriers++ })
	b.k.HandleDump(nl.Route, getRoute, b.dump)
	return b
}

func (b *bed) dump(a *nltest.Answer, _ *nltest.Request) {
	b.dumps++
	if b.list != nil {
		b.routes = b.list(b.dumps)
	}
	for i, r := range b.routes {
		if b.during != nil {
			b.during(b.dumps, i)
		}
		a.Send(newRoute, r)
	}
	if b.during != nil {
		b.during(b.dumps, len(b.routes))
	}
}

func (b *bed) seq(opts ...nl.WatchOption) iter.Seq2[nl.Change[rtroute.Route], error] {
	return nl.Watch[rtroute.Route](b.ctx, b.c, b.table, b.req, opts...)
}

// start begins the watch, or begins it anew.
func (b *bed) start(opts ...nl.WatchOption) *bed {
	if b.stop != nil {
		b.stop()
	}
	b.copy = map[string]string{}
	b.next, b.stop = iter.Pull2(b.seq(opts...))
	b.t.Cleanup(b.stop)
	return b
}

// step returns what the watch says next.
func (b *bed) step() string {
	change, err, ok := b.next()
	if !ok {
		return "end"
	}
	text := change.Kind.String()
	if change.Object != nil {
		text += " " + routeText(change.Object)
	}
	switch change.Kind {
	case nl.Added:
		if old, ok := b.copy[change.Key]; ok {
			b.t.Errorf("%s: the key is that of %s", text, old)
		}
	case nl.Changed, nl.Removed:
		if _, ok := b.copy[change.Key]; !ok {
			b.t.Errorf("%s: the key is not known", text)
		}
	}
	switch {
	case err != nil:
		return "error " + err.Error()
	case change.Kind == nl.Added || change.Kind == nl.Changed:
		b.copy[change.Key] = routeText(change.Object)
	case change.Kind == nl.Removed:
		delete(b.copy, change.Key)
	case change.Kind == nl.Stale:
		text += ": " + change.Err.Error()
	}
	return text
}

// want checks what the watch says next. Removed objects come in any order after a list.
func (b *bed) want(steps ...string) {
	b.t.Helper()
	for len(steps) > 0 {
		n := 1
		for n < len(steps) && strings.HasPrefix(steps[0], "removed ") && strings.HasPrefix(steps[n], "removed ") {
			n++
		}
		var got []string
		for range n {
			got = append(got, b.step())
		}
		want := slices.Sorted(slices.Values(steps[:n]))
		if slices.Sort(got); !slices.Equal(got, want) {
			b.t.Fatalf("the watch says %q, want %q", got, want)
		}
		steps = steps[n:]
	}
}

// add puts a route to the end of the table and says so.
func (b *bed) add(flags nl.Flags, r *rtroute.Route) {
	b.routes = append(b.routes, r)
	b.emit(newRoute, flags, r)
}

func (b *bed) del(i int) {
	r := b.routes[i]
	b.routes = append(b.routes[:i:i], b.routes[i+1:]...)
	b.emit(delRoute, 0, r)
}

func (b *bed) replace(i int, r *rtroute.Route) {
	b.routes[i] = r
	b.emit(newRoute, nl.Replace, r)
}

// emitBytes puts a datagram into the queue of the socket that was opened last, which is the watch's.
func (b *bed) emitBytes(data []byte) {
	b.t.Helper()
	for port := uint32(1100); port > 1000; port-- {
		if b.k.Deliver(port, nltest.Datagram{Data: data, Group: groupRoute, NSID: -1}) == nil {
			return
		}
	}
	b.t.Fatal("no socket is open")
}

func (b *bed) emit(typ uint16, flags nl.Flags, m wire.Message) {
	b.t.Helper()
	if _, err := b.k.Emit(nl.Route, nltest.Event{Group: groupRoute, Type: typ, Flags: uint16(flags), Message: m}); err != nil {
		b.t.Fatal(err)
	}
}

func TestWatchFollows(t *testing.T) {
	b := newBed(t, nil, rt(1, 1), rt(2, 1)).start()
	b.want("added 1/1", "added 2/1", "synced")
	b.add(0, rt(3, 1))
	b.replace(0, rt(1, 2))
	b.emit(newRoute, 0, rt(1, 2)) // again the same
	b.del(1)
	b.emit(delRoute, 0, rt(9, 9)) // of a route that was never there
	b.add(0, rt(2, 5))
	b.want("added 3/1", "changed 1/2", "removed 2/1", "added 2/5")
	if b.dumps != 1 || b.barriers != 1 {
		t.Errorf("%d lists and %d barriers, want 1 and 1", b.dumps, b.barriers)
	}
}

// What happens during a list is told after it.
func TestWatchEventsDuringList(t *testing.T) {
	b := newBed(t, nil, rt(1, 1), rt(2, 1))
	b.during = func(dump, after int) {
		if after == 1 {
			b.emit(newRoute, 0, rt(2, 1)) // the list has it, too
			b.emit(delRoute, 0, rt(1, 1))
			b.emit(newRoute, 0, rt(3, 1))
			b.emit(newRoute, 0, rt(3, 2))
		}
	}
	b.start().want("added 1/1", "added 2/1", "removed 1/1", "added 3/1", "changed 3/2", "synced")
}

// A second loop starts afresh, and leaving a loop closes its socket.
func TestWatchTwice(t *testing.T) {
	b := newBed(t, nil, rt(1, 1))
	seq, before := b.seq(), b.k.Sockets()
	for range 2 {
		var got []nl.ChangeKind
		for change, err := range seq {
			if err != nil {
				t.Fatal(err)
			}
			if got = append(got, change.Kind); change.Kind == nl.Synced {
				break
			}
		}
		if len(got) != 2 || got[0] != nl.Added {
			t.Errorf("changes %v, want added and synced", got)
		}
	}
	if n := b.k.Sockets(); n != before {
		t.Errorf("%d sockets left over", n-before)
	}
}

func TestWatchOverrun(t *testing.T) {
	b := newBed(t, nil, rt(1, 1), rt(2, 1), rt(3, 1)).start()
	b.want("added 1/1", "added 2/1", "added 3/1", "synced")
	b.emit(newRoute, 0, rt(7, 7)) // still in the queue, and out of date
	b.k.LoseEvents(nl.Route, groupRoute, 1)
	b.routes = []*rtroute.Route{rt(1, 1), rt(3, 2), rt(4, 1)}
	b.want(overrun, "changed 3/2", "added 4/1", "removed 2/1", "synced")
	b.del(0)
	b.want("removed 1/1")
}

// Events that get lost during a list make it be done again.
func TestWatchOverrunDuringList(t *testing.T) {
	b := newBed(t, nil, rt(1, 1), rt(2, 1))
	b.during = func(dump, after int) {
		if dump == 1 && after == 2 {
			b.k.LoseEvents(nl.Route, groupRoute, 1)
			b.routes = b.routes[1:]
		}
	}
	b.start().want("added 1/1", "added 2/1", overrun, "removed 1/1", "synced")
}

func isDump(r *nltest.Request) bool { return r.Flags&0x300 == 0x300 }

// An interrupted list removes nothing, however often it is interrupted.
func TestWatchInterrupted(t *testing.T) {
	b := newBed(t, nil, rt(1, 1), rt(2, 1), rt(3, 1)).start()
	b.want("added 1/1", "added 2/1", "added 3/1", "synced")
	b.k.LoseEvents(nl.Route, groupRoute, 1)
	b.k.InjectWhen(isDump, 3, nltest.Interrupt(-1))
	b.list = func(dump int) []*rtroute.Route { return []*rtroute.Route{rt(byte(dump), 2)} }
	b.want(overrun, "changed 2/2", "changed 3/2", "added 4/2", "added 5/2")
	b.want("removed 1/1", "removed 2/2", "removed 3/2", "removed 4/2", "synced")
	if s := b.c.Stats(); s.Interrupts != 3 || s.Retries != 3 || b.barriers != 5 {
		t.Errorf("%d interrupts, %d retries, %d barriers, want 3, 3, 5", s.Interrupts, s.Retries, b.barriers)
	}
}

// Pauses between lists, waiting for events and a list that stalls end with the context or the Conn.
func TestWatchEnds(t *testing.T) {
	places := map[string]func(b *bed){
		"at once": func(b *bed) {},
		"waiting": func(b *bed) { b.want("added 1/1", "synced") },
		"body":    func(b *bed) { b.want("added 1/1") },
		"stall": func(b *bed) {
			b.k.InjectWhen(isDump, 1, nltest.Split(), nltest.Custom("stall", func(x *nltest.Exchange) { x.Answer[1].Gate = new(nltest.Gate) }))
			b.want("added 1/1")
		},
		"pause": func(b *bed) {
			b.k.InjectWhen(isDump, -1, nltest.Interrupt(-1))
			b.want("added 1/1")
		},
		"overruns": func(b *bed) {
			b.during = func(int, int) { b.k.LoseEvents(nl.Route, groupRoute, 1) }
			b.want("added 1/1", "stale: receive queue overrun: 2 datagrams lost (overrun 1)")
		},
	}
	ways := map[string]struct {
		end func(b *bed, cancel func())
		is  error
	}{
		"context": {func(_ *bed, cancel func()) { cancel() }, context.Canceled},
		"conn":    {func(b *bed, _ func()) { b.c.Close() }, nl.ErrClosed},
	}
	for place, to := range places {
		for way, end := range ways {
			t.Run(place+"/"+way, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				b := newBed(t, nil, rt(1, 1))
				before := b.k.Sockets()
				b.ctx = ctx
				b.start()
				to(b)
				done := make(chan struct{})
				go func() { // now or when the watch waits
					end.end(b, cancel)
					close(done)
				}()
				for {
					_, err, ok := b.next()
					if err != nil {
						if !errors.Is(err, end.is) {
							t.Errorf("error %v, want %v", err, end.is)
						}
						break
					}
					if !ok {
						t.Fatal("ended without an error")
					}
				}
				if _, _, ok := b.next(); ok {
					t.Error("a step after the end")
				}
				<-done
				if n := b.k.Sockets(); n > before {
					t.Errorf("%d sockets left over", n-before)
				}
			})
		}
	}
}

// The dump's errors end the watch.
func TestWatchFails(t *testing.T) {
	b := newBed(t, nil, rt(1, 1))
	b.k.InjectWhen(isDump, 1, nltest.FailDone(syscall.EPERM))
	b.start().want("added 1/1", "error rt-route getroute: operation not permitted", "end")
	b.k.FailJoin(syscall.EPERM)
	b.start().want(`error watch rt-route getroute: subscribe: join group "ipv4-route" (7) of rt-route: operation not permitted`, "end")
	for _, lost := range []nltest.Fault{nltest.Lose(), nltest.FailReceive(0, syscall.ENOBUFS)} {
		b.k.InjectWhen(isDump, 2, lost)
		b.start().want("added 1/1", "synced")
	}
}
