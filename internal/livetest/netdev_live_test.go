//go:build linux

package livetest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/generated/ethtool"
	"github.com/nlgen/nlgen/generated/netdev"
	"github.com/nlgen/nlgen/runtime/nl"
)

// netdevLinks has a veth pair with NAPI instances on one side: two, one for each receive queue.
const netdevLinks = `
ip link add va index 50 numtxqueues 3 numrxqueues 2 type veth peer name vb index 51
ip tuntap add tap0 mode tap
ip link set va up
ip link set vb up
ethtool -K va gro on
`

// No tool prints this family; what can be had from elsewhere is compared, and the kernel's own client in another
// test.
func TestNetdev(t *testing.T) {
	w := New(t)
	w.Lines(netdevLinks)
	devs := map[uint32]*netdev.Dev{}
	for _, d := range Get[[]*netdev.Dev](t)(nl.Collect(w.Netdev.DevGetDump(w.Ctx, nil))) {
		devs[d.Ifindex.Value()] = d
		one := Get[*netdev.Dev](t)(w.Netdev.DevGet(w.Ctx, &netdev.Dev{Ifindex: d.Ifindex}))
		if diff := cmp.Diff(d, one); diff != "" {
			t.Errorf("device %v (-dump +get):\n%s", d.Ifindex, diff)
		}
	}
	if len(devs) != len(w.Links().name) {
		t.Errorf("%d devices, want %d", len(devs), len(w.Links().name))
	}
	for index, want := range map[uint32]netdev.XDPAct{
		1:  0, // lo
		50: netdev.XDPActBasic | netdev.XDPActRedirect | netdev.XDPActRXSg,
		51: netdev.XDPActNdoXmit | netdev.XDPActNdoXmitSg, // since the other side has NAPI
	} {
		if got := devs[index].XDPFeatures; got != nl.Some(want) {
			t.Errorf("device %d can %v, want %v", index, got, want)
		}
	}
	if got, want := devs[50].XDPRXMetadataFeatures, netdev.XDPRXMetadataTimestamp|netdev.XDPRXMetadataHash|netdev.XDPRXMetadataVLANTag; got != nl.Some(want) {
		t.Errorf("va can tell %v, want %v", got, want)
	}
}

func TestQueues(t *testing.T) {
	w := New(t)
	w.Lines(netdevLinks)
	channels := Get[*ethtool.Channels](t)(w.Ethtool.ChannelsGet(w.Ctx, &ethtool.Channels{Header: &ethtool.Header{DevName: nl.Str("va")}}))
	queues := Get[[]*netdev.Queue](t)(nl.Collect(w.Netdev.QueueGetDump(w.Ctx, &netdev.Queue{Ifindex: nl.U32(50)})))
	count := map[netdev.QueueType]uint32{}
	for _, q := range queues {
		if q.Ifindex != nl.U32(50) || q.ID.Value() != count[q.Type.Value()] {
			t.Errorf("got queue %v of %v, want number %d of 50", q.ID, q.Ifindex, count[q.Type.Value()])
		}
		count[q.Type.Value()]++
		one := Get[*netdev.Queue](t)(w.Netdev.QueueGet(w.Ctx, &netdev.Queue{Ifindex: q.Ifindex, ID: q.ID, Type: q.Type}))
		if diff := cmp.Diff(q, one); diff != "" {
			t.Errorf("queue (-dump +get):\n%s", diff)
		}
	}
	want := map[netdev.QueueType]uint32{netdev.QueueTypeRX: channels.RXCount.Value(), netdev.QueueTypeTX: channels.TXCount.Value()}
	if diff := cmp.Diff(want, count); diff != "" || count[netdev.QueueTypeTX] != 3 {
		t.Errorf("queues (-ethtool's channels +netdev):\n%s", diff)
	}
	if all := Get[[]*netdev.Queue](t)(nl.Collect(w.Netdev.QueueGetDump(w.Ctx, nil))); len(all) <= len(queues) {
		t.Errorf("%d queues of va, %d of all links that are up", len(queues), len(all))
	}
}

func TestNAPI(t *testing.T) {
	w := New(t)
	w.Lines(netdevLinks)
	list := Get[[]*netdev.NAPI](t)(nl.Collect(w.Netdev.NAPIGetDump(w.Ctx, &netdev.NAPI{Ifindex: nl.U32(50)})))
	if len(list) != 2 {
		t.Fatalf("va has %d NAPI instances, want 2", len(list))
	}
	id := list[0].ID
	Must(t, w.Netdev.NAPISet(w.Ctx, &netdev.NAPI{ID: id, DeferHardIrqs: nl.U32(7), GROFlushTimeout: nl.U64(1 << 33), IRQSuspendTimeout: nl.U64(20000),
		Threaded: nl.Some(netdev.NAPIThreadedEnabled)}))
	got := Get[*netdev.NAPI](t)(w.Netdev.NAPIGet(w.Ctx, &netdev.NAPI{ID: id}))
	want := &netdev.NAPI{Ifindex: nl.U32(50), ID: id, PID: got.PID, DeferHardIrqs: nl.U32(7), GROFlushTimeout: nl.U64(1 << 33),
		IRQSuspendTimeout: nl.U64(20000), Threaded: nl.Some(netdev.NAPIThreadedEnabled)}
	if diff := cmp.Diff(want, got); diff != "" || !got.PID.IsSet() {
		t.Errorf("NAPI (-want +got), with a thread:\n%s", diff)
	}
	again := Get[[]*netdev.NAPI](t)(nl.Collect(w.Netdev.NAPIGetDump(w.Ctx, &netdev.NAPI{Ifindex: nl.U32(50)})))
	if diff := cmp.Diff(got, again[0]); diff != "" {
		t.Errorf("NAPI (-get +dump):\n%s", diff)
	}
	if diff := cmp.Diff(list[1], again[1]); diff != "" {
		t.Errorf("the other NAPI has changed:\n%s", diff)
	}
	if none := Get[[]*netdev.NAPI](t)(nl.Collect(w.Netdev.NAPIGetDump(w.Ctx, &netdev.NAPI{Ifindex: nl.U32(51)}))); len(none) != 0 {
		t.Errorf("vb has %d NAPI instances, want none", len(none))
	}
}

// Virtual links have no page pools and no queue counters; the dumps are empty then, and this kernel refuses one.
func TestNetdevEmptyDumps(t *testing.T) {
	w := New(t)
	w.Lines(netdevLinks)
	if pools := Get[[]*netdev.PagePool](t)(nl.Collect(w.Netdev.PagePoolGetDump(w.Ctx, nil))); len(pools) != 0 {
		t.Errorf("got %d page pools, want none", len(pools))
	}
	for _, req := range []*netdev.Qstats{nil, {Scope: nl.Some(netdev.QstatsScopeQueue)}, {Ifindex: nl.U32(1)}} {
		if stats, err := nl.Collect(w.Netdev.QstatsGetDump(w.Ctx, req)); req != nil && req.Ifindex.IsSet() {
			if err == nil || err.Error() != "netdev qstats-get: ifindex: operation not supported" {
				t.Errorf("counters of lo: %v, %v, want a refusal", stats, err)
			}
		} else if err != nil || len(stats) != 0 {
			t.Errorf("got %d counters, %v, want none", len(stats), err)
		}
	}
}
