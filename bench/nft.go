package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/mdlayher/netlink"
	"github.com/nlgen/nlgen/bench/nft"
	"github.com/nlgen/nlgen/runtime/nl"
	"golang.org/x/sys/unix"
)

const (
	transaction = "nlgen, Transaction"
	googleNft   = "google/nftables, Flush"

	ruleTable, ruleChain = "bench", "rules"
)

// ruleTransactions is the part that compares nftables transactions of many rules.
func ruleTransactions(b *bench) (c chapter, err error) {
	conn, err := nl.Dial(nl.Netfilter, nl.Options{})
	if err != nil {
		return c, err
	}
	defer conn.Close()
	google, err := nftables.New(nftables.AsLasting(), nftables.WithSockOptions(roomFor(b.cfg.rules)))
	if err != nil {
		return c, fmt.Errorf("open google/nftables: %w", err)
	}
	defer func() { err = errors.Join(err, google.CloseLasting()) }()
	churners := []churner{oneTransaction(conn, b.cfg.rules), oneFlush(google, b.cfg.rules)}
	for i := range churners {
		churners[i].check = func() (int, error) { return countRules(conn) }
	}
	results, err := churn(churners, b.cfg.runs, b.cfg.rules)
	return ruleChapter(b.cfg.rules, results), err
}

func ruleChapter(n int, results []churned) chapter {
	t := newTable(fmt.Sprintf("%d nftables rules in one transaction", n), "add, ms", "× nlgen", "remove the table, ms", "allocations a rule")
	for _, r := range results {
		t.row(r.name, "%.2f | %.2f | %.2f | %.2f", millis(r.add), float64(r.add)/float64(results[0].add), millis(r.remove), r.allocs)
	}
	return chapter{text: t.String()}
}

// oneTransaction makes a table, a chain in it and n rules in that.
func oneTransaction(conn *nl.Conn, n int) churner {
	header := nft.Nfgenmsg{NfgenFamily: unix.NFPROTO_IPV4}
	table := &nft.Table{Header: header, Name: nl.Str(ruleTable)}
	return churner{
		name: transaction,
		add: func() error {
			return send(conn, func(yield func(nl.Request) bool) {
				chain := &nft.Chain{Header: header, Table: nl.Str(ruleTable), Name: nl.Str(ruleChain)}
				if !yield(nft.NewTableRequest(table, nl.Create)) || !yield(nft.NewChainRequest(chain, nl.Create)) {
					return
				}
				rule, address := acceptRule(header)
				flags := []nl.CallOption{nl.Create | nl.Append}
				for i := range n {
					binary.BigEndian.PutUint32(address, sourceOf(i))
					if !yield(nft.NewRuleRequest(rule, flags...)) {
						return
					}
				}
			}, nl.Transaction{})
		},
		remove: func() error {
			return send(conn, func(yield func(nl.Request) bool) { yield(nft.DelTableRequest(table)) }, nl.Transaction{})
		},
	}
}

// acceptRule is `ip saddr address counter accept`.
func acceptRule(header nft.Nfgenmsg) (rule *nft.Rule, address []byte) {
	address = make([]byte, 4)
	return &nft.Rule{
		Header: header, Table: nl.Str(ruleTable), Chain: nl.Str(ruleChain),
		Expressions: &nft.ExprList{Elem: []nft.Expr{
			{Data: &nft.ExprDataPayload{
				Dreg: nl.Some(nft.RegistersX1), Base: nl.Some(nft.PayloadBaseNetworkHeader), Offset: nl.U32(12), Len: nl.U32(4),
			}},
			{Data: &nft.ExprDataCmp{
				Sreg: nl.Some(nft.RegistersX1), Op: nl.Some(nft.CmpOpsEq), Data: &nft.Data{Value: address},
			}},
			{Data: &nft.ExprDataCounter{Bytes: nl.U64(0), Packets: nl.U64(0)}},
			{Data: &nft.ExprDataImmediate{
				Dreg: nl.Some(nft.RegistersVerdict), Data: &nft.Data{Verdict: &nft.Verdict{Code: nl.Some(nft.VerdictsAccept)}},
			}},
		}},
	}, address
}

// oneFlush makes the same with google/nftables.
func oneFlush(c *nftables.Conn, n int) churner {
	table := &nftables.Table{Family: nftables.TableFamilyIPv4, Name: ruleTable}
	return churner{
		name: googleNft,
		add: func() error {
			t := c.AddTable(table)
			chain := c.AddChain(&nftables.Chain{Name: ruleChain, Table: t})
			address := make([]byte, 4)
			rule := &nftables.Rule{Table: t, Chain: chain, Exprs: []expr.Any{
				&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseNetworkHeader, Offset: 12, Len: 4},
				&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: address},
				&expr.Counter{},
				&expr.Verdict{Kind: expr.VerdictAccept},
			}}
			for i := range n {
				binary.BigEndian.PutUint32(address, sourceOf(i))
				c.AddRule(rule)
			}
			return c.Flush()
		},
		remove: func() error {
			c.DelTable(table)
			return c.Flush()
		},
	}
}

// roomFor makes a socket's queues take n rules with one Flush, which is sent in one write; each rule is told back and
// acknowledged before any of that is read.
func roomFor(n int) nftables.SockOption {
	const request, answers = 512, 4096 // bytes a rule, more than enough
	return func(c *netlink.Conn) error {
		return errors.Join(c.SetWriteBuffer(1<<20+n*request), c.SetReadBuffer(1<<20+n*answers))
	}
}

func sourceOf(i int) uint32 { return binary.BigEndian.Uint32(destination.AsSlice()) + uint32(i) }

// countRules counts the rules that are as they should be, in order.
func countRules(conn *nl.Conn) (n int, err error) {
	header := nft.Nfgenmsg{NfgenFamily: unix.NFPROTO_IPV4}
	var m nft.Rule
	for err := range nft.New(conn).GetRuleDumpInto(context.Background(), &nft.Rule{Header: header}, &m) {
		if err != nil {
			return n, err
		}
		if m.Expressions == nil || len(m.Expressions.Elem) != 4 {
			return n, fmt.Errorf("rule %d has other expressions", n)
		}
		var kinds []string
		for _, e := range m.Expressions.Elem {
			kinds = append(kinds, e.Name.String())
		}
		cmp, ok := m.Expressions.Elem[1].Data.(*nft.ExprDataCmp)
		if got := strings.Join(kinds, " "); got != "payload cmp counter immediate" || !ok || cmp.Data == nil {
			return n, fmt.Errorf("rule %d is %s", n, got)
		}
		if len(cmp.Data.Value) != 4 || binary.BigEndian.Uint32(cmp.Data.Value) != sourceOf(n) {
			return n, fmt.Errorf("rule %d is for %v", n, cmp.Data.Value)
		}
		n++
	}
	return n, nil
}
