//go:build linux

package livetest

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// sockets opens sockets of several families and has ss list them.
func (f *foreign) sockets() {
	path := filepath.Join(f.t.TempDir(), "s")
	wanted := f.open(path)
	e := f.run("ss", "-H", "-O", "-n", "-a", "-e", "-m", "-i", "-t", "-u", "-x", "-0")
	var theirs, ours []string
	cong := map[string]string{}
	for line := range strings.Lines(e.out) {
		words := strings.Fields(line)
		text, key := socketPrinted(words)
		theirs = append(theirs, text)
		cong[key] = line
	}
	for _, m := range e.told {
		text, key := socketText(m)
		ours = append(ours, text)
		if name := m.at("cong"); name != "" && !strings.Contains(cong[key], " "+name+" ") {
			f.t.Errorf("congestion control is %s for us; ss prints %s", name, cong[key])
		}
	}
	slices.Sort(theirs)
	slices.Sort(ours)
	if diff := cmp.Diff(theirs, ours); diff != "" {
		f.t.Errorf("sockets (-ss +we):\n%s", diff)
	}
	for _, want := range wanted {
		if !slices.ContainsFunc(ours, func(s string) bool { return strings.HasPrefix(s, want) }) {
			f.t.Errorf("no socket %s in\n%s", want, strings.Join(ours, "\n"))
		}
	}
	info := slices.ContainsFunc(e.told, func(m foreignMessage) bool { return len(m.at("info")) > 200 })
	if !info {
		f.t.Error("no TCP socket has its struct tcp_info")
	}
}

// open opens sockets until the test ends, and returns how the lines for them begin.
func (f *foreign) open(path string) (want []string) {
	f.t.Helper()
	keep := func(c interface{ Close() error }, err error) {
		Must(f.t, err)
		f.t.Cleanup(func() { c.Close() })
	}
	f.Do(func() {
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		keep(l, err)
		c, err := net.Dial("tcp4", l.Addr().String())
		keep(c, err)
		s, err := l.Accept()
		keep(s, err)
		u, err := net.ListenPacket("udp6", "[::1]:0")
		keep(u, err)
		x, err := net.Listen("unix", path)
		keep(x, err)
		a, err := net.ListenPacket("unixgram", "@nlgen-ss")
		keep(a, err)
		want = append(want,
			fmt.Sprintf("tcp LISTEN %s 0.0.0.0:*", l.Addr()),
			fmt.Sprintf("tcp ESTAB %s %s", c.LocalAddr(), c.RemoteAddr()),
			fmt.Sprintf("tcp ESTAB %s %s", c.RemoteAddr(), c.LocalAddr()),
			fmt.Sprintf("udp UNCONN %s [::]:*", u.LocalAddr()),
			"u_str LISTEN "+path, "u_dgr UNCONN @nlgen-ss",
		)
		const everything = uint16(unix.ETH_P_ALL)<<8 | uint16(unix.ETH_P_ALL)>>8 // in network byte order
		fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, int(everything))
		Must(f.t, err)
		f.t.Cleanup(func() { unix.Close(fd) })
		Must(f.t, unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: everything, Ifindex: 1}))
		var stat unix.Stat_t
		Must(f.t, unix.Fstat(fd, &stat))
		want = append(want, fmt.Sprintf("p_raw UNCONN *:lo ino:%d", stat.Ino))
	})
	return want
}

var socketStates = map[string]string{"1": "ESTAB", "7": "UNCONN", "10": "LISTEN"}

// socketText is a line for a socket: what it is, its state, addresses, queues, and memory. The key tells it from others.
func socketText(m foreignMessage) (text, key string) {
	state := socketStates[m.at("header.state")]
	cookie := func(path string) string {
		var n uint64
		fmt.Sscan(m.at(path), &n)
		return fmt.Sprintf("%x", n)
	}
	switch m.typ {
	case "sockdiag.Unix":
		kind := map[string]string{"1": "u_str", "2": "u_dgr"}[m.at("header.type")]
		name, _ := hex.DecodeString(m.at("name"))
		local := strings.TrimRight(string(name), "\x00")
		if len(name) > 0 && name[0] == 0 {
			local = "@" + string(name[1:])
		}
		key = m.at("header.ino")
		return fmt.Sprint(kind, " ", state, " ", local, " ino:", key, " ", m.at("rqlen.rqueue"), " ", m.at("rqlen.wqueue"), " ", memory(m, "meminfo")), key
	case "sockdiag.Packet":
		key = cookie("header.cookie")
		where := map[string]string{"1": "lo"}[m.at("info.index")]
		return fmt.Sprint("p_raw UNCONN *:", where, " ino:", m.at("header.ino"), " sk:", key, " ver:", m.at("info.version"), " ", memory(m, "meminfo")), key
	}
	kind := "tcp"
	if state == "UNCONN" {
		kind = "udp"
	}
	key = cookie("header.id.cookie")
	return fmt.Sprint(kind, " ", state, " ", socketAddr(m, "src", "sport"), " ", socketAddr(m, "dst", "dport"), " ino:", m.at("header.inode"),
		" sk:", key, " ", m.at("header.rqueue"), " ", m.at("header.wqueue"), " ", memory(m, "skmeminfo")), key
}

// socketAddr is an address as ss prints it.
func socketAddr(m foreignMessage, addr, port string) string {
	b, _ := hex.DecodeString(m.at("header.id." + addr))
	if m.at("header.family") == "2" {
		b = b[:4]
	}
	ip, _ := netip.AddrFromSlice(b)
	text := ip.String()
	if ip.Is6() {
		text = "[" + text + "]"
	}
	if p := m.at("header.id." + port); p != "0" {
		return text + ":" + p
	}
	return text + ":*"
}

// memory is an array of struct sk_meminfo as ss prints it.
func memory(m foreignMessage, name string) string {
	list, _ := m.Object[name].([]any)
	text := "skmem:("
	for i, letter := range []string{"r", ",rb", ",t", ",tb", ",f", ",w", ",o", ",bl", ",d"} {
		if i < len(list) {
			text += letter + string(list[i].(json.Number))
		}
	}
	return text + ")"
}

// socketPrinted is the same line from the words that ss prints.
func socketPrinted(words []string) (text, key string) {
	word := func(prefix string) string {
		for _, w := range words {
			if strings.HasPrefix(w, prefix) {
				return w
			}
		}
		return ""
	}
	kind, state, rqueue, wqueue, local := words[0], words[1], words[2], words[3], words[4]
	switch {
	case strings.HasPrefix(kind, "u_"):
		return fmt.Sprint(kind, " ", state, " ", local, " ino:", words[5], " ", rqueue, " ", wqueue, " ", word("skmem:")), words[5]
	case strings.HasPrefix(kind, "p_"):
		key = strings.TrimPrefix(word("sk:"), "sk:")
		return fmt.Sprint(kind, " ", state, " ", local, " ", word("ino:"), " sk:", key, " ", word("ver:"), " ", word("skmem:")), key
	}
	key = strings.TrimPrefix(word("sk:"), "sk:")
	return fmt.Sprint(kind, " ", state, " ", local, " ", words[5], " ", word("ino:"), " sk:", key, " ", rqueue, " ", wqueue, " ", word("skmem:")), key
}
