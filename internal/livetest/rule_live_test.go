//go:build linux

package livetest

import (
	"errors"
	"fmt"
	"syscall"
	"testing"

	"github.com/nlgen/nlgen/generated/rtrule"
	"github.com/nlgen/nlgen/runtime/nl"
	"golang.org/x/sys/unix"
)

const rulesByTool = `
ip link add va type veth peer name vb
ip rule add pref 100 from 10.0.0.0/8 to 192.0.2.0/24 tos 0x10 fwmark 0x5/0xff iif va oif vb lookup 1000 proto bgp
ip rule add pref 101 not from 10.0.0.1 uidrange 100-200 ipproto tcp sport 100-200 dport 80 lookup main suppress_prefixlength 5 suppress_ifgroup 7
ip rule add pref 102 ipproto udp sport 53 dport 1000-2000 fwmark 7 blackhole
ip rule add pref 103 iif gone0 oif gone1 unreachable
ip rule add pref 104 to 192.0.2.9 prohibit
ip rule add pref 105 realms 3/4 lookup 5
ip rule add pref 106 tun_id 77 lookup 3000000000
ip rule add pref 107 l3mdev
ip rule add pref 108 nop
ip rule add pref 109 goto 9999
ip rule add pref 110 goto 32766
ip -6 rule add pref 100 from 2001:db8::/32 to 2001:db8:1::/48 lookup 1000 tos 0x10 proto 77
ip -6 rule add pref 101 from 2001:db8::5 lookup local
`

// compareRules compares the rules of a family, which both sides list in order.
func (w *World) compareRules(tb *Table[rule], flag string, family uint8) int {
	w.t.Helper()
	got := w.rules(family)
	tool := w.JSON("ip", flag, "-d", "-j", "rule")
	if len(got) != len(tool) {
		w.t.Fatalf("%d rules for ip, %d for us", len(tool), len(got))
	}
	for i, o := range tool {
		tb.Compare(w.t, fmt.Sprint("rule ", o["priority"]), o, got[i], got[i])
	}
	return len(got)
}

func TestRulesOfTool(t *testing.T) {
	w := New(t)
	w.Lines(rulesByTool)
	tb := RuleTable()
	if n := w.compareRules(tb, "-4", unix.AF_INET); n != 14 {
		t.Errorf("got %d IPv4 rules, want 14", n)
	}
	if n := w.compareRules(tb, "-6", unix.AF_INET6); n != 4 {
		t.Errorf("got %d IPv6 rules, want 4", n)
	}
	tb.CheckSeen(t)
	if n := len(w.rules(0)); n < 18 {
		t.Errorf("got %d rules of all families, want 18 at least", n)
	}
}

