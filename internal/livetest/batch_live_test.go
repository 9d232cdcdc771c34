//go:build linux

package livetest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/generated/rtroute"
	"github.com/nlgen/nlgen/runtime/nl"
	"golang.org/x/sys/unix"
)

// loopbackRoute is a route to a single address, 10.0.0.0 and on.
func loopbackRoute(i int) *rtroute.Route {
	return &rtroute.Route{
		Header: rtroute.Rtmsg{Family: unix.AF_INET, DstLen: 32, Table: rtroute.RtTableMain, Protocol: rtroute.RtProtocolStatic, Type: rtroute.RtmTypeUnicast},
		Dst:    netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}),
		Oif:    nl.U32(1),
	}
}

// TestBatchOfRoutes adds routes of which every seventh is there already and each hundredth has a gateway out of reach, and
// lets ip count.
func TestBatchOfRoutes(t *testing.T) {
	const n = 20000
	for name, opts := range map[string][]nl.BatchOption{"acknowledged": nil, "errors only": {nl.ErrorsOnly}} {
		t.Run(name, func(t *testing.T) {
			w := New(t)
			w.Run("ip", "link", "set", "lo", "up")
			results := 0
			add := func(yield func(nl.Request) bool) {
				for i := range n {
					r := loopbackRoute(i)
					switch {
					case i%7 == 6:
						r = loopbackRoute(i - 1)
					case i%100 == 0:
						r.Gateway = netip.AddrFrom4([4]byte{192, 0, 2, 1})
					}
					if !yield(rtroute.NewRouteRequest(r, nl.Create, nl.Excl)) {
						return
					}
				}
			}
			want := map[string]bool{}
			for i, err := range nl.Batch(w.Ctx, w.Route, add, opts...) {
				if i != results {
					t.Fatalf("result %d where %d is due", i, results)
				}
				results++
				switch twin := i%7 == 6; {
				case twin && (i-1)%100 != 0 && !errors.Is(err, fs.ErrExist):
					t.Fatalf("route %d is there already: %v", i, err)
				case !twin && i%100 == 0:
					var refused *nl.Error
					if !errors.As(err, &refused) || refused.Errno != unix.ENETUNREACH || refused.Message != "Nexthop has invalid gateway" {
						t.Fatalf("route %d has no gateway: %v", i, err)
					}
				case err == nil && twin:
					want[loopbackRoute(i-1).Dst.String()] = true
				case err == nil:
					want[loopbackRoute(i).Dst.String()] = true
				}
			}
			if results != n {
				t.Fatalf("%d results, want %d", results, n)
			}
			got := map[string]bool{}
			for _, o := range w.JSON("ip", "-j", "-4", "route", "show", "proto", "static") {
				got[fmt.Sprint(o["dst"])] = true
			}
			if len(want) < n*8/10 || !cmp.Equal(want, got) {
				t.Fatalf("%d routes were added, ip lists %d", len(want), len(got))
			}
			remove := func(yield func(nl.Request) bool) {
				for i := range n {
					if !yield(rtroute.DelRouteRequest(loopbackRoute(i))) {
						return
					}
				}
			}
			missing := 0
			for i, err := range nl.Batch(w.Ctx, w.Route, remove, opts...) {
				switch there := want[loopbackRoute(i).Dst.String()]; {
				case there && err != nil, !there && !errors.Is(err, syscall.ESRCH):
					t.Fatalf("remove route %d, there: %v: %v", i, there, err)
				case !there:
					missing++
				}
			}
			if out := w.Run("ip", "-4", "route", "show", "proto", "static"); out != "" || missing != n-len(want) {
				t.Errorf("%d were not there, want %d; left are:\n%.300s", missing, n-len(want), out)
			}
			if s := w.Route.Stats(); s.Overruns != 0 || s.Drops != (nl.Drops{}) {
				t.Errorf("counters: %+v", s)
			}
		})
	}
}

// TestBatchOfFamilies makes links, addresses them and asks for them in one batch.
func TestBatchOfFamilies(t *testing.T) {
	w := New(t)
	var va, vb rtlink.Link
	reqs := []nl.Request{
		rtlink.NewLinkRequest(&rtlink.Link{Ifname: nl.Str("va"), Linkinfo: &rtlink.Linkinfo{Kind: nl.Str("bridge")}}, nl.Create, nl.Excl, nl.Echo(&va)),
		rtlink.NewLinkRequest(&rtlink.Link{Ifname: nl.Str("vb"), Linkinfo: &rtlink.Linkinfo{Kind: nl.Str("nothing")}}, nl.Create, nl.Excl),
		rtlink.SetLinkRequest(&rtlink.Link{Ifname: nl.Str("va"), Header: rtlink.Ifinfomsg{Flags: rtlink.IfinfoFlagsUp, Change: rtlink.IfinfoFlagsUp}}),
		rtroute.NewRouteRequest(&rtroute.Route{Header: rtroute.Rtmsg{Family: unix.AF_INET, DstLen: 8, Table: rtroute.RtTableMain,
			Protocol: rtroute.RtProtocolStatic, Type: rtroute.RtmTypeUnicast, Scope: rtroute.RtScopeLink}, Dst: netip.MustParseAddr("10.0.0.0"), Oif: nl.U32(2)}, nl.Create),
		rtlink.GetLinkRequest(&rtlink.Link{Ifname: nl.Str("va")}, &vb),
	}
	var got []string
	for i, err := range nl.Batch(w.Ctx, w.Route, slices.Values(reqs), nl.ErrorsOnly) {
		got = append(got, fmt.Sprintf("%d %v", i, err))
	}
	want := []string{"0 <nil>", "1 rt-link newlink: linkinfo.kind: operation not supported: Unknown device type", "2 <nil>", "3 <nil>", "4 <nil>"}
	if len(got) > 1 && strings.HasPrefix(got[1], "1 rt-link newlink: operation not supported") {
		want[1] = got[1] // a kernel that does not name the attribute
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatal(d)
	}
	if va.Header.Index != 2 || va.Header.Flags&rtlink.IfinfoFlagsUp != 0 || vb.Header.Index != 2 || vb.Header.Flags&rtlink.IfinfoFlagsUp == 0 {
		t.Errorf("echo: index %d, flags %v; then: index %d, flags %v", va.Header.Index, va.Header.Flags, vb.Header.Index, vb.Header.Flags)
	}
	if out := w.Run("ip", "route", "show", "10.0.0.0/8"); !strings.HasPrefix(out, "10.0.0.0/8 dev va proto static scope link") {
		t.Errorf("ip route: %s", out)
	}
}

