package nltest_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/nltest"
)

// nftables is a fake of the subsystem: it carries a transaction out, or answers with what fails.
type nftables struct {
	seen   []string
	fail   map[uint32]syscall.Errno // by the payload of a message
	refuse syscall.Errno            // the transaction
}

var (
	nftFamily = nl.Family{Name: "nftables", Protocol: nl.Netfilter}
	nftAdd    = nl.Op{Family: &nftFamily, Name: "newtable", Request: 0xa00, Reply: -1, RequestSet: -1, ReplySet: -1}
	otherAdd  = nl.Op{Family: &nftFamily, Name: "other", Request: 0x600, Reply: -1, RequestSet: -1, ReplySet: -1}
)

func nft(op *nl.Op, v byte, opts ...nl.CallOption) nl.Request {
	return nl.NewRequest(op, &nl.RawMessage{v, 0, 0, 0}, opts...)
}

func (n *nftables) serve(k *nltest.Kernel) {
	note := func(q *nltest.Request) {
		n.seen = append(n.seen, fmt.Sprintf("%d %#x %s", q.Type, q.Flags, hex.EncodeToString(q.Body)))
	}
	k.Handle(nl.Netfilter, 16, func(a *nltest.Answer, q *nltest.Request) {
		note(q)
		if n.refuse != 0 {
			a.Fail(n.refuse)
		}
	})
	k.Handle(nl.Netfilter, 17, func(a *nltest.Answer, q *nltest.Request) { note(q) })
	k.Handle(nl.Netfilter, 0xa00, func(a *nltest.Answer, q *nltest.Request) {
		note(q)
		if n.refuse != 0 {
			a.Silence()
		}
		if errno := n.fail[uint32(q.Body[0])]; errno != 0 {
			a.Fail(errno)
		}
	})
}

func TestTransaction(t *testing.T) {
	aborted := "transaction aborted, another request failed"
	for _, tt := range []struct {
		name string
		nft  nftables
		opt  nl.Transaction
		reqs []nl.Request
		want []string
		seen []string
		is   error
	}{
		{
			name: "carried out",
			reqs: []nl.Request{nft(&nftAdd, 1), nft(&nftAdd, 2, nl.Create), nft(&nftAdd, 3, nl.NoAck)},
			want: []string{"0: <nil>", "1: <nil>", "2: <nil>"},
			seen: []string{"16 0x1 0000000a", "2560 0x1 01000000", "2560 0x401 02000000", "2560 0x5 03000000", "17 0x1 0000000a"},
		},
		{
			name: "of a generation",
			opt:  nl.Transaction{Generation: nl.U32(0x01020304)},
			reqs: []nl.Request{nft(&nftAdd, 1)},
			want: []string{"0: <nil>"},
			seen: []string{"16 0x1 0000000a0800010001020304", "2560 0x5 01000000", "17 0x1 0000000a"},
		},
		{
			name: "some fail",
			nft:  nftables{fail: map[uint32]syscall.Errno{2: syscall.EEXIST, 4: syscall.ENOENT}},
			reqs: []nl.Request{nft(&nftAdd, 1), nft(&nftAdd, 2), nft(&nftAdd, 3), nft(&nftAdd, 4), nft(&nftAdd, 5)},
			want: []string{"0: " + aborted, "1: nftables newtable: file exists", "2: " + aborted,
				"3: nftables newtable: no such file or directory", "4: " + aborted},
			is: syscall.EEXIST,
		},
		{
			name: "the last fails",
			nft:  nftables{fail: map[uint32]syscall.Errno{2: syscall.EEXIST}},
			reqs: []nl.Request{nft(&nftAdd, 1), nft(&nftAdd, 2)},
			want: []string{"0: " + aborted, "1: nftables newtable: file exists"},
			is:   nl.ErrAborted,
		},
		{
			name: "of an old generation",
			nft:  nftables{refuse: syscall.ERESTART},
			opt:  nl.Transaction{Generation: nl.U32(7)},
			reqs: []nl.Request{nft(&nftAdd, 1), nft(&nftAdd, 2)},
			want: []string{"0: rule set has changed: netfilter transaction: " + syscall.ERESTART.Error(),
				"1: rule set has changed: netfilter transaction: " + syscall.ERESTART.Error()},
			is: nl.ErrGeneration,
		},
		{
			name: "refused",
			nft:  nftables{refuse: syscall.EPERM},
			reqs: []nl.Request{nft(&nftAdd, 1)},
			want: []string{"0: netfilter transaction: operation not permitted"},
			is:   syscall.EPERM,
		},
		{
			name: "of two subsystems",
			reqs: []nl.Request{nft(&nftAdd, 1), nft(&otherAdd, 2)},
			want: []string{"0: " + aborted, "1: nftables other: netfilter subsystem 6 in a transaction of subsystem 10"},
			seen: []string{},
			is:   nl.ErrAborted,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := nltest.New()
			tt.nft.serve(k)
			c := nltest.Dial(t, k, nl.Netfilter)
			var is bool
			var got []string
			for i, err := range nl.Batch(t.Context(), c, slices.Values(tt.reqs), tt.opt) {
				got = append(got, fmt.Sprintf("%d: %v", i, err))
				is = is || errors.Is(err, tt.is)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
			if !is {
				t.Errorf("no error is %v", tt.is)
			}
			if tt.seen != nil {
				if d := cmp.Diff(tt.seen, append([]string{}, tt.nft.seen...)); d != "" {
					t.Error(d)
				}
			}
		})
	}
	w := newWorld(t)
	got := results(t, nl.Batch(w.ctx, w.links.Conn(), slices.Values([]nl.Request{mtu(2, 1400)}), nl.Transaction{}))
	if d := cmp.Diff([]string{"0: rt-link setlink: protocol 0 has no transactions, 12 (netfilter) has"}, got); d != "" {
		t.Error(d)
	}
}
