package nl_test

import (
	"context"
	"errors"
	"iter"
	"os"
	"runtime"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/internal/netns"
	"github.com/nlgen/nlgen/runtime/nl"
	"golang.org/x/sys/unix"
)

// bulkSocket opens a socket for events of other processes.
func bulkSocket(t testing.TB, ns *netns.NS) nl.BulkSocket {
	t.Helper()
	transport, err := nl.Kernel(nl.NetNSFD(ns.FD()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { transport.Close() })
	s, err := transport.Open(nl.SocketOptions{Protocol: nl.UserSock, Events: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s.(nl.BulkSocket)
}

// speaker sends to ports and to groups.
type speaker struct {
	t    testing.TB
	fd   int
	port uint32
}

func newSpeaker(t testing.TB, ns *netns.NS) *speaker {
	t.Helper()
	s := &speaker{t: t}
	ns.Do(func() { s.fd, s.port = userSocket(t) })
	return s
}

// send sends to a port, or to the groups of a mask. With a group the message goes to port 0 as well, where nobody is.
func (s *speaker) send(b []byte, port, groups uint32) {
	s.t.Helper()
	to := &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Pid: port, Groups: groups}
	err := unix.Sendto(s.fd, b, 0, to)
	for err == unix.EINTR {
		err = unix.Sendto(s.fd, b, 0, to)
	}
	if err != nil && (groups == 0 || err != unix.ECONNREFUSED) {
		s.t.Fatal(err)
	}
}

// room is buffers for that many datagrams.
func room(n, size int) ([][]byte, []nl.Packet) {
	b := make([][]byte, n)
	for i := range b {
		b[i] = make([]byte, size)
	}
	return b, make([]nl.Packet, n)
}

func TestReceiveMany(t *testing.T) {
	ns := netns.New(t)
	s, from := bulkSocket(t, ns), newSpeaker(t, ns)
	if err := s.Join(3); err != nil {
		t.Fatal(err)
	}
	from.send([]byte("one"), s.Port(), 0)
	from.send([]byte("three"), 0, 1<<2)
	from.send(make([]byte, 1000), s.Port(), 0)
	from.send([]byte("five"), 0, 1<<2)
	buffers, packets := room(8, 100)
	buffers[0] = buffers[0][:2]
	n, err := s.ReceiveMany(buffers[:3], packets[:3], true)
	if n != 3 || err != nil {
		t.Fatalf("%d datagrams, error %v, want 3", n, err)
	}
	want := []nl.Packet{
		{Size: 3, Port: from.port, NSID: -1}, {Size: 5, Port: from.port, Group: 3, NSID: -1}, {Size: 1000, Port: from.port, NSID: -1},
	}
	if diff := cmp.Diff(want, packets[:3]); diff != "" {
		t.Errorf("packets (-want +got):\n%s", diff)
	}
	if string(buffers[0]) != "on" || string(buffers[1][:5]) != "three" {
		t.Errorf("got %q and %q, want on and three", buffers[0], buffers[1][:5])
	}
	n, err = s.ReceiveMany(buffers, packets, true)
	if n != 1 || err != nil || packets[0] != (nl.Packet{Size: 4, Port: from.port, Group: 3, NSID: -1}) {
		t.Errorf("%d datagrams, error %v, first %+v, want the last alone", n, err, packets[0])
	}
	if n, err := s.ReceiveMany(buffers, packets, false); n != 0 || err != nl.ErrWouldBlock {
		t.Errorf("%d datagrams, error %v, want ErrWouldBlock", n, err)
	}
	if n, err := s.ReceiveMany(nil, nil, true); n != 0 || err != nil {
		t.Errorf("%d datagrams, error %v in no buffers", n, err)
	}
	s.SetReadDeadline(time.Unix(1, 0))
	if _, err := s.ReceiveMany(buffers, packets, true); err != os.ErrDeadlineExceeded {
		t.Errorf("got %v, want os.ErrDeadlineExceeded", err)
	}
	s.SetReadDeadline(time.Time{})
	result := make(chan error)
	go func() {
		_, err := s.ReceiveMany(buffers, packets, true)
		result <- err
	}()
	s.Close()
	if err := <-result; err != nl.ErrClosed {
		t.Errorf("got %v, want ErrClosed", err)
	}
}

func TestReceiveManyAllocs(t *testing.T) {
	ns := netns.New(t)
	s, from := bulkSocket(t, ns), newSpeaker(t, ns)
	buffers, packets := room(4, 100)
	to := &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Pid: s.Port()}
	b := []byte("hello")
	if got := testing.AllocsPerRun(100, func() {
		for range 3 {
			if err := unix.Sendto(from.fd, b, 0, to); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := s.ReceiveMany(buffers, packets, true); n != 3 || err != nil {
			t.Fatalf("%d datagrams, error %v", n, err)
		}
	}); got != 0 {
		t.Errorf("%v allocations", got)
	}
}

// The queue overflows: of what is in it nothing is lost, and the error comes first.
func TestReceiveManyOverrun(t *testing.T) {
	ns := netns.New(t)
	s, from := bulkSocket(t, ns), newSpeaker(t, ns)
	if err := s.Join(3); err != nil {
		t.Fatal(err)
	}
	size, err := s.SetReceiveBuffer(4096)
	if size != 8192 || err != nil {
		t.Errorf("a queue of %d bytes, error %v, want twice as many as asked for", size, err)
	}
	const sent = 40
	for i := range sent {
		from.send([]byte{byte(i)}, 0, 1<<2)
	}
	buffers, packets := room(sent, 8)
	if n, err := s.ReceiveMany(buffers, packets, true); n != 0 || !errors.Is(err, unix.ENOBUFS) {
		t.Fatalf("%d datagrams, error %v, want ENOBUFS", n, err)
	}
	n, err := s.ReceiveMany(buffers, packets, true)
	if lost, ok := s.Dropped(); err != nil || !ok || lost == 0 || n+int(lost) != sent {
		t.Errorf("%d received and %d lost of %d, error %v", n, lost, sent, err)
	}
	for i := range n {
		if buffers[i][0] != byte(i) {
			t.Errorf("datagram %d is number %d", i, buffers[i][0])
		}
	}
}

// withoutRecvmmsg runs f on a thread that the kernel refuses recvmmsg with ENOSYS.
func withoutRecvmmsg(t *testing.T, f func()) {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with its filter
		prog := []unix.SockFilter{
			{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0}, // the system call's number
			{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_RECVMMSG, Jf: 1},
			{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)},
			{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
		}
		err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
		if err == nil {
			fprog := unix.SockFprog{Len: uint16(len(prog)), Filter: &prog[0]}
			err = unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&fprog)), 0, 0)
			runtime.KeepAlive(&fprog)
		}
		if err == nil {
			f()
		}
		done <- err
	}()
	if err := <-done; err != nil {
		t.Skipf("no filter of system calls: %v", err)
	}
}

