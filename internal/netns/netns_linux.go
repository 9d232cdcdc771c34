package netns

import (
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// NS is a network namespace that lives as long as a test.
type NS struct {
	t  testing.TB
	fd int
}

// New makes a namespace with a loopback device that is down. It is gone after the test. Without root the test is
// skipped, or fails where CI=true.
func New(t testing.TB) *NS {
	t.Helper()
	Kernel(t)
	Require(t)
	fd, err := create()
	switch {
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.EINVAL), errors.Is(err, unix.ENOSYS):
		unavailable(t, err.Error())
	case err != nil:
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	return &NS{t: t, fd: fd}
}

// create makes a namespace and returns a descriptor of it.
func create() (fd int, err error) {
	onLostThread(func() {
		if err = unix.Unshare(unix.CLONE_NEWNET); err != nil {
			err = fmt.Errorf("make network namespace: %w", err)
			return
		}
		if fd, err = unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0); err != nil {
			err = fmt.Errorf("open network namespace: %w", err)
		}
	})
	return fd, err
}

// onLostThread runs f on a thread that ends with it. It never is the process's first thread, which cannot end, and
// whose namespace /proc/self shows.
func onLostThread(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done) // also when f ends its goroutine
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

// FD returns a descriptor of the namespace. It belongs to ns.
func (ns *NS) FD() int { return ns.fd }

// Do runs f on a thread that is in the namespace. f may fail the test, which then ends as if the caller had failed
// it.
func (ns *NS) Do(f func()) {
	ns.t.Helper()
	var err error
	finished := false
	onLostThread(func() {
		if err = unix.Setns(ns.fd, unix.CLONE_NEWNET); err != nil {
			return
		}
		f()
		finished = true
	})
	if err != nil {
		ns.t.Fatalf("enter network namespace: %v", err)
	}
	if !finished { // f has called FailNow or SkipNow
		if ns.t.Skipped() && !ns.t.Failed() {
			ns.t.SkipNow()
		}
		ns.t.FailNow()
	}
}

// Exec runs a command in the namespace and returns its output without the last newline. A command that fails, fails
// the test.
func (ns *NS) Exec(name string, args ...string) string {
	ns.t.Helper()
	var out []byte
	var err error
	ns.Do(func() { out, err = exec.Command(name, args...).CombinedOutput() })
	if err != nil {
		ns.t.Fatalf("run %s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return strings.TrimSuffix(string(out), "\n")
}
