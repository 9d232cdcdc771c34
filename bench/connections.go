package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/nlgen/nlgen/bench/ct"
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/ti-mo/conntrack"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

const (
	timo     = "ti-mo/conntrack Dump"
	vishConn = vish + " ConntrackTableList"
)

// connectionDumps is the part that compares dumps of tracked connections, of which there are more and more.
func connectionDumps(b *bench) (c chapter, err error) {
	t, err := newTracking()
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	from := 0
	for _, n := range b.cfg.connections {
		if err := t.track(from, n); err != nil {
			return c, fmt.Errorf("make connections: %w", err)
		}
		from = n
		if err := t.understands(n); err != nil {
			return c, err
		}
		results, err := race(t.dumps(), b.cfg.runs, n)
		if err != nil {
			return c, err
		}
		more := connectionChapter(n, results)
		c.text += more.text + "\n"
		c.goals = append(c.goals, more.goals...)
	}
	c.text = strings.TrimSuffix(c.text, "\n")
	return c, nil
}

func connectionChapter(n int, results []result) chapter {
	m := byName(results)
	return chapter{
		text: dumpTable(fmt.Sprintf("Dump of %d tracked connections", n), "connection", results),
		goals: []goal{
			atMost(fmt.Sprintf("%d connections, Into: time", n), 1.3, ratio(m, into, rawLoop), " × raw"),
			atMost(fmt.Sprintf("%d connections, Into: allocations a connection", n), slack, m[into].allocs, ""),
		},
	}
}

// tracking is what the dumps of connections are done with.
type tracking struct {
	conn *nl.Conn
	raw  *rawConn
	timo *conntrack.Conn
	vish *netlink.Handle
}

func newTracking() (t *tracking, err error) {
	// Accounting adds counters to each connection, as it does where connections are looked at.
	if err := os.WriteFile("/proc/sys/net/netfilter/nf_conntrack_acct", []byte("1"), 0); err != nil {
		return nil, err
	}
	t = new(tracking)
	if t.conn, err = nl.Dial(nl.Netfilter, nl.Options{}); err != nil {
		return nil, err
	}
	if t.raw, err = dialRaw(unix.NETLINK_NETFILTER); err != nil {
		return nil, err
	}
	if t.timo, err = conntrack.Dial(nil); err != nil {
		return nil, fmt.Errorf("open ti-mo/conntrack: %w", err)
	}
	if t.vish, err = netlink.NewHandle(unix.NETLINK_NETFILTER); err != nil {
		return nil, fmt.Errorf("open %s: %w", vish, err)
	}
	return t, nil
}

func (t *tracking) close() error {
	t.vish.Close()
	return errors.Join(t.conn.Close(), t.raw.close(), t.timo.Close())
}

func (t *tracking) dumps() []contender {
	ctx := context.Background()
	client := ct.New(t.conn)
	const get = unix.NFNL_SUBSYS_CTNETLINK<<8 | 1 // IPCTNL_MSG_CT_GET
	return []contender{
		{rawLoop, func() (int, error) { return t.raw.dump(get, make([]byte, 4), nil) }},
		{timo, func() (int, error) {
			l, err := t.timo.Dump(nil)
			return len(l), err
		}},
		{vishConn, func() (int, error) {
			l, err := t.vish.ConntrackTableList(netlink.ConntrackTable, unix.AF_INET)
			return len(l), err
		}},
		{into, func() (n int, err error) {
			var m ct.Connection
			for err := range client.GetDumpInto(ctx, nil, &m) {
				if err != nil {
					return n, err
				}
				n++
			}
			return n, nil
		}},
		{owned, func() (n int, err error) {
			for _, err := range client.GetDump(ctx, nil) {
				if err != nil {
					return n, err
				}
				n++
			}
			return n, nil
		}},
	}
}