func TestNoRecvmmsg(t *testing.T) {
	ns := netns.New(t)
	s, from := bulkSocket(t, ns), newSpeaker(t, ns)
	from.send([]byte("one"), s.Port(), 0)
	from.send([]byte("three"), s.Port(), 0)
	buffers, packets := room(4, 100)
	withoutRecvmmsg(t, func() {
		for _, want := range []int{3, 5} {
			if n, err := s.ReceiveMany(buffers, packets, true); n != 1 || err != nil || packets[0].Size != want {
				t.Errorf("%d datagrams, error %v, first %+v, want one of %d bytes", n, err, packets[0], want)
			}
		}
		if n, err := s.ReceiveMany(buffers, packets, false); n != 0 || err != nl.ErrWouldBlock {
			t.Errorf("%d datagrams, error %v, want ErrWouldBlock", n, err)
		}
	})
}

// A queue that overflows goes on losing until it is empty. All of it is told, and nothing after the last report is
// missing.
func TestOverrunIsToldInFull(t *testing.T) {
	options := []nl.SubscribeOption{nl.AnySender, nl.EventBuffer(20_000),
		nl.EventSource{Family: &testFamily, Groups: []nl.GroupRef{{Name: "chat", ID: 3}}}}
	t.Run("subscription", func(t *testing.T) {
		ns := netns.New(t)
		c := dialIn(t, ns, nl.UserSock)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second) // a hang is a failure
		defer cancel()
		sub, err := nl.Subscribe(ctx, c, options...)
		if err != nil {
			t.Fatal(err)
		}
		if n := sub.ReceiveBuffer(); n != 40_000 {
			t.Errorf("a queue of %d bytes, want 40000", n)
		}
		overflow(t, ns, c, sub.All())
	})
	t.Run("pinned socket", func(t *testing.T) {
		ns := netns.New(t)
		c := dialIn(t, ns, nl.UserSock)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		pin, err := c.Pin(ctx, options...)
		if err != nil {
			t.Fatal(err)
		}
		overflow(t, ns, c, pin.Events(ctx))
	})
}

// overflow sends more than the queue holds, more when that is told, and one message after the second report.
func overflow(t *testing.T, ns *netns.NS, c *nl.Conn, events iter.Seq2[nl.Notification, error]) {
	from, sent := newSpeaker(t, ns), uint32(0)
	send := func(n int) {
		for range n {
			from.send(message(40, 0, sent, 0), 0, 1<<2)
			sent++
		}
	}
	send(200)
	received, lost, reports := uint32(0), uint32(0), 0
	for n, err := range events {
		var over *nl.OverrunError
		switch {
		case errors.As(err, &over):
			lost += over.Lost
			if reports++; reports == 1 {
				send(50) // into a queue that takes nothing
				continue
			}
			if received+lost != sent {
				t.Errorf("%d received and %d lost of %d when the last loss is told", received, lost, sent)
			}
			send(1)
			continue
		case err != nil:
			t.Fatal(err)
		}
		if received++; reports == 2 {
			if seq := n.NetlinkMeta().Seq; seq != sent-1 {
				t.Errorf("got event %d after the last report, want %d", seq, sent-1)
			}
			break
		}
	}
	if received+lost != sent || lost < 50 || received < 20 {
		t.Errorf("%d received and %d lost of %d", received, lost, sent)
	}
	if n := c.Stats().Overruns; n != 2 {
		t.Errorf("%d overruns counted, want 2", n)
	}
}
