package nl_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net/netip"
	"runtime"
	"testing"
	"time"
	"unsafe"

	"github.com/nlgen/nlgen/generated/rtroute"
	"github.com/nlgen/nlgen/internal/netns"
	"github.com/nlgen/nlgen/runtime/nl"
	"golang.org/x/sys/unix"
)

// BenchmarkEvents compares reading, decoding and handing out notifications of routes with a loop that only calls
// recvmsg, once a datagram. The sender waits for room in the queue, so nothing is lost. Of reader-ns/op the time is that
// the CPU spends on all but the sender, which other work on the machine changes less.
func BenchmarkEvents(b *testing.B) {
	netns.Kernel(b)
	b.Run("recvmsg", func(b *testing.B) {
		fd, port := userSocket(b)
		buf := make([]byte, 64<<10)
		wait := flood(b, port)
		for range b.N {
			if _, err := recvmsg(fd, buf); err != nil {
				b.Fatal(err)
			}
		}
		wait()
	})
	routes := nl.EventSource{Family: &testFamily, Decode: rtroute.Events().Decode}
	for _, name := range []string{"All", "AllReused"} {
		b.Run(name, func(b *testing.B) {
			c := dialPeers(b, nl.Options{})
			sub := subscribe(b, c, routes, nl.AnySender)
			all := sub.All()
			if name == "AllReused" {
				all = sub.AllReused()
			}
			b.ReportAllocs()
			wait := flood(b, sub.Port())
			n := uint32(0)
			for e, err := range all {
				if err != nil {
					b.Fatal(err)
				}
				if r := &e.(*rtroute.NewRouteNotification).Route; r.Priority != nl.U32(n) || r.Oif != nl.U32(2) {
					b.Fatalf("event %d has priority %v", n, r.Priority)
				}
				if n++; n == uint32(b.N) {
					break
				}
			}
			wait()
		})
	}
}

// userSocket opens a socket that waits.
func userSocket(t testing.TB) (fd int, port uint32) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_USERSOCK)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		t.Fatal(err)
	}
	sa, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	return fd, sa.(*unix.SockaddrNetlink).Pid
}

func recvmsg(fd int, b []byte) (int, error) {
	var from unix.RawSockaddrNetlink
	iov := unix.Iovec{Base: &b[0]}
	iov.SetLen(len(b))
	hdr := unix.Msghdr{Name: (*byte)(unsafe.Pointer(&from)), Namelen: uint32(unsafe.Sizeof(from)), Iov: &iov}
	hdr.SetIovlen(1)
	for {
		n, _, errno := unix.Syscall(unix.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(&hdr)), 0)
		switch errno {
		case 0:
			return int(n), nil
		case unix.EINTR:
		default:
			return 0, errno
		}
	}
}

// flood sends b.N notifications of routes to a port, with priorities from 0 on, and starts the clock.
func flood(b *testing.B, port uint32) (wait func()) {
	b.Helper()
	fd, _ := userSocket(b)
	r := rtroute.Route{
		Header: rtroute.Rtmsg{Family: unix.AF_INET, DstLen: 24, Table: 254, Protocol: 3, Type: 1},
		Dst:    netip.MustParseAddr("192.0.2.0"), Gateway: netip.MustParseAddr("198.51.100.1"),
		Oif: nl.U32(2), Table: nl.U32(254), Priority: nl.U32(1<<32 - 1),
	}
	body, err := r.AppendBinary(nil)
	if err != nil {
		b.Fatal(err)
	}
	msg := message(24, 0, 0, 0, body...)
	at := bytes.Index(msg, []byte{0xff, 0xff, 0xff, 0xff})
	to := &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Pid: port}
	done := make(chan error, 1)
	var spent time.Duration // by the sender
	before := cpuTime(b, unix.RUSAGE_SELF)
	b.ResetTimer()
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		before := cpuTime(b, unix.RUSAGE_THREAD)
		for n := range b.N {
			binary.NativeEndian.PutUint32(msg[at:], uint32(n))
			err := unix.Sendto(fd, msg, 0, to)
			for errors.Is(err, unix.EINTR) {
				err = unix.Sendto(fd, msg, 0, to)
			}
			if err != nil {
				done <- err
				return
			}
		}
		spent = cpuTime(b, unix.RUSAGE_THREAD) - before
		done <- nil
	}()
	return func() {
		b.StopTimer()
		if err := <-done; err != nil {
			b.Fatal(err)
		}
		all := cpuTime(b, unix.RUSAGE_SELF) - before
		b.ReportMetric(float64(all-spent)/float64(b.N), "reader-ns/op")
	}
}

// cpuTime returns the time that a thread or the process has run.
func cpuTime(b *testing.B, who int) time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(who, &u); err != nil {
		b.Error(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
