package nl

import (
	"fmt"
	"os"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// kernelSocket is a netlink socket under the runtime's poller. Its receive and send functions are made
// once, because a closure for each system call would cost an allocation.
type kernelSocket struct {
	file   *os.File
	raw    syscall.RawConn
	port   uint32
	strict bool // get requests are checked strictly

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
	// From here on the file owns the descriptor.
	s.file = os.NewFile(uintptr(fd), "netlink")
	if s.raw, err = s.file.SyscallConn(); err == nil {
		err = s.file.SetReadDeadline(time.Time{})
	}
	if err != nil {
		s.file.Close()
		return nil, fmt.Errorf("poll socket: %w", err)
	}
	s.in.run = s.in.call
	s.many.run = s.many.call
	s.out.run = s.out.call
	return s, nil
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

func (s *kernelSocket) SetReadDeadline(t time.Time) error { return s.file.SetReadDeadline(t) }

func (s *kernelSocket) Close() error { return s.file.Close() }

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
func (s *kernelSocket) control(f func(fd int) error) error {
	var err error
	if cerr := s.raw.Control(func(fd uintptr) { err = f(int(fd)) }); cerr != nil {
		return ErrClosed
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
