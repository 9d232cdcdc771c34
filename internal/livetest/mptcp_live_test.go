//go:build linux

package livetest

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/generated/mptcppm"
	"github.com/nlgen/nlgen/runtime/nl"
	"golang.org/x/sys/unix"
)

// endpointTable is `ip -j mptcp endpoint`.
func endpointTable(links Links) *Table[*mptcppm.Address] {
	type addr = *mptcppm.Address
	flag := func(f mptcppm.AddrFlags) func(addr) any {
		return func(a addr) any { return True(a.Flags.Value().Has(f)) }
	}
	return &Table[addr]{Fields: map[string]func(addr) any{
		"address": func(a addr) any {
			if a.Addr4.IsValid() {
				return IP(a.Addr4)
			}
			return IP(a.Addr6)
		},
		"port":     func(a addr) any { return NotZero(a.Port) },
		"id":       func(a addr) any { return Value(a.ID) },
		"signal":   flag(mptcppm.AddrFlagsSignal),
		"subflow":  flag(mptcppm.AddrFlagsSubflow),
		"backup":   flag(mptcppm.AddrFlagsBackup),
		"fullmesh": flag(mptcppm.AddrFlagsFullmesh),
		"implicit": flag(mptcppm.AddrFlagsImplicit),
		"dev": func(a addr) any {
			if i, ok := a.IfIdx.Get(); ok && i != 0 {
				return links.name[i]
			}
			return nil
		},
	}}
}

func (w *World) endpoints() []*mptcppm.Address {
	w.t.Helper()
	var list []*mptcppm.Address
	for _, e := range Get[[]*mptcppm.Attr](w.t)(nl.Collect(w.MPTCP.GetAddrDump(w.Ctx, nil))) {
		list = append(list, e.Addr)
	}
	return list
}

func (w *World) compareEndpoints(tb *Table[*mptcppm.Address]) {
	w.t.Helper()
	tool, ours := w.JSON("ip", "-j", "mptcp", "endpoint"), w.endpoints()
	if len(tool) != len(ours) {
		w.t.Fatalf("%d endpoints for ip, %d for us", len(tool), len(ours))
	}
	for i, o := range tool {
		tb.Compare(w.t, fmt.Sprint("endpoint ", o["id"]), o, ours[i], ours[i])
	}
}

func TestEndpointsOfTool(t *testing.T) {
	w := New(t)
	w.Lines(`
		ip link set lo up
		ip mptcp endpoint add 10.0.0.1 id 7 signal
		ip mptcp endpoint add 10.0.0.2 dev lo id 9 subflow backup fullmesh
		ip mptcp endpoint add ::1 port 4000 signal
		ip mptcp endpoint add 2001:db8::3 id 12 subflow
	`)
	tb := endpointTable(w.Links())
	delete(tb.Fields, "implicit") // the kernel makes these itself
	w.compareEndpoints(tb)
	tb.CheckSeen(t)
	if got := w.endpoints(); len(got) != 4 {
		t.Errorf("got %d endpoints, want 4", len(got))
	}
	one := Get[*mptcppm.Attr](t)(w.MPTCP.GetAddr(w.Ctx, &mptcppm.Attr{Addr: &mptcppm.Address{ID: nl.U8(9)}}))
	want := &mptcppm.Address{Family: nl.U16(unix.AF_INET), ID: nl.U8(9), Addr4: ip("10.0.0.2"), Port: nl.U16(0), IfIdx: nl.I32(1),
		Flags: nl.Some(mptcppm.AddrFlagsSubflow | mptcppm.AddrFlagsBackup | mptcppm.AddrFlagsFullmesh)}
	if diff := cmp.Diff(want, one.Addr, equal); diff != "" {
		t.Errorf("endpoint 9 (-want +got):\n%s", diff)
	}
}

func TestEndpointsOfGo(t *testing.T) {
	w := New(t)
	w.Run("ip", "link", "set", "lo", "up")
	add := func(a mptcppm.Address) { Must(t, w.MPTCP.AddAddr(w.Ctx, &mptcppm.Endpoint{Addr: &a})) }
	show := func(id string) Object {
		return one(t, w.JSON("ip", "-j", "mptcp", "endpoint", "show", "id", id))
	}
	add(mptcppm.Address{Family: nl.U16(unix.AF_INET), Addr4: ip("10.0.0.1"), ID: nl.U8(3), Flags: nl.Some(mptcppm.AddrFlagsSubflow), IfIdx: nl.I32(1)})
	add(mptcppm.Address{Family: nl.U16(unix.AF_INET6), Addr6: ip("::1"), ID: nl.U8(4), Port: nl.U16(4001), Flags: nl.Some(mptcppm.AddrFlagsSignal)})
	wantKeys(t, show("3"), Object{"address": "10.0.0.1", "id": 3, "subflow": true, "signal": nil, "dev": "lo", "backup": nil})
	wantKeys(t, show("4"), Object{"address": "::1", "id": 4, "signal": true, "port": 4001, "dev": nil})
	w.compareEndpoints(endpointTable(w.Links()))

	err := w.MPTCP.AddAddr(w.Ctx, &mptcppm.Endpoint{Addr: &mptcppm.Address{Family: nl.U16(unix.AF_INET), Addr4: ip("10.0.0.1"), ID: nl.U8(3)}})
	if !errors.Is(err, syscall.EBUSY) {
		t.Errorf("second add: %v, want EBUSY", err)
	}
	Must(t, w.MPTCP.SetFlags(w.Ctx, &mptcppm.Attr{Addr: &mptcppm.Address{Family: nl.U16(unix.AF_INET), Addr4: ip("10.0.0.1"), ID: nl.U8(3),
		Flags: nl.Some(mptcppm.AddrFlagsBackup)}}))
	wantKeys(t, show("3"), Object{"subflow": true, "backup": true})

	Must(t, w.MPTCP.DelAddr(w.Ctx, &mptcppm.Endpoint{Addr: &mptcppm.Address{ID: nl.U8(3)}}))
	if got := w.JSON("ip", "-j", "mptcp", "endpoint"); len(got) != 1 {
		t.Errorf("ip lists %v, want endpoint 4 alone", got)
	}
	Must(t, w.MPTCP.FlushAddrs(w.Ctx, nil))
	if got := w.JSON("ip", "-j", "mptcp", "endpoint"); len(got) != 0 {
		t.Errorf("ip lists %v after a flush", got)
	}
}

// ip 6.1 prints limits as text only.
func TestMPTCPLimits(t *testing.T) {
	w := New(t)
	w.Run("ip", "mptcp", "limits", "set", "subflow", "5", "add_addr_accepted", "4")
	got := Get[*mptcppm.Attr](t)(w.MPTCP.GetLimits(w.Ctx, nil))
	if got.Subflows != nl.U32(5) || got.RcvAddAddrs != nl.U32(4) {
		t.Errorf("limits are %v and %v, want 5 and 4", got.Subflows, got.RcvAddAddrs)
	}
	Must(t, w.MPTCP.SetLimits(w.Ctx, &mptcppm.Attr{Subflows: nl.U32(3), RcvAddAddrs: nl.U32(2)}))
	if got := strings.TrimSpace(w.Run("ip", "mptcp", "limits")); got != "add_addr_accepted 2 subflows 3" {
		t.Errorf("ip says %q", got)
	}
}
