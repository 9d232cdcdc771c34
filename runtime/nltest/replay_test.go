package nltest_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/generated/mptcppm"
	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/internal/netns"
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/nltest"
)

// session makes calls of every kind with Conns to the two protocols and describes what it saw.
func session(t *testing.T, route, generic nl.Transport, emit func()) []string {
	t.Helper()
	rc := nltest.Dial(t, route, nl.Route)
	links := rtlink.New(rc)
	mptcp := mptcppm.New(nltest.Dial(t, generic, nl.Generic))
	var saw []string
	say := func(what any, err error) { saw = append(saw, fmt.Sprintf("%v, %v", what, err)) }
	for _, name := range []string{"lo", "none"} {
		l, err := links.GetLink(t.Context(), &rtlink.Link{Ifname: nl.Str(name)})
		if err == nil {
			say(l.Ifname, nil)
			continue
		}
		say("", err)
	}
	all, err := nl.Collect(links.GetLinkDump(t.Context(), nil))
	say(len(all), err)
	l, err := mptcp.GetLimits(t.Context(), nil)
	if err == nil {
		say(l.Subflows, nil)
	} else {
		say("", err)
	}
	sub, err := nl.Subscribe(t.Context(), rc, rtlink.Events(rtlink.GroupLink))
	if err != nil {
		t.Fatal(err)
	}
	emit()
	say("set", links.SetLink(t.Context(), &rtlink.Link{Header: rtlink.Ifinfomsg{Index: 1, Flags: 1, Change: 1}}))
	for e, err := range sub.All() {
		if err != nil {
			t.Fatal(err)
		}
		say(e.(*rtlink.NewLinkNotification).Link.Ifname, nil)
		break
	}
	sub.Close()
	rc.Close()
	mptcp.Close()
	return saw
}

// record runs the session over recorders and returns what it saw and the two texts.
func record(t *testing.T, route, generic nl.Transport, emit func()) ([]string, string, string) {
	t.Helper()
	var r, g bytes.Buffer
	saw := session(t, nltest.Record(route, &r), nltest.Record(generic, &g), emit)
	return saw, r.String(), g.String()
}

