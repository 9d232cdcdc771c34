//go:build linux

package livetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/generated/ethtool"
	"github.com/nlgen/nlgen/generated/netdev"
	"github.com/nlgen/nlgen/generated/nlctrl"
	"github.com/nlgen/nlgen/generated/rtaddr"
	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/generated/rtneigh"
	"github.com/nlgen/nlgen/generated/rtroute"
	"github.com/nlgen/nlgen/runtime/nl"
	"golang.org/x/sys/unix"
)

// notKnown are what dumps hold beyond the schemas, with the reason. One that does not occur any more fails the test.
var notKnown = map[string]string{}

// refusals are the dumps that this kernel or these links have no answer for.
var refusals = map[string]syscall.Errno{
	"ethtool module-eeprom-get":  syscall.EINVAL,     // wants a page of the module, also in a dump
	"ethtool tunnel-info-get":    syscall.EOPNOTSUPP, // not one virtual link has tables of tunnel ports
	"ethtool mse-get":            syscall.EOPNOTSUPP, // newer than this kernel
	"ethtool tsconfig-get":       syscall.EINVAL,     // when a link cannot tell
	"netdev page-pool-stats-get": syscall.EOPNOTSUPP, // not built in
}

// TestNothingUnknown dumps everything of all families, with one object of each kind there, and finds every attribute
// in the schemas.
func TestNothingUnknown(t *testing.T) {
	worlds := []struct{ name, setup string }{
		{"links", linksByTool}, {"addresses", addrsByTool}, {"routes", routesByTool}, {"rules", rulesByTool},
		{"neighbours", neighboursByTool}, {"ethtool", ethtoolLinks}, {"netdev", netdevLinks},
	}
	seen := map[string]bool{}
	messages := map[string]int{}
	for _, world := range worlds {
		t.Run(world.name, func(t *testing.T) {
			w := New(t)
			w.Lines(world.setup)
			w.Lines(`
				ip link set lo up
				ip mptcp endpoint add 10.0.0.1 id 7 signal
				ip mptcp endpoint add 2001:db8::1 id 9 subflow dev lo
			`)
			w.connections("127.0.0.1:0")
			for name, dump := range w.dumps() {
				for m, err := range dump {
					var refused *nl.Error
					if errors.As(err, &refused) && refusals[name] == refused.Errno {
						seen[name] = true
						continue
					}
					if err != nil {
						t.Errorf("%s: %v", name, err)
						continue
					}
					messages[name]++
					roundTrip(t, name, m)
					for _, u := range Unknown(m) {
						key := name + ": " + u
						seen[key] = true
						if _, ok := notKnown[key]; !ok {
							t.Errorf("%s is not known", key)
						}
					}
				}
			}
			for what, c := range map[string]*nl.Conn{"route": w.Route, "generic": w.Generic} {
				if n := c.Stats().Unreadable; n != 0 {
					t.Errorf("%s: %d attributes could not be read", what, n)
				}
			}
		})
	}
	for _, list := range []map[string]string{notKnown, errnoTexts(refusals)} {
		for key := range list {
			if !seen[key] {
				t.Errorf("%q is listed and does not occur any more", key)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(messages)) {
		t.Logf("%s: %d messages", name, messages[name])
	}
}

// roundTrip takes a message of the kernel through its binary form and its JSON and expects it back.
func roundTrip(t *testing.T, name string, m any) {
	t.Helper()
	b, err := m.(message).MarshalBinary()
	Must(t, err)
	fresh := func() message { return reflect.New(reflect.TypeOf(m).Elem()).Interface().(message) }
	again := fresh()
	Must(t, again.UnmarshalBinary(b))
	if !reflect.DeepEqual(m, again) {
		t.Errorf("%s: binary: %s", name, cmp.Diff(m, any(again), equal))
	}
	b, err = json.Marshal(m)
	Must(t, err)
	again = fresh()
	if err := json.Unmarshal(b, again); err != nil || !reflect.DeepEqual(m, again) {
		t.Errorf("%s: JSON %s: %v: %s", name, b, err, cmp.Diff(m, any(again), equal))
	}
}

func errnoTexts(m map[string]syscall.Errno) map[string]string {
	texts := map[string]string{}
	for k, v := range m {
		texts[k] = v.Error()
	}
	return texts
}

// messagesOf lists the messages of a dump whatever their type.
func messagesOf[T any](seq iter.Seq2[*T, error]) iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		for m, err := range seq {
			if !yield(m, err) {
				return
			}
		}
	}
}

