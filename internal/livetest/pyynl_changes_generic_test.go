//go:build linux

package livetest

import (
	"net/netip"

	"github.com/nlgen/nlgen/generated/mptcppm"
	"github.com/nlgen/nlgen/generated/netdev"
	"github.com/nlgen/nlgen/generated/tcpmetrics"
	"github.com/nlgen/nlgen/runtime/nl"
	"golang.org/x/sys/unix"
)

var genericScenarios = []scenario{
	{name: "mptcp", setup: "ip link set lo up", stages: []func(*World) []twice{mptcpChanges}, reads: mptcpReads},
	{name: "mptcp flush", setup: "ip link set lo up\nip mptcp endpoint add 10.0.0.1 id 7 signal", stages: []func(*World) []twice{mptcpFlush}, reads: mptcpReads},
	{name: "netdev", setup: netdevLinks, apart: []string{"id"}, stages: []func(*World) []twice{netdevChanges}, reads: func(w *World) []twice {
		return []twice{
			dump("netdev", "napi-get", Object{"ifindex": 50}, w.Netdev.NAPIGetDump(w.Ctx, &netdev.NAPI{Ifindex: nl.U32(50)})),
			dump("netdev", "dev-get", nil, w.Netdev.DevGetDump(w.Ctx, nil)),
		}
	}},
	{name: "tcp metrics", setup: "ip link set lo up\nip addr add 10.0.0.1/32 dev lo", apart: []string{"vals", "age", "rtt-us", "rttvar-us", "rtt",
		"rttvar", "cwnd", "ssthresh", "reordering"}, prepare: func(w *World) {
		w.connections("127.0.0.1:0")
		w.connections("10.0.0.1:0")
	}, stages: []func(*World) []twice{metricsChanges}, reads: func(w *World) []twice {
		return []twice{
			dump("tcp_metrics", "get", nil, w.Metrics.GetDump(w.Ctx, nil)),
			do("tcp_metrics", "get", Object{"addr-ipv4": 0x0a000001}, func() (*tcpmetrics.TCPMetrics, error) {
				return w.Metrics.Get(w.Ctx, &tcpmetrics.TCPMetrics{AddrIPv4: ip("10.0.0.1")})
			}),
		}
	}},
}

func mptcpReads(w *World) []twice {
	return []twice{
		dump("mptcp_pm", "get-addr", nil, w.MPTCP.GetAddrDump(w.Ctx, nil)),
		do("mptcp_pm", "get-limits", nil, func() (*mptcppm.Attr, error) { return w.MPTCP.GetLimits(w.Ctx, nil) }),
	}
}

// v4 is an IPv4 address as the kernel's schema has it, a number.
func v4(s string) uint32 {
	a := netip.MustParseAddr(s).As4()
	return uint32(a[0])<<24 | uint32(a[1])<<16 | uint32(a[2])<<8 | uint32(a[3])
}

func mptcpChanges(w *World) []twice {
	c, ctx := w.MPTCP, w.Ctx
	add := func(o Object, a mptcppm.Address) twice {
		return act("mptcp_pm", "add-addr", Object{"addr": o}, nil, func() error { return c.AddAddr(ctx, &mptcppm.Endpoint{Addr: &a}) })
	}
	three := Object{"family": 2, "addr4": v4("10.0.0.1"), "id": 3, "flags": 2, "if-idx": 1}
	threeReq := mptcppm.Address{Family: nl.U16(unix.AF_INET), Addr4: ip("10.0.0.1"), ID: nl.U8(3), Flags: nl.Some(mptcppm.AddrFlagsSubflow), IfIdx: nl.I32(1)}
	backup := threeReq
	backup.Flags = nl.Some(mptcppm.AddrFlagsBackup)
	return []twice{
		add(three, threeReq),
		add(three, threeReq), // refused
		add(Object{"family": 10, "addr6": "20010db8000000000000000000000001", "id": 4, "flags": 1},
			mptcppm.Address{Family: nl.U16(unix.AF_INET6), Addr6: ip("2001:db8::1"), ID: nl.U8(4), Flags: nl.Some(mptcppm.AddrFlagsSignal)}),
		add(Object{"family": 2, "addr4": v4("10.0.0.2"), "id": 5, "flags": 1},
			mptcppm.Address{Family: nl.U16(unix.AF_INET), Addr4: ip("10.0.0.2"), ID: nl.U8(5), Flags: nl.Some(mptcppm.AddrFlagsSignal)}),
		act("mptcp_pm", "set-flags", Object{"addr": Object{"family": 2, "addr4": v4("10.0.0.1"), "id": 3, "flags": 4}}, nil,
			func() error { return c.SetFlags(ctx, &mptcppm.Attr{Addr: &backup}) }),
		act("mptcp_pm", "del-addr", Object{"addr": Object{"id": 5}}, nil, func() error {
			return c.DelAddr(ctx, &mptcppm.Endpoint{Addr: &mptcppm.Address{ID: nl.U8(5)}})
		}),
		act("mptcp_pm", "del-addr", Object{"addr": Object{"id": 5}}, nil, func() error {
			return c.DelAddr(ctx, &mptcppm.Endpoint{Addr: &mptcppm.Address{ID: nl.U8(5)}})
		}),
		act("mptcp_pm", "set-limits", Object{"subflows": 3, "rcv-add-addrs": 2}, nil, func() error {
			return c.SetLimits(ctx, &mptcppm.Attr{Subflows: nl.U32(3), RcvAddAddrs: nl.U32(2)})
		}),
	}
}

