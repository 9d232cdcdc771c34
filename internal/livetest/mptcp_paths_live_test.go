//go:build linux

package livetest

import (
	"testing"

	"github.com/nlgen/nlgen/generated/mptcppm"
	"github.com/nlgen/nlgen/runtime/nl"
	"golang.org/x/sys/unix"
)

// TestMPTCPPaths announces an address, takes it back, adds a path and removes it, each time with what the kernel tells
// of it.
func TestMPTCPPaths(t *testing.T) {
	w := New(t)
	w.Lines(`
		ip link set lo up
		ip addr add 10.0.0.1/32 dev lo
	`)
	p := peers{}
	p.connect(w)
	peer := p[w]
	c, ctx, token := w.MPTCP, w.Ctx, peer.token

	// The other end is told of the address and of its end.
	Must(t, c.Announce(ctx, &mptcppm.Attr{Token: token, Addr: &mptcppm.Address{Family: nl.U16(unix.AF_INET), Addr4: ip("10.0.0.1"), ID: nl.U8(5),
		Flags: nl.Some(mptcppm.AddrFlagsSignal)}}))
	told := await(w, peer.events, func(*mptcppm.AnnouncedNotification) bool { return true }).EventAttr
	if told.Daddr4 != ip("10.0.0.1") || told.RemID != nl.U8(5) || !told.Token.IsSet() || told.Token == token {
		t.Errorf("announced: %+v, want 10.0.0.1 with id 5 for the other end", told)
	}
	Must(t, c.Remove(ctx, &mptcppm.Attr{Token: token, LocID: nl.U8(5)}))
	gone := await(w, peer.events, func(*mptcppm.RemovedNotification) bool { return true }).EventAttr
	if gone.RemID != nl.U8(5) || gone.Token != told.Token {
		t.Errorf("removed: %+v, want id 5 of the same connection as before", gone)
	}

	remote := &mptcppm.Address{Family: nl.U16(unix.AF_INET), Addr4: ip("127.0.0.1"), Port: peer.port}
	Must(t, c.SubflowCreate(ctx, &mptcppm.Attr{Token: token, AddrRemote: remote,
		Addr: &mptcppm.Address{Family: nl.U16(unix.AF_INET), Addr4: ip("10.0.0.1"), ID: nl.U8(6)}}))
	path := await(w, peer.events, func(n *mptcppm.SubEstablishedNotification) bool { return n.EventAttr.Token == token }).EventAttr
	if path.Saddr4 != ip("10.0.0.1") || path.Daddr4 != ip("127.0.0.1") || path.Dport != peer.port || path.LocID != nl.U8(6) {
		t.Errorf("path: %+v, want one from 10.0.0.1 with id 6", path)
	}
	Must(t, c.SubflowDestroy(ctx, &mptcppm.Attr{Token: token, AddrRemote: remote,
		Addr: &mptcppm.Address{Family: nl.U16(unix.AF_INET), Addr4: ip("10.0.0.1"), Port: path.Sport}}))
	closed := await(w, peer.events, func(n *mptcppm.SubClosedNotification) bool { return n.EventAttr.Token == token }).EventAttr
	if closed.Sport != path.Sport || closed.Saddr4 != ip("10.0.0.1") {
		t.Errorf("closed: %+v, want the path from port %v", closed, path.Sport)
	}
}
