package nltest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nlgen/nlgen/generated/mptcppm"
	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/nltest"
)

// Message types of rtnetlink.
const (
	newLink = 16
	delLink = 17
	getLink = 18
	setLink = 19
)

// A fault is something that goes wrong, and what the caller sees of it.
type fault struct {
	name   string // what happened
	fails  string // who is known to fail here, and how
	faults []nltest.Fault
	// setup changes the world before the call.
	setup func(w *world)
	call  func(w *world) string
	want  string // what the caller saw
	is    error  // what its error is
	// seen says how the Conn's counters must have changed.
	seen  func(before, after nl.Stats) bool
	plain bool // sockets give one datagram at a time
}

// world is a fake kernel with three links and a generic family, and a Conn to each protocol with one socket.
type world struct {
	t       *testing.T
	k       *nltest.Kernel
	ctx     context.Context
	links   *rtlink.Client
	mptcp   *mptcppm.Client
	family  *nltest.Family
	lastErr error
}

func newWorld(t *testing.T) *world {
	k := nltest.New()
	all := []*rtlink.Link{link("lo", 65536), link("eth0", 1500), link("eth1", 1400)}
	k.Handle(nl.Route, getLink, nltest.Get(newLink, func(req *rtlink.Link) (*rtlink.Link, error) {
		for _, l := range all {
			if l.Ifname == req.Ifname {
				return l, nil
			}
		}
		return nil, syscall.ENODEV
	}))
	k.HandleDump(nl.Route, getLink, nltest.Dump(newLink, func(*rtlink.Link) ([]*rtlink.Link, error) { return all, nil }))
	k.Handle(nl.Route, setLink, nltest.Do(func(*rtlink.Link) error { return nil }))
	f := k.Family("mptcp_pm", 1, "mptcp_pm_cmds", "mptcp_pm_events")
	f.Handle(6, nltest.Get(6, func(*mptcppm.Attr) (*mptcppm.Attr, error) {
		return &mptcppm.Attr{Subflows: nl.U32(2)}, nil
	}))
	f.HandleDump(3, nltest.Dump(3, func(*mptcppm.Attr) ([]*mptcppm.Attr, error) {
		return []*mptcppm.Attr{{}, {}}, nil
	}))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second) // a hang is a failure with a name
	t.Cleanup(cancel)
	one := func(o *nl.Options) { o.MaxSockets = 1 }
	return &world{
		t: t, k: k, ctx: ctx, family: f,
		links: rtlink.New(nltest.Dial(t, k, nl.Route, one)),
		mptcp: mptcppm.New(nltest.Dial(t, k, nl.Generic, one)),
	}
}

func link(name string, mtu uint32) *rtlink.Link {
	return &rtlink.Link{Ifname: nl.Str(name), MTU: nl.U32(mtu)}
}

// saw makes text of what a call returned.
func (w *world) saw(what string, err error) string {
	w.lastErr = err
	switch {
	case err == nil:
		return what
	case what == "":
		return err.Error()
	}
	return what + ", then: " + err.Error()
}

// get asks for eth0.
func get(w *world) string {
	l, err := w.links.GetLink(w.ctx, &rtlink.Link{Ifname: nl.Str("eth0")})
	if err != nil {
		return w.saw("", err)
	}
	return w.saw(fmt.Sprintf("%s mtu %d", l.Ifname.Value(), l.MTU.Value()), nil)
}

// set changes a link.
func set(w *world) string {
	return w.saw("", w.links.SetLink(w.ctx, &rtlink.Link{Header: rtlink.Ifinfomsg{Index: 2}, MTU: nl.U32(9000)}))
}

// dump lists the links by range.
func dump(w *world) string {
	var names []string
	for l, err := range w.links.GetLinkDump(w.ctx, nil) {
		var bad *nl.DecodeError
		switch {
		case errors.As(err, &bad):
			names = append(names, "?")
		case err != nil:
			return w.saw(strings.Join(names, " "), err)
		default:
			names = append(names, l.Ifname.Value())
		}
	}
	return w.saw(strings.Join(names, " "), nil)
}

// collect lists the links with Collect.
func collect(w *world) string {
	var n int
	all, err := nl.Collect(w.links.GetLinkDump(w.ctx, nil), nl.CountAttempts(&n), nl.Backoff(1, 1), nl.Attempts(3))
	var names []string
	for _, l := range all {
		names = append(names, l.Ifname.Value())
	}
	return w.saw(fmt.Sprintf("%s (attempt %d)", strings.Join(names, " "), n), err)
}

// limits asks the generic family.
func limits(w *world) string {
	l, err := w.mptcp.GetLimits(w.ctx, nil)
	if err != nil {
		return w.saw("", err)
	}
	return w.saw(fmt.Sprintf("subflows %d", l.Subflows.Value()), nil)
}

func endpoints(w *world) string {
	all, err := nl.Collect(w.mptcp.GetAddrDump(w.ctx, nil))
	return w.saw(fmt.Sprintf("%d endpoints", len(all)), err)
}

// TestFaults injects each fault, compares what the caller saw, and makes a further call on the same Conn, which must
// be right.
func TestFaults(t *testing.T) {
	var all []fault
	for _, table := range [][]fault{replyFaults, refusalFaults, dumpFaults, interruptFaults, waitFaults, systemFaults,
		familyFaults, eventFaults, pinFaults} {
		all = append(all, table...)
	}
	for _, f := range eventFaults {
		f.name += ", one datagram at a time"
		f.plain = true
		all = append(all, f)
	}
	for _, f := range all {
		t.Run(f.name, func(t *testing.T) {
			w := newWorld(t)
			limits(w) // know the family's id
			w.k.SetPlain(f.plain)
			before, all := w.stats(), w.ctx
			w.k.Inject(f.faults...)
			if f.setup != nil {
				f.setup(w)
			}
			got := f.call(w)
			if got != f.want {
				t.Errorf("the caller saw  %s\n                  want  %s", got, f.want)
			}
			if f.is != nil && !errors.Is(w.lastErr, f.is) {
				t.Errorf("%v is not %v", w.lastErr, f.is)
			}
			if f.seen != nil && !f.seen(before, w.stats()) {
				t.Errorf("counters before %+v, after %+v", before, w.stats())
			}
			w.k.ClearFaults()
			w.ctx = all
			next := get(w) + ", " + dump(w) + ", " + limits(w)
			if want := "eth0 mtu 1500, lo eth0 eth1, subflows 2"; next != want {
				t.Errorf("the next calls saw %s\n                 want %s", next, want)
			}
			t.Logf("faults %v", f.faults)
			t.Logf("saw    %s", got)
			t.Logf("next   %s", next)
			if f.fails != "" {
				t.Logf("known  %s", f.fails)
			}
		})
	}
	if len(all) < 40 {
		t.Errorf("%d faults, want 40 at least", len(all))
	}
}

// stats adds the counters of both Conns.
func (w *world) stats() nl.Stats {
	a, b := w.links.Conn().Stats(), w.mptcp.Conn().Stats()
	a.Sockets += b.Sockets
	a.Retries += b.Retries
	a.Interrupts += b.Interrupts
	return a
}
