//go:build linux

package livetest

import (
	"strconv"
	"strings"

	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/runtime/nl"
)

// Links are the names of a namespace's links by their index, and which of them are up.
type Links struct {
	name map[int32]string
	up   map[int32]bool
}

// Links lists the links of the namespace.
func (w *World) Links() Links {
	w.t.Helper()
	ls := Links{map[int32]string{}, map[int32]bool{}}
	for _, l := range Get[[]*rtlink.Link](w.t)(nl.Collect(w.Link.GetLinkDump(w.Ctx, nil))) {
		ls.name[l.Header.Index] = l.Ifname.Value()
		ls.up[l.Header.Index] = l.Header.Flags.Has(rtlink.IfinfoFlagsUp)
	}
	return ls
}

// of returns the name of an index that may be absent or 0.
func (ls Links) of(index nl.Opt[uint32]) any {
	if i := index.Value(); i != 0 {
		return ls.name[int32(i)]
	}
	return nil
}

// index returns the index of a name, 0 if there is none.
func (ls Links) index(name string) int32 {
	for i, n := range ls.name {
		if n == name {
			return i
		}
	}
	return 0
}

// LinkTable is `ip -d -j link` for a link.
func LinkTable(names Links) *Table[*rtlink.Link] {
	type link = *rtlink.Link
	tb := &Table[link]{
		Fields: map[string]func(link) any{
			"ifindex":       func(l link) any { return l.Header.Index },
			"ifname":        func(l link) any { return Value(l.Ifname) },
			"link":          func(l link) any { return names.of(l.Link) },
			"flags":         func(l link) any { return names.flags(l) },
			"mtu":           func(l link) any { return Value(l.MTU) },
			"qdisc":         func(l link) any { return Value(l.Qdisc) },
			"master":        func(l link) any { return names.of(l.Master) },
			"operstate":     func(l link) any { return upper(Name(l.Operstate)) },
			"linkmode":      func(l link) any { return upper(Name(l.Linkmode)) },
			"group":         func(l link) any { return groupName(l.Group) },
			"txqlen":        func(l link) any { return NotZero(l.Txqlen) },
			"link_type":     func(l link) any { return linkTypes[l.Header.Type] },
			"address":       func(l link) any { return MAC(l.Address) },
			"broadcast":     func(l link) any { return MAC(l.Broadcast) },
			"promiscuity":   func(l link) any { return Value(l.Promiscuity) },
			"allmulti":      func(l link) any { return Value(l.Allmulti) },
			"min_mtu":       func(l link) any { return Value(l.MinMTU) },
			"max_mtu":       func(l link) any { return Value(l.MaxMTU) },
			"ifalias":       func(l link) any { return Value(l.Ifalias) },
			"num_tx_queues": func(l link) any { return Value(l.NumTXQueues) },
			"num_rx_queues": func(l link) any { return Value(l.NumRXQueues) },
			"gso_max_size":  func(l link) any { return Value(l.GSOMaxSize) },
			"gso_max_segs":  func(l link) any { return Value(l.GSOMaxSegs) },
			"tso_max_size":  func(l link) any { return Value(l.TSOMaxSize) },
			"tso_max_segs":  func(l link) any { return Value(l.TSOMaxSegs) },
			"gro_max_size":  func(l link) any { return Value(l.GROMaxSize) },
			"proto_down":    func(l link) any { return onlyTrue(OnOff(l.ProtoDown)) },
			"altnames": func(l link) any {
				return At(l.PropList, func(p *rtlink.PropListLink) any { return p.AltIfname })
			},
			"inet6_addr_gen_mode": func(l link) any {
				s, ok := l.AFSpec.(*rtlink.LinkAFSpecUnspec)
				if !ok || s.Inet6 == nil {
					return nil
				}
				return strings.ReplaceAll(s.Inet6.AddrGenMode.Value().String(), "-", "_")
			},
			"linkinfo.info_kind":       func(l link) any { return At(l.Linkinfo, func(i *rtlink.Linkinfo) any { return Value(i.Kind) }) },
			"linkinfo.info_slave_kind": func(l link) any { return At(l.Linkinfo, func(i *rtlink.Linkinfo) any { return Value(i.SlaveKind) }) },
		},
	}
	tb.Circling = []string{"_timer"}
	linkData(tb.Fields, names)
	return tb
}

// upper is how ip prints some enums.
func upper(name any) any {
	if s, ok := name.(string); ok {
		return strings.ToUpper(strings.ReplaceAll(s, "-", ""))
	}
	return nil
}

func onlyTrue(v any) any {
	if v == true {
		return v
	}
	return nil
}

// groupName is a link group for ip, which reads the name of group 0 from a file of its own.
func groupName(o nl.Opt[uint32]) any {
	switch g, ok := o.Get(); {
	case !ok:
		return nil
	case g == 0:
		return "default"
	default:
		return strconv.FormatUint(uint64(g), 10)
	}
}

// linkTypes are the link layers (ARPHRD_* in C) of the kinds that the tests make.
var linkTypes = map[uint16]string{1: "ether", 772: "loopback", 0xfffe: "none"}

// flags are flags as ip prints them: NO-CARRIER in place of a missing RUNNING, M-DOWN when the link below is down.
func (ls Links) flags(l *rtlink.Link) Set {
	names, f := Set{}, l.Header.Flags
	if below, ok := l.Link.Get(); ok && !l.LinkNetnsid.IsSet() && !ls.up[int32(below)] {
		names = append(names, "M-DOWN")
	}
	if f.Has(rtlink.IfinfoFlagsUp) && !f.Has(rtlink.IfinfoFlagsRunning) {
		names = append(names, "NO-CARRIER")
	}
	for _, n := range []struct {
		bit  rtlink.IfinfoFlags
		name string
	}{
		{rtlink.IfinfoFlagsUp, "UP"},
		{rtlink.IfinfoFlagsBroadcast, "BROADCAST"},
		{rtlink.IfinfoFlagsDebug, "DEBUG"},
		{rtlink.IfinfoFlagsLoopback, "LOOPBACK"},
		{rtlink.IfinfoFlagsPointToPoint, "POINTOPOINT"},
		{rtlink.IfinfoFlagsNoTrailers, "NOTRAILERS"},
		{rtlink.IfinfoFlagsNoARP, "NOARP"},
		{rtlink.IfinfoFlagsPromisc, "PROMISC"},
		{rtlink.IfinfoFlagsAllMulti, "ALLMULTI"},
		{rtlink.IfinfoFlagsMaster, "MASTER"},
		{rtlink.IfinfoFlagsSlave, "SLAVE"},
		{rtlink.IfinfoFlagsMulticast, "MULTICAST"},
		{rtlink.IfinfoFlagsPortsel, "PORTSEL"},
		{rtlink.IfinfoFlagsAutoMedia, "AUTOMEDIA"},
		{rtlink.IfinfoFlagsDynamic, "DYNAMIC"},
		{rtlink.IfinfoFlagsLowerUp, "LOWER_UP"},
		{rtlink.IfinfoFlagsDormant, "DORMANT"},
		{rtlink.IfinfoFlagsEcho, "ECHO"},
	} {
		if f.Has(n.bit) {
			names = append(names, n.name)
		}
	}
	return names
}
