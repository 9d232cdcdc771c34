package ir

import (
	mathbits "math/bits"
	"strings"
)

// names says what headers call the things of a schema, where the prefix rules of the language do not tell.
type names struct {
	prefixes   map[string]string // set or enum: prefix of its constants
	exact      map[string]string // set.attribute, enum.entry or op.operation: C constant
	structs    map[string]string // struct: C name
	members    map[string]string // struct: prefix of its members
	ops        string            // prefix of operations
	events     string            // prefix of notifications
	mask       uint16            // of an operation's number, where a header leaves out the subsystem
	bigEndian  map[string]bool   // enum: headers give its 16-bit values in network order
	bitNumbers map[string]int    // flags: headers number the bits, from this number
}

// constant returns what headers may call an attribute of a set or an entry of an enum.
func (n names) constant(in, name, byRule string) string {
	if c, ok := n.exact[in+"."+name]; ok {
		return c
	}
	if p, ok := n.prefixes[in]; ok {
		return p + cName(name)
	}
	return byRule
}

func (n names) attr(s *Set, a *Attr) string { return n.constant(s.Name, a.Name, a.CName) }

func (n names) entry(e *Enum, s Entry) string { return n.constant(e.Name, s.Name, s.CName) }

// value returns an entry's value as headers give it.
func (n names) value(e *Enum, s Entry) uint64 {
	switch {
	case n.bigEndian[e.Name]:
		return uint64(mathbits.ReverseBytes16(uint16(s.Value)))
	case e.Flags && has(n.bitNumbers, e.Name):
		return uint64(mathbits.TrailingZeros64(s.Value) + n.bitNumbers[e.Name])
	}
	return s.Value
}

func has(m map[string]int, key string) bool {
	_, ok := m[key]
	return ok
}

func (n names) structName(s *Struct) string {
	if c, ok := n.structs[s.Name]; ok {
		return c
	}
	return s.CName
}

func (n names) member(s *Struct, m *Member) string { return n.members[s.Name] + cIdent(m.Name) }

func (n names) op(op *Op) string {
	byRule := op.CName
	if n.ops != "" {
		byRule = n.ops + cName(op.Name)
	}
	return n.constant("op", op.Name, byRule)
}

// answer returns what headers may call the answer to an operation: its own name or that of the message that
// makes what it gets.
func (n names) answer(op string) []string {
	keys := []string{op + "_REPLY"}
	if i := strings.LastIndex(op, "GET"); i >= 0 {
		keys = append(keys, op[:i]+"NEW"+op[i+len("GET"):])
	}
	return keys
}

// event returns what headers may call a notification, with the prefix of the family's operations.
func (n names) event(prefix, name string) []string {
	if n.events != "" {
		prefix = n.events
	}
	c := cName(name)
	return []string{prefix + c, prefix + strings.TrimSuffix(c, "_NTF")}
}

func (n names) opMask() uint16 {
	if n.mask != 0 {
		return n.mask
	}
	return 0xffff
}

