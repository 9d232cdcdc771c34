//go:build linux

package livetest

import (
	"fmt"
	"net/netip"
	"strconv"

	"github.com/nlgen/nlgen/generated/rtrule"
	"github.com/nlgen/nlgen/runtime/nl"
)

type rule = *rtrule.FIBRule

// RuleTable is `ip -d -j rule`.
func RuleTable() *Table[rule] {
	has := func(f rtrule.FIBRuleFlags) func(rule) any {
		return func(r rule) any { return True(r.Header.Flags.Has(f)) }
	}
	return &Table[rule]{
		Fields: map[string]func(rule) any{
			"priority": func(r rule) any { return r.Priority.Or(0) },
			"not":      has(rtrule.FIBRuleFlagsInvert),
			"src": func(r rule) any {
				if r.Header.SrcLen == 0 {
					return "all"
				}
				return IP(r.Src)
			},
			"srclen":       func(r rule) any { return partLen(r.Src, r.Header.SrcLen) },
			"dst":          func(r rule) any { return IP(r.Dst) },
			"dstlen":       func(r rule) any { return partLen(r.Dst, r.Header.DstLen) },
			"tos":          func(r rule) any { return notEmpty(r.Header.TOS) },
			"fwmark":       func(r rule) any { return Hex(r.Fwmark) },
			"fwmask":       func(r rule) any { return mask(r) },
			"iif":          func(r rule) any { return Value(r.Iifname) },
			"iif_detached": has(rtrule.FIBRuleFlagsIifDetached),
			"oif":          func(r rule) any { return Value(r.Oifname) },
			"oif_detached": has(rtrule.FIBRuleFlagsOifDetached),
			"l3mdev":       func(r rule) any { return onlyTrue(OnOff(r.L3mdev)) },
			"uid_start":    func(r rule) any { return At(r.UIDRange, func(u *rtrule.FIBRuleUIDRange) any { return u.Start }) },
			"uid_end":      func(r rule) any { return At(r.UIDRange, func(u *rtrule.FIBRuleUIDRange) any { return u.End }) },
			"ipproto":      func(r rule) any { return protocolName(r.IPProto) },
			"sport":        func(r rule) any { return onePort(r.SportRange) },
			"sport_start":  func(r rule) any { return portOf(r.SportRange, func(p *rtrule.FIBRulePortRange) any { return p.Start }) },
			"sport_end":    func(r rule) any { return portOf(r.SportRange, func(p *rtrule.FIBRulePortRange) any { return p.End }) },
			"dport":        func(r rule) any { return onePort(r.DportRange) },
			"dport_start":  func(r rule) any { return portOf(r.DportRange, func(p *rtrule.FIBRulePortRange) any { return p.Start }) },
			"dport_end":    func(r rule) any { return portOf(r.DportRange, func(p *rtrule.FIBRulePortRange) any { return p.End }) },
			"tun_id":       func(r rule) any { return Value(r.TunID) },
			"table": func(r rule) any {
				if r.Header.Action != rtrule.FrActToTbl || r.Table.Or(uint32(r.Header.Table)) == 0 {
					return nil
				}
				return tableName(r.Table.Or(uint32(r.Header.Table)))
			},
			"suppress_prefixlen": func(r rule) any { return unlessMax(r.SuppressPrefixlen) },
			"suppress_ifgroup": func(r rule) any {
				if v := unlessMax(r.SuppressIfgroup); v != nil {
					return fmt.Sprint(v)
				}
				return nil
			},
			"flow_from": func(r rule) any { return member(flow(r.Flow), "from") },
			"flow_to":   func(r rule) any { return member(flow(r.Flow), "to") },
			"goto": func(r rule) any {
				if r.Header.Action == rtrule.FrActGoto {
					return Value(r.Goto)
				}
				return nil
			},
			"unresolved": has(rtrule.FIBRuleFlagsUnresolved),
			"nop":        func(r rule) any { return True(r.Header.Action == rtrule.FrActNop) },
			"action": func(r rule) any {
				switch a := r.Header.Action; a {
				case rtrule.FrActBlackhole, rtrule.FrActUnreachable, rtrule.FrActProhibit:
					return a.String()
				}
				return nil
			},
			"protocol": func(r rule) any { return Name(r.Protocol) },
		},
	}
}

func notEmpty(tos uint8) any {
	if tos == 0 {
		return nil
	}
	return Hex(nl.U8(tos))
}

// partLen is the length of a prefix that is shorter than its address.
func partLen(a netip.Addr, bits uint8) any {
	if !a.IsValid() || int(bits) == a.BitLen() {
		return nil
	}
	return bits
}

// mask is the mask of a mark, which ip leaves out when it is all ones.
func mask(r rule) any {
	if r.Fwmask.Or(1<<32-1) == 1<<32-1 {
		return nil
	}
	return Hex(r.Fwmask)
}

// unlessMax leaves out the number that stands for none.
func unlessMax(o nl.Opt[uint32]) any {
	if v, ok := o.Get(); ok && v != 1<<32-1 {
		return v
	}
	return nil
}

func onePort(p *rtrule.FIBRulePortRange) any {
	if p == nil || p.Start != p.End {
		return nil
	}
	return p.Start
}

func portOf(p *rtrule.FIBRulePortRange, f func(*rtrule.FIBRulePortRange) any) any {
	if p == nil || p.Start == p.End {
		return nil
	}
	return f(p)
}

func protocolName(o nl.Opt[uint8]) any {
	p, ok := o.Get()
	if !ok {
		return nil
	}
	if name, ok := map[uint8]string{1: "icmp", 6: "tcp", 17: "udp"}[p]; ok {
		return name
	}
	return strconv.Itoa(int(p))
}

// rules lists the rules of a family.
func (w *World) rules(family uint8) []rule {
	w.t.Helper()
	return Get[[]rule](w.t)(nl.Collect(w.Rule.GetRuleDump(w.Ctx, &rtrule.FIBRule{Header: rtrule.FIBRuleHdr{Family: family}})))
}
