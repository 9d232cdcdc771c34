package nltest_test

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/generated/mptcppm"
	"github.com/nlgen/nlgen/generated/nlctrl"
	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/nltest"
)

func TestHandlers(t *testing.T) {
	k := nltest.New()
	c := rtlink.New(nltest.Dial(t, k, nl.Route))
	if err := c.SetLink(t.Context(), nil); !errors.Is(err, syscall.EOPNOTSUPP) {
		t.Errorf("a request that nobody handles: %v, want EOPNOTSUPP", err)
	}
	k.Handle(nl.Route, setLink, nltest.Do(func(req *rtlink.Link) error {
		if req.MTU.IsSet() {
			return nil
		}
		return errors.New("nothing to change")
	}))
	if err := c.SetLink(t.Context(), &rtlink.Link{MTU: nl.U32(1)}); err != nil {
		t.Error(err)
	}
	err := c.SetLink(t.Context(), nil)
	if want := "rt-link setlink: invalid argument: nothing to change"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	// A dump without a handler for dumps goes to the one for all requests.
	k.Handle(nl.Route, getLink, nltest.Get(newLink, func(*rtlink.Link) (*rtlink.Link, error) { return link("lo", 1), nil }))
	all, err := nl.Collect(c.GetLinkDump(t.Context(), nil))
	if err != nil || len(all) != 1 {
		t.Errorf("%d links, error %v, want 1", len(all), err)
	}
	// Objects before an error arrive.
	k.HandleDump(nl.Route, getLink, nltest.Dump(newLink, func(*rtlink.Link) ([]*rtlink.Link, error) {
		return []*rtlink.Link{link("lo", 1)}, syscall.EIO
	}))
	all, err = nl.Collect(c.GetLinkDump(t.Context(), nil))
	if !errors.Is(err, syscall.EIO) || len(all) != 1 {
		t.Errorf("%d links, error %v, want 1 and EIO", len(all), err)
	}
}

// A reply that cannot be encoded, and a request that cannot be decoded, are errors that say so.
func TestHandlerMistakes(t *testing.T) {
	k := nltest.New()
	c := rtlink.New(nltest.Dial(t, k, nl.Route))
	k.Handle(nl.Route, getLink, nltest.Get(newLink, func(*rtlink.Link) (*rtlink.Link, error) {
		return &rtlink.Link{Ifname: nl.Str("a\x00b")}, nil
	}))
	var refused *nl.Error
	if _, err := c.GetLink(t.Context(), nil); !errors.As(err, &refused) || refused.Errno != syscall.EPROTO {
		t.Errorf("a reply with a NUL: %v, want EPROTO", err)
	}
	odd := &rtlink.Link{Unknown: nl.Attrs{{Type: 4, Data: []byte{1}}}} // an MTU of one byte
	for i, h := range []nltest.Handler{
		nltest.Get(newLink, func(*rtlink.Link) (*rtlink.Link, error) { return nil, nil }),
		nltest.Dump(newLink, func(*rtlink.Link) ([]*rtlink.Link, error) { return nil, nil }),
		nltest.Do(func(*rtlink.Link) error { return nil }),
	} {
		k.Handle(nl.Route, getLink, h)
		_, err := c.GetLink(t.Context(), odd)
		if want := "rt-link getlink: invalid argument: decode request: an attribute does not fit its type"; err == nil || err.Error() != want {
			t.Errorf("handler %d: got %v, want %s", i, err, want)
		}
	}
	k.Handle(nl.Route, getLink, nltest.Do(func(*rtlink.Link) error { return nil }))
	broken := &rtlink.Link{Unknown: nl.Attrs{{Type: 999, Data: nil}}}
	k.Inject(nltest.Custom("none", func(*nltest.Exchange) {}))
	if _, err := c.GetLink(t.Context(), broken); !errors.Is(err, nl.ErrNoReply) {
		t.Errorf("got %v, want ErrNoReply", err)
	}
}

func TestOffset(t *testing.T) {
	k := nltest.New()
	c := rtlink.New(nltest.Dial(t, k, nl.Route))
	var got []uint32
	k.Handle(nl.Route, setLink, func(a *nltest.Answer, r *nltest.Request) {
		got = []uint32{r.Offset(16, 4), r.Offset(16, 18, 1), r.Offset(16, 18, 9), r.Offset(16, 77)}
	})
	req := &rtlink.Link{MTU: nl.U32(1), Linkinfo: &rtlink.Linkinfo{Kind: nl.Str("dummy")}}
	if err := c.SetLink(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]uint32{32, 44, 0, 0}, got); diff != "" {
		t.Errorf("offsets (-want +got):\n%s", diff)
	}
}

