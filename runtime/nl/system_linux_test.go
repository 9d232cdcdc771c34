package nl_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/nlgen/nlgen/internal/netns"
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/wire"
	"golang.org/x/sys/unix"
)

// child is set in the environment of a copy of the test binary that plays another process.
const child = "NLGEN_TEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(child) {
	case "unprivileged":
		os.Exit(unprivileged())
	case "gets":
		os.Exit(gets())
	}
	os.Exit(m.Run())
}

// unprivileged tries to make a link and reports whether it was told that it may not.
func unprivileged() int {
	c, err := nl.Dial(nl.Route, nl.Options{})
	if err != nil {
		println(err.Error())
		return 1
	}
	err = nl.Do(context.Background(), c, &newLink, &link{Name: nl.Str("br0"), Info: &linkInfo{Kind: nl.Str("bridge")}}, nl.Create)
	if !errors.Is(err, fs.ErrPermission) || !errors.Is(err, syscall.EPERM) || err.Error() != "rt-link newlink: operation not permitted" {
		println(err.Error())
		return 1
	}
	if _, err := nl.Get[link](context.Background(), c, &getLink, &link{Name: nl.Str("lo")}); err != nil {
		println(err.Error())
		return 1
	}
	return 0
}

// gets makes one hundred gets, for somebody who counts system calls.
func gets() int {
	c, err := nl.Dial(nl.Route, nl.Options{})
	if err != nil {
		println(err.Error())
		return 1
	}
	os.Stat("/begin")
	for range 100 {
		if _, err := nl.Get[link](context.Background(), c, &getLink, &link{Name: nl.Str("lo")}); err != nil {
			println(err.Error())
			return 1
		}
	}
	os.Stat("/end")
	return 0
}

func TestNoPermission(t *testing.T) {
	ns := netns.New(t)
	cmd := exec.Command("/proc/self/exe") // a path that every user can follow
	cmd.Env = append(os.Environ(), child+"=unprivileged")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	cmd.Dir = "/"
	ns.Do(func() {
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	})
}

// A get is one send and two receives: the kernel acknowledges in a datagram of its own.
func TestSystemCallsOfGet(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed")
	}
	ns := netns.New(t)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(t.TempDir(), "log")
	cmd := exec.Command(strace, "-f", "-o", log, "-e", "trace=network,%desc,%stat", exe)
	cmd.Env = append(os.Environ(), child+"=gets")
	ns.Do(func() {
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	})
	b, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	_, traced, ok1 := strings.Cut(string(b), `"/begin"`)
	traced, _, ok2 := strings.Cut(traced, `"/end"`)
	if !ok1 || !ok2 {
		t.Fatalf("the trace lacks its marks:\n%s", b)
	}
	counts := map[string]int{}
	for line := range strings.Lines(traced) {
		if strings.Contains(line, "resumed>") {
			continue
		}
		for _, call := range []string{"sendto(", "recvmsg(", "getsockname(", "setsockopt(", "socket(", "poll("} {
			if strings.Contains(line, call) {
				counts[call]++
			}
		}
	}
	if counts["sendto("] != 100 || counts["recvmsg("] != 200 || len(counts) != 2 {
		t.Errorf("system calls of 100 gets: %v, want 100 sendto and 200 recvmsg", counts)
	}
}

func TestAllocationsOfGet(t *testing.T) {
	c := dial(t, nl.Route)
	req := &link{Name: nl.Str("lo")}
	n := testing.AllocsPerRun(100, func() {
		if _, err := nl.Get[link](t.Context(), c, &getLink, req); err != nil {
			t.Fatal(err)
		}
	})
	if n > 10 {
		t.Errorf("a get makes %v allocations, want at most 10", n)
	}
}

// linkMTU reads a link without strings, which are allocated when they are new.
type linkMTU struct{ mtu nl.Opt[uint32] }

func (m *linkMTU) Encode(e *wire.Encoder) { e.Header(16) }

func (m *linkMTU) Decode(d *wire.Decoder) {
	*m = linkMTU{}
	d.Header(16)
	for d.Next() {
		if d.Type() == 4 {
			m.mtu = d.U32()
		}
	}
}

// A dump into one value allocates the same for few and for many objects.
func TestAllocationsOfDumpInto(t *testing.T) {
	c := dial(t, nl.Route)
	manyLinks(t, c, 10)
	var into linkMTU
	run := func(want int) float64 {
		return testing.AllocsPerRun(20, func() {
			n := 0
			for err := range nl.DumpInto(t.Context(), c, &getLinkDump, nil, &into) {
				if err != nil || !into.mtu.IsSet() {
					t.Fatalf("mtu %v, error %v", into.mtu, err)
				}
				n++
			}
			if n != want {
				t.Fatalf("%d links, want %d", n, want)
			}
		})
	}
	few := run(11)
	for i := range 200 {
		addLink(t, c, "ifb", fmt.Sprintf("e%d", i))
	}
	if many := run(211); many != few {
		t.Errorf("%v allocations for 211 links, %v for 11", many, few)
	}
}

