//go:build linux

package livetest

import (
	"encoding/binary"
	"net/netip"
	"strings"

	"github.com/nlgen/nlgen/generated/rtroute"
)

// encapFields adds what ip prints of a route's encapsulation.
func encapFields(all map[string]func(route) any) {
	all["encap"] = func(r route) any {
		if r.Encap == nil {
			return nil
		}
		return strings.ReplaceAll(r.EncapType.Value().String(), "-", "")
	}
	all["id"] = encap(func(e *rtroute.EncapIP) any { return Value(e.ID) })
	all["ttl"] = encap(func(e *rtroute.EncapIP) any { return Value(e.TTL) })
	all["mode"] = encap(func(e *rtroute.EncapSeg6) any {
		if len(e.SRH) < 4 {
			return nil
		}
		return map[uint32]string{0: "inline", 1: "encap", 2: "l2encap"}[binary.NativeEndian.Uint32(e.SRH)]
	})
	all["segs"] = encap(func(e *rtroute.EncapSeg6) any { return segments(e.SRH) })
	all["action"] = encap(func(e *rtroute.EncapSeg6Local) any {
		return map[rtroute.Seg6LocalAction]string{rtroute.Seg6LocalActionEndX: "End.X"}[e.Action.Value()]
	})
	all["nh6"] = encap(func(e *rtroute.EncapSeg6Local) any { return IP(e.Nh6) })
}

func encap[E any](f func(*E) any) func(route) any {
	return func(r route) any {
		if e, ok := any(r.Encap).(*E); ok {
			return f(e)
		}
		return nil
	}
}

// segments reads the list of a segment routing header, which stands last first behind the mode and 8 bytes.
func segments(b []byte) any {
	const before = 4 + 8
	if len(b) < before {
		return nil
	}
	var list []string
	for b = b[before:]; len(b) >= 16; b = b[16:] {
		list = append([]string{netip.AddrFrom16([16]byte(b)).String()}, list...)
	}
	return list
}
