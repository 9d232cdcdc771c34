//go:build linux

package livetest

import (
	"fmt"
	"strings"

	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/runtime/nl"
)

type linkFields = map[string]func(*rtlink.Link) any

// linkData adds what ip prints of each kind of link and of the port of a bridge.
func linkData(all linkFields, names Links) {
	const data, port = "linkinfo.info_data.", "linkinfo.info_slave_data."
	within := func(f func(*rtlink.Linkinfo) any) func(*rtlink.Link) any {
		return func(l *rtlink.Link) any { return At(l.Linkinfo, f) }
	}
	add(all, data, within(func(i *rtlink.Linkinfo) any { return i.Data }), bridgeFields)
	add(all, data, within(func(i *rtlink.Linkinfo) any { return i.Data }), vxlanFields(names))
	add(all, data, within(func(i *rtlink.Linkinfo) any { return i.Data }), macvlanFields)
	add(all, data, within(func(i *rtlink.Linkinfo) any { return i.Data }), tunFields)
	add(all, port, within(func(i *rtlink.Linkinfo) any { return i.SlaveData }), portFields)
}

// add adds the keys of one kind below a prefix. Kinds may share a key.
func add[D any](all linkFields, prefix string, data func(*rtlink.Link) any, fields map[string]func(*D) any) {
	for key, f := range fields {
		other := all[prefix+key]
		all[prefix+key] = func(l *rtlink.Link) any {
			if d, ok := data(l).(*D); ok {
				return f(d)
			}
			if other != nil {
				return other(l)
			}
			return nil
		}
	}
}

type bridge = rtlink.LinkinfoDataBridge

var bridgeFields = map[string]func(*bridge) any{
	"forward_delay":              func(b *bridge) any { return Value(b.ForwardDelay) },
	"hello_time":                 func(b *bridge) any { return Value(b.HelloTime) },
	"max_age":                    func(b *bridge) any { return Value(b.MaxAge) },
	"ageing_time":                func(b *bridge) any { return Value(b.AgeingTime) },
	"stp_state":                  func(b *bridge) any { return Value(b.STPState) },
	"priority":                   func(b *bridge) any { return Value(b.Priority) },
	"vlan_filtering":             func(b *bridge) any { return Value(b.VLANFiltering) },
	"bridge_id":                  func(b *bridge) any { return bridgeID(b.BridgeID) },
	"root_id":                    func(b *bridge) any { return bridgeID(b.RootID) },
	"root_port":                  func(b *bridge) any { return Value(b.RootPort) },
	"root_path_cost":             func(b *bridge) any { return Value(b.RootPathCost) },
	"topology_change":            func(b *bridge) any { return Value(b.TopologyChange) },
	"topology_change_detected":   func(b *bridge) any { return Value(b.TopologyChangeDetected) },
	"hello_timer":                func(b *bridge) any { return seconds(b.HelloTimer) },
	"tcn_timer":                  func(b *bridge) any { return seconds(b.TcnTimer) },
	"topology_change_timer":      func(b *bridge) any { return seconds(b.TopologyChangeTimer) },
	"gc_timer":                   func(b *bridge) any { return seconds(b.GcTimer) },
	"group_fwd_mask":             func(b *bridge) any { return Hex(b.GroupFwdMask) },
	"group_addr":                 func(b *bridge) any { return MAC(b.GroupAddr) },
	"mcast_snooping":             func(b *bridge) any { return Value(b.McastSnooping) },
	"no_linklocal_learn":         func(b *bridge) any { return boolOpt(b, 0) },
	"mcast_vlan_snooping":        func(b *bridge) any { return boolOpt(b, 1) },
	"mcast_router":               func(b *bridge) any { return Value(b.McastRouter) },
	"mcast_query_use_ifaddr":     func(b *bridge) any { return Value(b.McastQueryUseIfaddr) },
	"mcast_querier":              func(b *bridge) any { return Value(b.McastQuerier) },
	"mcast_hash_elasticity":      func(b *bridge) any { return Value(b.McastHashElasticity) },
	"mcast_hash_max":             func(b *bridge) any { return Value(b.McastHashMax) },
	"mcast_last_member_cnt":      func(b *bridge) any { return Value(b.McastLastMemberCnt) },
	"mcast_startup_query_cnt":    func(b *bridge) any { return Value(b.McastStartupQueryCnt) },
	"mcast_last_member_intvl":    func(b *bridge) any { return Value(b.McastLastMemberIntvl) },
	"mcast_membership_intvl":     func(b *bridge) any { return Value(b.McastMembershipIntvl) },
	"mcast_querier_intvl":        func(b *bridge) any { return Value(b.McastQuerierIntvl) },
	"mcast_query_intvl":          func(b *bridge) any { return Value(b.McastQueryIntvl) },
	"mcast_query_response_intvl": func(b *bridge) any { return Value(b.McastQueryResponseIntvl) },
	"mcast_startup_query_intvl":  func(b *bridge) any { return Value(b.McastStartupQueryIntvl) },
	"mcast_stats_enabled":        func(b *bridge) any { return Value(b.McastStatsEnabled) },
	"mcast_igmp_version":         func(b *bridge) any { return Value(b.McastIGMPVersion) },
	"mcast_mld_version":          func(b *bridge) any { return Value(b.McastMLDVersion) },
	"nf_call_iptables":           func(b *bridge) any { return Value(b.NFCallIptables) },
	"nf_call_ip6tables":          func(b *bridge) any { return Value(b.NFCallIp6tables) },
	"nf_call_arptables":          func(b *bridge) any { return Value(b.NFCallArptables) },
}