func replay(t *testing.T, text string) *nltest.Player {
	t.Helper()
	p, err := nltest.Replay(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return p
}

func compareReplay(t *testing.T, saw []string, route, generic string) {
	t.Helper()
	r, g := replay(t, route), replay(t, generic)
	again := session(t, r, g, func() {})
	if diff := cmp.Diff(saw, again); diff != "" {
		t.Errorf("the replay differs (-recorded +replayed):\n%s\n%s%s", diff, route, generic)
	}
	for _, p := range []*nltest.Player{r, g} {
		if p.Err() != nil || len(p.Unused()) > 0 {
			t.Errorf("error %v, not used: %q", p.Err(), p.Unused())
		}
	}
}

func TestReplay(t *testing.T) {
	w := newWorld(t)
	emit := func() { emit(w, "lo", 0) }
	w.k.InjectWhen(func(r *nltest.Request) bool { return r.Flags&0x300 != 0 }, 1, nltest.Noop(1), nltest.StrayAck(2))
	saw, route, generic := record(t, w.k, w.k, emit)
	want := []string{"lo, <nil>", ", rt-link getlink: no such device", "3, <nil>", "2, <nil>", "set, <nil>", "lo, <nil>"}
	if diff := cmp.Diff(want, saw); diff != "" {
		t.Errorf("the session (-want +got):\n%s", diff)
	}
	compareReplay(t, saw, route, generic)
	if !strings.Contains(generic, " message mptcp_pm request|ack ") {
		t.Errorf("the recording does not name the family:\n%s", generic)
	}
}

// A live run becomes a test without root.
func TestReplayLive(t *testing.T) {
	ns := netns.New(t)
	kernel := func() nl.Transport {
		k, err := nl.Kernel(nl.NetNSFD(ns.FD()))
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	saw, route, generic := record(t, kernel(), kernel(), func() {})
	if len(saw) != 6 || saw[0] != "lo, <nil>" || saw[5] != "lo, <nil>" {
		t.Errorf("the session saw %q", saw)
	}
	compareReplay(t, saw, route, generic)
}

// The order of requests may change, and the number of sockets.
func TestReplayOutOfOrder(t *testing.T) {
	w := newWorld(t)
	var text bytes.Buffer
	c := rtlink.New(nltest.Dial(t, nltest.Record(w.k, &text), nl.Route))
	for _, name := range []string{"lo", "eth0", "eth1"} {
		if _, err := c.GetLink(t.Context(), &rtlink.Link{Ifname: nl.Str(name)}); err != nil {
			t.Fatal(err)
		}
	}
	w.k.Inject(nltest.FailSend(syscall.ENOBUFS))
	if err := c.SetLink(t.Context(), nil); !errors.Is(err, syscall.ENOBUFS) {
		t.Fatal(err)
	}
	w.k.Inject(nltest.Lose())
	c.DelLink(t.Context(), nil)
	w.k.Inject(nltest.Oversize(0, 100_000))
	c.GetLink(t.Context(), &rtlink.Link{Ifname: nl.Str("lo")})
	w.k.Inject(nltest.Insert(0, nltest.Datagram{Data: []byte("hello")}))
	c.NewLink(t.Context(), nil)
	c.Close()

	p := replay(t, text.String())
	c = rtlink.New(nltest.Dial(t, p, nl.Route))
	for _, name := range []string{"eth1", "lo", "eth0"} {
		l, err := c.GetLink(t.Context(), &rtlink.Link{Ifname: nl.Str(name)})
		if err != nil || l.Ifname != nl.Str(name) {
			t.Errorf("got %v, error %v, want %s", l, err, name)
		}
	}
	if err := c.SetLink(t.Context(), nil); !errors.Is(err, syscall.ENOBUFS) {
		t.Errorf("the send that failed: %v, want ENOBUFS", err)
	}
	if err := c.DelLink(t.Context(), nil); !errors.Is(err, syscall.ENOBUFS) || !errors.Is(err, nl.ErrOutcomeUnknown) {
		t.Errorf("the answer that was lost: %v, want ENOBUFS", err)
	}
	if _, err := c.GetLink(t.Context(), &rtlink.Link{Ifname: nl.Str("lo")}); !errors.Is(err, nl.ErrTruncated) {
		t.Errorf("the answer that was cut: %v, want ErrTruncated", err)
	}
	if left := p.Unused(); len(left) != 1 || !strings.HasPrefix(left[0], "protocol 0 to 0: message 16 request|ack ") {
		t.Errorf("unused requests are %q, want one of type 16", left)
	}
	if err := c.NewLink(t.Context(), nil); !errors.Is(err, nl.ErrMalformed) {
		t.Errorf("the answer that was no message: %v, want ErrMalformed", err)
	}
	_, err := c.GetLink(t.Context(), &rtlink.Link{Ifname: nl.Str("eth7")})
	if err == nil || p.Err() == nil || !strings.Contains(err.Error(), "request was not recorded: protocol 0 to 0: message 18 request|ack ") {
		t.Errorf("a request that was not recorded: %v, %v", err, p.Err())
	}
}

// The family had another id at each use; the replay follows.
func TestReplayMovedFamily(t *testing.T) {
	w := newWorld(t)
	var text bytes.Buffer
	c := mptcppm.New(nltest.Dial(t, nltest.Record(w.k, &text), nl.Generic))
	sub, err := nl.Subscribe(t.Context(), c.Conn(), mptcppm.Events())
	if err != nil {
		t.Fatal(err)
	}
	use := func(c *mptcppm.Client) string {
		l, err := c.GetLimits(t.Context(), nil)
		if err != nil {
			return err.Error()
		}
		return l.Subflows.String()
	}
	if got := use(c); got != "2" {
		t.Fatal(got)
	}
	w.family.Emit("mptcp_pm_events", 1, &mptcppm.EventAttr{Token: nl.U32(7)})
	for range sub.All() {
		break
	}
	w.family.Remove()
	w.family.Restore()
	if got := use(c); got != "2" {
		t.Fatal(got)
	}
	c.Close()

	p := replay(t, text.String())
	c = mptcppm.New(nltest.Dial(t, p, nl.Generic))
	sub, err = nl.Subscribe(t.Context(), c.Conn(), mptcppm.Events())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got := use(c); got != "2" {
			t.Errorf("got %s, want 2", got)
		}
	}
	for e, err := range sub.All() {
		if got, ok := e.(*mptcppm.CreatedNotification); err != nil || !ok || got.EventAttr.Token != nl.U32(7) {
			t.Errorf("got %+v, error %v", e, err)
		}
		break
	}
}

// A pinned socket has answers and events on one socket; events say who caused them.
func TestReplayPinned(t *testing.T) {
	play := func(transport nl.Transport, w *world) []string {
		c := nltest.Dial(t, transport, nl.Route)
		p, err := c.Pin(t.Context(), rtlink.Events(rtlink.GroupLink))
		if err != nil {
			t.Fatal(err)
		}
		if w != nil {
			w.k.Inject(nltest.Custom("event", func(x *nltest.Exchange) {
				w.k.Emit(nl.Route, nltest.Event{Group: 1, Type: newLink, Seq: x.Request.Seq, Port: x.Request.Port, Message: link("a", 1)})
			}))
		}
		l, err := rtlink.New(p.Conn).GetLink(t.Context(), &rtlink.Link{Ifname: nl.Str("eth0")})
		saw := []string{fmt.Sprint(l.Ifname, " ", err)}
		if w != nil {
			w.k.Emit(nl.Route, nltest.Event{Group: 1, Type: newLink, Message: link("b", 1)})
		}
		for e, err := range p.Events(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			n := e.(*rtlink.NewLinkNotification)
			saw = append(saw, fmt.Sprint(n.Link.Ifname, " mine: ", n.Port == p.Port()))
			if len(saw) == 2 {
				break
			}
		}
		c.Close()
		return saw
	}
	w := newWorld(t)
	w.k.InjectWhen(func(r *nltest.Request) bool { return false }, 1, nltest.Noop(0))
	var text bytes.Buffer
	saw := play(nltest.Record(w.k, &text), w)
	again := play(replay(t, text.String()), nil)
	if diff := cmp.Diff(saw, again); diff != "" {
		t.Errorf("the replay differs (-recorded +replayed):\n%s\n%s", diff, text.String())
	}
}

func TestReplayRefusesText(t *testing.T) {
	order := "little"
	if swapped := "nlgen traffic 1 big-endian\n"; func() bool { _, err := nltest.Replay(strings.NewReader(swapped)); return err == nil }() {
		order = "big"
	}
	other := map[string]string{"little": "big", "big": "little"}[order]
	head := "nlgen traffic 1 " + order + "-endian\n"
	tests := []struct{ text, want string }{
		{"", `line 1: want "nlgen traffic 1 ..."`},
		{"hello\n", `line 1: want "nlgen traffic 1 ..."`},
		{"nlgen traffic 1 " + other + "-endian\n", "line 1: recorded on a " + other + "-endian machine, this one is " + order + "-endian"},
		{head + "jump 1\n", `line 2: "jump 1": no socket of that number`},
		{head + "socket 1 protocol 0\njump 1\n", `line 3: "jump" is not known`},
		{head + "socket x\n", `line 2: strconv.ParseUint: parsing "x": invalid syntax`},
		{head + "socket 1 protocol x\n", `line 2: strconv.ParseInt: parsing "x": invalid syntax`},
		{head + "socket 1\n  00\n", `line 3: "  00": want the bytes of a message in hex`},
		{head + "socket 1\nsend 1 to 0\n message 18 request\n  0x\n", `line 5: "  0x": want the bytes of a message in hex`},
		{head + " message 18 request\n", "line 2: a message outside of a datagram"},
		{head + "socket 1\nsend 1 to 0\n message 18 what\n", `line 4: flag "what" is not known`},
		{head + "socket 1\nsend 1 to 0\n message 18 0x300 seq x\n", `line 4: strconv.ParseInt: parsing "x": invalid syntax`},
		{head + "socket 1\nreceive 1 from x\n", `line 3: strconv.ParseInt: parsing "x": invalid syntax`},
		{head + "socket 1\nfail 1 send 5\n", "line 3: nothing was sent that could fail"},
		{head + "socket 1\nfail 1 send x\n", `line 3: strconv.ParseUint: parsing "x": invalid syntax`},
	}
	for _, tt := range tests {
		_, err := nltest.Replay(strings.NewReader(tt.text))
		if want := "replay traffic: " + tt.want; err == nil || err.Error() != want {
			t.Errorf("%q:\n got %v\nwant %s", tt.text, err, want)
		}
	}
	if _, err := nltest.Replay(strings.NewReader("# a comment\n\n" + head)); err != nil {
		t.Errorf("a comment before the first line: %v", err)
	}
	if _, err := nltest.Replay(brokenFile{}); !errors.Is(err, syscall.EIO) {
		t.Errorf("a file that cannot be read: %v", err)
	}
}

type brokenFile struct{}

func (brokenFile) Read([]byte) (int, error)  { return 0, syscall.EIO }
func (brokenFile) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

// A disk that is full does not disturb the calls; Close tells.
func TestRecordFails(t *testing.T) {
	w := newWorld(t)
	conn := nltest.Dial(t, nltest.Record(w.k, brokenFile{}), nl.Route)
	c := rtlink.New(conn)
	for range 100 {
		if _, err := c.GetLink(t.Context(), &rtlink.Link{Ifname: nl.Str("eth0")}); err != nil {
			t.Fatal(err)
		}
	}
	if err := conn.Close(); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Close returned %v, want ENOSPC", err)
	}
	w.k.FailOpen(syscall.EMFILE)
	if _, err := nltest.Record(w.k, brokenFile{}).Open(nl.SocketOptions{}); !errors.Is(err, syscall.EMFILE) {
		t.Errorf("Open returned %v, want EMFILE", err)
	}
}