func mptcpFlush(w *World) []twice {
	return []twice{act("mptcp_pm", "flush-addrs", nil, nil, func() error { return w.MPTCP.FlushAddrs(w.Ctx, nil) })}
}

func netdevChanges(w *World) []twice {
	c, ctx := w.Netdev, w.Ctx
	list := Get[[]*netdev.NAPI](w.t)(nl.Collect(c.NAPIGetDump(ctx, &netdev.NAPI{Ifindex: nl.U32(50)})))
	id := list[0].ID
	return []twice{
		act("netdev", "napi-set", Object{"id": id.Value(), "defer-hard-irqs": 7, "gro-flush-timeout": 1 << 33, "irq-suspend-timeout": 20000}, nil,
			func() error {
				return c.NAPISet(ctx, &netdev.NAPI{ID: id, DeferHardIrqs: nl.U32(7), GROFlushTimeout: nl.U64(1 << 33), IRQSuspendTimeout: nl.U64(20000)})
			}),
		act("netdev", "napi-set", Object{"id": 1 << 30, "defer-hard-irqs": 7}, nil, func() error {
			return c.NAPISet(ctx, &netdev.NAPI{ID: nl.U32(1 << 30), DeferHardIrqs: nl.U32(7)})
		}),
		do("netdev", "bind-rx", Object{"ifindex": 50, "fd": 0, "queues": []any{Object{"id": 0, "type": "rx"}}}, func() (*netdev.Dmabuf, error) {
			return c.BindRX(ctx, &netdev.Dmabuf{Ifindex: nl.U32(50), FD: nl.U32(0), Queues: []netdev.QueueID{{ID: nl.U32(0), Type: nl.Some(netdev.QueueTypeRX)}}})
		}),
		do("netdev", "bind-tx", Object{"ifindex": 50, "fd": 0}, func() (*netdev.Dmabuf, error) {
			return c.BindTX(ctx, &netdev.Dmabuf{Ifindex: nl.U32(50), FD: nl.U32(0)})
		}),
		do("netdev", "queue-create", Object{"ifindex": 50, "type": "rx"}, func() (*netdev.Queue, error) {
			return c.QueueCreate(ctx, &netdev.Queue{Ifindex: nl.U32(50), Type: nl.Some(netdev.QueueTypeRX)})
		}),
		do("netdev", "page-pool-get", Object{"id": 1 << 30}, func() (*netdev.PagePool, error) {
			return c.PagePoolGet(ctx, &netdev.PagePool{ID: nl.U64(1 << 30)})
		}),
		do("netdev", "page-pool-stats-get", Object{"info": Object{"id": 1 << 33}}, func() (*netdev.PagePoolStats, error) {
			return c.PagePoolStatsGet(ctx, &netdev.PagePoolStats{Info: &netdev.PagePoolInfo{ID: nl.U64(1 << 33)}})
		}),
	}
}

func metricsChanges(w *World) []twice {
	del := func() twice {
		return act("tcp_metrics", "del", Object{"addr-ipv4": v4("10.0.0.1")}, nil, func() error {
			return w.Metrics.Del(w.Ctx, &tcpmetrics.TCPMetrics{AddrIPv4: ip("10.0.0.1")})
		})
	}
	return []twice{del(), del()} // the second is refused
}
