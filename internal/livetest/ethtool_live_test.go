//go:build linux

package livetest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/generated/ethtool"
	"github.com/nlgen/nlgen/runtime/nl"
)

const ethtoolLinks = `
ip link add va numtxqueues 3 numrxqueues 2 type veth peer name vb
ip link set va up
ip link set vb up
ip tuntap add tap0 mode tap
`

// settings are what `ethtool DEV` asks for.
type settings struct {
	info  *ethtool.Linkinfo
	modes *ethtool.Linkmodes
	state *ethtool.Linkstate
	debug *ethtool.Debug // nil where the link has none
}

func (w *World) settings(dev string) settings {
	w.t.Helper()
	h := &ethtool.Header{DevName: nl.Str(dev)}
	s := settings{
		info:  Get[*ethtool.Linkinfo](w.t)(w.Ethtool.LinkinfoGet(w.Ctx, &ethtool.Linkinfo{Header: h})),
		modes: Get[*ethtool.Linkmodes](w.t)(w.Ethtool.LinkmodesGet(w.Ctx, &ethtool.Linkmodes{Header: h})),
		state: Get[*ethtool.Linkstate](w.t)(w.Ethtool.LinkstateGet(w.Ctx, &ethtool.Linkstate{Header: h})),
	}
	s.debug, _ = w.Ethtool.DebugGet(w.Ctx, &ethtool.Debug{Header: h})
	return s
}

// settingsTable is the text of `ethtool DEV`.
func settingsTable() *Table[settings] {
	yes := func(b bool, yes, no string) any {
		if b {
			return yes
		}
		return no
	}
	noModes := func(s settings) any { // bits of the link modes, of which no virtual link has any
		return yes(len(bitsOf(s.modes.Ours, nil)) == 0 && s.modes.Ours != nil, "none", "some")
	}
	return &Table[settings]{Fields: map[string]func(settings) any{
		"Supported ports":             noModes,
		"Supported link modes":        noModes,
		"Supported pause frame use":   noModes,
		"Supports auto-negotiation":   noModes,
		"Supported FEC modes":         noModes,
		"Advertised link modes":       noModes,
		"Advertised pause frame use":  noModes,
		"Advertised auto-negotiation": noModes,
		"Advertised FEC modes":        noModes,
		"Speed":                       func(s settings) any { return fmt.Sprintf("%dMb/s", s.modes.Speed.Value()) },
		"Duplex":                      func(s settings) any { return title(s.modes.Duplex.Value().String()) },
		"Auto-negotiation":            func(s settings) any { return yes(s.modes.Autoneg.Value() != 0, "on", "off") },
		"Port": func(s settings) any {
			return map[ethtool.Port]string{ethtool.PortTp: "Twisted Pair", ethtool.PortFibre: "FIBRE"}[s.info.Port.Value()]
		},
		"PHYAD":       func(s settings) any { return fmt.Sprint(s.info.Phyaddr.Value()) },
		"Transceiver": func(s settings) any { return s.info.Transceiver.Value().String() },
		"MDI-X": func(s settings) any {
			if s.info.Port.Value() != ethtool.PortTp {
				return nil
			}
			return yes(s.info.TpMdix.Value() == 0, "Unknown", "known")
		},
		"Link detected":         func(s settings) any { return yes(s.state.Link.Value() == 1, "yes", "no") },
		"Current message level": func(s settings) any { return messageLevel(s.debug) },
		"":                      func(s settings) any { return messageNames(s.debug) },
	}}
}

func messageLevel(d *ethtool.Debug) any {
	if d == nil || d.Msgmask == nil {
		return nil
	}
	level := uint32(0)
	for _, bit := range d.Msgmask.Bits.Bit {
		level |= 1 << bit.Index.Value()
	}
	return fmt.Sprintf("0x%08x (%d)", level, level)
}

// messageNames is the line below the message level, which has no key.
func messageNames(d *ethtool.Debug) any {
	if d == nil || d.Msgmask == nil {
		return nil
	}
	return []string{strings.Join(bitsOf(d.Msgmask, nil), " ")}
}

