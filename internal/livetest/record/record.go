// Package record captures what programs send and receive on netlink sockets, with a small library that is loaded into
// them.
package record

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

//go:embed preload/preload.c
var source []byte

// A Recorder captures the netlink traffic of the programs that run with its environment.
type Recorder struct {
	library, file string
}

// New builds the library. A machine without a C compiler skips the test, or fails it where CI=true.
func New(t testing.TB) *Recorder {
	t.Helper()
	dir := t.TempDir()
	r := &Recorder{library: filepath.Join(dir, "preload.so"), file: filepath.Join(dir, "traffic")}
	c := filepath.Join(dir, "preload.c")
	if err := os.WriteFile(c, source, 0o600); err != nil {
		t.Fatal(err)
	}
	compile(t, "-shared", "-fPIC", "-O1", "-o", r.library, c, "-ldl")
	return r
}

// compile runs the C compiler.
func compile(t testing.TB, args ...string) {
	t.Helper()
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	if out, err := exec.CommandContext(t.Context(), gcc, append([]string{"-Wall", "-Werror"}, args...)...).CombinedOutput(); err != nil {
		t.Fatalf("compile %v: %v\n%s", args, err, out)
	}
}

// Env returns the environment variables that make a program record.
func (r *Recorder) Env() []string {
	return []string{"LD_PRELOAD=" + r.library, "RECORD_TO=" + r.file}
}

// A Message is one netlink message of the traffic.
type Message struct {
	Sent     bool // by the program
	Protocol int
	Type     uint16
	Flags    uint16
	Seq      uint32
	Body     []byte // behind struct nlmsghdr
}

const headerLen = 16

// Messages returns what was recorded since the last call, in order. Behind the messages that a program sends there may
// be zeros, which the kernel ignores; what it receives must be whole messages.
func (r *Recorder) Messages() ([]Message, error) {
	text, err := os.ReadFile(r.file)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := os.Remove(r.file); err != nil {
		return nil, err
	}
	var list []Message
	for line := range strings.Lines(string(text)) {
		var way, data string
		var m Message
		if _, err := fmt.Sscan(line, &way, &m.Protocol, &data); err != nil {
			return nil, fmt.Errorf("read traffic: %w", err)
		}
		m.Sent = way == "S"
		b, err := hex.DecodeString(data)
		if err != nil {
			return nil, fmt.Errorf("read traffic: %w", err)
		}
		if list, err = split(list, m, b); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// split appends the messages of a datagram.
func split(list []Message, m Message, b []byte) ([]Message, error) {
	for len(b) > 0 {
		if m.Sent && len(bytes.Trim(b, "\x00")) == 0 {
			return list, nil
		}
		if len(b) < headerLen {
			return nil, fmt.Errorf("read traffic: %d bytes behind the last message", len(b))
		}
		n := int(binary.NativeEndian.Uint32(b))
		if n < headerLen || n > len(b) {
			return nil, fmt.Errorf("read traffic: message of %d bytes in %d", n, len(b))
		}
		m.Type, m.Flags, m.Seq = binary.NativeEndian.Uint16(b[4:]), binary.NativeEndian.Uint16(b[6:]), binary.NativeEndian.Uint32(b[8:])
		m.Body = b[headerLen:n]
		list = append(list, m)
		b = b[min(len(b), (n+3)&^3):]
	}
	return list, nil
}
