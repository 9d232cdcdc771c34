package main

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/nlgen/nlgen/bench/ct"
	"github.com/nlgen/nlgen/bench/nft"
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/wire"
)

func TestDestinations(t *testing.T) {
	if got, want := destinationOf(65_536+258), netip.MustParseAddr("10.1.1.2"); got != want {
		t.Errorf("destination is %v, want %v", got, want)
	}
	seen := make(map[netip.AddrPort]bool)
	for i := range 3000 {
		seen[netip.AddrPortFrom(clientOf(i))] = true
	}
	if len(seen) != 3000 {
		t.Errorf("3000 connections come from %d clients", len(seen))
	}
}

// TestComplete takes what a connection is made of through the wire, and misses what is not there.
func TestComplete(t *testing.T) {
	connection := func() *ct.Connection {
		c := &ct.Connection{
			TupleOrig:    &ct.Tuple{IP: new(ct.IP), Proto: new(ct.Proto)},
			TupleReply:   &ct.Tuple{IP: new(ct.IP), Proto: new(ct.Proto)},
			Protoinfo:    &ct.Protoinfo{TCP: &ct.TCP{State: nl.Some(ct.TCPStateEstablished)}},
			CountersOrig: new(ct.Counters), CountersReply: new(ct.Counters),
		}
		client, port := clientOf(1234)
		direct(c.TupleOrig, client, gateway, port, 443)
		direct(c.TupleReply, gateway, client, 443, port)
		return c
	}
	if err := complete(connection(), 1234); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*ct.Connection){
		"no state":    func(c *ct.Connection) { c.Protoinfo.TCP.State.Clear() },
		"no counters": func(c *ct.Connection) { c.CountersReply = nil },
		"other port":  func(c *ct.Connection) { c.TupleReply.Proto.DstPort = nl.U16(1) },
		"unknown":     func(c *ct.Connection) { c.TupleOrig.IP.Unknown = wire.Attrs{{Type: 99}} },
	} {
		c := connection()
		spoil(c)
		if complete(c, 1234) == nil {
			t.Errorf("%s: nothing is missed", name)
		}
	}
	if complete(connection(), 1235) == nil {
		t.Error("a connection is taken for another")
	}
}

func TestAcceptRule(t *testing.T) {
	rule, address := acceptRule(nft.Nfgenmsg{})
	binary.BigEndian.PutUint32(address, sourceOf(3))
	cmp := rule.Expressions.Elem[1].Data.(*nft.ExprDataCmp)
	if want := []byte{10, 0, 0, 3}; !slices.Equal(cmp.Data.Value, want) {
		t.Errorf("the rule is for %v, want %v", cmp.Data.Value, want)
	}
}

func TestConnectionsReport(t *testing.T) {
	c := connectionChapter(8, []result{{rawLoop, 10 * time.Millisecond, 0, 0, 0}, {into, 14 * time.Millisecond, 0.04, 3, 0}})
	wantGoals(t, c.goals, map[string]string{
		"8 connections, Into: time":                     "1.40 × raw missed",
		"8 connections, Into: allocations a connection": "0.04",
	})
	wantLines(t, c.text, "### Dump of 8 tracked connections", "| nlgen, Into | 14.00 | 1.40 | 0.04 | 3 |")
}

func TestMemoryReport(t *testing.T) {
	c := memoryChapter(50, []streamed{{into, memory{1, 8}, memory{1.5, 11}}}, 2*time.Second, time.Second)
	wantGoals(t, c.goals, map[string]string{
		"stream, nlgen, Into: more heap than for 10000 routes": "0.50 MB",
		"stream, nlgen, Into: more RSS than for 10000 routes":  "3.00 MB missed",
	})
	wantLines(t, c.text, "### Memory while 50 IPv4 routes are streamed", "| nlgen, Into | 1.50 | 0.50 | 11.00 | 3.00 |",
		"nlgen Batch, ErrorsOnly made the 50 routes in 2.00 s and removed them in 1.00 s.")
}

func TestPeak(t *testing.T) {
	if got, err := peakIn([]byte("VmPeak:\t 9 kB\nVmHWM:\t  2000 kB\nVmRSS:\t 1 kB\n")); err != nil || got != 2.048 {
		t.Errorf("peak is %v, error %v", got, err)
	}
	if _, err := peakIn([]byte("VmRSS:\t 1 kB\n")); err == nil {
		t.Error("a peak is found where there is none")
	}
}

func TestWatchCounts(t *testing.T) {
	stream := func(see func()) error {
		for range 30 {
			see()
		}
		return nil
	}
	if _, err := watch(stream, 31); err == nil || err.Error() != "saw 30 routes, there are 31" {
		t.Errorf("error is %v", err)
	}
	if m, err := watch(stream, 30); err != nil || m.heap <= 0 || m.rss <= m.heap {
		t.Errorf("memory is %+v, error %v", m, err)
	}
}
