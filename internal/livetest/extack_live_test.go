//go:build linux

package livetest

import (
	"errors"
	"iter"
	"syscall"
	"testing"

	"github.com/nlgen/nlgen/generated/ethtool"
	"github.com/nlgen/nlgen/generated/mptcppm"
	"github.com/nlgen/nlgen/generated/netdev"
	"github.com/nlgen/nlgen/generated/nlctrl"
	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/generated/rtneigh"
	"github.com/nlgen/nlgen/generated/rtroute"
	"github.com/nlgen/nlgen/generated/rtrule"
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/wire"
	"golang.org/x/sys/unix"
)

// mistake is a refused request: the whole text of its error, and what programs read.
type mistake struct {
	err           error
	text          string
	errno         syscall.Errno
	path, missing string
}

// TestExtendedAck makes mistakes and expects what the kernel says of them, with the attribute by name.
func TestExtendedAck(t *testing.T) {
	w := New(t)
	w.Run("ip", "link", "add", "va", "type", "veth", "peer", "name", "vb")
	for _, list := range [][]mistake{w.linkMistakes(), w.routeMistakes(), w.genericMistakes()} {
		for _, m := range list {
			t.Run(m.text, func(t *testing.T) {
				var got *nl.Error
				if !errors.As(m.err, &got) {
					t.Fatalf("got %v, want *nl.Error", m.err)
				}
				if got.Error() != m.text {
					t.Errorf("got text %q", got)
				}
				if got.Errno != m.errno || got.Path != m.path || got.Missing != m.missing {
					t.Errorf("got errno %d, path %q, missing %q, want %d, %q, %q", got.Errno, got.Path, got.Missing, m.errno, m.path, m.missing)
				}
			})
		}
	}
}

func (w *World) linkMistakes() []mistake {
	make := func(l *rtlink.Link, d rtlink.LinkinfoData) error {
		l.Linkinfo = &rtlink.Linkinfo{Data: d}
		return w.Link.NewLink(w.Ctx, l, nl.Create, nl.Excl)
	}
	named := func(name string) *rtlink.Link { return &rtlink.Link{Ifname: nl.Str(name)} }
	short := wire.Attrs{{Type: 3, Data: []byte{1}}} // max-age of one byte
	return []mistake{
		{make(named("a-name-that-is-too-long"), &rtlink.LinkinfoDataBridge{}),
			"rt-link newlink: ifname: numerical result out of range: Attribute failed policy validation (length at most 15)",
			syscall.ERANGE, "ifname", ""},
		{make(named("vx"), &rtlink.LinkinfoDataVXLAN{ID: nl.U32(1 << 24)}),
			"rt-link newlink: linkinfo.data.id: numerical result out of range: VXLAN ID must be lower than 16777216",
			syscall.ERANGE, "linkinfo.data.id", ""},
		{make(named("vx"), &rtlink.LinkinfoDataVXLAN{ID: nl.U32(1), DF: nl.Some(rtlink.IflaVXLANDF(9))}),
			"rt-link newlink: linkinfo.data.df: invalid argument: Invalid DF attribute",
			syscall.EINVAL, "linkinfo.data.df", ""},
		{make(named("br"), &rtlink.LinkinfoDataBridge{Unknown: short}),
			"rt-link newlink: linkinfo.data.max-age: numerical result out of range: Attribute failed policy validation (want u32)",
			syscall.ERANGE, "linkinfo.data.max-age", ""},
		{make(named("g"), &rtlink.LinkinfoDataVeth{Peer: &rtlink.LinkPeerVeth{Ifname: nl.Str("another-name-that-is-too-long")}}),
			"rt-link newlink: linkinfo.data.peer.ifname: numerical result out of range: Attribute failed policy validation (length at most 15)",
			syscall.ERANGE, "linkinfo.data.peer.ifname", ""},
		{w.Link.NewLink(w.Ctx, &rtlink.Link{Linkinfo: &rtlink.Linkinfo{Kind: nl.Str("nonsense")}}, nl.Create),
			"rt-link newlink: operation not supported: Unknown device type", syscall.EOPNOTSUPP, "", ""},
		// Refusals of a strict dump come with its end.
		{all(w.Link.GetLinkDump(w.Ctx, &rtlink.Link{Header: rtlink.Ifinfomsg{Type: 1}})),
			"rt-link getlink: invalid argument: Invalid values in header for link dump request", syscall.EINVAL, "", ""},
		{second(w.Link.GetStats(w.Ctx, &rtlink.Stats{Header: rtlink.IfStatsMsg{Ifindex: 1}})),
			"rt-link getstats: invalid argument: Filter mask must be set for stats get", syscall.EINVAL, "", ""},
	}
}

func (w *World) routeMistakes() []mistake {
	va := w.Links().index("va")
	v4 := rtroute.Rtmsg{Family: unix.AF_INET, DstLen: 24, Type: rtroute.RtmTypeUnicast}
	rule := rtrule.FIBRuleHdr{Family: unix.AF_INET, Action: rtrule.FrActToTbl}
	neigh := rtneigh.Ndmsg{Family: unix.AF_INET, Ifindex: va}
	return []mistake{
		{w.Routes.NewRoute(w.Ctx, &rtroute.Route{Header: v4, Dst: ip("192.0.2.0"), Gateway: ip("10.9.9.9")}, nl.Create),
			"rt-route newroute: network is unreachable: Nexthop has invalid gateway", syscall.ENETUNREACH, "", ""},
		{w.Rule.NewRule(w.Ctx, &rtrule.FIBRule{Header: rule, Table: nl.U32(7), DSCP: nl.U8(99)}, nl.Create),
			"rt-rule newrule: dscp: numerical result out of range: Error parsing msg (range 0..63)", syscall.ERANGE, "dscp", ""},
		{w.Rule.NewRule(w.Ctx, &rtrule.FIBRule{Header: rule, Table: nl.U32(7), SportRange: &rtrule.FIBRulePortRange{Start: 9, End: 3}}, nl.Create),
			"rt-rule newrule: invalid argument: Invalid sport range", syscall.EINVAL, "", ""},
		{w.Neigh.NewNeigh(w.Ctx, &rtneigh.Neighbour{Header: neigh, Dst: ip("10.0.0.5"), Lladdr: mac("02:00:00:00:00:01")[:3]}, nl.Create),
			"rt-neigh newneigh: invalid argument: Invalid link address", syscall.EINVAL, "", ""},
	}
}