// What a test says in a Refusal is what the caller reads, in each layout.
func TestRefusal(t *testing.T) {
	full := &nltest.Refusal{Errno: syscall.EINVAL, Message: "no", Cookie: []byte{1, 2}, Missing: 3, Policy: &nl.Policy{Type: "s32",
		MinSigned: nl.I64(-1), MaxSigned: nl.I64(1), MinLength: nl.U32(2), MaxLength: nl.U32(4), Mask: nl.U64(7)}}
	want := &nl.Error{Family: "rt-link", Op: "setlink", Errno: syscall.EINVAL, Message: "no", Cookie: []byte{1, 2},
		Missing: "linkinfo.info-kind", Policy: full.Policy}
	k := nltest.New()
	c := rtlink.New(nltest.Dial(t, k, nl.Route))
	for _, layout := range []nltest.AckLayout{nltest.Capped, nltest.Full} {
		k.SetAcks(layout)
		k.Handle(nl.Route, setLink, func(a *nltest.Answer, r *nltest.Request) {
			f := *full
			f.Missing, f.MissNest = 1, r.Offset(16, 18)
			a.Fail(&f)
		})
		err := c.SetLink(t.Context(), &rtlink.Link{Linkinfo: &rtlink.Linkinfo{}})
		var got *nl.Error
		if !errors.As(err, &got) {
			t.Fatalf("got %v, want *nl.Error", err)
		}
		want.Missing = got.Missing // the name is the schema's business
		if got.Missing == "" {
			t.Error("the missing attribute is not named")
		}
		if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b nl.Opt[uint64]) bool { return a.String() == b.String() }),
			cmp.Comparer(func(a, b nl.Opt[int64]) bool { return a.String() == b.String() }),
			cmp.Comparer(func(a, b nl.Opt[uint32]) bool { return a.String() == b.String() })); diff != "" {
			t.Errorf("layout %d (-want +got):\n%s", layout, diff)
		}
	}
	if full.Error() != "invalid argument: no" || !errors.Is(full, syscall.EINVAL) || (&nltest.Refusal{Errno: syscall.EIO}).Error() != "input/output error" {
		t.Errorf("a Refusal reads %q", full)
	}
}

func TestWarn(t *testing.T) {
	k := nltest.New()
	c := rtlink.New(nltest.Dial(t, k, nl.Route))
	k.Handle(nl.Route, setLink, func(a *nltest.Answer, r *nltest.Request) { a.Warn("old ways") })
	got := ""
	if err := c.SetLink(t.Context(), nil, nl.Warnings(func(w *nl.Warning) { got = w.Message })); err != nil || got != "old ways" {
		t.Errorf("warning %q, error %v", got, err)
	}
	k.Handle(nl.Route, setLink, func(a *nltest.Answer, r *nltest.Request) { a.Silence() })
	if err := c.SetLink(t.Context(), nil, nl.NoAck); err != nil {
		t.Error(err)
	}
}

// The fake's controller is like the kernel's: by name, by number, as a dump, and with events.
func TestController(t *testing.T) {
	k := nltest.New()
	f := k.Family("mptcp_pm", 3, "one", "two")
	k.Family("gone", 1).Remove()
	c := nlctrl.New(nltest.Dial(t, k, nl.Generic))
	byName, err := c.GetFamily(t.Context(), &nlctrl.Ctrl{FamilyName: nl.Str("mptcp_pm")})
	if err != nil {
		t.Fatal(err)
	}
	byID, err := c.GetFamily(t.Context(), &nlctrl.Ctrl{FamilyID: nl.U16(f.ID())})
	if err != nil {
		t.Fatal(err)
	}
	all, err := nl.Collect(c.GetFamilyDump(t.Context(), nil))
	if err != nil || len(all) != 2 {
		t.Fatalf("%d families, error %v, want nlctrl and mptcp_pm", len(all), err)
	}
	for _, got := range []*nlctrl.Ctrl{byName, byID, all[1]} {
		text := fmt.Sprint(got.FamilyID, got.FamilyName, got.Version, len(got.McastGroups), got.McastGroups[1].Value.Name)
		if want := fmt.Sprintf("%d mptcp_pm 3 2 two", f.ID()); text != want {
			t.Errorf("family is %s, want %s", text, want)
		}
	}
	if _, err := c.GetFamily(t.Context(), nil); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("a request without name and number: %v, want EINVAL", err)
	}
	if _, err := c.GetFamily(t.Context(), &nlctrl.Ctrl{FamilyID: nl.U16(9)}); !errors.Is(err, syscall.ENOENT) {
		t.Errorf("a number that is not there: %v, want ENOENT", err)
	}
	if _, err := c.GetFamily(t.Context(), &nlctrl.Ctrl{Unknown: nl.Attrs{{Type: 1, Data: []byte{1}}}}); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("a number of one byte: %v, want EINVAL", err)
	}
}