// dumps are all dumps of the ten families.
func (w *World) dumps() map[string]iter.Seq2[any, error] {
	ctx := w.Ctx
	all := map[string]iter.Seq2[any, error]{
		"rt-link getlink":            messagesOf(w.Link.GetLinkDump(ctx, &rtlink.Link{ExtMask: nl.Some(rtlink.RtextFilter(1))})),
		"rt-link getlink bridge":     messagesOf(w.Link.GetLinkDump(ctx, &rtlink.Link{Header: rtlink.Ifinfomsg{Family: rtlink.AddressFamilyBridge}})),
		"rt-link getlink inet6":      messagesOf(w.Link.GetLinkDump(ctx, &rtlink.Link{Header: rtlink.Ifinfomsg{Family: rtlink.AddressFamilyInet6}})),
		"rt-link getstats":           messagesOf(w.Link.GetStatsDump(ctx, &rtlink.Stats{Header: rtlink.IfStatsMsg{FilterMask: 0x1f}})),
		"rt-addr getaddr":            messagesOf(w.Addr.GetAddrDump(ctx, nil)),
		"rt-addr getmulticast":       messagesOf(w.Addr.GetMulticastDump(ctx, &rtaddr.Addr{Header: rtaddr.Ifaddrmsg{Family: unix.AF_INET6}})),
		"rt-addr getmulticast 4":     messagesOf(w.Addr.GetMulticastDump(ctx, &rtaddr.Addr{Header: rtaddr.Ifaddrmsg{Family: unix.AF_INET}})),
		"rt-addr getanycast":         messagesOf(w.Addr.GetAnycastDump(ctx, &rtaddr.Addr{Header: rtaddr.Ifaddrmsg{Family: unix.AF_INET6}})),
		"rt-route getroute":          messagesOf(w.Routes.GetRouteDump(ctx, nil)),
		"rt-route getroute cache":    messagesOf(w.Routes.GetRouteDump(ctx, &rtroute.Route{Header: rtroute.Rtmsg{Flags: rtroute.RtmFlagsCloned}})),
		"rt-rule getrule":            messagesOf(w.Rule.GetRuleDump(ctx, nil)),
		"rt-neigh getneigh":          messagesOf(w.Neigh.GetNeighDump(ctx, nil)),
		"rt-neigh getneigh proxy":    messagesOf(w.Neigh.GetNeighDump(ctx, &rtneigh.Neighbour{Header: rtneigh.Ndmsg{Flags: rtneigh.NtfFlagsProxy}})),
		"rt-neigh getneigh fdb":      messagesOf(w.Neigh.GetNeighDump(ctx, &rtneigh.Neighbour{Header: rtneigh.Ndmsg{Family: unix.AF_BRIDGE}})),
		"rt-neigh getneightbl":       messagesOf(w.Neigh.GetNeightblDump(ctx, nil)),
		"nlctrl getfamily":           messagesOf(w.Ctrl.GetFamilyDump(ctx, nil)),
		"netdev dev-get":             messagesOf(w.Netdev.DevGetDump(ctx, nil)),
		"netdev queue-get":           messagesOf(w.Netdev.QueueGetDump(ctx, nil)),
		"netdev napi-get":            messagesOf(w.Netdev.NAPIGetDump(ctx, nil)),
		"netdev qstats-get":          messagesOf(w.Netdev.QstatsGetDump(ctx, &netdev.Qstats{Scope: nl.Some(netdev.QstatsScopeQueue)})),
		"netdev page-pool-get":       messagesOf(w.Netdev.PagePoolGetDump(ctx, nil)),
		"netdev page-pool-stats-get": messagesOf(w.Netdev.PagePoolStatsGetDump(ctx, nil)),
		"mptcp_pm get-addr":          messagesOf(w.MPTCP.GetAddrDump(ctx, nil)),
		"tcp_metrics get":            messagesOf(w.Metrics.GetDump(ctx, nil)),
	}
	for _, f := range families {
		all["nlctrl getpolicy "+f] = messagesOf(w.Ctrl.GetPolicyDump(ctx, &nlctrl.Ctrl{FamilyName: nl.Str(f)}))
	}
	maps.Copy(all, w.ethtoolDumps())
	return all
}

