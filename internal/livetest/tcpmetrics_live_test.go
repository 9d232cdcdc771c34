//go:build linux

package livetest

import (
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/generated/tcpmetrics"
	"github.com/nlgen/nlgen/runtime/nl"
)

// metricsTable is `ip -j tcp_metrics`. Its times are in seconds.
func metricsTable() *Table[*tcpmetrics.TCPMetrics] {
	type entry = *tcpmetrics.TCPMetrics
	vals := func(f func(*tcpmetrics.Metrics) any) func(entry) any {
		return func(e entry) any { return At(e.Vals, f) }
	}
	// The kernel keeps eighths and quarters of a microsecond.
	micro := func(o nl.Opt[uint32], parts uint32) any {
		if us, ok := o.Get(); ok {
			return float64(us/parts) / 1e6
		}
		return nil
	}
	return &Table[entry]{Fields: map[string]func(entry) any{
		"dst":    func(e entry) any { return first(IP(e.AddrIPv4), IP(e.AddrIPv6)) },
		"source": func(e entry) any { return first(IP(e.SaddrIPv4), IP(e.SaddrIPv6)) },
		"age": func(e entry) any {
			if ms, ok := e.Age.Get(); ok {
				return float64(ms) / 1e3
			}
			return nil
		},
		"ssthresh": vals(func(m *tcpmetrics.Metrics) any { return Value(m.Ssthresh) }),
		"cwnd":     vals(func(m *tcpmetrics.Metrics) any { return Value(m.Cwnd) }),
		"rtt":      vals(func(m *tcpmetrics.Metrics) any { return micro(m.RTTUs, 8) }),
		"rttvar":   vals(func(m *tcpmetrics.Metrics) any { return micro(m.RttvarUs, 4) }),
	}}
}

func first(values ...any) any {
	for _, v := range values {
		if v != nil {
			return v
		}
	}
	return nil
}

// connections leaves metrics of a peer behind: the kernel keeps those of connections that it has seen enough of.
func (w *World) connections(address string) {
	w.t.Helper()
	w.Do(func() {
		l, err := net.Listen("tcp", address)
		Must(w.t, err)
		defer l.Close()
		var d net.Dialer
		d.SetMultipathTCP(false)
		c, err := d.DialContext(w.Ctx, "tcp", l.Addr().String())
		Must(w.t, err)
		s, err := l.Accept()
		Must(w.t, err)
		for _, pair := range [][2]net.Conn{{c, s}, {s, c}} {
			go pair[0].Write(make([]byte, 1<<16))
			_, err := io.ReadFull(pair[1], make([]byte, 1<<16))
			Must(w.t, err)
		}
		Must(w.t, s.Close()) // first, so that its peer keeps no state
		_, err = c.Read(make([]byte, 1))
		if err != io.EOF {
			w.t.Fatalf("read: %v, want EOF", err)
		}
		Must(w.t, c.Close())
	})
}

func TestTCPMetrics(t *testing.T) {
	w := New(t)
	w.Lines(`
		ip link set lo up
		ip addr add 10.0.0.1/32 dev lo
		ip addr add 2001:db8::1/128 dev lo nodad
	`)
	w.settle()
	w.connections("10.0.0.1:0")
	w.connections("[2001:db8::1]:0")
	tb := metricsTable()
	delete(tb.Fields, "ssthresh") // only after losses
	list := func() map[string]*tcpmetrics.TCPMetrics {
		all := map[string]*tcpmetrics.TCPMetrics{}
		for _, m := range Get[[]*tcpmetrics.TCPMetrics](t)(nl.Collect(w.Metrics.GetDump(w.Ctx, nil))) {
			all[fmt.Sprint(tb.Fields["dst"](m))] = m
		}
		return all
	}
	before := list()
	tool := w.JSON("ip", "-j", "tcp_metrics")
	after := list()
	var got []string
	for _, o := range tool {
		dst := o["dst"].(string)
		got = append(got, dst)
		if before[dst] == nil || after[dst] == nil {
			t.Errorf("%s: not listed", dst)
			continue
		}
		tb.Compare(t, dst, o, before[dst], after[dst])
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"10.0.0.1", "2001:db8::1"}, got); diff != "" {
		t.Fatalf("metrics (-want +ip):\n%s", diff)
	}
	tb.CheckSeen(t)

	v4, v6 := &tcpmetrics.TCPMetrics{AddrIPv4: ip("10.0.0.1")}, &tcpmetrics.TCPMetrics{AddrIPv6: ip("2001:db8::1")}
	for _, req := range []*tcpmetrics.TCPMetrics{v4, v6} {
		m := Get[*tcpmetrics.TCPMetrics](t)(w.Metrics.Get(w.Ctx, req))
		if diff := cmp.Diff(after[fmt.Sprint(tb.Fields["dst"](m))].Vals, m.Vals); diff != "" || m.Vals == nil {
			t.Errorf("get of %v (-dump +get):\n%s", tb.Fields["dst"](m), diff)
		}
	}
	Must(t, w.Metrics.Del(w.Ctx, v4))
	if o := one(t, w.JSON("ip", "-j", "tcp_metrics")); o["dst"] != "2001:db8::1" {
		t.Errorf("ip lists %v, want 2001:db8::1", o["dst"])
	}
	if _, err := w.Metrics.Get(w.Ctx, v4); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("get of deleted metrics: %v, want ESRCH", err)
	}
	w.Run("ip", "tcp_metrics", "flush")
	if left := list(); len(left) != 0 {
		t.Errorf("we list %v after ip has deleted all", left)
	}
}
