package netns_test

import (
	"net"
	"os"
	"testing"

	"github.com/nlgen/nlgen/internal/netns"
)

func TestNamespaceIsItsOwn(t *testing.T) {
	ns := netns.New(t)
	here, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	if there := ns.Exec("readlink", "/proc/self/ns/net"); there == here {
		t.Errorf("a command ran in %s, the test's own namespace", there)
	}
	var names []string
	ns.Do(func() {
		ifaces, err := net.Interfaces()
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range ifaces {
			names = append(names, i.Name)
		}
	})
	if len(names) != 1 || names[0] != "lo" {
		t.Errorf("a new namespace has the interfaces %q, want lo", names)
	}
	if after, err := os.Readlink("/proc/thread-self/ns/net"); err != nil || after != here {
		t.Errorf("the test is in %s after Do (%v), want %s", after, err, here)
	}
}

func TestDoEndsTheCaller(t *testing.T) {
	t.Run("skipped", func(t *testing.T) {
		netns.New(t).Do(func() { t.SkipNow() })
		t.Error("the test went on after SkipNow")
	})
}
