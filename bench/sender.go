package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"

	"golang.org/x/sys/unix"
)

// sending, in the environment of a process that runs in the namespace, makes it a sender.
const sending = "NLGEN_BENCH_SENDER"

// A sender is a process that sends given messages to ports, round and round.
type sender struct {
	cmd    *exec.Cmd
	orders io.WriteCloser
	done   io.Reader
}

// startSender starts a sender of messages. It is told them in this form, all numbers 32 bits wide: their number, then each
// with its length; then orders, each a port and how many messages it shall have. It answers an order by a number when it has sent all.
func startSender(messages [][]byte) (*sender, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s := &sender{cmd: exec.Command(exe, os.Args[1:]...)}
	s.cmd.Env = append(os.Environ(), sending+"=yes")
	s.cmd.Stderr = os.Stderr
	if s.orders, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if s.done, err = s.cmd.StdoutPipe(); err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start sender: %w", err)
	}
	b := u32(uint32(len(messages)))
	for _, m := range messages {
		b = append(append(b, u32(uint32(len(m)))...), m...)
	}
	if _, err = s.orders.Write(b); err != nil {
		return nil, errors.Join(fmt.Errorf("tell sender: %w", err), s.stop())
	}
	return s, nil
}

// order makes the sender send n messages to a port, and returns at once.
func (s *sender) order(port uint32, n int) error {
	if _, err := s.orders.Write(append(u32(port), u32(uint32(n))...)); err != nil {
		return fmt.Errorf("order messages: %w", err)
	}
	return nil
}

// wait returns when an order is carried out.
func (s *sender) wait() error {
	if _, err := readU32(s.done); err != nil {
		return fmt.Errorf("wait for sender: %w", err)
	}
	return nil
}

func (s *sender) stop() error { return errors.Join(s.orders.Close(), s.cmd.Wait()) }

// serveSender is the sender: it does what it reads until there is no more.
func serveSender(in io.Reader, out io.Writer) error {
	runtime.LockOSThread()
	messages, err := readMessages(in)
	if err != nil {
		return fmt.Errorf("sender: read messages: %w", err)
	}
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_USERSOCK)
	if err != nil {
		return fmt.Errorf("sender: open socket: %w", err)
	}
	defer unix.Close(fd)
	for {
		port, err := readU32(in)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("sender: read port: %w", err)
		}
		n, err := readU32(in)
		if err != nil {
			return fmt.Errorf("sender: read number: %w", err)
		}
		if err := sendAll(fd, messages, port, int(n)); err != nil {
			return fmt.Errorf("sender: send: %w", err)
		}
		if _, err := out.Write(u32(n)); err != nil {
			return fmt.Errorf("sender: answer: %w", err)
		}
	}
}

func readMessages(in io.Reader) ([][]byte, error) {
	n, err := readU32(in)
	if err != nil {
		return nil, err
	}
	var all [][]byte
	for range n {
		size, err := readU32(in)
		if err != nil {
			return nil, err
		}
		m := make([]byte, size)
		if _, err := io.ReadFull(in, m); err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

func readU32(in io.Reader) (uint32, error) {
	var b [4]byte
	_, err := io.ReadFull(in, b[:])
	return binary.NativeEndian.Uint32(b[:]), err
}