// ethtoolDumps are those of the ethtool family.
func (w *World) ethtoolDumps() map[string]iter.Seq2[any, error] {
	c, ctx := w.Ethtool, w.Ctx
	stats := &ethtool.Stats{Header: &ethtool.Header{}, Groups: &ethtool.Bitset{Nomask: true, Size: nl.U32(5), Value: []uint32{0x1f}}}
	all := map[string]iter.Seq2[any, error]{
		"strset":          messagesOf(c.StrsetGetDump(ctx, nil)),
		"linkinfo":        messagesOf(c.LinkinfoGetDump(ctx, nil)),
		"linkmodes":       messagesOf(c.LinkmodesGetDump(ctx, nil)),
		"linkstate":       messagesOf(c.LinkstateGetDump(ctx, nil)),
		"debug":           messagesOf(c.DebugGetDump(ctx, nil)),
		"wol":             messagesOf(c.WoLGetDump(ctx, nil)),
		"features":        messagesOf(c.FeaturesGetDump(ctx, nil)),
		"privflags":       messagesOf(c.PrivflagsGetDump(ctx, nil)),
		"rings":           messagesOf(c.RingsGetDump(ctx, nil)),
		"channels":        messagesOf(c.ChannelsGetDump(ctx, nil)),
		"coalesce":        messagesOf(c.CoalesceGetDump(ctx, nil)),
		"pause":           messagesOf(c.PauseGetDump(ctx, nil)),
		"eee":             messagesOf(c.EEEGetDump(ctx, nil)),
		"tsinfo":          messagesOf(c.TsinfoGetDump(ctx, nil)),
		"tunnel-info":     messagesOf(c.TunnelInfoGetDump(ctx, nil)),
		"fec":             messagesOf(c.FECGetDump(ctx, nil)),
		"module-eeprom":   messagesOf(c.ModuleEepromGetDump(ctx, nil)),
		"stats":           messagesOf(c.StatsGetDump(ctx, stats)),
		"phc-vclocks":     messagesOf(c.PHCVclocksGetDump(ctx, nil)),
		"module":          messagesOf(c.ModuleGetDump(ctx, nil)),
		"pse":             messagesOf(c.PSEGetDump(ctx, nil)),
		"rss":             messagesOf(c.RSSGetDump(ctx, nil)),
		"plca-get-cfg":    messagesOf(c.PLCAGetCfgDump(ctx, nil)),
		"plca-get-status": messagesOf(c.PLCAGetStatusDump(ctx, nil)),
		"mm":              messagesOf(c.MmGetDump(ctx, nil)),
		"phy":             messagesOf(c.PHYGetDump(ctx, nil)),
		"tsconfig":        messagesOf(c.TsconfigGetDump(ctx, nil)),
		"mse":             messagesOf(c.MseGetDump(ctx, nil)),
	}
	named := map[string]iter.Seq2[any, error]{}
	for name, dump := range all {
		if !strings.HasPrefix(name, "plca") {
			name += "-get"
		}
		named[fmt.Sprint("ethtool ", name)] = dump
	}
	return named
}
