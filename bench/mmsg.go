package main

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// mmsghdr is the C struct mmsghdr: a datagram of sendmmsg and recvmmsg.
type mmsghdr struct {
	unix.Msghdr
	size uint32
}

// datagrams returns a header for each buffer.
func datagrams(buffers [][]byte) []mmsghdr {
	iov := make([]unix.Iovec, len(buffers))
	all := make([]mmsghdr, len(buffers))
	for i, b := range buffers {
		iov[i].Base = &b[0]
		iov[i].SetLen(len(b))
		all[i].Iov = &iov[i]
		all[i].SetIovlen(1)
	}
	return all
}

// sendAll sends n datagrams, each one of the messages in turn, to a port. Each system call sends all messages once. It
// waits while the port's queue is full, so that none is lost.
func sendAll(fd int, messages [][]byte, port uint32, n int) error {
	to := unix.RawSockaddrNetlink{Family: unix.AF_NETLINK, Pid: port}
	all := datagrams(messages)
	for i := range all {
		all[i].Name = (*byte)(unsafe.Pointer(&to))
		all[i].Namelen = unix.SizeofSockaddrNetlink
	}
	for sent := 0; sent < n; {
		at := sent % len(all)
		some := all[at:min(len(all), at+n-sent)]
		k, err := mmsg(unix.SYS_SENDMMSG, fd, some, 0)
		if err != nil {
			return err
		}
		sent += k
	}
	runtime.KeepAlive(messages)
	return nil
}

// receiveSome waits for a datagram and takes what else is there, up to one for each header.
func receiveSome(fd int, all []mmsghdr) (int, error) {
	return mmsg(unix.SYS_RECVMMSG, fd, all, unix.MSG_WAITFORONE)
}

// mmsg makes a system call for several datagrams and returns for how many it was made.
func mmsg(call uintptr, fd int, all []mmsghdr, flags uintptr) (int, error) {
	for {
		n, _, errno := unix.Syscall6(call, uintptr(fd), uintptr(unsafe.Pointer(&all[0])), uintptr(len(all)), flags, 0, 0)
		switch errno {
		case 0:
			return int(n), nil
		case unix.EINTR:
		default:
			return 0, errno
		}
	}
}
