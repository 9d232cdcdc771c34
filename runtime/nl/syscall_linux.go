package nl

import (
	"encoding/binary"
	"errors"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// errRestart is what a transaction for an old generation of the rule set fails with.
const errRestart = syscall.ERESTART

// receiving is one recvmsg: its arguments, and what came of it.
type receiving struct {
	run func(fd uintptr) bool // call, made into a value once

	outcome
	buf     []byte
	hdr     unix.Msghdr
	iov     unix.Iovec
	from    unix.RawSockaddrNetlink
	control controlData
}

// call is handed to the poller: it reports true when the poller need not wait and call again.
func (r *receiving) call(fd uintptr) bool {
	r.iov = unix.Iovec{}
	if len(r.buf) > 0 {
		r.iov.Base = &r.buf[0]
		r.iov.SetLen(len(r.buf))
	}
	for {
		r.hdr = unix.Msghdr{Name: (*byte)(unsafe.Pointer(&r.from)), Namelen: uint32(unsafe.Sizeof(r.from)), Iov: &r.iov}
		r.hdr.SetIovlen(1)
		r.hdr.Control = (*byte)(unsafe.Pointer(&r.control))
		r.hdr.SetControllen(int(unsafe.Sizeof(r.control)))
		n, _, errno := unix.Syscall(unix.SYS_RECVMSG, fd, uintptr(unsafe.Pointer(&r.hdr)),
			unix.MSG_DONTWAIT|unix.MSG_TRUNC)
		if errno != unix.EINTR {
			return r.end(int(n), errno)
		}
	}
}

// outcome is how a system call that receives has ended.
type outcome struct {
	wait bool // for a datagram
	n    int
	err  error
}

// end notes it, and reports false where it is to wait and call again.
func (o *outcome) end(n int, errno syscall.Errno) bool {
	switch errno {
	case 0:
		o.n, o.err = n, nil
	case unix.EAGAIN:
		o.n, o.err = 0, ErrWouldBlock
		return !o.wait
	default:
		o.n, o.err = 0, errno
	}
	return true
}

// Receive implements [Socket]. MSG_TRUNC makes the kernel tell the datagram's full length.
func (s *kernelSocket) Receive(b []byte, wait bool) (Packet, error) {
	r := &s.in
	r.buf, r.wait = b, wait
	err := s.receive(r.run, wait)
	r.buf = nil
	if err != nil {
		return Packet{}, err
	}
	if r.err != nil {
		return Packet{}, r.err
	}
	p := Packet{Size: r.n, Port: r.from.Pid, NSID: -1}
	r.control.read(int(r.hdr.Controllen), &p)
	return p, nil
}

// controlData has room for the ancillary data of a datagram. It is aligned for struct cmsghdr.
type controlData [16]uint64

// read takes the group and the namespace id from the first n bytes.
func (c *controlData) read(n int, p *Packet) {
	b := unsafe.Slice((*byte)(unsafe.Pointer(c)), unsafe.Sizeof(*c))
	b = b[:min(n, len(b))]
	const hdrLen = int(unsafe.Sizeof(unix.Cmsghdr{}))
	for len(b) >= hdrLen {
		h := (*unix.Cmsghdr)(unsafe.Pointer(&b[0]))
		n := int(h.Len)
		if n < hdrLen || n > len(b) {
			return
		}
		if data := b[hdrLen:n]; h.Level == unix.SOL_NETLINK && len(data) >= 4 {
			v := binary.NativeEndian.Uint32(data)
			switch h.Type {
			case unix.NETLINK_PKTINFO:
				p.Group = v
			case unix.NETLINK_LISTEN_ALL_NSID:
				p.NSID = int32(v)
			}
		}
		b = b[min(unix.CmsgSpace(n-hdrLen), len(b)):]
	}
}

// sending is one sendto: its arguments, and what came of it.
type sending struct {
	run func(fd uintptr) bool

	buf []byte
	err error
	to  unix.RawSockaddrNetlink
}

func (o *sending) call(fd uintptr) bool {
	var base *byte
	if len(o.buf) > 0 {
		base = &o.buf[0]
	}
	for {
		_, _, errno := unix.Syscall6(unix.SYS_SENDTO, fd, uintptr(unsafe.Pointer(base)), uintptr(len(o.buf)),
			unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, uintptr(unsafe.Pointer(&o.to)), unsafe.Sizeof(o.to))
		switch errno {
		case 0:
			o.err = nil
		case unix.EINTR:
			continue
		default:
			o.err = errno
		}
		return true
	}
}

// Send implements [Socket]. The kernel handles a request to its end before sendto returns. A request that
// is larger than the send buffer enlarges the buffer and goes again.
func (s *kernelSocket) Send(b []byte, to uint32) error {
	err := s.send(b, to)
	if errors.Is(err, syscall.EMSGSIZE) {
		grow := func(fd int) error { return setBuffer(fd, unix.SO_SNDBUFFORCE, unix.SO_SNDBUF, len(b)+1024) }
		if s.control(grow) == nil {
			err = s.send(b, to)
		}
	}
	return err
}

func (s *kernelSocket) send(b []byte, to uint32) error {
	o := &s.out
	o.buf = b
	o.to = unix.RawSockaddrNetlink{Family: unix.AF_NETLINK, Pid: to}
	err := s.use(o.run)
	o.buf = nil
	if err != nil {
		return err
	}
	return o.err
}
