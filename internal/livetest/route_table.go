//go:build linux

package livetest

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"

	"github.com/nlgen/nlgen/generated/rtroute"
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/wire"
	"golang.org/x/sys/unix"
)

type route = *rtroute.Route

// RouteTable is `ip -d -j route show table all`.
func RouteTable(links Links) *Table[route] {
	tb := &Table[route]{
		Fields: map[string]func(route) any{
			"type": func(r route) any { return r.Header.Type.String() },
			"dst":  routeDst,
			"src":  routeSrc,
			"from": func(r route) any {
				if !r.Src.IsValid() {
					return nil
				}
				return prefix(r.Src, r.Header.SrcLen, r.Header.Family)
			},
			"gateway":    func(r route) any { return IP(r.Gateway) },
			"via.family": func(r route) any { return member(via(r.Via), "family") },
			"via.host":   func(r route) any { return member(via(r.Via), "host") },
			"dev":        func(r route) any { return links.of(r.Oif) },
			"iif":        func(r route) any { return links.of(r.Iif) },
			"table":      func(r route) any { return tableName(r.Table.Or(uint32(r.Header.Table))) },
			"protocol":   func(r route) any { return unlessCloned(r, r.Header.Protocol.String()) },
			"scope":      func(r route) any { return unlessCloned(r, scopeName(uint8(r.Header.Scope))) },
			"prefsrc":    func(r route) any { return IP(r.Prefsrc) },
			"metric":     func(r route) any { return Value(r.Priority) },
			"tos":        routeTOS,
			"uid":        func(r route) any { return Value(r.UID) },
			"flags":      func(r route) any { return routeFlags(r.Header.Flags) },
			"cache":      func(r route) any { return routeCache(r) },
			"flow.from":  func(r route) any { return member(flow(r.Flow), "from") },
			"flow.to":    func(r route) any { return member(flow(r.Flow), "to") },
			"pref":       func(r route) any { return Name(r.Pref) },
			"nhid":       func(r route) any { return Value(r.NhID) },
			"expires": func(r route) any {
				return At(r.Cacheinfo, func(c *rtroute.RtaCacheinfo) any { return NotZero(nl.I32(c.Expires / 100)) })
			},
			"metrics":  func(r route) any { return At(r.Metrics, metrics) },
			"nexthops": func(r route) any { return nexthops(r, links) },
		},
		Ignored: map[string]string{
			"nh_info.": "ip looks the nexthop object up, with a family of its own",
		},
	}
	encapFields(tb.Fields)
	return tb
}

// routeDst is the destination. ip prints the outer destination of a tunnel under the same name, and the second
// one counts.
func routeDst(r route) any {
	if e, ok := r.Encap.(*rtroute.EncapIP); ok {
		return IP(e.Dst)
	}
	return prefix(r.Dst, r.Header.DstLen, r.Header.Family)
}

func routeSrc(r route) any {
	if e, ok := r.Encap.(*rtroute.EncapIP); ok {
		return IP(e.Src)
	}
	return nil
}

func routeTOS(r route) any {
	if e, ok := r.Encap.(*rtroute.EncapIP); ok {
		return Value(e.TOS)
	}
	if r.Header.TOS == 0 {
		return nil
	}
	return fmt.Sprintf("0x%02x", r.Header.TOS)
}

// prefix is a destination as ip prints it.
func prefix(a netip.Addr, bits, family uint8) any {
	switch {
	case !a.IsValid() && bits == 0:
		return "default"
	case !a.IsValid():
		return netip.PrefixFrom(zero(family), int(bits)).String()
	case int(bits) == a.BitLen():
		return a.String()
	}
	return netip.PrefixFrom(a, int(bits)).String()
}

func zero(family uint8) netip.Addr {
	if family == unix.AF_INET6 {
		return netip.IPv6Unspecified()
	}
	return netip.IPv4Unspecified()
}

// tableName is a routing table as ip prints it.
func tableName(table uint32) any {
	switch t := rtroute.RtTable(table); t {
	case rtroute.RtTableMain, rtroute.RtTableLocal, rtroute.RtTableDefault:
		return t.String()
	}
	return strconv.FormatUint(uint64(table), 10)
}

func routeFlags(f rtroute.RtmFlags) []string {
	names := []string{}
	for _, n := range []struct {
		bit  rtroute.RtmFlags
		name string
	}{
		{rtroute.RtmFlagsNhDead, "dead"},
		{rtroute.RtmFlagsNhOnlink, "onlink"},
		{rtroute.RtmFlagsNhPervasive, "pervasive"},
		{rtroute.RtmFlagsNhOffload, "offload"},
		{rtroute.RtmFlagsNhTrap, "trap"},
		{rtroute.RtmFlagsNhLinkdown, "linkdown"},
		{rtroute.RtmFlagsNhUnresolved, "unresolved"},
		{rtroute.RtmFlagsOffload, "rt_offload"},
		{rtroute.RtmFlagsTrap, "rt_trap"},
		{rtroute.RtmFlagsOffloadFailed, "rt_offload_failed"},
	} {
		if f.Has(n.bit) {
			names = append(names, n.name)
		}
	}
	return names
}