func TestNamespaces(t *testing.T) {
	ns := netns.New(t)
	ns.Exec("ip", "link", "add", "mark0", "type", "ifb")
	path := filepath.Join(t.TempDir(), "ns")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	ns.Do(func() {
		if err := unix.Mount("/proc/thread-self/ns/net", path, "", unix.MS_BIND, ""); err != nil {
			t.Fatal(err)
		}
	})
	here := readNS(t)
	defer func() {
		if now := readNS(t); now != here {
			t.Errorf("the process is in %s, it was in %s", now, here)
		}
	}()
	unmounted := false
	unmount := func() {
		if !unmounted {
			unmounted = true
			if err := unix.Unmount(path, unix.MNT_DETACH); err != nil {
				t.Error(err)
			}
		}
	}
	t.Cleanup(unmount)
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	byPath := mustDial(t, nl.Options{NetNS: nl.NetNSPath(path), MaxSockets: 4})
	byFD := mustDial(t, nl.Options{NetNS: nl.NetNSFD(fd)})
	var byThread *nl.Conn
	ns.Do(func() { byThread = mustDial(t, nl.Options{}) })
	unix.Close(fd)
	unmount() // the Conns hold the namespace themselves
	for name, c := range map[string]*nl.Conn{"path": byPath, "descriptor": byFD, "thread": byThread} {
		t.Run(name, func(t *testing.T) {
			// Nested dumps need further sockets, which open in the same namespace on any thread.
			for _, err := range nl.Dump[link](t.Context(), c, &getLinkDump, nil) {
				if err != nil {
					t.Fatal(err)
				}
				all, err := nl.Collect(nl.Dump[link](t.Context(), c, &getLinkDump, nil))
				if err != nil || len(all) != 2 || all[1].Name != nl.Str("mark0") {
					t.Errorf("links %v, error %v, want lo and mark0", names(all), err)
				}
			}
			sub := subscribe(t, c, linkEvents(links))
			addLink(t, c, "ifb", "x-"+name)
			if n, err := nextEvent(t, sub); err != nil || describe(n) != "newlink x-"+name+" in link" {
				t.Errorf("got %v, error %v", n, err)
			}
			if err := nl.Do(t.Context(), c, &delLink, &link{Name: nl.Str("x-" + name)}); err != nil {
				t.Error(err)
			}
		})
	}
}

// readNS returns the namespace of the process's first thread.
func readNS(t testing.TB) string {
	t.Helper()
	ns, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	return ns
}

func mustDial(t testing.TB, o nl.Options) *nl.Conn {
	t.Helper()
	c, err := nl.Dial(nl.Route, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestDialFails(t *testing.T) {
	netns.Kernel(t)
	file, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	tests := []struct {
		name     string
		protocol int
		o        nl.Options
		is       error
	}{
		{"no such protocol", 31, nl.Options{}, syscall.EPROTONOSUPPORT},
		{"no such path", nl.Route, nl.Options{NetNS: nl.NetNSPath("/no/such/file")}, fs.ErrNotExist},
		{"bad descriptor", nl.Route, nl.Options{NetNS: nl.NetNSFD(1 << 20)}, syscall.EBADF},
		{"not a namespace", nl.Route, nl.Options{NetNS: nl.NetNSFD(int(file.Fd()))}, nil},
	}
	files := openFiles(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := nl.Dial(tt.protocol, tt.o)
			if err == nil {
				c.Close()
				t.Fatal("no error")
			}
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("got %v, want %v", err, tt.is)
			}
		})
	}
	if n := openFiles(t); n > files {
		t.Errorf("%d files are open, %d before", n, files)
	}
}

// Audit sends its reply after its acknowledgement, from a kernel thread.
func TestAudit(t *testing.T) {
	netns.New(t) // for the privilege; reading the status changes nothing
	c, err := nl.Dial(nl.Audit, nl.Options{})
	if err != nil {
		t.Skip(err)
	}
	defer c.Close()
	family := nl.Family{Name: "audit", Protocol: nl.Audit}
	status := nl.Op{Family: &family, Name: "get", Request: 1000, Reply: 1000, Reads: true}
	for range 20 {
		got, err := nl.Get[nl.RawMessage](t.Context(), c, &status, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(*got) < 32 {
			t.Errorf("status of %d bytes, want at least 32", len(*got))
		}
	}
	if drops := c.Stats().Drops; drops != (nl.Drops{}) {
		t.Errorf("messages were dropped: %+v", drops)
	}
}

// A route lookup is answered without an acknowledgement.
func TestFIBLookup(t *testing.T) {
	ns := netns.New(t)
	ns.Exec("ip", "link", "set", "lo", "up")
	c := dialIn(t, ns, nl.FIBLookup)
	family := nl.Family{Name: "fib-lookup", Protocol: nl.FIBLookup}
	lookup := nl.Op{Family: &family, Name: "lookup", Request: 0x10, Reply: 0x10, Reads: true}
	req := make(nl.RawMessage, 20) // struct fib_result_nl
	copy(req, []byte{127, 0, 0, 1})
	req[10] = 255 // table local
	got, err := nl.Get[nl.RawMessage](t.Context(), c, &lookup, &req)
	if err != nil {
		t.Fatal(err)
	}
	if kind, e := (*got)[14], binary.NativeEndian.Uint32((*got)[16:]); len(*got) != 20 || kind != 2 || e != 0 {
		t.Errorf("route type %d, error %d, want 2 (local), 0: % x", kind, e, *got)
	}
}

// A request beyond the send buffer of a fresh socket goes through.
func TestLargeRequest(t *testing.T) {
	c := dial(t, nl.Route)
	req := &link{Name: nl.Str("br0"), Info: &linkInfo{Kind: nl.Str("bridge")}}
	for range 6 { // 360 KB of an attribute that the kernel does not know
		req.Unknown = append(req.Unknown, nl.Attrs{{Type: 0x3ff0, Data: make([]byte, 60_000)}}...)
	}
	err := nl.Do(t.Context(), c, &newLink, req, nl.Create)
	if err != nil {
		t.Error(err)
	}
}
