package rtaddr

import (
	"net/netip"
	"testing"

	"github.com/nlgen/nlgen/internal/tabletest"
)

func TestTable(t *testing.T) {
	local, address := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")
	message := func(family uint8) *Addr {
		return &Addr{Header: Ifaddrmsg{Family: family, Prefixlen: 24, Flags: 1, Scope: 2, Index: 7}, Local: local, Address: address}
	}
	lone := message(10)
	lone.Local = netip.Addr{}
	tabletest.Is(t, &tableAddr,
		tabletest.Key{Message: message(2), When: uint8(2), Parts: []any{uint32(7), uint8(24), local.AsSlice(), address.AsSlice()}},
		tabletest.Key{Message: message(10), When: uint8(10), Parts: []any{uint32(7), local.AsSlice()}},
		tabletest.Key{Message: message(45), When: uint8(45), Parts: []any{uint32(7), local.AsSlice()}},
	)
	ipv6 := tableAddr
	ipv6.Keys = ipv6.Keys[1:2]
	tabletest.Is(t, &ipv6, tabletest.Key{Message: lone, When: uint8(10), Parts: []any{uint32(7), address.AsSlice()}})
}
