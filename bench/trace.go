package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// tracedGet, in the environment of a process that runs in the namespace, makes it serve the tracer: it does
// gets with the contender of that number, with a marker before and after each.
const tracedGet = "NLGEN_BENCH_TRACED"

// marker is the argument of a getpgid call that nothing else makes.
const marker = 0x6e6c67

// serveGets is the traced process: gets of one contender on one thread.
func serveGets(gets []contender) error {
	n, err := strconv.Atoi(os.Getenv(tracedGet))
	if err != nil || n < 0 || n >= len(gets) {
		return fmt.Errorf("read %s: no such contender", tracedGet)
	}
	runtime.LockOSThread()
	debug.SetGCPercent(-1) // its system calls are not the library's
	for range 20 {
		if _, err := gets[n].run(); err != nil {
			return err
		}
	}
	for range 101 {
		mark()
		if _, err := gets[n].run(); err != nil {
			return err
		}
	}
	mark()
	return nil
}

func mark() { unix.RawSyscall(unix.SYS_GETPGID, marker, 0, 0) }

// countCalls starts this program as the traced process for a contender and returns the system calls that a
// get makes on its thread, the median over the gets.
func countCalls(contender int) (calls int, err error) {
	exe, err := os.Executable()
	if err != nil {
		return 0, err
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd := exec.Command(exe, os.Args[1:]...)
	cmd.Env = append(os.Environ(), tracedGet+"="+strconv.Itoa(contender))
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("start traced process: %w", err)
	}
	t := tracer{pid: cmd.Process.Pid}
	if err := t.follow(); err != nil {
		return 0, errors.Join(fmt.Errorf("trace process: %w", err), cmd.Process.Kill())
	}
	if t.status != 0 || len(t.counts) < 2 {
		return 0, fmt.Errorf("trace process: it exited with %d after %d gets", t.status, len(t.counts))
	}
	counts := t.counts[1:] // the first is what came before the first marker
	slices.Sort(counts)
	return counts[len(counts)/2], nil
}

// A tracer counts the system calls of a process between markers.
type tracer struct {
	pid    int
	thread int   // that made the last marker
	counts []int // calls of that thread before each marker
	count  int
	status int
}

func (t *tracer) follow() error {
	var ws unix.WaitStatus
	if _, err := unix.Wait4(t.pid, &ws, 0, nil); err != nil {
		return err
	}
	const options = unix.PTRACE_O_TRACESYSGOOD | unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_EXITKILL
	if err := unix.PtraceSetOptions(t.pid, options); err != nil {
		return err
	}
	if err := unix.PtraceSyscall(t.pid, 0); err != nil {
		return err
	}
	for {
		tid, err := unix.Wait4(-1, &ws, unix.WALL, nil)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return err
		case ws.Exited() || ws.Signaled():
			if tid == t.pid {
				t.status = ws.ExitStatus()
				return nil
			}
			continue
		}
		deliver := 0
		switch sig := ws.StopSignal(); {
		case sig == unix.SIGTRAP|0x80:
			if err := t.stopped(tid); err != nil {
				return err
			}
		case sig != unix.SIGTRAP && sig != unix.SIGSTOP:
			deliver = int(sig)
		}
		if err := unix.PtraceSyscall(tid, deliver); err != nil && err != unix.ESRCH {
			return err
		}
	}
}

// stopped looks at a thread that enters or leaves a system call.
func (t *tracer) stopped(tid int) error {
	const entry = 1        // PTRACE_SYSCALL_INFO_ENTRY
	var info [88]byte      // struct ptrace_syscall_info
	const nr, arg = 24, 32 // offsets in it
	_, _, errno := unix.Syscall6(unix.SYS_PTRACE, unix.PTRACE_GET_SYSCALL_INFO, uintptr(tid),
		uintptr(len(info)), uintptr(unsafe.Pointer(&info)), 0, 0)
	if errno != 0 {
		return errno
	}
	if info[0] != entry {
		return nil
	}
	switch number := binary.NativeEndian.Uint64(info[nr:]); {
	case number == unix.SYS_GETPGID && binary.NativeEndian.Uint64(info[arg:]) == marker:
		t.counts = append(t.counts, t.count)
		t.thread, t.count = tid, 0
	case tid == t.thread:
		t.count++
	}
	return nil
}