// routeCache is the list of words for a cached IPv4 route, empty for an ordinary one.
func routeCache(r route) any {
	if r.Header.Family != unix.AF_INET || !r.Header.Flags.Has(rtroute.RtmFlagsCloned) {
		return nil
	}
	words := []string{}
	if r.Header.Type == rtroute.RtmTypeLocal {
		words = append(words, "local")
	}
	return words
}

// unlessCloned leaves out what a cached route does not have.
func unlessCloned(r route, v any) any {
	if r.Header.Flags.Has(rtroute.RtmFlagsCloned) {
		return nil
	}
	return v
}

// flow is the pair of realms.
func flow(realms nl.Opt[uint32]) Object {
	f, ok := realms.Get()
	if !ok {
		return nil
	}
	o := Object{"to": strconv.Itoa(int(f & 0xffff))}
	if from := f >> 16; from != 0 {
		o["from"] = strconv.Itoa(int(from))
	}
	return o
}

func member(o Object, key string) any { return o[key] }

// metrics are printed in a list of one object. A time is in units of 1/8 or 1/4 ms on the wire.
func metrics(m *rtroute.Metrics) any {
	o := Object{}
	put := func(name string, v nl.Opt[uint32], unit uint32) {
		if n, ok := v.Get(); ok {
			o[name] = n / unit
		}
	}
	put("mtu", m.MTU, 1)
	put("window", m.Window, 1)
	put("rtt", m.RTT, 8)
	put("rttvar", m.Rttvar, 4)
	put("ssthresh", m.Ssthresh, 1)
	put("cwnd", m.Cwnd, 1)
	put("advmss", m.Advmss, 1)
	put("reordering", m.Reordering, 1)
	put("hoplimit", m.Hoplimit, 1)
	put("initcwnd", m.Initcwnd, 1)
	put("rto_min", m.RtoMin, 1)
	put("initrwnd", m.Initrwnd, 1)
	put("quickack", m.Quickack, 1)
	put("fastopen_no_cookie", m.FastopenNoCookie, 1)
	if m.Features.Value().Has(rtroute.RtaxFeatureECN) {
		o["ecn"] = nil
	}
	if algo, ok := m.CcAlgo.Get(); ok {
		o["congestion"] = algo
	}
	return []Object{o}
}

// via reads struct rtvia.
func via(b wire.Bytes) Object {
	if len(b) < 2 {
		return nil
	}
	family := binary.NativeEndian.Uint16(b)
	addr, ok := netip.AddrFromSlice(b[2:])
	if !ok {
		return nil
	}
	return Object{"family": familyName(uint8(family)), "host": addr.String()}
}

// Via makes struct rtvia of a gateway of another family than the route's.
func Via(gateway netip.Addr) wire.Bytes {
	family := uint16(unix.AF_INET)
	if gateway.Is6() {
		family = unix.AF_INET6
	}
	return append(binary.NativeEndian.AppendUint16(nil, family), gateway.AsSlice()...)
}

const (
	nexthopLen = 8
	rtmsgLen   = 12
)

// nexthops reads the nexthops of a multipath route: each struct rtnexthop, then attributes of the route's set.
func nexthops(r route, links Links) any {
	if r.Multipath == nil {
		return nil
	}
	list := []Object{}
	for b := []byte(r.Multipath); len(b) >= nexthopLen; {
		n := int(binary.NativeEndian.Uint16(b))
		if n < nexthopLen || n > len(b) {
			return damaged
		}
		var hop rtroute.Route
		if hop.UnmarshalBinary(append(make([]byte, rtmsgLen), b[nexthopLen:n]...)) != nil {
			return damaged
		}
		o := Object{
			"dev":    links.name[int32(binary.NativeEndian.Uint32(b[4:]))],
			"weight": int(b[3]) + 1,
			"flags":  routeFlags(rtroute.RtmFlags(b[2])),
		}
		if g := IP(hop.Gateway); g != nil {
			o["gateway"] = g
		}
		if v := via(hop.Via); v != nil {
			o["via"] = v
		}
		list = append(list, o)
		b = b[min(len(b), (n+3)&^3):]
	}
	return list
}

// damaged equals nothing that a tool prints.
var damaged = Object{"error": "nexthop is damaged"}

// A Nexthop is one way of a multipath route.
type Nexthop struct {
	Index  int32
	Weight uint8 // 1 at least
	Flags  rtroute.RtmFlags
	Attrs  rtroute.Route // gateway or via
}

// Multipath encodes nexthops.
func Multipath(hops ...Nexthop) (wire.Bytes, error) {
	var b wire.Bytes
	for _, h := range hops {
		attrs, err := h.Attrs.MarshalBinary()
		if err != nil {
			return nil, err
		}
		attrs = attrs[rtmsgLen:]
		b = binary.NativeEndian.AppendUint16(b, uint16(nexthopLen+len(attrs)))
		b = append(b, byte(h.Flags), h.Weight-1)
		b = binary.NativeEndian.AppendUint32(b, uint32(h.Index))
		b = append(b, attrs...)
	}
	return b, nil
}

// routes lists routes.
func (w *World) routes(req *rtroute.Route) []*rtroute.Route {
	w.t.Helper()
	return Get[[]*rtroute.Route](w.t)(nl.Collect(w.Routes.GetRouteDump(w.Ctx, req)))
}
