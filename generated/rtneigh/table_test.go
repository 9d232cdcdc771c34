package rtneigh

import (
	"net"
	"net/netip"
	"testing"

	"github.com/nlgen/nlgen/internal/tabletest"
	"github.com/nlgen/nlgen/runtime/nl"
)

func TestTable(t *testing.T) {
	dst, lladdr := netip.MustParseAddr("10.0.0.2"), net.HardwareAddr{2, 0, 0, 0, 0, 1}
	message := func(family uint8) *Neighbour {
		return &Neighbour{
			Header: Ndmsg{Family: family, Ifindex: 7, State: 1, Flags: 2, Type: 3},
			Dst:    dst, Lladdr: lladdr, VLAN: nl.U16(5), Master: nl.U32(9), SrcVNI: nl.U32(11),
		}
	}
	tabletest.Is(t, &tableNeigh,
		tabletest.Key{Message: message(2), When: uint8(2), Parts: []any{uint32(7), dst.AsSlice()}},
		tabletest.Key{Message: message(7), When: uint8(7), Parts: []any{[]byte(lladdr), uint16(5), uint32(9), uint32(11)}},
	)
}
