package main

import (
	"context"
	"fmt"
	"iter"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"github.com/nlgen/nlgen/bench/ct"
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/wire"
	"golang.org/x/sys/unix"
)

// track puts connections into the table. No packet is needed for that.
func (t *tracking) track(from, to int) error {
	if err := hasRoom(to); err != nil {
		return err
	}
	return send(t.conn, establish(from, to), nl.ErrorsOnly)
}

// hasRoom reports whether the kernel can track as many connections. The limit is the whole machine's, so it is left alone.
func hasRoom(n int) error {
	const path = "/proc/sys/net/netfilter/nf_conntrack_max"
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	limit, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err == nil && limit != 0 && limit < n {
		err = fmt.Errorf("%s is %d: write %d into it, or ask for fewer -connections", path, limit, n)
	}
	return err
}

// establish are requests for established TCP connections that stay for a day.
func establish(from, to int) iter.Seq[nl.Request] {
	return func(yield func(nl.Request) bool) {
		c := ct.Connection{
			Header:     ct.Nfgenmsg{NfgenFamily: unix.AF_INET},
			TupleOrig:  &ct.Tuple{IP: new(ct.IP), Proto: new(ct.Proto)},
			TupleReply: &ct.Tuple{IP: new(ct.IP), Proto: new(ct.Proto)},
			Status:     nl.Some(ct.StatusAssured | ct.StatusSeenReply | ct.StatusConfirmed),
			Timeout:    nl.U32(24 * 60 * 60),
			Protoinfo: &ct.Protoinfo{TCP: &ct.TCP{
				State: nl.Some(ct.TCPStateEstablished), WscaleOriginal: nl.U8(7), WscaleReply: nl.U8(7),
				FlagsOriginal: &ct.NFCTTCPFlags{Flags: 0x03, Mask: 0x03}, FlagsReply: &ct.NFCTTCPFlags{Flags: 0x03, Mask: 0x03},
			}},
		}
		flags := []nl.CallOption{nl.Create | nl.Excl}
		for i := from; i < to; i++ {
			client, port := clientOf(i)
			direct(c.TupleOrig, client, gateway, port, 443)
			direct(c.TupleReply, gateway, client, 443, port)
			c.Mark = nl.U32(uint32(i) + 1)
			if !yield(ct.NewRequest(&c, flags...)) {
				return
			}
		}
	}
}

// clientOf is where a connection comes from: a thousand from each address.
func clientOf(i int) (netip.Addr, uint16) { return destinationOf(i / 1000), 20_000 + uint16(i%1000) }

// direct makes a tuple that of TCP segments from one port to another.
func direct(t *ct.Tuple, from, to netip.Addr, source, target uint16) {
	t.IP.V4Src, t.IP.V4Dst = from, to
	t.Proto.Num, t.Proto.SrcPort, t.Proto.DstPort = nl.U8(unix.IPPROTO_TCP), nl.U16(source), nl.U16(target)
}

// understands checks that the schema has everything that the kernel tells about n connections.
func (t *tracking) understands(n int) error {
	seen, left := make([]bool, n), n
	var m ct.Connection
	for err := range ct.New(t.conn).GetDumpInto(context.Background(), nil, &m) {
		if err != nil {
			return err
		}
		mark := int(m.Mark.Or(0))
		if mark < 1 || mark > n || seen[mark-1] {
			return fmt.Errorf("connection with mark %d is unexpected", mark)
		}
		seen[mark-1] = true
		left--
		if err := complete(&m, mark-1); err != nil {
			return fmt.Errorf("connection with mark %d: %w", mark, err)
		}
	}
	if left != 0 {
		return fmt.Errorf("%d connections are missing", left)
	}
	return nil
}

// complete checks a connection: what it is made of is there, and nothing else is.
func complete(m *ct.Connection, i int) error {
	o, r, p := m.TupleOrig, m.TupleReply, m.Protoinfo
	if o == nil || o.IP == nil || o.Proto == nil || r == nil || r.IP == nil || r.Proto == nil || p == nil || p.TCP == nil ||
		m.CountersOrig == nil || m.CountersReply == nil {
		return fmt.Errorf("parts are missing")
	}
	client, port := clientOf(i)
	if o.IP.V4Src != client || o.IP.V4Dst != gateway || r.IP.V4Dst != client ||
		o.Proto.SrcPort.Or(0) != port || r.Proto.DstPort.Or(0) != port || p.TCP.State.Or(0) != ct.TCPStateEstablished {
		return fmt.Errorf("it is another one")
	}
	for _, unknown := range []wire.Attrs{m.Unknown, o.Unknown, o.IP.Unknown, o.Proto.Unknown, r.Unknown, r.IP.Unknown,
		r.Proto.Unknown, p.Unknown, p.TCP.Unknown, m.CountersOrig.Unknown, m.CountersReply.Unknown} {
		if len(unknown) > 0 {
			return fmt.Errorf("the schema lacks %v", unknown)
		}
	}
	return nil
}