func title(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// colons reads a text of lines "key: value". A line with nothing behind the colon begins a section, whose lines are
// read as members; those without a colon make a list.
func colons(text string) Object {
	o := Object{}
	section := ""
	for i, line := range strings.Split(text, "\n") {
		key, value, found := strings.Cut(strings.TrimSpace(line), ":")
		value = strings.TrimSpace(value)
		switch {
		case i == 0 || key == "": // what it is about
		case !found:
			list, _ := o[section].([]any)
			o[section] = append(list, key)
		case value == "":
			section = key
		case section != "":
			o[section+"."+key] = value
		default:
			o[key] = value
		}
	}
	return o
}

func TestSettings(t *testing.T) {
	w := New(t)
	w.Lines(ethtoolLinks + `
		ethtool -s tap0 speed 100 duplex half port fibre msglvl 5
	`)
	tb := settingsTable()
	for _, dev := range []string{"va", "tap0"} {
		o := colons(w.Run("ethtool", dev))
		for key, v := range o {
			if text, ok := v.(string); ok && slices.Contains([]string{"Not reported", "No", "[  ]"}, text) {
				o[key] = "none"
			}
		}
		tb.Compare(t, dev, o, w.settings(dev), w.settings(dev))
	}
	tb.CheckSeen(t)

	// The other way round.
	h := &ethtool.Header{DevName: nl.Str("tap0")}
	Must(t, w.Ethtool.LinkmodesSet(w.Ctx, &ethtool.Linkmodes{Header: h, Speed: nl.U32(2500), Duplex: nl.Some(ethtool.DuplexFull)}))
	Must(t, w.Ethtool.LinkinfoSet(w.Ctx, &ethtool.Linkinfo{Header: h, Port: nl.Some(ethtool.PortTp)}))
	Must(t, w.Ethtool.DebugSet(w.Ctx, &ethtool.Debug{Header: h, Msgmask: &ethtool.Bitset{Size: nl.U32(3), Value: []uint32{6}, Mask: []uint32{7}}}))
	o := colons(w.Run("ethtool", "tap0"))
	wantKeys(t, o, Object{"Speed": "2500Mb/s", "Duplex": "Full", "Port": "Twisted Pair", "Current message level": "0x00000006 (6)"})
}

// featureGroups are older names, which ethtool prints for one or more features.
var featureGroups = map[string]string{
	"rx-checksumming": "rx-checksum", "tx-checksumming": "tx-checksum-*", "scatter-gather": "tx-scatter-gather*",
	"tcp-segmentation-offload": "tx-tcp*-segmentation", "generic-segmentation-offload": "tx-generic-segmentation",
	"generic-receive-offload": "rx-gro", "large-receive-offload": "rx-lro", "rx-vlan-offload": "rx-vlan-hw-parse",
	"tx-vlan-offload": "tx-vlan-hw-insert", "ntuple-filters": "rx-ntuple-filter", "receive-hashing": "rx-hashing",
}

// features are the three things that `ethtool --json -k` says of each feature.
func features(names []string, f *ethtool.Features) map[string]Object {
	active, wanted := bitsOf(f.Active, names), bitsOf(f.Wanted, names)
	hw, never := bitsOf(f.HW, names), bitsOf(f.Nochange, names)
	all := map[string]Object{}
	for _, n := range names {
		if n == "" {
			continue
		}
		all[n] = Object{"active": slices.Contains(active, n), "requested": slices.Contains(wanted, n),
			"fixed": !slices.Contains(hw, n) || slices.Contains(never, n)}
	}
	for group, pattern := range featureGroups {
		before, after, many := strings.Cut(pattern, "*")
		if !many {
			all[group] = all[pattern]
			delete(all, pattern)
			continue
		}
		o := Object{"active": false, "requested": nil, "fixed": nil}
		for n, f := range all {
			if strings.HasPrefix(n, before) && strings.HasSuffix(n, after) && f["active"] == true {
				o["active"] = true
			}
		}
		all[group] = o
	}
	return all
}

// toolFeatures is the same by ethtool.
func (w *World) toolFeatures(dev string) map[string]Object {
	w.t.Helper()
	var list []map[string]json.RawMessage
	Must(w.t, json.Unmarshal([]byte(w.Run("ethtool", "--json", "-k", dev)), &list))
	all := map[string]Object{}
	for key, raw := range list[0] {
		if key == "ifname" {
			continue
		}
		o := Object{}
		Must(w.t, json.Unmarshal(raw, &o))
		all[key] = o
	}
	return all
}

func TestFeatures(t *testing.T) {
	w := New(t)
	w.Lines(ethtoolLinks + `
		ethtool -K va tx-udp-segmentation off
	`)
	names := w.strings(ethtool.StringsetEnumFeatures, "va")
	for _, dev := range []string{"va", "tap0", "lo"} {
		get := Get[*ethtool.Features](t)(w.Ethtool.FeaturesGet(w.Ctx, &ethtool.Features{Header: &ethtool.Header{DevName: nl.Str(dev)}}))
		if diff := cmp.Diff(w.toolFeatures(dev), features(names, get)); diff != "" {
			t.Errorf("%s (-ethtool +we):\n%s", dev, diff)
		}
		compact := Get[*ethtool.Features](t)(w.Ethtool.FeaturesGet(w.Ctx, &ethtool.Features{Header: &ethtool.Header{
			DevName: nl.Str(dev), Flags: nl.Some(ethtool.HeaderFlagsCompactBitsets)}}))
		if diff := cmp.Diff(features(names, get), features(names, compact)); diff != "" || compact.Active.Bits != nil {
			t.Errorf("%s by name and as words (-name +words):\n%s", dev, diff)
		}
	}

	h := &ethtool.Header{DevName: nl.Str("va")}
	reply := Get[*ethtool.Features](t)(w.Ethtool.FeaturesSet(w.Ctx, &ethtool.Features{Header: h, Wanted: &ethtool.Bitset{
		Bits: &ethtool.BitsetBits{Bit: []ethtool.BitsetBit{{Name: nl.Str("tx-udp-segmentation"), Value: true}, {Name: nl.Str("tx-tcp-segmentation")}}}}}))
	if got := bitsOf(reply.Active, names); !cmp.Equal(got, Set{"tx-udp-segmentation"}) {
		t.Errorf("the reply says that %v has become active, want tx-udp-segmentation", got)
	}
	got := w.toolFeatures("va")
	if got["tx-udp-segmentation"]["active"] != true || got["tx-tcp-segmentation"]["active"] != false || got["tx-tcp6-segmentation"]["active"] != true {
		t.Errorf("features after the change: %v %v %v", got["tx-udp-segmentation"], got["tx-tcp-segmentation"], got["tx-tcp6-segmentation"])
	}

	var devs []string
	for _, f := range Get[[]*ethtool.Features](t)(nl.Collect(w.Ethtool.FeaturesGetDump(w.Ctx, nil))) {
		devs = append(devs, f.Header.DevName.Value())
		if diff := cmp.Diff(w.toolFeatures(f.Header.DevName.Value()), features(names, f)); diff != "" {
			t.Errorf("dump: %v (-ethtool +we):\n%s", f.Header.DevName, diff)
		}
	}
	slices.Sort(devs)
	if diff := cmp.Diff([]string{"lo", "tap0", "va", "vb"}, devs); diff != "" {
		t.Errorf("dump of features (-want +got):\n%s", diff)
	}
}

func TestChannelsAndCoalesce(t *testing.T) {
	w := New(t)
	w.Lines(ethtoolLinks)
	h := &ethtool.Header{DevName: nl.Str("va")}
	number := func(o nl.Opt[uint32]) any {
		if n, ok := o.Get(); ok {
			return fmt.Sprint(n)
		}
		return "n/a"
	}
	compare := func() Object {
		c := Get[*ethtool.Channels](t)(w.Ethtool.ChannelsGet(w.Ctx, &ethtool.Channels{Header: h}))
		ours := Object{
			"Pre-set maximums.RX": number(c.RXMax), "Pre-set maximums.TX": number(c.TXMax),
			"Pre-set maximums.Other": number(c.OtherMax), "Pre-set maximums.Combined": number(c.CombinedMax),
			"Current hardware settings.RX": number(c.RXCount), "Current hardware settings.TX": number(c.TXCount),
			"Current hardware settings.Other": number(c.OtherCount), "Current hardware settings.Combined": number(c.CombinedCount),
		}
		if diff := cmp.Diff(colons(w.Run("ethtool", "-l", "va")), ours); diff != "" {
			t.Errorf("channels (-ethtool +we):\n%s", diff)
		}
		return ours
	}
	wantKeys(t, compare(), Object{"Current hardware settings.RX": "2", "Current hardware settings.TX": "3"})
	Must(t, w.Ethtool.ChannelsSet(w.Ctx, &ethtool.Channels{Header: h, RXCount: nl.U32(1), TXCount: nl.U32(2)}))
	wantKeys(t, compare(), Object{"Current hardware settings.RX": "1", "Current hardware settings.TX": "2", "Pre-set maximums.TX": "3"})

	tap := &ethtool.Header{DevName: nl.Str("tap0")}
	Must(t, w.Ethtool.CoalesceSet(w.Ctx, &ethtool.Coalesce{Header: tap, RXMaxFrames: nl.U32(9)}))
	wantKeys(t, colons(w.Run("ethtool", "-c", "tap0")), Object{"rx-frames": "9", "rx-usecs": "n/a"})
	w.Run("ethtool", "-C", "tap0", "rx-frames", "11")
	c := Get[*ethtool.Coalesce](t)(w.Ethtool.CoalesceGet(w.Ctx, &ethtool.Coalesce{Header: tap}))
	if c.RXMaxFrames != nl.U32(11) || c.RXUsecs.IsSet() {
		t.Errorf("coalescing is %v frames, %v us, want 11 and none", c.RXMaxFrames, c.RXUsecs)
	}
}

func TestTimeStamping(t *testing.T) {
	w := New(t)
	w.Lines(ethtoolLinks)
	names := w.strings(ethtool.StringsetEnumSofTimestamping, "")
	for _, dev := range []string{"va", "tap0", "lo"} {
		got := Get[*ethtool.Tsinfo](t)(w.Ethtool.TsinfoGet(w.Ctx, &ethtool.Tsinfo{Header: &ethtool.Header{DevName: nl.Str(dev)}}))
		o := colons(w.Run("ethtool", "-T", dev))
		var want []string
		for _, c := range o["Capabilities"].([]any) {
			want = append(want, c.(string))
		}
		if diff := cmp.Diff(want, []string(bitsOf(got.Timestamping, names))); diff != "" {
			t.Errorf("%s: capabilities (-ethtool +we):\n%s", dev, diff)
		}
		if clock := o["Capabilities.PTP Hardware Clock"]; clock != "none" || got.PHCIndex.IsSet() {
			t.Errorf("%s: clock is %v for ethtool and %v for us, want none", dev, clock, got.PHCIndex)
		}
		if len(bitsOf(got.TXTypes, nil)) != 0 || len(bitsOf(got.RXFilters, nil)) != 0 {
			t.Errorf("%s: has hardware modes %v, %v", dev, got.TXTypes, got.RXFilters)
		}
	}
	clocks := Get[*ethtool.PHCVclocks](t)(w.Ethtool.PHCVclocksGet(w.Ctx, &ethtool.PHCVclocks{Header: &ethtool.Header{DevName: nl.Str("va")}}))
	if clocks.Num.Value() != 0 || len(clocks.Index) != 0 {
		t.Errorf("virtual clocks are %v %v, want none", clocks.Num, clocks.Index)
	}
}

// TestStatistics asks for all groups of standard counters. Virtual links have the groups and no counter in them.
func TestStatistics(t *testing.T) {
	w := New(t)
	w.Lines(ethtoolLinks)
	groups := w.strings(ethtool.StringsetEnumStatsStd, "")
	var all []ethtool.BitsetBit
	for _, g := range groups {
		all = append(all, ethtool.BitsetBit{Name: nl.Str(g), Value: true})
	}
	got := Get[*ethtool.Stats](t)(w.Ethtool.StatsGet(w.Ctx, &ethtool.Stats{Header: &ethtool.Header{DevName: nl.Str("va")},
		Groups: &ethtool.Bitset{Bits: &ethtool.BitsetBits{Bit: all}}}))
	ours := map[string]any{"ifname": "va"}
	for _, g := range got.Grp {
		counters := Object{}
		if len(w.strings(g.SsID.Value(), "")) == 0 && len(g.Stat) > 0 {
			t.Errorf("group %v has counters without names", g.ID)
		}
		ours[groups[g.ID.Value()]] = counters
	}
	tool := one(t, w.JSON("ethtool", "--json", "-S", "va", "--all-groups"))
	if diff := cmp.Diff(tool, ours); diff != "" || len(got.Grp) != 5 {
		t.Errorf("%d groups (-ethtool +we):\n%s", len(got.Grp), diff)
	}
	wantSets := []ethtool.StringsetEnum{ethtool.StringsetEnumStatsEthPHY, ethtool.StringsetEnumStatsEthMAC, ethtool.StringsetEnumStatsEthCtrl,
		ethtool.StringsetEnumStatsRmon, ethtool.StringsetEnumStatsPHY}
	for i, g := range got.Grp {
		if int(g.ID.Value()) != i || g.SsID.Value() != wantSets[i] {
			t.Errorf("group %d is %v with the names %v, want names %v", i, g.ID, g.SsID, wantSets[i])
		}
	}
}

// TestStrings compares sets of strings with names that the schema has for the same bits.
func TestStrings(t *testing.T) {
	w := New(t)
	w.Lines(ethtoolLinks)
	for i, name := range w.strings(ethtool.StringsetEnumMsgClasses, "") {
		if want := messageClasses[i]; name != want {
			t.Errorf("message class %d is %s, want %s", i, name, want)
		}
	}
	if got := w.strings(ethtool.StringsetEnumLinkModes, ""); len(got) < 92 || got[5] != "1000baseT/Full" || got[12] != "10000baseT/Full" {
		t.Errorf("%d link modes, number 5 %q, number 12 %q, want 92 at least, 1000baseT/Full, 10000baseT/Full", len(got), got[5], got[12])
	}
	// Counters of one link have names of their own, as ethtool prints them.
	var want []string
	for i, line := range fileLines(t, w.Run("ethtool", "-S", "va")) {
		if i > 0 {
			want = append(want, strings.TrimSuffix(line[0], ":"))
		}
	}
	if diff := cmp.Diff(want, w.strings(ethtool.StringsetEnumStats, "va")); diff != "" {
		t.Errorf("counters of va (-ethtool +we):\n%s", diff)
	}
	counts := Get[*ethtool.Strset](t)(w.Ethtool.StrsetGet(w.Ctx, &ethtool.Strset{Header: &ethtool.Header{DevName: nl.Str("va")}, CountsOnly: true,
		Stringsets: &ethtool.Stringsets{Stringset: []ethtool.Stringset{{ID: nl.Some(ethtool.StringsetEnumStats)}}}}))
	if s := counts.Stringsets.Stringset[0]; s.Strings != nil || int(s.Count.Value()) != len(want) {
		t.Errorf("count is %v with %v, want %d alone", s.Count, s.Strings, len(want))
	}
}

var messageClasses = []string{"drv", "probe", "link", "timer", "ifdown", "ifup", "rx_err", "tx_err", "tx_queued", "intr", "tx_done", "rx_status",
	"pktdata", "hw", "wol"}
