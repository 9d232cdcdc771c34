package rtroute

import (
	"net/netip"
	"testing"

	"github.com/nlgen/nlgen/internal/tabletest"
	"github.com/nlgen/nlgen/runtime/nl"
)

func TestTable(t *testing.T) {
	dst, src := netip.MustParseAddr("10.0.0.0"), netip.MustParseAddr("11.0.0.0")
	message := func(family uint8) *Route {
		return &Route{
			Header: Rtmsg{Family: family, DstLen: 21, SrcLen: 22, TOS: 23, Table: 24, Protocol: 25, Scope: 26, Type: 27, Flags: 28},
			Dst:    dst, Src: src, Table: nl.U32(1000), Priority: nl.U32(1001), Oif: nl.U32(1002),
		}
	}
	table, priority, oif := uint32(1000), uint32(1001), uint32(1002)
	tabletest.Is(t, &tableRoute,
		tabletest.Key{
			Message: message(2), When: uint8(2),
			Parts:   []any{table, dst.AsSlice(), uint8(21), uint8(23), priority},
			Filters: []any{uint8(25), uint8(27), oif},
		},
		tabletest.Key{
			Message: message(10), When: uint8(10),
			Parts:   []any{table, dst.AsSlice(), uint8(21), src.AsSlice(), uint8(22), priority},
			Filters: []any{uint8(25), uint8(27), oif},
		},
		tabletest.Key{
			Message: message(28), When: uint8(28),
			Parts:   []any{table, dst.AsSlice()},
			Filters: []any{uint8(25), oif},
		},
	)
}
