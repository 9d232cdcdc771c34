//go:build linux

package livetest

import (
	"maps"
	"slices"
	"testing"

	"github.com/nlgen/nlgen/internal/livetest/pyynl"
	"golang.org/x/sys/unix"
)

// Flags of requests.
var (
	create  = []int{unix.NLM_F_CREATE | unix.NLM_F_EXCL}
	replace = []int{unix.NLM_F_CREATE | unix.NLM_F_REPLACE}
)

// A scenario changes one namespace with the kernel's client and another, alike, with generated code. Both must accept or
// refuse the same; and what generated code reads in the one must be what the client reads in the other.
type scenario struct {
	name, setup string
	prepare     func(*World)
	// Each returns changes for a namespace. A later one may look at what the earlier have done.
	stages []func(*World) []twice
	reads  func(*World) []twice
	apart  []string // more of what two namespaces do not share
}

// apart are values that two namespaces do not share, by their names at the end of a path: times, and numbers that
// the kernel gives out once for all.
var apart = []string{"cstamp", "tstamp", "confirmed", "used", "updated", "reachable-time", "last-flush", "last-rand"}

func (s scenario) run(t *testing.T, python *pyynl.Client, ops operations) map[string]string {
	client, we := New(t), New(t)
	for _, w := range []*World{client, we} {
		w.Sysctl("net/ipv6/conf/default/disable_ipv6", "1") // it would add addresses of its own
		w.Lines(s.setup)
		if s.prepare != nil {
			s.prepare(w)
		}
	}
	found, apart := map[string]string{}, slices.Concat(apart, s.apart)
	for _, stage := range s.stages {
		calls := stage(client)
		theirs := client.theirs(python, calls)
		ops.add(calls, theirs)
		answers := ours(stage(we))
		maps.Copy(found, differAll(calls, theirs, answers, answers, apart))
	}
	calls := s.reads(we)
	clientReads, weRead := we.theirs(python, calls), ours(s.reads(client))
	ops.add(calls, clientReads)
	maps.Copy(found, differAll(calls, clientReads, weRead, weRead, apart))
	clientReads, weRead = client.theirs(python, s.reads(client)), ours(calls)
	maps.Copy(found, differAll(calls, clientReads, weRead, weRead, apart))
	return found
}

var changes = slices.Concat(routeScenarios, ethtoolScenarios, genericScenarios, []scenario{pathScenario()})
