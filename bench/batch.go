package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/nlgen/nlgen/generated/rtroute"
	"github.com/nlgen/nlgen/runtime/nl"
	"golang.org/x/sys/unix"
)

const (
	floor      = "raw loop, prepared messages"
	acked      = "nlgen Batch"
	errorsOnly = "nlgen Batch, ErrorsOnly"
	ipBatch    = "ip -batch"
	vishLoop   = vish + " loop"
)

// batchTable is where routes are added and removed, a table of their own.
const batchTable = 100

// routeBatches is the part that compares adding and removing of many routes.
func routeBatches(b *bench) (chapter, error) {
	dir, err := os.MkdirTemp("", "nlgen-bench-")
	if err != nil {
		return chapter{}, err
	}
	defer os.RemoveAll(dir)
	ip, err := b.ipBatch(dir)
	if err != nil {
		return chapter{}, err
	}
	churners := []churner{b.preparedRoutes(), ip, b.rivals.routeLoop(b), b.batchedRoutes(acked), b.batchedRoutes(errorsOnly, nl.ErrorsOnly)}
	for i := range churners {
		churners[i].check = b.countRoutes
	}
	results, err := churn(churners, b.cfg.runs, b.cfg.batch)
	return batchChapter(b.cfg.batch, results), err
}

func batchChapter(n int, results []churned) chapter {
	t := newTable(fmt.Sprintf("%d IPv4 routes added and removed", n), "add, ms", "remove, ms", "both, ms", "× raw", "allocations a route")
	m := make(map[string]churned)
	for _, r := range results {
		m[r.name] = r
		allocs := strings.Replace(fmt.Sprintf("%.2f", r.allocs), "NaN", "", 1)
		t.row(r.name, "%.2f | %.2f | %.2f | %.2f | %s", millis(r.add), millis(r.remove), millis(r.both),
			float64(r.both)/float64(results[0].both), allocs)
	}
	faster := func(a, b string) float64 { return float64(m[b].both) / float64(m[a].both) }
	return chapter{t.String(), []goal{
		atLeast("batch, acknowledged: faster than vishvananda's loop", 2, faster(acked, vishLoop), " ×"),
		atLeast("batch, errors only: faster than vishvananda's loop", 3, faster(errorsOnly, vishLoop), " ×"),
		atLeast("batch, errors only: faster than ip -batch", 3, faster(errorsOnly, ipBatch), " ×"),
		atLeast("batch, acknowledged: faster than ip -batch", 3, faster(acked, ipBatch), " ×"),
	}}
}

// preparedRoutes sends messages that are in memory already, of which the last of each write is acknowledged.
func (b *bench) preparedRoutes() churner {
	prepare := func(typ, extra uint16) func() error {
		var writes [][]byte
		var lasts []uint32
		for from := 0; from < b.cfg.batch; from += batch {
			var m []byte
			to := min(from+batch, b.cfg.batch)
			for i := from; i < to; i++ {
				flags := extra
				if i == to-1 {
					flags |= unix.NLM_F_ACK
				}
				m = b.raw.message(m, typ, flags, func(m []byte) []byte { return route(m, batchTable, i, b.oif) })
			}
			writes, lasts = append(writes, m), append(lasts, b.raw.seq)
		}
		return func() error {
			for i, m := range writes {
				if err := b.raw.exchangeAs(m, lasts[i]); err != nil {
					return err
				}
			}
			return nil
		}
	}
	return churner{name: floor, add: prepare(unix.RTM_NEWROUTE, create), remove: prepare(unix.RTM_DELROUTE, 0)}
}

// batchedRoutes sends requests by [nl.Batch].
func (b *bench) batchedRoutes(name string, opts ...nl.BatchOption) churner {
	return churner{
		name: name,
		add: func() error {
			return send(b.ours.conn, b.requests(rtroute.NewRouteRequest, b.cfg.batch, batchTable, nl.Create|nl.Excl), opts...)
		},
		remove: func() error {
			return send(b.ours.conn, b.requests(rtroute.DelRouteRequest, b.cfg.batch, batchTable), opts...)
		},
	}
}

// send sends requests, all of which must succeed.
func send(conn *nl.Conn, requests iter.Seq[nl.Request], opts ...nl.BatchOption) error {
	for i, err := range nl.Batch(context.Background(), conn, requests, opts...) {
		if err != nil {
			return fmt.Errorf("request %d: %w", i, err)
		}
	}
	return nil
}

// requests are n requests for routes of a table. All have one value, which the batch has encoded before it asks for the
// next.
func (b *bench) requests(one func(*rtroute.Route, ...nl.CallOption) nl.Request, n int, table uint8, opts ...nl.CallOption) iter.Seq[nl.Request] {
	return func(yield func(nl.Request) bool) {
		r := rtroute.Route{
			Header: rtroute.Rtmsg{
				Family: unix.AF_INET, DstLen: 32, Table: rtroute.RtTable(table), Protocol: rtroute.RtProtocolStatic,
				Scope: rtroute.RtScopeUniverse, Type: rtroute.RtmTypeUnicast,
			},
			Gateway: gateway,
			Oif:     nl.U32(uint32(b.oif)),
		}
		for i := range n {
			r.Dst = destinationOf(i)
			if !yield(one(&r, opts...)) {
				return
			}
		}
	}
}

// ipBatch starts ip with a file of commands that is there already. All of ip is timed, as its users wait for all of it.
func (b *bench) ipBatch(dir string) (churner, error) {
	prepare := func(verb string) (func() error, error) {
		var s strings.Builder
		for i := range b.cfg.batch {
			fmt.Fprintf(&s, "route %s %v/32 via %v dev b0 table %d proto static\n", verb, destinationOf(i), gateway, batchTable)
		}
		path := filepath.Join(dir, verb)
		return func() error {
			out, err := exec.Command("ip", "-batch", path).CombinedOutput()
			if err != nil || len(out) > 0 {
				return fmt.Errorf("ip -batch: %w: %.200s", err, out)
			}
			return nil
		}, os.WriteFile(path, []byte(s.String()), 0o600)
	}
	add, err := prepare("add")
	remove, err2 := prepare("del")
	return churner{name: ipBatch, add: add, remove: remove, outside: true}, errors.Join(err, err2)
}

// countRoutes counts the routes of the batch's table.
func (b *bench) countRoutes() (n int, err error) {
	err = b.streamInto(batchTable, func() { n++ })
	if errors.Is(err, unix.ENOENT) { // a table is made by its first route
		err = nil
	}
	return n, err
}
