//go:build linux

package livetest

import (
	"fmt"

	"github.com/nlgen/nlgen/generated/ethtool"
	"github.com/nlgen/nlgen/generated/mptcppm"
	"github.com/nlgen/nlgen/generated/nlctrl"
	"github.com/nlgen/nlgen/generated/rtaddr"
	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/generated/rtneigh"
	"github.com/nlgen/nlgen/generated/rtroute"
	"github.com/nlgen/nlgen/generated/rtrule"
	"github.com/nlgen/nlgen/generated/tcpmetrics"
	"github.com/nlgen/nlgen/internal/livetest/record"
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/wire"
)

// message is a generated root message.
type message interface {
	wire.Message
	MarshalBinary() ([]byte, error)
	UnmarshalBinary([]byte) error
}

// A kind is what a recorded message is: its name, an empty message of its type, and its fixed headers.
type kind struct {
	name    string
	fresh   func() message
	headers record.Headers
}

// routeKinds are the message types of rtnetlink that our families describe.
var routeKinds = makeRouteKinds()

func makeRouteKinds() map[uint16]kind {
	kinds := map[uint16]kind{}
	add := func(name string, header int, fresh func() message, types ...uint16) {
		headers := record.Headers{"": header}
		if name == "rt-link link" {
			headers["18.2.1"] = header // the peer of a pair
		}
		for _, t := range types {
			kinds[t] = kind{name, fresh, headers}
		}
	}
	add("rt-link link", 16, func() message { return new(rtlink.Link) }, 16, 17, 18, 19, 108, 109)
	add("rt-link stats", 12, func() message { return new(rtlink.Stats) }, 92, 94)
	add("rt-addr addr", 8, func() message { return new(rtaddr.Addr) }, 20, 21, 22, 58, 62)
	add("rt-route route", 12, func() message { return new(rtroute.Route) }, 24, 25, 26)
	add("rt-neigh neighbour", 12, func() message { return new(rtneigh.Neighbour) }, 28, 29, 30)
	add("rt-neigh table", 4, func() message { return new(rtneigh.Ndt) }, 64, 66, 67)
	add("rt-rule rule", 12, func() message { return new(rtrule.FIBRule) }, 32, 33, 34)
	return kinds
}

// ethtoolKinds are requests and replies of ethtool by command; the two count on their own.
var ethtoolKinds = map[bool]map[uint8]func() message{
	true: {
		1: func() message { return new(ethtool.Strset) },
		2: func() message { return new(ethtool.Linkinfo) }, 3: func() message { return new(ethtool.Linkinfo) },
		4: func() message { return new(ethtool.Linkmodes) }, 5: func() message { return new(ethtool.Linkmodes) },
		6: func() message { return new(ethtool.Linkstate) },
		7: func() message { return new(ethtool.Debug) }, 8: func() message { return new(ethtool.Debug) },
		9: func() message { return new(ethtool.WoL) }, 10: func() message { return new(ethtool.WoL) },
		11: func() message { return new(ethtool.Features) }, 12: func() message { return new(ethtool.Features) },
		13: func() message { return new(ethtool.Privflags) },
		15: func() message { return new(ethtool.Rings) },
		17: func() message { return new(ethtool.Channels) }, 18: func() message { return new(ethtool.Channels) },
		19: func() message { return new(ethtool.Coalesce) }, 20: func() message { return new(ethtool.Coalesce) },
		21: func() message { return new(ethtool.Pause) },
		23: func() message { return new(ethtool.EEE) },
		25: func() message { return new(ethtool.Tsinfo) },
		28: func() message { return new(ethtool.TunnelInfo) },
		29: func() message { return new(ethtool.FEC) },
		32: func() message { return new(ethtool.Stats) },
		33: func() message { return new(ethtool.PHCVclocks) },
		34: func() message { return new(ethtool.Module) },
		38: func() message { return new(ethtool.RSS) },
	},
	false: {
		1:  func() message { return new(ethtool.Strset) },
		2:  func() message { return new(ethtool.Linkinfo) },
		4:  func() message { return new(ethtool.Linkmodes) },
		6:  func() message { return new(ethtool.Linkstate) },
		7:  func() message { return new(ethtool.Debug) },
		9:  func() message { return new(ethtool.WoL) },
		11: func() message { return new(ethtool.Features) }, 12: func() message { return new(ethtool.Features) },
		14: func() message { return new(ethtool.Privflags) },
		16: func() message { return new(ethtool.Rings) },
		18: func() message { return new(ethtool.Channels) },
		20: func() message { return new(ethtool.Coalesce) },
		22: func() message { return new(ethtool.Pause) },
		24: func() message { return new(ethtool.EEE) },
		26: func() message { return new(ethtool.Tsinfo) },
		30: func() message { return new(ethtool.FEC) },
		33: func() message { return new(ethtool.Stats) },
		38: func() message { return new(ethtool.RSS) },
	},
}

// genericTypes are the message types of the families in which every operation that the tools use has the same.
var genericTypes = map[string]func() message{
	"nlctrl":      func() message { return new(nlctrl.Ctrl) },
	"tcp_metrics": func() message { return new(tcpmetrics.TCPMetrics) },
	"mptcp_pm":    func() message { return new(mptcppm.Attr) },
}

// kinds recognises recorded messages; generic families have numbers of this machine.
type kinds struct {
	generic map[uint16]string // family by message type
}

// kinds asks for the numbers.
func (w *World) kinds() kinds {
	w.t.Helper()
	k := kinds{map[uint16]string{}}
	for _, name := range families {
		k.generic[Get[*nl.FamilyInfo](w.t)(w.Generic.Family(w.Ctx, name)).ID] = name
	}
	return k
}

const genericHeader = 4

// of returns what a message is and the bytes of its family. It reports false for control messages and families that
// are not ours.
func (k kinds) of(m record.Message) (what kind, body []byte, ok bool) {
	switch m.Protocol {
	case nl.Route:
		what, ok = routeKinds[m.Type]
		return what, m.Body, ok
	case nl.Generic:
		family, ok := k.generic[m.Type]
		if !ok || len(m.Body) < genericHeader {
			return kind{}, nil, false
		}
		command := m.Body[0]
		what := kind{name: fmt.Sprintf("%s %d", family, command)}
		if what.fresh = genericTypes[family]; family == "ethtool" {
			what.fresh = ethtoolKinds[m.Sent][command]
		}
		return what, m.Body[genericHeader:], true
	}
	return kind{}, nil, false
}
