package ir

import "strings"

// A mistake is something that a kernel schema says wrong. Ours have it right.
type mistake struct {
	schema string
	what   string // a claim, or what its name begins with up to a *
	why    string
}

// knownMistakes lists what the kernel's 7.2 schemas get wrong. An entry that no longer is a mistake fails.
var knownMistakes = []mistake{
	{"conntrack", "set nat-attrs.nat-v6-minip", "the protocol nest, 3, is listed last"},
	{"conntrack", "set nat-attrs.nat-v6-maxip", "the protocol nest, 3, is listed last"},
	{"conntrack", "set nat-attrs.nat-proto", "the protocol nest, 3, is listed last"},
	{"ethtool", "enum module-fw-flash-status.*", "counts from 0, C from 1"},
	{"ethtool", "enum c33-pse-ext-state.power-not-available", "an entry before it is missing"},
	{"ethtool", "enum c33-pse-ext-state.short-detected", "an entry before it is missing"},
	{"nftables", "enum fib-result.*", "counts from 0, C from 1"},
	{"nftables", "set chain-attrs.flags", "the pad, 9, is missing"},
	{"nftables", "set chain-attrs.id", "the pad, 9, is missing"},
	{"nftables", "set chain-attrs.userdata", "the pad, 9, is missing"},
	{"nftables", "set rule-attrs.id", "the pad, 8, is missing"},
	{"nftables", "set rule-attrs.position-id", "the pad, 8, is missing"},
	{"nftables", "set rule-attrs.chain-id", "the pad, 8, is missing"},
	{"nftables", "set setelem-attrs.objref", "the pad, 8, is missing"},
	{"nftables", "set setelem-attrs.key-end", "the pad, 8, is missing"},
	{"nftables", "set setelem-attrs.expressions", "the pad, 8, is missing"},
	{"nftables", "set expr-lookup-attrs.set-id", "listed before the registers"},
	{"nftables", "set expr-lookup-attrs.sreg", "listed after the set's number"},
	{"nftables", "set expr-lookup-attrs.dreg", "listed after the set's number"},
	{"nlctrl", "set policy-attrs.mask", "mask and pad are swapped"},
	{"nlctrl", "set policy-attrs.pad", "mask and pad are swapped"},
	{"ovs_flow", "set action-attrs.psample", "the entry before it, drop, is missing"},
	{"ovs_flow", "struct ovs-action-push-mpls.mpls-ethertype size", "32 bits wide, C has 16"},
	{"ovs_flow", "struct ovs-action-add-mpls", "a member is too wide"},
	{"ovs_flow", "struct ovs-action-add-mpls.mpls-ethertype size", "32 bits wide, C has 16"},
	{"ovs_flow", "struct ovs-action-add-mpls.tun-flags offset", "the member before it is too wide"},
	{"rt-link", "enum ipv4-devconf.*", "counts from 0, C from 1"},
	{"rt-link", "enum ifla-inet6-stats.*", "in an order that C does not have"},
	{"rt-link", "struct ifla-vf-vlan-info.vlan-proto size", "32 bits wide, C has 16"},
	{"rt-route", "struct rta-cacheinfo", "the last three members are missing"},
	{"rt-rule", "struct rtgenmsg", "three bytes of padding too many"},
	{"tc", "struct tc-ratespec.overhead size", "8 bits wide, C has 16"},
	{"tc", "struct tc-ratespec.cell-align offset", "the member before it is too narrow"},
	{"tc", "struct tc-ratespec.cell-align size", "8 bits wide, C has 16"},
	{"tc", "struct tc-ratespec.mpu offset", "members before it are too narrow"},
	{"tc", "struct tc-ratespec.mpu size", "8 bits wide, C has 16"},
	{"tc", "struct tc-u32-sel", "has one key as a member, C ends in any number"},
	{"tc", "struct tc-u32-sel.keys size", "has one key as a member, C ends in any number"},
	{"tc", "struct tc-u32-pcnt", "has one counter as a member, C ends in any number"},
	{"tc", "struct tc-u32-pcnt.kcnts size", "has one counter as a member, C ends in any number"},
	{"tc", "struct tc-pedit-sel", "has one key as a member, C ends in any number"},
	{"tc", "struct tc-pedit-sel.keys size", "has one key as a member, C ends in any number"},
}

// knownMistake returns the entry of the list that covers a claim.
func knownMistake(schema, what string) (mistake, bool) {
	for _, k := range knownMistakes {
		start, open := strings.CutSuffix(k.what, "*")
		if k.schema == schema && (k.what == what || open && strings.HasPrefix(what, start)) {
			return k, true
		}
	}
	return mistake{}, false
}

// Shares of claims that headers name, in percent, where they are lower than usual.
const usualFloor = 97

var kernelFloors = map[string]int{
	"handshake":    95, // takes a limit from a header that is the kernel's own
	"net_shaper":   95, // has a limit that headers lack
	"ovs_datapath": 90, // gives padding a name
	"tcp_metrics":  95, // has a limit that headers lack
}

var ownFloors = map[string]int{
	"rt-link":     90, // gives elements of arrays in structs names
	"rt-route":    95, // has bit-fields
	"tcp_metrics": 95, // has a limit that headers lack
}

func floorOf(floors map[string]int, schema string) int {
	if f, ok := floors[schema]; ok {
		return f
	}
	return usualFloor
}
