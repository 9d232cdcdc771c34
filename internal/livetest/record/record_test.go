//go:build linux

package record

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

func TestRecorder(t *testing.T) {
	ip, err := exec.LookPath("ip")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	r := New(t)
	cmd := exec.CommandContext(t.Context(), ip, "link", "show", "lo")
	cmd.Env = r.Env()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	list, err := r.Messages()
	if err != nil {
		t.Fatal(err)
	}
	var asked, told bool
	for _, m := range list {
		if m.Protocol != unix.NETLINK_ROUTE {
			t.Errorf("protocol is %d, want %d", m.Protocol, unix.NETLINK_ROUTE)
		}
		asked = asked || m.Sent && m.Type == unix.RTM_GETLINK
		told = told || !m.Sent && m.Type == unix.RTM_NEWLINK && len(m.Body) > unix.SizeofIfInfomsg
	}
	if !asked || !told {
		t.Errorf("%d messages, a request among them: %v, a reply: %v", len(list), asked, told)
	}
	if again, err := r.Messages(); err != nil || len(again) != 0 {
		t.Errorf("read again: %d messages, %v, want none", len(again), err)
	}
}

// TestRecorderWays sends and receives through every function of the C library, of an ordinary program and of one whose
// calls are checked.
func TestRecorderWays(t *testing.T) {
	for _, how := range []string{"-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2"} {
		t.Run(how, func(t *testing.T) {
			r := New(t)
			program := filepath.Join(t.TempDir(), "ways")
			compile(t, "-O2", how, "-o", program, "testdata/ways.c")
			cmd := exec.CommandContext(t.Context(), program)
			cmd.Env = r.Env()
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			list, err := r.Messages()
			if err != nil {
				t.Fatal(err)
			}
			var got, want []string
			for _, m := range list {
				got = append(got, fmt.Sprint(m.Sent, m.Type, m.Seq))
			}
			for seq := range 6 {
				want = append(want, fmt.Sprint(true, unix.NLMSG_NOOP, seq+1), fmt.Sprint(false, unix.NLMSG_ERROR, seq+1))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("sent, type, sequence number (-want +got):\n%s", diff)
			}
		})
	}
}
