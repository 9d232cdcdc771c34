package rtlink

import (
	"testing"

	"github.com/nlgen/nlgen/internal/tabletest"
	"github.com/nlgen/nlgen/runtime/nl"
)

func TestTable(t *testing.T) {
	tabletest.Is(t, &tableLink, tabletest.Key{
		Message: &Link{Header: Ifinfomsg{Type: 1, Index: 7, Flags: 3}, Ifname: nl.Str("eth0"), Master: nl.U32(9)},
		When:    uint8(0),
		Parts:   []any{uint32(7)},
		Filters: []any{uint32(9)},
	})
}