// boolOpt is a bit of the bridge's options that have no attribute of their own.
func boolOpt(b *bridge, bit uint) any {
	if b.MultiBoolopt == nil {
		return nil
	}
	return uint32(b.MultiBoolopt.Optval) >> bit & 1
}

// seconds turns hundredths into seconds.
func seconds(o nl.Opt[uint64]) any {
	if v, ok := o.Get(); ok {
		return float64(v) / 100
	}
	return nil
}

// bridgeID is a bridge id as ip prints it: the bytes of the address without leading zeros.
func bridgeID(id *rtlink.IflaBridgeID) any {
	if id == nil {
		return nil
	}
	a := id.Addr
	return fmt.Sprintf("%04x.%x:%x:%x:%x:%x:%x", id.Prio, a[0], a[1], a[2], a[3], a[4], a[5])
}

type vxlan = rtlink.LinkinfoDataVXLAN

func vxlanFields(names Links) map[string]func(*vxlan) any {
	return map[string]func(*vxlan) any{
		"id":                func(v *vxlan) any { return Value(v.ID) },
		"group":             func(v *vxlan) any { return multicast(v, true) },
		"remote":            func(v *vxlan) any { return multicast(v, false) },
		"group6":            func(v *vxlan) any { return IP(v.Group6) },
		"local":             func(v *vxlan) any { return IP(v.Local) },
		"local6":            func(v *vxlan) any { return IP(v.Local6) },
		"link":              func(v *vxlan) any { return names.of(v.Link) },
		"port_range.low":    func(v *vxlan) any { return At(v.PortRange, func(r *rtlink.IflaVXLANPortRange) any { return r.Low }) },
		"port_range.high":   func(v *vxlan) any { return At(v.PortRange, func(r *rtlink.IflaVXLANPortRange) any { return r.High }) },
		"port":              func(v *vxlan) any { return Value(v.Port) },
		"external":          func(v *vxlan) any { return onlyTrue(OnOff(v.CollectMetadata)) },
		"learning":          func(v *vxlan) any { return OnOff(v.Learning) },
		"proxy":             func(v *vxlan) any { return onlyTrue(OnOff(v.Proxy)) },
		"rsc":               func(v *vxlan) any { return onlyTrue(OnOff(v.Rsc)) },
		"l2miss":            func(v *vxlan) any { return onlyTrue(OnOff(v.L2miss)) },
		"l3miss":            func(v *vxlan) any { return onlyTrue(OnOff(v.L3miss)) },
		"tos":               func(v *vxlan) any { return vxlanNumber(v.TOS) },
		"ttl":               func(v *vxlan) any { return Value(v.TTL) },
		"label":             func(v *vxlan) any { return vxlanNumber(v.Label) },
		"df":                func(v *vxlan) any { return Name(v.DF) },
		"ageing":            func(v *vxlan) any { return NotZero(v.Ageing) },
		"limit":             func(v *vxlan) any { return NotZero(v.Limit) },
		"gbp":               func(v *vxlan) any { return True(v.Gbp) },
		"gpe":               func(v *vxlan) any { return True(v.Gpe) },
		"vnifilter":         func(v *vxlan) any { return onlyTrue(OnOff(v.Vnifilter)) },
		"udp_csum":          func(v *vxlan) any { return OnOff(v.UDPCsum) },
		"udp_zero_csum6_tx": func(v *vxlan) any { return OnOff(v.UDPZeroCsum6TX) },
		"udp_zero_csum6_rx": func(v *vxlan) any { return OnOff(v.UDPZeroCsum6RX) },
		"remcsum_tx":        func(v *vxlan) any { return onlyTrue(OnOff(v.RemcsumTX)) },
		"remcsum_rx":        func(v *vxlan) any { return onlyTrue(OnOff(v.RemcsumRX)) },
	}
}

// multicast is the peer of a VXLAN, which ip prints under one of two names.
func multicast(v *vxlan, want bool) any {
	if v.Group.IsValid() && v.Group.IsMulticast() == want {
		return IP(v.Group)
	}
	return nil
}

// vxlanNumber is a number that ip leaves out when it is 0.
func vxlanNumber[T ~uint8 | ~uint32](o nl.Opt[T]) any {
	if o.Value() == 0 {
		return nil
	}
	return Hex(o)
}

type macvlan = rtlink.LinkinfoDataMacvlan

