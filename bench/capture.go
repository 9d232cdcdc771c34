package main

import (
	"encoding/binary"

	"github.com/nlgen/nlgen/generated/rtroute"
	"github.com/nlgen/nlgen/runtime/nl"
	"golang.org/x/sys/unix"
)

// capture adds and removes routes and returns what the kernel told about that.
func (b *bench) capture() (messages [][]byte, err error) {
	c, err := dialRaw(unix.NETLINK_ROUTE)
	if err != nil {
		return nil, err
	}
	defer c.close()
	if err := unix.SetsockoptInt(c.fd, unix.SOL_NETLINK, unix.NETLINK_ADD_MEMBERSHIP, unix.RTNLGRP_IPV4_ROUTE); err != nil {
		return nil, err
	}
	for i := range captured / 2 {
		for _, typ := range []uint16{unix.RTM_NEWROUTE, unix.RTM_DELROUTE} {
			flags := uint16(unix.NLM_F_ACK)
			if typ == unix.RTM_NEWROUTE {
				flags |= create
			}
			m := b.raw.message(nil, typ, flags, func(m []byte) []byte { return route(m, batchTable, i, b.oif) })
			if err := b.raw.exchange(m); err != nil {
				return nil, err
			}
			n, err := unix.Read(c.fd, c.buf)
			if err != nil {
				return nil, err
			}
			messages = append(messages, append([]byte(nil), c.buf[:n]...))
		}
	}
	return messages, nil
}

// replayed is the notifications of routes as another process sends them.
func replayed() nl.EventSource {
	s := rtroute.Events()
	f := *s.Family
	f.Protocol = nl.UserSock
	s.Family, s.Groups = &f, nil
	return s
}

// sumOf adds up the last destination octets of n messages, read without any library.
func sumOf(messages [][]byte, n int) (sum uint64) {
	for i, m := range messages {
		times := uint64(n / len(messages))
		if i < n%len(messages) {
			times++
		}
		sum += times * uint64(destinationIn(m)[3])
	}
	return sum
}

// destinationIn returns RTA_DST of a route message.
func destinationIn(m []byte) []byte {
	for a := m[unix.NLMSG_HDRLEN+unix.SizeofRtMsg:]; len(a) >= 8; {
		size := int(binary.NativeEndian.Uint16(a))
		if binary.NativeEndian.Uint16(a[2:]) == unix.RTA_DST {
			return a[4:8]
		}
		a = a[min(len(a), max(4, (size+3)&^3)):]
	}
	return make([]byte, 4)
}
