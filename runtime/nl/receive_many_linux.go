package nl

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// receivingMany is one recvmmsg: its arguments, and what came of it.
type receivingMany struct {
	run func(fd uintptr) bool // call, made into a value once

	outcome
	buffers [][]byte
	absent  bool // the system has no recvmmsg, or does not let us use it
	hdrs    []mmsghdr
	slots   []slot
}

// mmsghdr is struct mmsghdr, which C pads as Go does.
type mmsghdr struct {
	unix.Msghdr
	n uint32
}

// slot is what the header of a datagram points to.
type slot struct {
	iov     unix.Iovec
	from    unix.RawSockaddrNetlink
	control controlData
}

// aim points the headers at the buffers.
func (r *receivingMany) aim() {
	if n := len(r.buffers); n > len(r.slots) {
		r.hdrs, r.slots = make([]mmsghdr, n), make([]slot, n)
		for i := range r.hdrs {
			h, s := &r.hdrs[i], &r.slots[i]
			h.Name = (*byte)(unsafe.Pointer(&s.from))
			h.Iov = &s.iov
			h.SetIovlen(1)
			h.Control = (*byte)(unsafe.Pointer(&s.control))
		}
	}
	for i, b := range r.buffers {
		h, s := &r.hdrs[i], &r.slots[i]
		h.Namelen = uint32(unsafe.Sizeof(s.from))
		h.SetControllen(int(unsafe.Sizeof(s.control)))
		s.iov.Base = unsafe.SliceData(b)
		s.iov.SetLen(len(b))
	}
}

// release lets go of the buffers.
func (r *receivingMany) release() {
	for i := range r.buffers {
		r.slots[i].iov.Base = nil
	}
	r.buffers = nil
}

// call is handed to the poller: it reports true when the poller need not wait and call again. The system call fails
// only where the first datagram does; an error that ends it later is kept for the next one.
func (r *receivingMany) call(fd uintptr) bool {
	for {
		n, _, errno := unix.Syscall6(unix.SYS_RECVMMSG, fd, uintptr(unsafe.Pointer(&r.hdrs[0])), uintptr(len(r.buffers)),
			unix.MSG_DONTWAIT|unix.MSG_TRUNC, 0, 0)
		if errno != unix.EINTR {
			return r.end(int(n), errno)
		}
	}
}

// ReceiveMany implements [BulkSocket]. Where there is no recvmmsg it receives one datagram.
func (s *kernelSocket) ReceiveMany(buffers [][]byte, packets []Packet, wait bool) (int, error) {
	r := &s.many
	buffers = buffers[:min(len(buffers), len(packets))]
	if len(buffers) == 0 {
		return 0, nil
	}
	if !r.absent {
		r.buffers, r.wait = buffers, wait
		r.aim()
		err := s.receive(r.run, wait)
		r.release()
		if err != nil {
			return 0, err
		}
		r.absent = r.err == unix.ENOSYS
	}
	if r.absent {
		p, err := s.Receive(buffers[0], wait)
		if err != nil {
			return 0, err
		}
		packets[0] = p
		return 1, nil
	}
	for i := range r.n {
		h, from := &r.hdrs[i], &r.slots[i]
		packets[i] = Packet{Size: int(h.n), Port: from.from.Pid, NSID: -1}
		from.control.read(int(h.Controllen), &packets[i])
	}
	return r.n, r.err
}