// headerNames holds the names by schema, the kernel's and ours.
var headerNames = map[string]names{
	"conntrack": conntrackNames,
	"nftables":  nftablesNames,
	"devlink": {
		prefixes: map[string]string{"dpipe-header-id": "DEVLINK_DPIPE_HEADER_"},
		exact: map[string]string{
			"resource-scope.dev":  "DEVLINK_RESOURCE_SCOPE_DEV_BIT",
			"resource-scope.port": "DEVLINK_RESOURCE_SCOPE_PORT_BIT",
		},
	},
	"ethtool":  {prefixes: map[string]string{"phy-upstream-type": "PHY_UPSTREAM_"}},
	"mptcp_pm": {events: "MPTCP_EVENT_"},
	"nl80211": {
		prefixes: map[string]string{
			"commands":          "NL80211_CMD_",
			"feature-flags":     "NL80211_FEATURE_",
			"channel-type":      "NL80211_CHAN_",
			"protocol-features": "NL80211_PROTOCOL_FEATURE_",
		},
		structs: map[string]string{"sta-flag-update": "nl80211_sta_flag_update"},
		exact: map[string]string{
			"commands.unexpected-4-addr-frame": "NL80211_CMD_UNEXPECTED_4ADDR_FRAME",
			"feature-flags.no-random-mac-addr": "NL80211_FEATURE_ND_RANDOM_MAC_ADDR",
		},
	},
	"nlctrl":    {prefixes: map[string]string{"op-flags": "GENL_", "attr-type": "NL_ATTR_TYPE_"}},
	"ovs_flow":  {exact: map[string]string{"ovs-hash-alg.ovs-hash-alg-l4": "OVS_HASH_ALG_L4"}},
	"wireguard": {members: map[string]string{"--kernel-timespec": "tv_"}},
	"rt-link":   linkNames,
	"rt-neigh": {
		prefixes: map[string]string{
			"nud-state":     "NUD_",
			"ntf-flags":     "NTF_",
			"ntf-ext-flags": "NTF_EXT_",
			"rtm-type":      "RTN_",
		},
		members: map[string]string{
			"ndtmsg":        "ndtm_",
			"nda-cacheinfo": "ndm_",
			"ndt-config":    "ndtc_",
			"ndt-stats":     "ndts_",
		},
	},
	"rt-route": {
		prefixes: map[string]string{"router-pref": "ICMPV6_ROUTER_PREF_"},
		exact: map[string]string{
			"rtm-flags.nh-dead":       "RTNH_F_DEAD",
			"rtm-flags.nh-pervasive":  "RTNH_F_PERVASIVE",
			"rtm-flags.nh-onlink":     "RTNH_F_ONLINK",
			"rtm-flags.nh-offload":    "RTNH_F_OFFLOAD",
			"rtm-flags.nh-linkdown":   "RTNH_F_LINKDOWN",
			"rtm-flags.nh-unresolved": "RTNH_F_UNRESOLVED",
			"rtm-flags.nh-trap":       "RTNH_F_TRAP",
		},
		bigEndian:  map[string]bool{"ip-tunnel-flags": true},
		bitNumbers: map[string]int{"seg6-local-flv-op": 0},
	},
	"rt-rule": {
		prefixes: map[string]string{"fr-act": "FR_ACT_"},
		members:  map[string]string{"rtgenmsg": "rtgen_"},
	},
	"tc": {
		prefixes: map[string]string{"cls-flags": "TCA_CLS_FLAGS_", "hfsc-attrs": "TCA_HFSC_"},
		exact: map[string]string{
			"cls-flags.not-in-nw":             "TCA_CLS_FLAGS_NOT_IN_HW",
			"flower-key-ctrl-flags.frag":      "TCA_FLOWER_KEY_FLAGS_IS_FRAGMENT",
			"flower-key-ctrl-flags.firstfrag": "TCA_FLOWER_KEY_FLAGS_FRAG_IS_FIRST",
			"flower-key-ctrl-flags.tuncsum":   "TCA_FLOWER_KEY_FLAGS_TUNNEL_CSUM",
			"flower-key-ctrl-flags.tundf":     "TCA_FLOWER_KEY_FLAGS_TUNNEL_DONT_FRAGMENT",
			"flower-key-ctrl-flags.tunoam":    "TCA_FLOWER_KEY_FLAGS_TUNNEL_OAM",
			"flower-key-ctrl-flags.tuncrit":   "TCA_FLOWER_KEY_FLAGS_TUNNEL_CRIT_OPT",
		},
		members: map[string]string{"tcmsg": "tcm_"},
	},
}

var linkNames = names{
	prefixes: map[string]string{
		"vlan-protocols":          "ETH_P_",
		"ipv4-devconf":            "IPV4_DEVCONF_",
		"ipv6-devconf":            "DEVCONF_",
		"ifla-icmp6-stats":        "ICMP6_MIB_",
		"ifla-inet6-stats":        "IPSTATS_MIB_",
		"vlan-flags":              "VLAN_FLAG_",
		"ifla-vf-link-state-enum": "IFLA_VF_LINK_STATE_",
		"rtext-filter":            "RTEXT_FILTER_",
		"netkit-mode":             "NETKIT_",
		"netkit-scrub":            "NETKIT_SCRUB_",
		"netkit-pairing":          "NETKIT_DEVICE_",
		"ovpn-mode":               "OVPN_MODE_",
		"amt-mode":                "AMT_MODE_",
		"br-stp-mode":             "BR_STP_MODE_",
	},
	exact: map[string]string{
		"ifinfo-flags.point-to-point": "IFF_POINTOPOINT",
		"ifinfo-flags.no-trailers":    "IFF_NOTRAILERS",
		"ifinfo-flags.no-arp":         "IFF_NOARP",
		"ifinfo-flags.all-multi":      "IFF_ALLMULTI",
		"ifinfo-flags.auto-media":     "IFF_AUTOMEDIA",
		"netkit-policy.forward":       "NETKIT_PASS",
		"netkit-policy.blackhole":     "NETKIT_DROP",
		"ifla-inet6-stats.ect1-pkts":  "IPSTATS_MIB_ECT1PKTS",
		"ifla-inet6-stats.ect0-pkts":  "IPSTATS_MIB_ECT0PKTS",
	},
	members:    map[string]string{"rtgenmsg": "rtgen_"},
	bigEndian:  map[string]bool{"gre-flags": true},
	bitNumbers: map[string]int{"br-boolopt-id": 0, "stats-filter": 1},
}

