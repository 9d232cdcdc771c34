package nl_test

import (
	"context"
	"errors"
	"io/fs"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/internal/netns"
	"github.com/nlgen/nlgen/runtime/nl"
)

// dial opens a Conn in a namespace of its own.
func dial(t testing.TB, protocol int, change ...func(*nl.Options)) *nl.Conn {
	t.Helper()
	return dialIn(t, netns.New(t), protocol, change...)
}

func dialIn(t testing.TB, ns *netns.NS, protocol int, change ...func(*nl.Options)) *nl.Conn {
	t.Helper()
	o := nl.Options{NetNS: nl.NetNSFD(ns.FD())}
	for _, f := range change {
		f(&o)
	}
	c, err := nl.Dial(protocol, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func addLink(t testing.TB, c *nl.Conn, kind, name string) {
	t.Helper()
	req := &link{Name: nl.Str(name), Info: &linkInfo{Kind: nl.Str(kind)}}
	if err := nl.Do(t.Context(), c, &newLink, req, nl.Create, nl.Excl); err != nil {
		t.Fatal(err)
	}
}

func names(links []*link) []string {
	var s []string
	for _, l := range links {
		s = append(s, l.Name.Value())
	}
	return s
}

func TestGet(t *testing.T) {
	c := dial(t, nl.Route)
	got, err := nl.Get[link](t.Context(), c, &getLink, &link{Name: nl.Str("lo")})
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != nl.Str("lo") || got.Index != 1 || got.MTU != nl.U32(65536) {
		t.Errorf("got %v, index %d, mtu %v, want lo, 1, 65536", got.Name, got.Index, got.MTU)
	}
}

func TestGetOfNothing(t *testing.T) {
	c := dial(t, nl.Route)
	_, err := nl.Get[link](t.Context(), c, &getLink, &link{Name: nl.Str("none0")})
	if !errors.Is(err, syscall.ENODEV) {
		t.Fatalf("got %v, want ENODEV", err)
	}
	if want := "rt-link getlink: no such device"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}

func TestDump(t *testing.T) {
	c := dial(t, nl.Route)
	addLink(t, c, "bridge", "br0")
	addLink(t, c, "ifb", "ifb0")
	all, err := nl.Collect(nl.Dump[link](t.Context(), c, &getLinkDump, nil))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"lo", "br0", "ifb0"}, names(all)); diff != "" {
		t.Errorf("dump (-want +got):\n%s", diff)
	}
	var into link
	var got []string
	for err := range nl.DumpInto(t.Context(), c, &getLinkDump, nil, &into) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, into.Name.Value())
	}
	if diff := cmp.Diff([]string{"lo", "br0", "ifb0"}, got); diff != "" {
		t.Errorf("dump into (-want +got):\n%s", diff)
	}
}

// The kernel filters a dump only under strict checking.
func TestDumpFilter(t *testing.T) {
	c := dial(t, nl.Route)
	addLink(t, c, "bridge", "br0")
	addLink(t, c, "ifb", "ifb0")
	req := &link{Info: &linkInfo{Kind: nl.Str("bridge")}}
	all, err := nl.Collect(nl.Dump[link](t.Context(), c, &getLinkDump, req))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"br0"}, names(all)); diff != "" {
		t.Errorf("dump of bridges (-want +got):\n%s", diff)
	}
}

// A strict dump's refusal comes in DONE, with its text.
func TestRefusedDump(t *testing.T) {
	c := dial(t, nl.Route)
	_, err := nl.Collect(nl.Dump[link](t.Context(), c, &getLinkDump, &link{Flags: 1}))
	var refused *nl.Error
	if !errors.As(err, &refused) {
		t.Fatalf("got %v, want *nl.Error", err)
	}
	if refused.Errno != syscall.EINVAL || refused.Message == "" {
		t.Errorf("got errno %v, message %q, want EINVAL and a text", refused.Errno, refused.Message)
	}
}

func TestErrorNamesAttribute(t *testing.T) {
	c := dial(t, nl.Route)
	vxlan := &link{Name: nl.Str("vx0"), Info: &linkInfo{Kind: nl.Str("vxlan"),
		Data: broken(5, 1, 1, 0, 0, 0)}} // one byte where the kernel wants four
	tests := []struct {
		name  string
		req   *link
		errno syscall.Errno
		path  string
	}{
		{"top level", &link{Name: nl.Str("a-name-that-is-too-long-for-a-device")}, syscall.ERANGE, "ifname"},
		{"nested", vxlan, syscall.ERANGE, "linkinfo.data.id"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := nl.Do(t.Context(), c, &newLink, tt.req, nl.Create, nl.Excl)
			var refused *nl.Error
			if !errors.As(err, &refused) {
				t.Fatalf("got %v, want *nl.Error", err)
			}
			if refused.Errno != tt.errno || refused.Path != tt.path {
				t.Errorf("got %v at %q, want %v at %q (%v)", refused.Errno, refused.Path, tt.errno, tt.path, err)
			}
			t.Log(err)
		})
	}
}

func TestErrorIs(t *testing.T) {
	c := dial(t, nl.Route)
	addLink(t, c, "bridge", "br0")
	err := nl.Do(t.Context(), c, &newLink, &link{Name: nl.Str("br0"), Info: &linkInfo{Kind: nl.Str("bridge")}}, nl.Create|nl.Excl)
	if !errors.Is(err, fs.ErrExist) || !errors.Is(err, syscall.EEXIST) {
		t.Errorf("got %v, want EEXIST", err)
	}
}

func TestEcho(t *testing.T) {
	c := dial(t, nl.Route)
	var out link
	err := nl.Do(t.Context(), c, &newLink, &link{Name: nl.Str("br0"), Info: &linkInfo{Kind: nl.Str("bridge")}},
		nl.Create, nl.Excl, nl.Echo(&out))
	if err != nil {
		t.Fatal(err)
	}
	if out.Name != nl.Str("br0") || out.Index == 0 || out.Info == nil || out.Info.Kind != nl.Str("bridge") {
		t.Errorf("echo is %+v, want br0 with its index and kind", out)
	}
}

func TestGenericFamily(t *testing.T) {
	c := dial(t, nl.Generic)
	f, err := c.Family(t.Context(), "nlctrl")
	if err != nil {
		t.Fatal(err)
	}
	if f.ID != 16 || f.Groups["notify"] == 0 {
		t.Errorf("nlctrl is %+v, want id 16 and the group notify", f)
	}
	_, err = c.Family(t.Context(), "no-such-family")
	if !errors.Is(err, nl.ErrFamilyNotFound) || !errors.Is(err, fs.ErrNotExist) || !errors.Is(err, syscall.ENOENT) {
		t.Errorf("got %v, want ErrFamilyNotFound with ENOENT", err)
	}
	t.Log(err)
}

func TestCancelledBefore(t *testing.T) {
	c := dial(t, nl.Route)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := nl.Do(ctx, c, &newLink, &link{Name: nl.Str("br0"), Info: &linkInfo{Kind: nl.Str("bridge")}}, nl.Create)
	if !errors.Is(err, context.Canceled) || errors.Is(err, nl.ErrOutcomeUnknown) {
		t.Errorf("got %v, want context.Canceled alone: nothing was sent", err)
	}
}