func TestRulesOfGo(t *testing.T) {
	w := New(t)
	toTable := rtrule.FIBRuleHdr{Family: unix.AF_INET, Action: rtrule.FrActToTbl}
	with := func(h rtrule.FIBRuleHdr, src, dst uint8) rtrule.FIBRuleHdr {
		h.SrcLen, h.DstLen = src, dst
		return h
	}
	invert := with(toTable, 32, 0)
	invert.Flags = rtrule.FIBRuleFlagsInvert
	tos := toTable
	tos.TOS = 0x10
	v6 := rtrule.FIBRuleHdr{Family: unix.AF_INET6, Action: rtrule.FrActToTbl, SrcLen: 32, DstLen: 128}
	action := func(a rtrule.FrAct) rtrule.FIBRuleHdr { return rtrule.FIBRuleHdr{Family: unix.AF_INET, Action: a} }
	cases := []struct {
		req  *rtrule.FIBRule
		want Object
	}{
		{&rtrule.FIBRule{Header: with(toTable, 8, 24), Priority: nl.U32(50), Src: ip("10.0.0.0"), Dst: ip("192.0.2.0"), Table: nl.U32(1000),
			Fwmark: nl.U32(5), Fwmask: nl.U32(0xff), Iifname: nl.Str("in0"), Oifname: nl.Str("out0"), Protocol: nl.Some(rtrule.RtProtocolStatic)},
			Object{"src": "10.0.0.0", "srclen": 8, "dst": "192.0.2.0", "dstlen": 24, "table": "1000", "fwmark": "0x5", "fwmask": "0xff",
				"iif": "in0", "oif": "out0", "protocol": "static", "iif_detached": true}},
		{&rtrule.FIBRule{Header: invert, Priority: nl.U32(51), Src: ip("10.0.0.1"), Table: nl.U32(70000), IPProto: nl.U8(6),
			UIDRange: &rtrule.FIBRuleUIDRange{Start: 100, End: 200}, SportRange: &rtrule.FIBRulePortRange{Start: 1000, End: 2000},
			DportRange: &rtrule.FIBRulePortRange{Start: 443, End: 443}, SuppressPrefixlen: nl.U32(3), SuppressIfgroup: nl.U32(4), Flow: nl.U32(1<<16 | 2)},
			Object{"not": true, "src": "10.0.0.1", "table": "70000", "ipproto": "tcp", "uid_start": 100, "uid_end": 200, "sport_start": 1000,
				"sport_end": 2000, "dport": 443, "suppress_prefixlen": 3, "suppress_ifgroup": "4", "flow_from": "1", "flow_to": "2"}},
		{&rtrule.FIBRule{Header: tos, Priority: nl.U32(52), Table: nl.U32(7), TunID: nl.U64(1 << 20)}, Object{"tos": "0x10", "table": "7", "tun_id": 1 << 20}},
		{&rtrule.FIBRule{Header: action(rtrule.FrActProhibit), Priority: nl.U32(53)}, Object{"action": "prohibit"}},
		{&rtrule.FIBRule{Header: action(rtrule.FrActGoto), Priority: nl.U32(54), Goto: nl.U32(32766)}, Object{"goto": 32766, "unresolved": nil}},
		{&rtrule.FIBRule{Header: v6, Priority: nl.U32(55), Src: ip("2001:db8::"), Dst: ip("2001:db8:1::1"), Table: nl.U32(300)},
			Object{"src": "2001:db8::", "srclen": 32, "dst": "2001:db8:1::1", "dstlen": nil, "table": "300"}},
		// Newer than ip: read back only.
		{&rtrule.FIBRule{Header: toTable, Priority: nl.U32(56), Table: nl.U32(8), DSCP: nl.U8(10)}, Object{"table": "8"}},
	}
	show := func(c *rtrule.FIBRule) []Object {
		flag := "-4"
		if c.Header.Family == unix.AF_INET6 {
			flag = "-6"
		}
		return w.JSON("ip", flag, "-d", "-j", "rule", "show", "pref", c.Priority.String())
	}
	for _, c := range cases {
		Must(t, w.Rule.NewRule(w.Ctx, c.req, nl.Create, nl.Excl))
		wantKeys(t, one(t, show(c.req)), c.want)
		if err := w.Rule.NewRule(w.Ctx, c.req, nl.Create, nl.Excl); !errors.Is(err, syscall.EEXIST) {
			t.Errorf("rule %v: second add: %v, want EEXIST", c.req.Priority, err)
		}
	}
	tb := RuleTable()
	w.compareRules(tb, "-4", unix.AF_INET)
	w.compareRules(tb, "-6", unix.AF_INET6)
	for _, r := range w.rules(unix.AF_INET) {
		if r.Priority.Value() == 56 && r.DSCP != nl.U8(10) {
			t.Errorf("DSCP is %v, want 10", r.DSCP)
		}
	}
	for _, c := range cases {
		Must(t, w.Rule.DelRule(w.Ctx, c.req))
		if o := show(c.req); len(o) != 0 {
			t.Errorf("ip still lists %v", o)
		}
		if err := w.Rule.DelRule(w.Ctx, c.req); !errors.Is(err, syscall.ENOENT) {
			t.Errorf("rule %v: second delete: %v, want ENOENT", c.req.Priority, err)
		}
	}
}
