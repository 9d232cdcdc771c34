//go:build linux

package livetest

import (
	"net"

	"github.com/nlgen/nlgen/generated/mptcppm"
	"github.com/nlgen/nlgen/runtime/nl"
	"golang.org/x/sys/unix"
)

// An mptcpPeer is a connection of whose paths user space decides, and what the kernel tells of it.
type mptcpPeer struct {
	events *nl.Subscription
	token  nl.Opt[uint32] // of the end that connected
	port   nl.Opt[uint16] // to which
}

// peers are the connections by namespace.
type peers map[*World]*mptcpPeer

// pathScenario announces an address on a connection, takes it back, adds a path and removes it.
func pathScenario() scenario {
	p := peers{}
	return scenario{name: "mptcp paths", setup: "ip link set lo up\nip addr add 10.0.0.1/32 dev lo", prepare: p.connect,
		stages: []func(*World) []twice{p.announce, p.destroy},
		reads:  mptcpReads}
}

// connect makes a connection that stays until the test ends.
func (p peers) connect(w *World) {
	w.t.Helper()
	w.Sysctl("net/mptcp/path_manager", "userspace")
	sub := Get[*nl.Subscription](w.t)(nl.Subscribe(w.Ctx, w.Generic, mptcppm.Events(mptcppm.GroupMPTCPPmEvents)))
	w.t.Cleanup(func() { sub.Close() })
	keep := func(c interface{ Close() error }, err error) {
		Must(w.t, err)
		w.t.Cleanup(func() { c.Close() })
	}
	w.Do(func() {
		var lc net.ListenConfig
		lc.SetMultipathTCP(true)
		l, err := lc.Listen(w.Ctx, "tcp4", ":0")
		keep(l, err)
		var d net.Dialer
		d.SetMultipathTCP(true)
		_, port, err := net.SplitHostPort(l.Addr().String())
		Must(w.t, err)
		c, err := d.DialContext(w.Ctx, "tcp4", "127.0.0.1:"+port)
		keep(c, err)
		s, err := l.Accept()
		keep(s, err)
		// Data both ways, after which either end takes further paths.
		for _, pair := range [][2]net.Conn{{c, s}, {s, c}} {
			_, err = pair[0].Write([]byte("x"))
			Must(w.t, err)
			_, err = pair[1].Read(make([]byte, 1))
			Must(w.t, err)
		}
	})
	p[w] = &mptcpPeer{events: sub}
	e := await(w, sub, func(n *mptcppm.EstablishedNotification) bool {
		return !n.EventAttr.Flags.Value().Has(mptcppm.EventFlagsServerSide) && n.EventAttr.ServerSide.Value() == 0
	})
	p[w].token, p[w].port = e.EventAttr.Token, e.EventAttr.Dport
}

// await returns the first event of a type that is wanted.
func await[N nl.Notification](w *World, sub *nl.Subscription, wanted func(N) bool) (found N) {
	w.t.Helper()
	for n, err := range sub.All() {
		Must(w.t, err)
		if n, ok := n.(N); ok && wanted(n) {
			return n
		}
	}
	w.t.Fatalf("no event %T", found)
	return found
}

func (p peers) announce(w *World) []twice {
	c, ctx, peer := w.MPTCP, w.Ctx, p[w]
	token := peer.token
	local := &mptcppm.Address{Family: nl.U16(unix.AF_INET), Addr4: ip("10.0.0.1"), ID: nl.U8(5), Flags: nl.Some(mptcppm.AddrFlagsSignal)}
	path := &mptcppm.Address{Family: nl.U16(unix.AF_INET), Addr4: ip("10.0.0.1"), ID: nl.U8(6)}
	remote := &mptcppm.Address{Family: nl.U16(unix.AF_INET), Addr4: ip("127.0.0.1"), Port: peer.port}
	return []twice{
		act("mptcp_pm", "announce", Object{"token": token.Value(), "addr": Object{"family": 2, "addr4": v4("10.0.0.1"), "id": 5, "flags": 1}},
			nil, func() error { return c.Announce(ctx, &mptcppm.Attr{Token: token, Addr: local}) }),
		act("mptcp_pm", "remove", Object{"token": token.Value(), "loc-id": 5}, nil, func() error {
			return c.Remove(ctx, &mptcppm.Attr{Token: token, LocID: nl.U8(5)})
		}),
		act("mptcp_pm", "remove", Object{"token": token.Value(), "loc-id": 9}, nil, func() error {
			return c.Remove(ctx, &mptcppm.Attr{Token: token, LocID: nl.U8(9)})
		}),
		act("mptcp_pm", "subflow-create", Object{"token": token.Value(), "addr": Object{"family": 2, "addr4": v4("10.0.0.1"), "id": 6},
			"addr-remote": Object{"family": 2, "addr4": v4("127.0.0.1"), "port": peer.port.Value()}}, nil, func() error {
			return c.SubflowCreate(ctx, &mptcppm.Attr{Token: token, Addr: path, AddrRemote: remote})
		}),
	}
}

// destroy waits for the path to know its port, and removes it.
func (p peers) destroy(w *World) []twice {
	c, ctx, peer := w.MPTCP, w.Ctx, p[w]
	e := await(w, peer.events, func(n *mptcppm.SubEstablishedNotification) bool { return n.EventAttr.Token == peer.token })
	sport := e.EventAttr.Sport
	req := &mptcppm.Attr{Token: peer.token, Addr: &mptcppm.Address{Family: nl.U16(unix.AF_INET), Addr4: ip("10.0.0.1"), Port: sport},
		AddrRemote: &mptcppm.Address{Family: nl.U16(unix.AF_INET), Addr4: ip("127.0.0.1"), Port: peer.port}}
	destroy := func() twice {
		return act("mptcp_pm", "subflow-destroy", Object{"token": peer.token.Value(),
			"addr":        Object{"family": 2, "addr4": v4("10.0.0.1"), "port": sport.Value()},
			"addr-remote": Object{"family": 2, "addr4": v4("127.0.0.1"), "port": peer.port.Value()}}, nil,
			func() error { return c.SubflowDestroy(ctx, req) })
	}
	return []twice{destroy()}
}