var macvlanFields = map[string]func(*macvlan) any{
	"mode":           func(m *macvlan) any { return Name(m.Mode) },
	"bcqueuelen":     func(m *macvlan) any { return Value(m.BcQueueLen) },
	"usedbcqueuelen": func(m *macvlan) any { return Value(m.BcQueueLenUsed) },
	"nopromisc":      func(m *macvlan) any { return True(m.Flags.Value().Has(rtlink.MacvlanFlagsNopromisc)) },
	"macaddr_count":  func(m *macvlan) any { return NotZero(m.MacaddrCount) },
	"macaddr_data": func(m *macvlan) any {
		return At(m.MacaddrData, func(d *rtlink.LinkinfoMacvlanMacaddr) any { return d.Macaddr })
	},
}

type tun = rtlink.LinkinfoDataTun

var tunFields = map[string]func(*tun) any{
	"type": func(v *tun) any {
		switch v.Type.Value() {
		case 1:
			return "tun"
		case 2:
			return "tap"
		}
		return nil
	},
	"pi":          func(v *tun) any { return OnOff(v.Pi) },
	"vnet_hdr":    func(v *tun) any { return OnOff(v.VnetHdr) },
	"multi_queue": func(v *tun) any { return OnOff(v.MultiQueue) },
	"numqueues":   func(v *tun) any { return Value(v.NumQueues) },
	"numdisabled": func(v *tun) any { return Value(v.NumDisabledQueues) },
	"persist":     func(v *tun) any { return OnOff(v.Persist) },
	"user":        func(v *tun) any { return userName(v.Owner) },
	"group":       func(v *tun) any { return userGroupName(v.Group) },
}

type port = rtlink.LinkinfoMemberDataBridge

var portFields = map[string]func(*port) any{
	"state":               func(p *port) any { return Name(p.State) },
	"priority":            func(p *port) any { return Value(p.Priority) },
	"cost":                func(p *port) any { return Value(p.Cost) },
	"hairpin":             func(p *port) any { return OnOff(p.Mode) },
	"guard":               func(p *port) any { return OnOff(p.Guard) },
	"root_block":          func(p *port) any { return OnOff(p.Protect) },
	"fastleave":           func(p *port) any { return OnOff(p.FastLeave) },
	"learning":            func(p *port) any { return OnOff(p.Learning) },
	"flood":               func(p *port) any { return OnOff(p.UnicastFlood) },
	"id":                  func(p *port) any { return Hex(p.ID) },
	"no":                  func(p *port) any { return Hex(p.No) },
	"designated_port":     func(p *port) any { return Value(p.DesignatedPort) },
	"designated_cost":     func(p *port) any { return Value(p.DesignatedCost) },
	"bridge_id":           func(p *port) any { return bridgeID(p.BridgeID) },
	"root_id":             func(p *port) any { return bridgeID(p.RootID) },
	"hold_timer":          func(p *port) any { return seconds(p.HoldTimer) },
	"message_age_timer":   func(p *port) any { return seconds(p.MessageAgeTimer) },
	"forward_delay_timer": func(p *port) any { return seconds(p.ForwardDelayTimer) },
	"topology_change_ack": func(p *port) any { return Value(p.TopologyChangeACK) },
	"config_pending":      func(p *port) any { return Value(p.ConfigPending) },
	"proxy_arp":           func(p *port) any { return OnOff(p.Proxyarp) },
	"proxy_arp_wifi":      func(p *port) any { return OnOff(p.ProxyarpWifi) },
	"multicast_router":    func(p *port) any { return Value(p.MulticastRouter) },
	"mcast_flood":         func(p *port) any { return OnOff(p.McastFlood) },
	"bcast_flood":         func(p *port) any { return OnOff(p.BcastFlood) },
	"mcast_to_unicast":    func(p *port) any { return OnOff(p.McastToUcast) },
	"neigh_suppress":      func(p *port) any { return OnOff(p.NeighSuppress) },
	"group_fwd_mask":      func(p *port) any { return Hex(p.GroupFwdMask) },
	"group_fwd_mask_str":  func(p *port) any { return groupFwdMask(p.GroupFwdMask) },
	"vlan_tunnel":         func(p *port) any { return OnOff(p.VLANTunnel) },
	"isolated":            func(p *port) any { return OnOff(p.Isolated) },
	"locked":              func(p *port) any { return OnOff(p.Locked) },
}

// groupFwdMask is the mask in words: ip names the three groups that have a protocol, the rest is a number.
func groupFwdMask(o nl.Opt[uint16]) any {
	mask, ok := o.Get()
	if !ok {
		return nil
	}
	var names []string
	for _, n := range []struct {
		bit  uint16
		name string
	}{{1 << 0, "stp"}, {1 << 2, "lacp"}, {1 << 14, "lldp"}} {
		if mask&n.bit != 0 {
			names = append(names, n.name)
			mask &^= n.bit
		}
	}
	if mask != 0 || len(names) == 0 {
		names = append([]string{fmt.Sprintf("0x%x", mask)}, names...)
	}
	return strings.Join(names, ",")
}
