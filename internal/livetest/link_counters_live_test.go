//go:build linux

package livetest

import (
	"testing"

	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/runtime/nl"
)

// TestHardwareCounters turns on and off counters that hardware would keep. No link here has the hardware, but each
// remembers that they are wanted.
func TestHardwareCounters(t *testing.T) {
	w := New(t)
	lo := rtlink.IfStatsMsg{Ifindex: 1}
	set := func(on uint8) {
		Must(t, w.Link.SetStats(w.Ctx, &rtlink.StatsSet{Header: lo, SetOffloadXstatsL3Stats: nl.U8(on)}))
	}
	tool := func() Object {
		return one(t, w.JSON("ip", "-j", "stats", "show", "dev", "lo", "group", "offload", "subgroup", "hw_stats_info"))
	}
	get := func() *rtlink.Stats {
		return Get[*rtlink.Stats](t)(w.Link.GetStats(w.Ctx, &rtlink.Stats{Header: rtlink.IfStatsMsg{Ifindex: 1, FilterMask: rtlink.StatsFilterLinkOffloadXstats}}))
	}
	requested := func(s *rtlink.Stats) bool {
		const l3 = 3
		for _, i := range s.LinkOffloadXstats.HWSInfo {
			if i.Index == l3 {
				if i.Value.Used != nl.U8(0) {
					t.Errorf("used is %v, want 0", i.Value.Used)
				}
				return i.Value.Request.Value() == 1
			}
		}
		t.Errorf("no state of the counters: %+v", s.LinkOffloadXstats)
		return false
	}

	list := w.events(w.Route, begins("newstats"), func() { set(1) }, rtlink.Events(rtlink.GroupStats))
	wantKeys(t, tool(), Object{"info.l3_stats.request": true, "info.l3_stats.used": false})
	if !requested(get()) {
		t.Error("not requested for us")
	}
	n, ok := list[0].(*rtlink.NewStatsNotification)
	if !ok || n.Group != "stats" || n.Stats.Header.Ifindex != 1 || !requested(&n.Stats) {
		t.Errorf("event is %+v", list[0])
	}

	w.Run("ip", "stats", "set", "dev", "lo", "l3_stats", "off")
	if requested(get()) {
		t.Error("still requested for us")
	}
	w.Run("ip", "stats", "set", "dev", "lo", "l3_stats", "on")
	if !requested(get()) {
		t.Error("not requested again for us")
	}
	set(0)
	wantKeys(t, tool(), Object{"info.l3_stats.request": false})
}
