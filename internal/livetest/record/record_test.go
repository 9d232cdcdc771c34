//go:build linux

package record

import (
	"os"
	"os/exec"
	"testing"

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
