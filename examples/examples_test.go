//go:build linux

// Package examples_test runs the examples, each in a network namespace of its own, and compares what they print.
package examples_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/internal/netns"
)

// build compiles every example, in one go, and returns the folder of the programs.
func build(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", dir+"/", "./...")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build examples: %v\n%s", err, out)
	}
	return dir
}

func TestExamples(t *testing.T) {
	netns.Require(t)
	bin := build(t)
	for name, run := range map[string]func(t *testing.T, ns *netns.NS, program string){
		"links":       testLinks,
		"watchroutes": testWatchRoutes,
		"ethtool":     testEthtool,
		"bridge":      testBridge,
		"rules":       testRules,
		"netns":       testNetNS,
	} {
		t.Run(name, func(t *testing.T) { run(t, netns.New(t), filepath.Join(bin, name)) })
	}
}

// path names a namespace for another process, as long as the test runs.
func path(ns *netns.NS) string { return fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), ns.FD()) }

func check(t *testing.T, what, got string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, strings.Split(strings.TrimSuffix(got, "\n"), "\n")); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func testLinks(t *testing.T, ns *netns.NS, program string) {
	ns.Exec("ip", "link", "set", "lo", "up")
	ns.Exec("ip", "link", "add", "br0", "mtu", "1400", "address", "02:00:00:00:00:01", "type", "bridge")
	ns.Exec("ip", "address", "add", "192.0.2.1", "peer", "192.0.2.9/32", "dev", "br0")
	check(t, "links", ns.Exec(program),
		"1: lo <up|loopback|running|lower-up> mtu 65536 unknown 00:00:00:00:00:00 ",
		"    127.0.0.1/8 scope host",
		"    ::1/128 scope host",
		"2: br0 <broadcast|multicast> mtu 1400 down 02:00:00:00:00:01 bridge",
		"    192.0.2.1/32 scope universe",
	)
}

func testWatchRoutes(t *testing.T, ns *netns.NS, program string) {
	ns.Exec("ip", "link", "set", "lo", "up")
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	ns.Do(func() { err = cmd.Start() })
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	next := func() string {
		if !lines.Scan() {
			t.Fatalf("%s has stopped: %v", program, lines.Err())
		}
		return lines.Text()
	}
	check(t, "first line", next(), "watching")
	for _, step := range []struct{ args, want string }{
		{"route add 192.0.2.0/24 dev lo", "+ unicast 192.0.2.0/24 link 1 table 254 protocol boot"},
		{"route add 198.51.100.0/24 via 192.0.2.9 table 1000 proto static", "+ unicast 198.51.100.0/24 via 192.0.2.9 link 1 table 1000 protocol static"},
		{"route add blackhole 2001:db8::/32", "+ blackhole 2001:db8::/32 link 1 table 254 protocol boot"},
		{"route del 192.0.2.0/24", "- unicast 192.0.2.0/24 link 1 table 254 protocol boot"},
		{"route add default dev lo", "+ unicast default link 1 table 254 protocol boot"},
	} {
		ns.Exec("ip", strings.Fields(step.args)...)
		check(t, "after ip "+step.args, next(), step.want)
	}
	ns.Exec("ip", "link", "set", "lo", "down") // takes IPv4 routes along, of which no notification tells
	for next() != "- unicast default link 1 table 254 protocol boot" {
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("interrupted: %v", err)
	}
}

// The real ethtool prints the same features, under a heading and with names of its own for some of them.
func testEthtool(t *testing.T, ns *netns.NS, program string) {
	ns.Exec("ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1")
	state := func() map[string]string { return features(t, ns.Exec(program, "v0")) }
	before := state()
	for name, want := range map[string]string{"tx-gso-list": "on", "rx-gro-list": "off", "tx-gso-robust": "off [fixed]"} {
		if before[name] != want {
			t.Errorf("%s is %q, want %q", name, before[name], want)
		}
	}
	theirs := features(t, ns.Exec("ethtool", "-k", "v0"))
	compared := 0
	for name, want := range theirs {
		if got, ok := before[name]; ok {
			compared++
			if got != want {
				t.Errorf("%s is %q, and %q for ethtool -k", name, got, want)
			}
		}
	}
	if compared < 20 {
		t.Errorf("only %d features have the same name in ethtool -k", compared)
	}

	check(t, "change", ns.Exec(program, "v0", "tx-gso-list=off", "rx-gro-list=on"),
		"switched tx-gso-list: false", "switched rx-gro-list: true")
	after := state()
	before["tx-gso-list"], before["rx-gro-list"] = "off", "on"
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("features after the change (-want +got):\n%s", diff)
	}
}

// features reads lines of the form "name: state".
func features(t *testing.T, text string) map[string]string {
	t.Helper()
	m := map[string]string{}
	for line := range strings.Lines(text) {
		if name, state, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
			m[name] = state
		}
	}
	return m
}

func testBridge(t *testing.T, ns *netns.NS, program string) {
	other := netns.New(t) // the program runs here and works in ns
	check(t, "add", other.Exec(program, path(ns), "add", "br0", "192.0.2.1/24", "2001:db8::1/64"), "made br0 with index 2")
	check(t, "links here", other.Exec("ip", "-br", "link", "show", "type", "bridge"), "")
	check(t, "forward delay", field(ns.Exec("ip", "-d", "link", "show", "br0"), "forward_delay"), "200")
	show := ns.Exec("ip", "address", "show", "dev", "br0")
	check(t, "IPv4", field(show, "inet"), "192.0.2.1/24")
	check(t, "IPv6", field(show, "inet6"), "2001:db8::1/64")

	var out []byte
	var err error
	other.Do(func() { out, err = exec.Command(program, path(ns), "add", "br0").CombinedOutput() })
	if err == nil {
		t.Error("a second br0 is no error")
	}
	check(t, "second add", string(out), "br0 is there already (rt-link newlink: file exists)")

	other.Exec(program, path(ns), "del", "br0")
	check(t, "links after del", ns.Exec("ip", "-br", "link", "show", "type", "bridge"), "")
}

// field returns the word behind the first word with that name.
func field(text, name string) string {
	words := strings.Fields(text)
	for i, w := range words {
		if w == name && i+1 < len(words) {
			return words[i+1]
		}
	}
	return ""
}

func testRules(t *testing.T, ns *netns.NS, program string) {
	std := []string{
		"0: from all to-tbl 255, made by kernel",
		"32766: from all to-tbl 254, made by kernel",
		"32767: from all to-tbl 253, made by kernel",
	}
	check(t, "rules at first", ns.Exec(program), std...)
	ns.Exec(program, "add", "192.0.2.0/24", "1000", "100")
	check(t, "rules with another", ns.Exec(program), std[0], "100: from 192.0.2.0/24 to-tbl 1000, made by static", std[1], std[2])
	check(t, "ip rule", ns.Exec("ip", "rule", "show", "priority", "100"), "100:\tfrom 192.0.2.0/24 lookup 1000 proto static")
	ns.Exec(program, "del", "100")
	check(t, "rules at last", ns.Exec(program), std...)
}

func testNetNS(t *testing.T, ns *netns.NS, program string) {
	here, there := netns.New(t), netns.New(t)
	check(t, "output", ns.Exec(program, path(here), path(there)),
		path(here)+": lo, on: false",
		path(here)+": veth0, on: true, peer 2 in the namespace with id 0",
		path(there)+": lo, on: false",
		path(there)+": veth1, on: true, peer 2 in the namespace with id 0",
	)
	check(t, "links of its own", ns.Exec("ip", "-br", "link"), "lo               DOWN           00:00:00:00:00:00 <LOOPBACK> ")
}