func (w *World) genericMistakes() []mistake {
	va := uint32(w.Links().index("va"))
	header := &ethtool.Header{DevName: nl.Str("va")}
	bits := &ethtool.Bitset{Bits: &ethtool.BitsetBits{Bit: []ethtool.BitsetBit{
		{Name: nl.Str("tx-checksum-ip-generic")}, {Name: nl.Str("no-such-feature")}}}}
	endpoint := func(a *mptcppm.Address) *mptcppm.Endpoint { return &mptcppm.Endpoint{Addr: a} }
	return []mistake{
		{second(w.Ethtool.FeaturesSet(w.Ctx, &ethtool.Features{Header: header, Wanted: bits})),
			"ethtool features-set: wanted.bits.bit[1].name: operation not supported: bit name not found",
			syscall.EOPNOTSUPP, "wanted.bits.bit[1].name", ""},
		{second(w.Ethtool.LinkstateGet(w.Ctx, &ethtool.Linkstate{Header: &ethtool.Header{DevName: nl.Str("none")}})),
			"ethtool linkstate-get: header.dev-name: no such device: no device matches name",
			syscall.ENODEV, "header.dev-name", ""},
		{second(w.Ethtool.LinkstateGet(w.Ctx, nil)),
			"ethtool linkstate-get: invalid argument (missing header)", syscall.EINVAL, "", "header"},
		{second(w.Ethtool.LinkstateGet(w.Ctx, &ethtool.Linkstate{Header: &ethtool.Header{DevName: nl.Str("va"), Flags: nl.Some(ethtool.HeaderFlags(1 << 20))}})),
			"ethtool linkstate-get: header.flags: invalid argument: reserved bit set", syscall.EINVAL, "header.flags", ""},
		{w.Ethtool.ChannelsSet(w.Ctx, &ethtool.Channels{Header: header, CombinedCount: nl.U32(9999)}),
			"ethtool channels-set: combined-count: invalid argument: requested channel count exceeds maximum",
			syscall.EINVAL, "combined-count", ""},
		{second(w.Netdev.DevGet(w.Ctx, &netdev.Dev{Ifindex: nl.U32(0)})),
			"netdev dev-get: ifindex: numerical result out of range: integer out of range (range 1..4294967295)",
			syscall.ERANGE, "ifindex", ""},
		{second(w.Netdev.QueueGet(w.Ctx, &netdev.Queue{Ifindex: nl.U32(va), ID: nl.U32(0)})),
			"netdev queue-get: invalid argument (missing type)", syscall.EINVAL, "", "type"},
		{second(w.Netdev.QueueGet(w.Ctx, &netdev.Queue{Ifindex: nl.U32(va), ID: nl.U32(0), Type: nl.Some(netdev.QueueType(9))})),
			"netdev queue-get: type: numerical result out of range: integer out of range (range 0..1)",
			syscall.ERANGE, "type", ""},
		{second(w.Netdev.NAPIGet(w.Ctx, &netdev.NAPI{ID: nl.U32(12345678)})),
			"netdev napi-get: id: no such file or directory", syscall.ENOENT, "id", ""},
		{w.MPTCP.AddAddr(w.Ctx, &mptcppm.Endpoint{}),
			"mptcp_pm add-addr: invalid argument (missing addr)", syscall.EINVAL, "", "addr"},
		{w.MPTCP.AddAddr(w.Ctx, endpoint(&mptcppm.Address{ID: nl.U8(1)})),
			"mptcp_pm add-addr: addr: invalid argument: missing family", syscall.EINVAL, "addr", ""},
		{w.MPTCP.AddAddr(w.Ctx, endpoint(&mptcppm.Address{Family: nl.U16(unix.AF_INET), Addr4: ip("10.0.0.1"),
			Flags: nl.Some(mptcppm.AddrFlagsSignal | mptcppm.AddrFlagsFullmesh)})),
			"mptcp_pm add-addr: addr: invalid argument: flags mustn't have both signal and fullmesh", syscall.EINVAL, "addr", ""},
		{w.MPTCP.SetLimits(w.Ctx, &mptcppm.Attr{Subflows: nl.U32(99)}),
			"mptcp_pm set-limits: subflows: invalid argument: limit greater than maximum (8)", syscall.EINVAL, "subflows", ""},
		{second(w.Ctrl.GetFamily(w.Ctx, &nlctrl.Ctrl{FamilyName: nl.Str("a-family-name-that-is-too-long")})),
			"nlctrl getfamily: family-name: invalid argument: Attribute failed policy validation (length at most 15)",
			syscall.EINVAL, "family-name", ""},
		{all(w.Ctrl.GetPolicyDump(w.Ctx, &nlctrl.Ctrl{FamilyName: nl.Str("ethtool"), Op: nl.U32(200)})),
			"nlctrl getpolicy: op: no such file or directory", syscall.ENOENT, "op", ""},
	}
}

func second[T any](_ T, err error) error { return err }

// all ranges over a dump for its error.
func all[T any](seq iter.Seq2[*T, error]) error {
	_, err := nl.Collect(seq)
	return err
}