var conntrackNames = names{
	ops:  "IPCTNL_MSG_CT_",
	mask: 0xff,
	prefixes: map[string]string{
		"nf-ct-tcp-flags":       "IP_CT_TCP_FLAG_",
		"nf-ct-tcp-state":       "TCP_CONNTRACK_",
		"nf-ct-sctp-state":      "SCTP_CONNTRACK_",
		"nf-ct-status":          "IPS_",
		"counter-attrs":         "CTA_COUNTERS_",
		"tuple-proto-attrs":     "CTA_",
		"tuple-ip-attrs":        "CTA_",
		"tuple-attrs":           "CTA_",
		"protoinfo-tcp-attrs":   "CTA_PROTOINFO_",
		"protoinfo-dccp-attrs":  "CTA_PROTOINFO_",
		"protoinfo-sctp-attrs":  "CTA_PROTOINFO_",
		"protoinfo-attrs":       "CTA_",
		"help-attrs":            "CTA_",
		"nat-attrs":             "CTA_",
		"seqadj-attrs":          "CTA_SEQADJ_",
		"secctx-attrs":          "CTA_",
		"synproxy-attrs":        "CTA_SYNPROXY_",
		"filter-attrs":          "CTA_FILTER_",
		"conntrack-attrs":       "CTA_",
		"conntrack-stats-attrs": "CTA_STATS_",
	},
	exact: map[string]string{
		"op.get-stats":                             "IPCTNL_MSG_CT_GET_STATS_CPU",
		"nf-ct-tcp-flags.unacked":                  "IP_CT_TCP_FLAG_DATA_UNACKNOWLEDGED",
		"nf-ct-tcp-flags.maxack":                   "IP_CT_TCP_FLAG_MAXACK_SET",
		"nf-ct-tcp-flags.challenge-ack":            "IP_CT_EXP_CHALLENGE_ACK",
		"nf-ct-tcp-flags.simultaneous-open":        "IP_CT_TCP_SIMULTANEOUS_OPEN",
		"nf-ct-sctp-state.cloned":                  "SCTP_CONNTRACK_CLOSED",
		"nf-ct-sctp-state.shutdown-received":       "SCTP_CONNTRACK_SHUTDOWN_RECD",
		"nf-ct-sctp-state.shutdown-heartbeat-sent": "SCTP_CONNTRACK_HEARTBEAT_SENT",
		"nf-ct-status.seq-adj":                     "IPS_SEQ_ADJUST",
		"nf-ct-status.nat-clash":                   "IPS_UNTRACKED", // took the number over
		"counter-attrs.packets-old":                "CTA_COUNTERS32_PACKETS",
		"counter-attrs.bytes-old":                  "CTA_COUNTERS32_BYTES",
		"protoinfo-sctp-attrs.vtag-original":       "CTA_PROTOINFO_SCTP_VTAG_ORIGINAL",
		"protoinfo-sctp-attrs.vtag-reply":          "CTA_PROTOINFO_SCTP_VTAG_REPLY",
		"nat-proto-attrs.nat-port-min":             "CTA_PROTONAT_PORT_MIN",
		"nat-proto-attrs.nat-port-max":             "CTA_PROTONAT_PORT_MAX",
	},
	structs: map[string]string{"nf-ct-tcp-flags-mask": "nf_ct_tcp_flags"},
}

