package rtrule

import (
	"net/netip"
	"testing"

	"github.com/nlgen/nlgen/internal/tabletest"
	"github.com/nlgen/nlgen/runtime/nl"
)

// TestTable gives every attribute but flags to a rule: what it is made of identifies it.
func TestTable(t *testing.T) {
	src, dst := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")
	m := &FIBRule{
		Header: FIBRuleHdr{Family: 10, DstLen: 31, SrcLen: 32, TOS: 33, Table: 34, Action: 35, Flags: 36},
		Dst:    dst, Src: src, Iifname: nl.Str("in"), Oifname: nl.Str("out"),
		Priority: nl.U32(106), Table: nl.U32(115), Fwmark: nl.U32(110), Fwmask: nl.U32(116), Goto: nl.U32(104), Flow: nl.U32(111),
		TunID: nl.U64(112), L3mdev: nl.U8(119), UIDRange: &FIBRuleUIDRange{Start: 1, End: 2}, Protocol: nl.Some(RtProtocol(121)),
		IPProto: nl.U8(122), SportRange: &FIBRulePortRange{Start: 3, End: 4}, DportRange: &FIBRulePortRange{Start: 5, End: 6},
		SportMask: nl.U16(128), DportMask: nl.U16(129), DSCP: nl.U8(125), DSCPMask: nl.U8(130),
		Flowlabel: nl.U32(126), FlowlabelMask: nl.U32(127), SuppressIfgroup: nl.U32(113), SuppressPrefixlen: nl.U32(114),
	}
	big32 := func(v uint32) []byte { return []byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)} }
	tabletest.Is(t, &tableRule, tabletest.Key{
		Message: m, When: uint8(10),
		Parts: []any{
			uint8(31), uint8(32), uint8(33), uint8(35),
			uint32(106), uint32(115), src.AsSlice(), dst.AsSlice(), []byte("in\x00"), []byte("out\x00"),
			uint32(110), uint32(116), uint32(104), uint32(111), append(big32(0), big32(112)...), uint8(119), []uint32{1, 2},
			uint8(121), uint8(122), []uint16{3, 4}, []uint16{5, 6}, uint16(128), uint16(129), uint8(125), uint8(130),
			big32(126), big32(127), uint32(113), uint32(114),
		},
	})
}
