//go:build linux

package livetest

import (
	"strconv"

	"github.com/nlgen/nlgen/generated/rtaddr"
	"github.com/nlgen/nlgen/runtime/nl"
	"golang.org/x/sys/unix"
)

// AddrTable is one entry of addr_info of `ip -d -j addr`.
func AddrTable() *Table[*rtaddr.Addr] {
	type addr = *rtaddr.Addr
	flag := func(bit rtaddr.IfaFlags) func(addr) any {
		return func(a addr) any { return True(addrFlags(a).Has(bit)) }
	}
	life := func(f func(*rtaddr.IfaCacheinfo) uint32) func(addr) any {
		return func(a addr) any { return At(a.Cacheinfo, func(c *rtaddr.IfaCacheinfo) any { return f(c) }) }
	}
	return &Table[addr]{
		Fields: map[string]func(addr) any{
			"family": func(a addr) any { return familyName(a.Header.Family) },
			"local": func(a addr) any {
				if a.Local.IsValid() {
					return IP(a.Local)
				}
				return IP(a.Address)
			},
			"address": func(a addr) any { // of the peer
				if a.Local.IsValid() && a.Local != a.Address {
					return IP(a.Address)
				}
				return nil
			},
			"prefixlen": func(a addr) any { return a.Header.Prefixlen },
			"broadcast": func(a addr) any { return IP(a.Broadcast) },
			"metric":    func(a addr) any { return NotZero(a.RtPriority) },
			"scope":     func(a addr) any { return scopeName(uint8(a.Header.Scope)) },
			"label":     func(a addr) any { return Value(a.Label) },
			"dynamic":   func(a addr) any { return True(!addrFlags(a).Has(rtaddr.IfaFlagsPermanent)) },
			"secondary": func(a addr) any {
				return True(a.Header.Family == unix.AF_INET && addrFlags(a).Has(rtaddr.IfaFlagsSecondary))
			},
			"nodad":               flag(rtaddr.IfaFlagsNodad),
			"home":                flag(rtaddr.IfaFlagsHomeaddress),
			"tentative":           flag(rtaddr.IfaFlagsTentative),
			"deprecated":          flag(rtaddr.IfaFlagsDeprecated),
			"mngtmpaddr":          flag(rtaddr.IfaFlagsManagetempaddr),
			"noprefixroute":       flag(rtaddr.IfaFlagsNoprefixroute),
			"autojoin":            flag(rtaddr.IfaFlagsMcautojoin),
			"valid_life_time":     life(func(c *rtaddr.IfaCacheinfo) uint32 { return c.IfaValid }),
			"preferred_life_time": life(func(c *rtaddr.IfaCacheinfo) uint32 { return c.IfaPrefered }),
		},
	}
}

func addrFlags(a *rtaddr.Addr) rtaddr.IfaFlags { return a.Flags.Or(a.Header.Flags) }

// familyName is how tools call an address family.
func familyName(family uint8) any {
	switch family {
	case unix.AF_INET:
		return "inet"
	case unix.AF_INET6:
		return "inet6"
	}
	return nil
}

// scopeName is how ip calls a scope: our universe is its global.
func scopeName(scope uint8) any {
	switch s := rtaddr.RtScope(scope); s {
	case rtaddr.RtScopeUniverse:
		return "global"
	case rtaddr.RtScopeSite, rtaddr.RtScopeLink, rtaddr.RtScopeHost, rtaddr.RtScopeNowhere:
		return s.String()
	}
	return strconv.Itoa(int(scope))
}

// addrs lists addresses.
func (w *World) addrs(req *rtaddr.Addr) []*rtaddr.Addr {
	w.t.Helper()
	return Get[[]*rtaddr.Addr](w.t)(nl.Collect(w.Addr.GetAddrDump(w.Ctx, req)))
}
