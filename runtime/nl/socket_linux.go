package nl

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// kernelSocket is a netlink socket. It comes under the runtime's poller only once somebody has to wait: the kernel
// answers within a request's send or the next receive, and would wake the poller's thread for each datagram in vain.
// Receive and send functions are made once, because a closure for each system call would cost an allocation.
type kernelSocket struct {
	mu     sync.RWMutex // held for reading by who uses fd in a call that does not wait, for writing by who takes it away
	fd     int          // -1 when closed
	making sync.Mutex   // of polled
	polled atomic.Pointer[polledFile]
	port   uint32
	strict bool // get requests are checked strictly

	forgotten runtime.Cleanup // closes fd when nobody has, as files do

	in   receiving
	many receivingMany
	out  sending
}

// openSocket opens, sets and binds a socket in the namespace of the calling thread.
func openSocket(o SocketOptions) (*kernelSocket, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, o.Protocol)
	if err != nil {
		return nil, fmt.Errorf("open socket for protocol %d: %w", o.Protocol, err)
	}
	s, err := newKernelSocket(fd, o)
	if err != nil {
		unix.Close(fd)
		return nil, err
	}
	s.fd = fd
	s.forgotten = runtime.AddCleanup(s, func(fd int) { unix.Close(fd) }, fd)
	s.in.run, s.many.run, s.out.run = s.in.call, s.many.call, s.out.call
	return s, nil
}

// polledFile is a socket under the poller. It owns the descriptor.
type polledFile struct {
	file *os.File
	raw  syscall.RawConn
	err  error // why it is not
}

// poll puts the socket under the poller.
func (s *kernelSocket) poll() (*polledFile, error) {
	if p := s.polled.Load(); p != nil {
		return p, p.err
	}
	s.making.Lock()
	defer s.making.Unlock()
	if p := s.polled.Load(); p != nil {
		return p, p.err
	}
	if s.fd < 0 { // closing needs making, too
		return nil, ErrClosed
	}
	s.forgotten.Stop() // the file closes itself
	p := &polledFile{file: os.NewFile(uintptr(s.fd), "netlink")}
	p.raw, p.err = p.file.SyscallConn()
	if p.err == nil {
		p.err = p.file.SetReadDeadline(time.Time{})
	}
	if p.err != nil {
		p.err = fmt.Errorf("poll socket: %w", p.err)
	}
	s.polled.Store(p)
	return p, p.err
}

// use runs a system call that does not wait on the descriptor, which nobody can close meanwhile.
func (s *kernelSocket) use(call func(fd uintptr) bool) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.fd < 0 {
		return ErrClosed
	}
	call(uintptr(s.fd))
	return nil
}

// receive runs a system call that receives; with wait it runs it again and again until it reports true.
func (s *kernelSocket) receive(call func(fd uintptr) bool, wait bool) error {
	if !wait {
		return s.use(call)
	}
	p, err := s.poll()
	if err != nil {
		return err
	}
	switch err := p.raw.Read(call); {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return os.ErrDeadlineExceeded
	}
	return ErrClosed // the poller did not get as far as the system call
}

func newKernelSocket(fd int, o SocketOptions) (*kernelSocket, error) {
	strict, err := setOptions(fd, o)
	if err != nil {
		return nil, err
	}
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return nil, fmt.Errorf("bind socket: %w", err)
	}
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return nil, fmt.Errorf("read address of socket: %w", err)
	}
	name, ok := sa.(*unix.SockaddrNetlink)
	if !ok {
		return nil, fmt.Errorf("read address of socket: %T is no netlink address", sa)
	}
	return &kernelSocket{port: name.Pid, strict: strict}, nil
}

// setOptions turns on what this kernel has; an older one answers ENOPROTOOPT. strict says that it checks get requests
// strictly.
func setOptions(fd int, o SocketOptions) (strict bool, _ error) {
	strict = !o.NoStrict
	for _, opt := range []struct {
		number int
		want   bool
		name   string
	}{
		{unix.NETLINK_EXT_ACK, true, "NETLINK_EXT_ACK"},
		{unix.NETLINK_CAP_ACK, true, "NETLINK_CAP_ACK"},
		{unix.NETLINK_GET_STRICT_CHK, !o.NoStrict, "NETLINK_GET_STRICT_CHK"},
		{unix.NETLINK_PKTINFO, o.Events, "NETLINK_PKTINFO"},
		{unix.NETLINK_LISTEN_ALL_NSID, o.AllNSID, "NETLINK_LISTEN_ALL_NSID"},
	} {
		if !opt.want {
			continue
		}
		err := unix.SetsockoptInt(fd, unix.SOL_NETLINK, opt.number, 1)
		switch {
		case err == nil:
		case err == unix.ENOPROTOOPT && opt.number != unix.NETLINK_LISTEN_ALL_NSID:
			strict = strict && opt.number != unix.NETLINK_GET_STRICT_CHK
		default:
			return false, fmt.Errorf("set %s: %w", opt.name, err)
		}
	}
	if o.ReceiveBuffer > 0 {
		if err := setBuffer(fd, unix.SO_RCVBUFFORCE, unix.SO_RCVBUF, o.ReceiveBuffer); err != nil {
			return false, err
		}
	}
	return strict, attachFilter(fd, o.Filter)
}