var nftablesNames = names{
	ops:  "NFT_MSG_",
	mask: 0xff,
	prefixes: map[string]string{
		"meta-keys":        "NFT_META_",
		"bitwise-ops":      "NFT_BITWISE_",
		"cmp-ops":          "NFT_CMP_",
		"object-type":      "NFT_OBJECT_",
		"nat-range-flags":  "NF_NAT_RANGE_",
		"table-flags":      "NFT_TABLE_F_",
		"chain-flags":      "NFT_CHAIN_",
		"set-flags":        "NFT_SET_",
		"set-elem-flags":   "NFT_SET_ELEM_",
		"ct-keys":          "NFT_CT_",
		"ct-direction":     "IP_CT_DIR_",
		"quota-flags":      "NFT_QUOTA_F_",
		"verdict-code":     "NFT_",
		"fib-result":       "NFT_FIB_RESULT_",
		"fib-flags":        "NFTA_FIB_F_",
		"reject-types":     "NFT_REJECT_",
		"reject-inet-code": "NFT_REJECT_",
		"payload-base":     "NFT_PAYLOAD_",
		"range-ops":        "NFT_RANGE_",
		"registers":        "NFT_",
		"numgen-types":     "NFT_NG_",
		"log-level":        "NFT_LOGLEVEL_",
		"log-flags":        "NF_LOG_",

		"log-attrs":               "NFTA_LOG_",
		"numgen-attrs":            "NFTA_NG_",
		"range-attrs":             "NFTA_RANGE_",
		"batch-attrs":             "NFNL_BATCH_",
		"table-attrs":             "NFTA_TABLE_",
		"chain-attrs":             "NFTA_CHAIN_",
		"counter-attrs":           "NFTA_COUNTER_",
		"nft-hook-attrs":          "NFTA_HOOK_",
		"hook-dev-attrs":          "NFTA_DEVICE_",
		"nft-counter-attrs":       "NFTA_COUNTER_",
		"rule-attrs":              "NFTA_RULE_",
		"expr-list-attrs":         "NFTA_LIST_",
		"expr-attrs":              "NFTA_EXPR_",
		"rule-compat-attrs":       "NFTA_RULE_COMPAT_",
		"set-attrs":               "NFTA_SET_",
		"set-desc-attrs":          "NFTA_SET_DESC_",
		"set-desc-concat-attrs":   "NFTA_LIST_",
		"set-field-attrs":         "NFTA_SET_FIELD_",
		"set-list-attrs":          "NFTA_LIST_",
		"setelem-attrs":           "NFTA_SET_ELEM_",
		"setelem-list-elem-attrs": "NFTA_LIST_",
		"setelem-list-attrs":      "NFTA_SET_ELEM_LIST_",
		"gen-attrs":               "NFTA_GEN_",
		"obj-attrs":               "NFTA_OBJ_",
		"quota-attrs":             "NFTA_QUOTA_",
		"flowtable-attrs":         "NFTA_FLOWTABLE_",
		"flowtable-hook-attrs":    "NFTA_FLOWTABLE_HOOK_",
		"expr-bitwise-attrs":      "NFTA_BITWISE_",
		"expr-cmp-attrs":          "NFTA_CMP_",
		"data-attrs":              "NFTA_DATA_",
		"verdict-attrs":           "NFTA_VERDICT_",
		"expr-counter-attrs":      "NFTA_COUNTER_",
		"expr-fib-attrs":          "NFTA_FIB_",
		"expr-ct-attrs":           "NFTA_CT_",
		"expr-flow-offload-attrs": "NFTA_FLOW_TABLE_",
		"expr-immediate-attrs":    "NFTA_IMMEDIATE_",
		"expr-lookup-attrs":       "NFTA_LOOKUP_",
		"expr-masq-attrs":         "NFTA_MASQ_",
		"expr-meta-attrs":         "NFTA_META_",
		"expr-nat-attrs":          "NFTA_NAT_",
		"expr-payload-attrs":      "NFTA_PAYLOAD_",
		"expr-reject-attrs":       "NFTA_REJECT_",
		"expr-target-attrs":       "NFTA_TARGET_",
		"expr-tproxy-attrs":       "NFTA_TPROXY_",
		"expr-objref-attrs":       "NFTA_OBJREF_",
		"compat-target-attrs":     "NFTA_TARGET_",
		"compat-match-attrs":      "NFTA_MATCH_",
		"compat-attrs":            "NFTA_COMPAT_",
	},
	exact: map[string]string{
		"meta-keys.l4-proto":             "NFT_META_L4PROTO",
		"ct-keys.ct-id":                  "NFT_CT_ID",
		"lookup-flags.invert":            "NFT_LOOKUP_F_INV",
		"quota-flags.invert":             "NFT_QUOTA_F_INV",
		"verdict-code.drop":              "NF_DROP",
		"verdict-code.accept":            "NF_ACCEPT",
		"verdict-code.stolen":            "NF_STOLEN",
		"verdict-code.queue":             "NF_QUEUE",
		"verdict-code.repeat":            "NF_REPEAT",
		"payload-base.link-layer-header": "NFT_PAYLOAD_LL_HEADER",
		"nft-hook-attrs.num":             "NFTA_HOOK_HOOKNUM",
	},
}
