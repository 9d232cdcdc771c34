//go:build linux

package livetest

import "github.com/nlgen/nlgen/generated/rtlink"

// LinkStatsTable is the stats64 of `ip -s -s -j link`.
func LinkStatsTable() *Table[*rtlink.RtnlLinkStats64] {
	type stats = *rtlink.RtnlLinkStats64
	return &Table[stats]{
		Fields: map[string]func(stats) any{
			"rx.bytes":            func(s stats) any { return s.RXBytes },
			"rx.packets":          func(s stats) any { return s.RXPackets },
			"rx.errors":           func(s stats) any { return s.RXErrors },
			"rx.dropped":          func(s stats) any { return s.RXDropped },
			"rx.over_errors":      func(s stats) any { return s.RXOverErrors },
			"rx.multicast":        func(s stats) any { return s.Multicast },
			"rx.length_errors":    func(s stats) any { return s.RXLengthErrors },
			"rx.crc_errors":       func(s stats) any { return s.RXCRCErrors },
			"rx.frame_errors":     func(s stats) any { return s.RXFrameErrors },
			"rx.fifo_errors":      func(s stats) any { return s.RXFIFOErrors },
			"rx.missed_errors":    func(s stats) any { return s.RXMissedErrors },
			"tx.bytes":            func(s stats) any { return s.TXBytes },
			"tx.packets":          func(s stats) any { return s.TXPackets },
			"tx.errors":           func(s stats) any { return s.TXErrors },
			"tx.dropped":          func(s stats) any { return s.TXDropped },
			"tx.carrier_errors":   func(s stats) any { return s.TXCarrierErrors },
			"tx.collisions":       func(s stats) any { return s.Collisions },
			"tx.aborted_errors":   func(s stats) any { return s.TXAbortedErrors },
			"tx.fifo_errors":      func(s stats) any { return s.TXFIFOErrors },
			"tx.window_errors":    func(s stats) any { return s.TXWindowErrors },
			"tx.heartbeat_errors": func(s stats) any { return s.TXHeartbeatErrors },
		},
		Ignored: map[string]string{
			"tx.carrier_changes": "an attribute of the link, not a counter of this struct",
		},
	}
}
