package nltest_test

import (
	"context"
	"errors"
	"testing"

	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/generated/rtroute"
	"github.com/nlgen/nlgen/internal/netns"
	"github.com/nlgen/nlgen/runtime/nl"
)

// A get of a link on an idle Conn, and while a dump of 100,000 routes runs on the same Conn.
func BenchmarkGetBesideDump(b *testing.B) {
	ns := netns.New(b)
	fill(b, ns, manyRoutes)
	c := live(b, ns)
	links := rtlink.New(c)
	get := func(b *testing.B) {
		for b.Loop() {
			if _, err := links.GetLink(b.Context(), &rtlink.Link{Ifname: nl.Str("lo")}); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Run("idle", get)
	// The dump has begun and is not read on: others hold their Conn all that time.
	b.Run("inside dump", func(b *testing.B) {
		for _, err := range rtroute.New(c).GetRouteDump(b.Context(), nil) {
			if err != nil {
				b.Fatal(err)
			}
			get(b)
			break
		}
	})
	b.Run("beside dumps", func(b *testing.B) {
		ctx, cancel := context.WithCancel(b.Context())
		done, dumps := make(chan int), 0
		go func() {
			for ctx.Err() == nil {
				var r rtroute.Route
				for err := range rtroute.New(c).GetRouteDumpInto(ctx, nil, &r) {
					if err != nil && !errors.Is(err, context.Canceled) {
						b.Error(err)
					}
				}
				dumps++
			}
			done <- dumps
		}()
		get(b)
		cancel()
		b.ReportMetric(float64(<-done), "dumps")
	})
}
