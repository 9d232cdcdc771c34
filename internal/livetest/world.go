//go:build linux

package livetest

import (
	"context"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/nlgen/nlgen/generated/ethtool"
	"github.com/nlgen/nlgen/generated/mptcppm"
	"github.com/nlgen/nlgen/generated/netdev"
	"github.com/nlgen/nlgen/generated/nlctrl"
	"github.com/nlgen/nlgen/generated/rtaddr"
	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/generated/rtneigh"
	"github.com/nlgen/nlgen/generated/rtroute"
	"github.com/nlgen/nlgen/generated/rtrule"
	"github.com/nlgen/nlgen/generated/tcpmetrics"
	"github.com/nlgen/nlgen/internal/netns"
	"github.com/nlgen/nlgen/runtime/nl"
)

// limit ends whatever hangs: no test needs nearly as long, even on a machine that has much else to do.
const limit = 3 * time.Minute

// families are the generic ones of this kernel that every network namespace has.
var families = []string{"nlctrl", "netdev", "ethtool", "tcp_metrics", "mptcp_pm"}

// World is a network namespace with a client for every family.
type World struct {
	*netns.NS
	Ctx context.Context

	Route, Generic *nl.Conn

	Link    *rtlink.Client
	Addr    *rtaddr.Client
	Routes  *rtroute.Client
	Neigh   *rtneigh.Client
	Rule    *rtrule.Client
	Ctrl    *nlctrl.Client
	Netdev  *netdev.Client
	Ethtool *ethtool.Client
	MPTCP   *mptcppm.Client
	Metrics *tcpmetrics.Client

	t testing.TB
}

// New makes a namespace in which only a loopback device exists, and which is down. Without root the test is
// skipped, or fails where CI=true.
func New(t testing.TB) *World {
	t.Helper()
	return in(t, netns.New(t))
}

// in makes clients for a namespace.
func in(t testing.TB, ns *netns.NS) *World {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	w := &World{NS: ns, Ctx: ctx, t: t}
	w.Route, w.Generic = w.dial(nl.Route), w.dial(nl.Generic)
	w.Link = rtlink.New(w.Route)
	w.Addr = rtaddr.New(w.Route)
	w.Routes = rtroute.New(w.Route)
	w.Neigh = rtneigh.New(w.Route)
	w.Rule = rtrule.New(w.Route)
	w.Ctrl = nlctrl.New(w.Generic)
	w.Netdev = netdev.New(w.Generic)
	w.Ethtool = ethtool.New(w.Generic)
	w.MPTCP = mptcppm.New(w.Generic)
	w.Metrics = tcpmetrics.New(w.Generic)
	return w
}

func (w *World) dial(protocol int) *nl.Conn {
	w.t.Helper()
	c, err := nl.Dial(protocol, nl.Options{NetNS: nl.NetNSFD(w.FD())})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { c.Close() })
	return c
}

// Must ends the test if err is not nil.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Get returns v, or ends the test if err is not nil: livetest.Get(t)(client.GetLink(...)) reads like the call.
func Get[T any](t testing.TB) func(v T, err error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// Sysctl sets a kernel variable of the namespace, such as net/ipv4/ip_forward.
func (w *World) Sysctl(name, value string) {
	w.t.Helper()
	var err error
	w.Do(func() { err = os.WriteFile("/proc/sys/"+name, []byte(value), 0) })
	Must(w.t, err)
}

// settle waits until every IPv6 address that is past its check for duplicates can be used: the kernel adds the local
// route some time after the request.
func (w *World) settle() {
	w.t.Helper()
	sub := Get[*nl.Subscription](w.t)(nl.Subscribe(w.Ctx, w.Route, rtroute.Events(rtroute.GroupIPv6Route)))
	defer sub.Close()
	if w.settled() {
		return
	}
	for _, err := range sub.All() {
		Must(w.t, err)
		if w.settled() {
			return
		}
	}
}

func (w *World) settled() bool {
	local := map[netip.Addr]bool{}
	for _, r := range w.routes(&rtroute.Route{Header: rtroute.Rtmsg{Type: rtroute.RtmTypeLocal}}) {
		local[r.Dst] = true
	}
	for _, a := range w.addrs(nil) {
		if a.Address.Is6() && addrFlags(a)&rtaddr.IfaFlagsTentative == 0 && !local[a.Address] && !local[a.Local] {
			return false
		}
	}
	return true
}
