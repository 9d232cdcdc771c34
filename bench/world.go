package main

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"

	"golang.org/x/sys/unix"
)

// batch is how many messages go to the kernel at a time; only the last is acknowledged.
const batch = 500

// The routes lead from here on, through a neighbour of the only address.
var (
	local       = netip.AddrFrom4([4]byte{198, 51, 100, 1})
	gateway     = netip.AddrFrom4([4]byte{198, 51, 100, 2})
	destination = netip.AddrFrom4([4]byte{10, 0, 0, 0})
)

// create makes an object that must not be there yet.
const create = unix.NLM_F_CREATE | unix.NLM_F_EXCL

// connect makes the first pair of veth in the network namespace that this process has to itself, and the address behind
// which the gateway is.
func (b *bench) connect() error {
	if err := b.pairs(0, 1); err != nil {
		return err
	}
	c := b.raw
	for _, name := range []string{"a0", "b0"} {
		dev, err := net.InterfaceByName(name)
		if err != nil {
			return fmt.Errorf("find link: %w", err)
		}
		b.oif = dev.Index
		m := c.message(nil, unix.RTM_NEWLINK, unix.NLM_F_ACK, func(m []byte) []byte { return up(m, b.oif) })
		if err := c.exchange(m); err != nil {
			return fmt.Errorf("set %s up: %w", name, err)
		}
	}
	m := c.message(nil, unix.RTM_NEWADDR, create|unix.NLM_F_ACK, func(m []byte) []byte { return address(m, b.oif) })
	if err := c.exchange(m); err != nil {
		return fmt.Errorf("add address: %w", err)
	}
	return nil
}

// populate fills the namespace, once: more pairs of veth, and through the first of them routes to single addresses by way
// of one gateway, the usual shape of a big table.
func (b *bench) populate() error {
	if b.populated {
		return nil
	}
	b.populated = true
	if err := b.pairs(1, b.cfg.links/2); err != nil {
		return err
	}
	err := b.raw.batches(0, b.cfg.routes, func(m []byte, i int, flags uint16) []byte {
		return b.raw.message(m, unix.RTM_NEWROUTE, flags|create, func(m []byte) []byte {
			return route(m, unix.RT_TABLE_MAIN, i, b.oif)
		})
	})
	if err != nil {
		return fmt.Errorf("add routes: %w", err)
	}
	return nil
}

func (b *bench) pairs(from, to int) error {
	err := b.raw.batches(from, to, func(m []byte, i int, flags uint16) []byte {
		return b.raw.message(m, unix.RTM_NEWLINK, flags|create, func(m []byte) []byte { return veth(m, i) })
	})
	if err != nil {
		return fmt.Errorf("make links: %w", err)
	}
	return nil
}

// batches sends messages numbered from one number to another, each appended by add with the flags that it is given.
func (c *rawConn) batches(from, to int, add func(b []byte, i int, flags uint16) []byte) error {
	var b []byte
	for i := from; i < to; i++ {
		last := i == to-1 || i%batch == batch-1
		if !last {
			b = add(b, i, 0)
			continue
		}
		if err := c.exchange(add(b, i, unix.NLM_F_ACK)); err != nil {
			return err
		}
		b = b[:0]
	}
	return nil
}

func veth(b []byte, i int) []byte {
	const peer = 1 // VETH_INFO_PEER
	b = append(b, make([]byte, unix.SizeofIfInfomsg)...)
	b = attr(b, unix.IFLA_IFNAME, fmt.Appendf(nil, "a%d\x00", i))
	return nest(b, unix.IFLA_LINKINFO, func(b []byte) []byte {
		b = attr(b, unix.IFLA_INFO_KIND, []byte("veth\x00"))
		return nest(b, unix.IFLA_INFO_DATA, func(b []byte) []byte {
			return nest(b, peer, func(b []byte) []byte {
				b = append(b, make([]byte, unix.SizeofIfInfomsg)...)
				return attr(b, unix.IFLA_IFNAME, fmt.Appendf(nil, "b%d\x00", i))
			})
		})
	})
}

func up(b []byte, index int) []byte {
	h := make([]byte, unix.SizeofIfInfomsg)
	binary.NativeEndian.PutUint32(h[4:], uint32(index))
	binary.NativeEndian.PutUint32(h[8:], unix.IFF_UP)
	binary.NativeEndian.PutUint32(h[12:], unix.IFF_UP)
	return append(b, h...)
}

func address(b []byte, index int) []byte {
	b = append(b, unix.AF_INET, 24, 0, unix.RT_SCOPE_UNIVERSE)
	b = append(b, u32(uint32(index))...)
	b = attr(b, unix.IFA_LOCAL, local.AsSlice())
	return attr(b, unix.IFA_ADDRESS, local.AsSlice())
}

func route(b []byte, table uint8, i, oif int) []byte {
	b = append(b, unix.AF_INET, 32, 0, 0, table, unix.RTPROT_STATIC, unix.RT_SCOPE_UNIVERSE, unix.RTN_UNICAST, 0, 0, 0, 0)
	b = attr(b, unix.RTA_DST, destinationOf(i).AsSlice())
	b = attr(b, unix.RTA_GATEWAY, gateway.AsSlice())
	return attr(b, unix.RTA_OIF, u32(uint32(oif)))
}

// destinationOf returns the destination of a route.
func destinationOf(i int) netip.Addr {
	first := destination.As4()
	return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, binary.BigEndian.Uint32(first[:])+uint32(i))))
}