var (
	nftables    = nl.Family{Name: "nftables", Protocol: nl.Netfilter}
	newNftTable = nl.Op{Family: &nftables, Name: "newtable", Request: 0xa00, Reply: -1, RequestSet: -1, ReplySet: -1}
	getNftGen   = nl.Op{Family: &nftables, Name: "getgen", Request: 0xa10, Reply: 0xa0f, Reads: true, RequestSet: -1, ReplySet: -1}
)

// nftTable is a request for an IPv4 table: struct nfgenmsg and NFTA_TABLE_NAME.
func nftTable(name string, opts ...nl.CallOption) nl.Request {
	b := nl.RawMessage{unix.NFPROTO_IPV4, 0, 0, 0}
	b = binary.NativeEndian.AppendUint16(b, uint16(4+len(name)+1))
	b = binary.NativeEndian.AppendUint16(b, unix.NFTA_TABLE_NAME)
	b = append(append(b, name...), 0)
	return nl.NewRequest(&newNftTable, &b, opts...)
}

func TestTransactionOfTables(t *testing.T) {
	w := New(t)
	c, err := nl.Dial(nl.Netfilter, nl.Options{NetNS: nl.NetNSFD(w.FD())})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	generation := func() uint32 {
		m, err := nl.Get[nl.RawMessage](w.Ctx, c, &getNftGen, &nl.RawMessage{0, 0, 0, 0})
		if err != nil {
			t.Fatal(err)
		}
		b := []byte(*m)
		if binary.NativeEndian.Uint16(b[6:]) != 1 { // NFTA_GEN_ID
			t.Fatalf("generation: % x", b)
		}
		return binary.BigEndian.Uint32(b[8:])
	}
	tables := func() (names []string) {
		for line := range strings.Lines(w.Run("nft", "list", "tables")) {
			names = append(names, strings.TrimSpace(strings.TrimPrefix(line, "table ip ")))
		}
		return names
	}
	run := func(opt nl.Transaction, reqs ...nl.Request) (errs []error) {
		for _, err := range nl.Batch(w.Ctx, c, slices.Values(reqs), opt) {
			errs = append(errs, err)
		}
		return errs
	}
	first := generation()
	for i, err := range run(nl.Transaction{Generation: nl.U32(first)}, nftTable("a", nl.Create, nl.Excl), nftTable("b", nl.Create, nl.Excl)) {
		if err != nil {
			t.Errorf("request %d: %v", i, err)
		}
	}
	if d := cmp.Diff([]string{"a", "b"}, tables()); d != "" {
		t.Fatal(d)
	}
	if second := generation(); second == first {
		t.Errorf("generation stays at %d", first)
	}
	errs := run(nl.Transaction{}, nftTable("c", nl.Create, nl.Excl), nftTable("a", nl.Create, nl.Excl), nftTable("d", nl.Create, nl.Excl), nftTable("b", nl.Create, nl.Excl))
	if len(errs) != 4 || errs[0] != nl.ErrAborted || !errors.Is(errs[1], unix.EEXIST) || errs[2] != nl.ErrAborted || !errors.Is(errs[3], unix.EEXIST) {
		t.Errorf("errors: %q", errs)
	}
	errs = run(nl.Transaction{Generation: nl.U32(first)}, nftTable("c", nl.Create, nl.Excl), nftTable("d", nl.Create, nl.Excl))
	if len(errs) != 2 || !errors.Is(errs[0], nl.ErrGeneration) || !errors.Is(errs[0], unix.ERESTART) || errs[1] != errs[0] {
		t.Errorf("of an old generation: %q", errs)
	}
	if d := cmp.Diff([]string{"a", "b"}, tables()); d != "" {
		t.Errorf("failed transactions left their mark: %s", d)
	}
	many := make([]nl.Request, 600)
	for i := range many {
		many[i] = nftTable(fmt.Sprintf("t%04d", i), nl.Create, nl.Excl)
	}
	for i, err := range run(nl.Transaction{}, many...) {
		if err != nil {
			t.Fatalf("table %d: %v", i, err)
		}
	}
	for _, name := range []string{"t0000", "t0599"} { // alone: to list them all takes nft the square of their number
		if out := w.Run("nft", "list", "table", "ip", name); !strings.HasPrefix(out, "table ip "+name+" {") {
			t.Errorf("nft lists %q, want table %s", out, name)
		}
	}
	failed := 0
	for i, err := range run(nl.Transaction{}, many...) { // each has an error of its own
		if !errors.Is(err, unix.EEXIST) {
			t.Fatalf("table %d: %v", i, err)
		}
		failed++
	}
	if failed != 600 {
		t.Errorf("%d results, want 600", failed)
	}
}