func TestFamilyEvents(t *testing.T) {
	k := nltest.New()
	f := k.Family("mptcp_pm", 1, "mptcp_pm_cmds", "mptcp_pm_events")
	c := nltest.Dial(t, k, nl.Generic)
	if n, err := f.Emit("mptcp_pm_events", 1, &mptcppm.EventAttr{}); n != 0 || err != nil {
		t.Errorf("%d members, error %v, want none", n, err)
	}
	sub, err := nl.Subscribe(t.Context(), c, mptcppm.Events(mptcppm.GroupMPTCPPmEvents))
	if err != nil {
		t.Fatal(err)
	}
	if n, err := f.Emit("mptcp_pm_events", 1, &mptcppm.EventAttr{Token: nl.U32(7)}); n != 1 || err != nil {
		t.Errorf("%d members, error %v, want 1", n, err)
	}
	for e, err := range sub.All() {
		if got, ok := e.(*mptcppm.CreatedNotification); err != nil || !ok || got.EventAttr.Token != nl.U32(7) || got.Group != "mptcp_pm_events" {
			t.Errorf("got %+v, error %v", e, err)
		}
		break
	}
	if _, err := f.Emit("no-such", 1, nil); !errors.Is(err, nl.ErrGroupNotFound) {
		t.Errorf("an unknown group: %v", err)
	}
	if _, err := f.Emit("mptcp_pm_cmds", 1, &rtlink.Link{Ifname: nl.Str("\x00")}); err == nil {
		t.Error("a message that cannot be encoded was sent")
	}
	if _, err := k.Emit(nl.Route, nltest.Event{Group: 1, Message: &rtlink.Link{Ifname: nl.Str("\x00")}}); err == nil {
		t.Error("a message that cannot be encoded was sent")
	}
}

// Events of other namespaces reach those who want them.
func TestEventNamespace(t *testing.T) {
	k := nltest.New()
	c := nltest.Dial(t, k, nl.Route)
	here, err := nl.Subscribe(t.Context(), c, rtlink.Events(rtlink.GroupLink))
	if err != nil {
		t.Fatal(err)
	}
	defer here.Close()
	everywhere, err := nl.Subscribe(t.Context(), c, rtlink.Events(rtlink.GroupLink), nl.AllNSID)
	if err != nil {
		t.Fatal(err)
	}
	n, err := k.Emit(nl.Route, nltest.Event{Group: 1, Type: newLink, NSID: nl.I32(5), Seq: 8, Port: 9, Flags: 0x400, Message: link("a", 1)})
	if n != 1 || err != nil {
		t.Fatalf("%d members, error %v, want 1", n, err)
	}
	for e, err := range everywhere.All() {
		if err != nil {
			t.Fatal(err)
		}
		want := nl.Meta{Op: "newlink-ntf", Command: 16, Flags: 0x400, Group: e.NetlinkMeta().Group, GroupID: 1, NSID: 5, Port: 9, Seq: 8}
		if diff := cmp.Diff(want, *e.NetlinkMeta()); diff != "" {
			t.Errorf("meta (-want +got):\n%s", diff)
		}
		break
	}
}

// The sockets keep the contract of nl.Socket.
func TestSocket(t *testing.T) {
	k := nltest.New()
	s, err := k.Open(nl.SocketOptions{Protocol: nl.UserSock, Events: true})
	if err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 4)
	if _, err := s.Receive(b, false); err != nl.ErrWouldBlock {
		t.Errorf("an empty queue: %v", err)
	}
	s.SetReadDeadline(time.Now().Add(time.Millisecond))
	if _, err := s.Receive(b, true); err != os.ErrDeadlineExceeded {
		t.Errorf("after the deadline: %v", err)
	}
	s.SetReadDeadline(time.Time{})
	other, err := k.Open(nl.SocketOptions{Protocol: nl.UserSock})
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Send([]byte("hello"), s.Port()); err != nil {
		t.Fatal(err)
	}
	p, err := s.Receive(b, true)
	if want := (nl.Packet{Size: 5, Port: other.Port(), NSID: -1}); err != nil || p != want || string(b) != "hell" {
		t.Errorf("got %+v %q, error %v, want %+v", p, b, err, want)
	}
	if err := s.Join(0); err != syscall.EINVAL {
		t.Errorf("group 0: %v", err)
	}
	if err := s.Join(7); err != nil {
		t.Error(err)
	}
	if n, _ := k.Emit(nl.UserSock, nltest.Event{Group: 7}); n != 1 {
		t.Errorf("%d members of the group, want 1", n)
	}
	s.Leave(7)
	if n, _ := k.Emit(nl.UserSock, nltest.Event{Group: 7}); n != 0 {
		t.Errorf("%d members of the group after Leave, want 0", n)
	}
	if err := k.Deliver(99, nltest.Datagram{}); err == nil {
		t.Error("delivered to a socket that is not there")
	}
	s.SetReadDeadline(time.Now().Add(time.Hour))
	s.Close()
	s.Close()
	if _, err := s.Receive(b, true); err != nl.ErrClosed {
		t.Errorf("receive after Close: %v", err)
	}
	if err := s.Send(b, 0); err != nl.ErrClosed {
		t.Errorf("send after Close: %v", err)
	}
	if err := s.SetReadDeadline(time.Time{}); err != nl.ErrClosed {
		t.Errorf("deadline after Close: %v", err)
	}
	if k.Sockets() != 1 {
		t.Errorf("%d sockets are open, want 1", k.Sockets())
	}
}