// setBuffer sets a queue's size, beyond the system's limit where the process may.
func setBuffer(fd, force, plain, size int) error {
	if unix.SetsockoptInt(fd, unix.SOL_SOCKET, force, size) == nil {
		return nil
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, plain, size); err != nil {
		return fmt.Errorf("set buffer of %d bytes: %w", size, err)
	}
	return nil
}

// attachFilter makes the kernel drop what the program does not want.
func attachFilter(fd int, program []BPFInstruction) error {
	if len(program) == 0 {
		return nil
	}
	// A BPFInstruction is laid out as the kernel's struct sock_filter.
	prog := unix.SockFprog{Len: uint16(len(program)), Filter: (*unix.SockFilter)(unsafe.Pointer(&program[0]))}
	if err := unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &prog); err != nil {
		return fmt.Errorf("attach filter of %d instructions: %w", len(program), err)
	}
	return nil
}

// SetReceiveBuffer implements [BulkSocket].
func (s *kernelSocket) SetReceiveBuffer(bytes int) (size int, err error) {
	err = s.control(func(fd int) error {
		if err := setBuffer(fd, unix.SO_RCVBUFFORCE, unix.SO_RCVBUF, bytes); err != nil {
			return err
		}
		var err error
		if size, err = unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF); err != nil {
			return fmt.Errorf("read size of buffer: %w", err)
		}
		return nil
	})
	return size, err
}

func (s *kernelSocket) Port() uint32 { return s.port }

func (s *kernelSocket) Strict() bool { return s.strict }

// SetReadDeadline concerns those that wait only.
func (s *kernelSocket) SetReadDeadline(t time.Time) error {
	if t.IsZero() && s.polled.Load() == nil {
		return nil
	}
	p, err := s.poll()
	if err != nil {
		return err
	}
	return p.file.SetReadDeadline(t)
}

func (s *kernelSocket) Close() error {
	s.making.Lock()
	defer s.making.Unlock()
	s.mu.Lock()
	fd := s.fd
	s.fd = -1
	s.mu.Unlock()
	switch p := s.polled.Load(); {
	case fd < 0:
		return ErrClosed
	case p != nil:
		return p.file.Close()
	}
	s.forgotten.Stop()
	return unix.Close(fd)
}

func (s *kernelSocket) Join(group uint32) error {
	return s.membership(unix.NETLINK_ADD_MEMBERSHIP, group)
}

func (s *kernelSocket) Leave(group uint32) error {
	return s.membership(unix.NETLINK_DROP_MEMBERSHIP, group)
}

func (s *kernelSocket) membership(option int, group uint32) error {
	return s.control(func(fd int) error {
		return unix.SetsockoptInt(fd, unix.SOL_NETLINK, option, int(group))
	})
}

// control runs f on the descriptor, which nobody can close meanwhile.
func (s *kernelSocket) control(f func(fd int) error) (err error) {
	if closed := s.use(func(fd uintptr) bool { err = f(int(fd)); return true }); closed != nil {
		return closed
	}
	return err
}

// Dropped reads the counter that the kernel keeps for the socket.
func (s *kernelSocket) Dropped() (uint32, bool) {
	var info [9]uint32 // SK_MEMINFO_VARS
	err := s.control(func(fd int) error {
		size := uint32(unsafe.Sizeof(info))
		_, _, errno := unix.Syscall6(unix.SYS_GETSOCKOPT, uintptr(fd), unix.SOL_SOCKET, unix.SO_MEMINFO,
			uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0)
		if errno != 0 {
			return errno
		}
		if size < uint32(unsafe.Sizeof(info)) {
			return unix.ENOPROTOOPT
		}
		return nil
	})
	return info[8], err == nil // SK_MEMINFO_DROPS
}
