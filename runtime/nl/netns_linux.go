package nl

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

const currentNS = "/proc/thread-self/ns/net"

// namespace opens sockets in one network namespace, which it holds by a descriptor: it works also after
// the name has been deleted, and on whatever thread the caller happens to run.
type namespace struct {
	file     *os.File // nil where /proc is missing: the threads' own namespace then
	dev, ino uint64
}

// kernel returns the transport to the running kernel.
func kernel(where NetNS) (Transport, error) {
	ns, err := openNamespace(where)
	if err != nil {
		return nil, fmt.Errorf("open network namespace: %w", err)
	}
	return ns, nil
}

func openNamespace(where NetNS) (*namespace, error) {
	var fd int
	var err error
	switch where.kind {
	case nsFD:
		fd, err = unix.FcntlInt(uintptr(where.fd), unix.F_DUPFD_CLOEXEC, 0)
	case nsPath:
		if fd, err = open(where.path); err != nil {
			err = &os.PathError{Op: "open", Path: where.path, Err: err}
		}
	default:
		if fd, err = open(currentNS); errors.Is(err, unix.ENOENT) {
			return &namespace{}, nil
		}
	}
	if err != nil {
		return nil, err
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		unix.Close(fd)
		return nil, err
	}
	return &namespace{file: os.NewFile(uintptr(fd), "netns"), dev: uint64(st.Dev), ino: uint64(st.Ino)}, nil
}

func open(path string) (int, error) {
	for {
		fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != unix.EINTR {
			return fd, err
		}
	}
}

// Open implements [Transport].
func (ns *namespace) Open(o SocketOptions) (Socket, error) {
	if ns.file == nil {
		return asSocket(openSocket(o))
	}
	runtime.LockOSThread()
	if ns.isCurrent() {
		defer runtime.UnlockOSThread()
		return asSocket(openSocket(o))
	}
	runtime.UnlockOSThread()
	return ns.openThere(o)
}

// asSocket keeps a nil pointer from becoming a Socket that is not nil.
func asSocket(s *kernelSocket, err error) (Socket, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}

// isCurrent reports whether the calling thread is in the namespace already.
func (ns *namespace) isCurrent() bool {
	var st unix.Stat_t
	return unix.Stat(currentNS, &st) == nil && uint64(st.Dev) == ns.dev && uint64(st.Ino) == ns.ino
}

// openThere opens a socket on a thread that enters the namespace for it.
func (ns *namespace) openThere(o SocketOptions) (s Socket, err error) {
	onLostThread(func() { s, err = asSocket(ns.enterAndOpen(o)) })
	return s, err
}

// onLostThread runs f on a thread that ends with it: one that could not come back from a namespace must not serve
// other goroutines. It never is the process's first thread. That one cannot end, and /proc/self shows the
// namespace it is in.
func onLostThread(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		if unix.Gettid() == unix.Getpid() {
			onLostThread(f) // on another thread, since this one is held
			runtime.UnlockOSThread()
			return
		}
		f() // never unlocked: the thread ends with this goroutine
	}()
	<-done
}

func (ns *namespace) enterAndOpen(o SocketOptions) (*kernelSocket, error) {
	raw, err := ns.file.SyscallConn()
	if err != nil {
		return nil, ErrClosed
	}
	var setErr error
	if err := raw.Control(func(fd uintptr) { setErr = unix.Setns(int(fd), unix.CLONE_NEWNET) }); err != nil {
		return nil, ErrClosed
	}
	if setErr != nil {
		return nil, fmt.Errorf("enter network namespace: %w", setErr)
	}
	return openSocket(o)
}

// Close implements [Transport].
func (ns *namespace) Close() error {
	if ns.file == nil {
		return nil
	}
	return ns.file.Close()
}
