package nltest_test

import (
	"encoding/binary"
	"net/netip"
	"runtime"
	"testing"

	"github.com/nlgen/nlgen/generated/rtroute"
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/nltest"
)

// BenchmarkWatch measures what a watch adds to reading: the cost of an object of the first list, of one that a further
// list has unchanged, and of an event, and the bytes that stay allocated for each object while the program keeps none.
func BenchmarkWatch(b *testing.B) {
	const objects = 50_000
	dst := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}) }
	route := rt(0, 1)
	route.Oif, route.Table, route.Priority = nl.U32(3), nl.U32(254), nl.U32(100)
	k := nltest.New()
	k.HandleDump(nl.Route, getRoute, func(a *nltest.Answer, _ *nltest.Request) {
		body, _ := route.MarshalBinary()
		at := len(body)
		for i := 12; i < len(body); i += int(binary.NativeEndian.Uint16(body[i:])+3) &^ 3 {
			if binary.NativeEndian.Uint16(body[i+2:]) == 1 {
				at = i + 4
			}
		}
		for i := range objects {
			copy(body[at:], dst(i).AsSlice())
			a.SendRaw(newRoute, 0, body)
		}
	})
	table := routeTable(shared)
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	run := func(b *testing.B, body func(kind nl.ChangeKind) bool) {
		c, err := nl.Dial(nl.Route, nl.Options{Transport: k})
		if err != nil {
			b.Fatal(err)
		}
		defer c.Close()
		for change, err := range nl.Watch[rtroute.Route](b.Context(), c, table, nil, nl.EventBuffer(1<<24)) {
			if err != nil {
				b.Fatal(err)
			}
			if !body(change.Kind) {
				return
			}
		}
	}
	b.Run("first list", func(b *testing.B) {
		b.ReportAllocs()
		var kept uint64
		for b.Loop() {
			before := heap()
			run(b, func(kind nl.ChangeKind) bool {
				if kind == nl.Synced {
					kept = heap() - before
				}
				return kind != nl.Synced
			})
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/objects, "ns/object")
		b.ReportMetric(float64(kept)/objects, "B/object")
	})
	b.Run("further list", func(b *testing.B) {
		run(b, func(kind nl.ChangeKind) bool {
			if kind == nl.Synced && !b.Loop() {
				return false
			}
			if kind == nl.Synced {
				k.LoseEvents(nl.Route, groupRoute, 1)
			}
			return true
		})
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/objects, "ns/object")
	})
	b.Run("event", func(b *testing.B) {
		b.ReportAllocs()
		gateway := byte(1) // what the list says
		run(b, func(kind nl.ChangeKind) bool {
			if kind == nl.Added {
				return true
			}
			if !b.Loop() {
				return false
			}
			gateway++
			e := rt(1, gateway)
			e.Dst = dst(77)
			e.Oif, e.Table, e.Priority = nl.U32(3), nl.U32(254), nl.U32(100)
			k.Emit(nl.Route, nltest.Event{Group: groupRoute, Type: newRoute, Flags: uint16(nl.Replace), Message: e})
			return true
		})
	})
}
