package main

import (
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// rawConn is a plain blocking netlink socket, without anything that a library adds.
type rawConn struct {
	fd  int
	buf []byte
	seq uint32
}

func dialRaw(protocol int) (*rawConn, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, protocol)
	if err != nil {
		return nil, fmt.Errorf("open socket: %w", err)
	}
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return nil, errors.Join(fmt.Errorf("bind socket: %w", err), unix.Close(fd))
	}
	return &rawConn{fd: fd, buf: make([]byte, 64<<10)}, nil
}

func (c *rawConn) close() error { return unix.Close(c.fd) }

// port is the socket's address.
func (c *rawConn) port() (uint32, error) {
	sa, err := unix.Getsockname(c.fd)
	if err != nil {
		return 0, fmt.Errorf("read socket's address: %w", err)
	}
	return sa.(*unix.SockaddrNetlink).Pid, nil
}

// message appends a netlink message with the payload that fill appends, and returns its sequence number.
func (c *rawConn) message(b []byte, typ, flags uint16, fill func([]byte) []byte) []byte {
	start := len(b)
	c.seq++
	b = append(b, make([]byte, unix.NLMSG_HDRLEN)...)
	b = fill(b)
	binary.NativeEndian.PutUint32(b[start:], uint32(len(b)-start))
	binary.NativeEndian.PutUint16(b[start+4:], typ)
	binary.NativeEndian.PutUint16(b[start+6:], flags|unix.NLM_F_REQUEST)
	binary.NativeEndian.PutUint32(b[start+8:], c.seq)
	return b
}

// exchange sends messages of which the last asks for an ACK, and waits for it. An error of any of them ends
// it.
func (c *rawConn) exchange(b []byte) error { return c.exchangeAs(b, c.seq) }

// exchangeAs is exchange for messages of which the last has a sequence number of its own.
func (c *rawConn) exchangeAs(b []byte, last uint32) error {
	if err := unix.Send(c.fd, b, 0); err != nil {
		return fmt.Errorf("send: %w", err)
	}
	for {
		n, err := unix.Read(c.fd, c.buf)
		if err != nil {
			return fmt.Errorf("receive: %w", err)
		}
		for m := c.buf[:n]; len(m) >= unix.NLMSG_HDRLEN; m = next(m) {
			if binary.NativeEndian.Uint16(m[4:]) != unix.NLMSG_ERROR {
				continue
			}
			if errno := -int32(binary.NativeEndian.Uint32(m[unix.NLMSG_HDRLEN:])); errno != 0 {
				return fmt.Errorf("kernel answered: %w", unix.Errno(errno))
			}
			if binary.NativeEndian.Uint32(m[8:]) == last {
				return nil
			}
		}
	}
}

// dump sends a dump request and walks the headers of what comes, which is the least that any library does.
// It passes each message's payload to see, if that is not nil.
func (c *rawConn) dump(typ uint16, header []byte, see func(payload []byte)) (messages int, err error) {
	req := c.message(nil, typ, unix.NLM_F_DUMP, func(b []byte) []byte { return append(b, header...) })
	if err := unix.Send(c.fd, req, 0); err != nil {
		return 0, fmt.Errorf("send: %w", err)
	}
	for {
		n, err := unix.Read(c.fd, c.buf)
		if err != nil {
			return messages, fmt.Errorf("receive: %w", err)
		}
		for m := c.buf[:n]; len(m) >= unix.NLMSG_HDRLEN; m = next(m) {
			switch binary.NativeEndian.Uint16(m[4:]) {
			case unix.NLMSG_DONE:
				return messages, nil
			case unix.NLMSG_ERROR:
				return messages, fmt.Errorf("kernel answered: %w", unix.Errno(-int32(binary.NativeEndian.Uint32(m[unix.NLMSG_HDRLEN:]))))
			}
			messages++
			if see != nil {
				see(m[unix.NLMSG_HDRLEN:min(len(m), int(binary.NativeEndian.Uint32(m)))])
			}
		}
	}
}

// next returns what follows the first message of b.
func next(b []byte) []byte {
	n := int(binary.NativeEndian.Uint32(b)+3) &^ 3
	if n < unix.NLMSG_HDRLEN || n > len(b) {
		return nil
	}
	return b[n:]
}

// attr appends an attribute.
func attr(b []byte, typ uint16, payload []byte) []byte {
	b = binary.NativeEndian.AppendUint16(b, uint16(4+len(payload)))
	b = binary.NativeEndian.AppendUint16(b, typ)
	b = append(b, payload...)
	return append(b, make([]byte, -len(payload)&3)...)
}

// nest appends an attribute whose payload fill appends.
func nest(b []byte, typ uint16, fill func([]byte) []byte) []byte {
	start := len(b)
	b = binary.NativeEndian.AppendUint16(b, 0)
	b = binary.NativeEndian.AppendUint16(b, typ|unix.NLA_F_NESTED)
	b = fill(b)
	binary.NativeEndian.PutUint16(b[start:], uint16(len(b)-start))
	return b
}

func u32(v uint32) []byte { return binary.NativeEndian.AppendUint32(nil, v) }
