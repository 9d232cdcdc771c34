package gogen

import (
	"fmt"
	"go/token"
	"slices"
	"strings"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/ir"
)

// initialisms are the words that Go names keep in one form, whatever stands around them.
var initialisms = words(`
	ACK ACL ACPI AES AF AH AP API AQM ARP ASCII BBR BFD BPF BPDU BSS BSSID BTF CBS CPU CPUs CQE CQM CRC CT CTS DB
	DCB DEI DF DHCP DMA DNAT DNS DPLL DSA DSCP ECE ECN EEE EHT ESP FCS FD FDB FEC FIB FIFO GID GPIO GRE GRO GSO GTK
	GTP GUID HE HSR HT HW IBSS ICMP ICMPv6 ICV ID IDs IE IGMP IO IOAM IP IPs IP4 IP6 IPC IPv4 IPv6 IRQ IV KCK KEK
	L2 L3 L4 LAN LED LWT MAC MACs MACsec MDB MDI MLD MLO MPLS MPTCP MRU MSS MTU NAN NAPI NAT NDISC NF NIC NUMA NUL OAM
	OUI OVS PCI PCP PFC PHC PHY PID PLCA PMK PMKID PMTU PPID PPS PSE PSK PSP PVID QoS RCU RDMA RED RPC RPL RSS
	RSSI RTT RTS RX SA SAE SAK SCI SCTP SFP SFQ SIT SKB SNAT SNR SPI SQI SRH SSID SSL STA STP SYN TC TCI TCP TDLS
	TFO TID TIPC TLS TLV TOS TSF TSN TSO TTL TX UDP UDPv6 UID URI URL USB UTF UUID VEB VF VFs VHT VID VLAN VNI VRF
	VTI VXLAN WEP WoL XDP XFRM`)

func words(list string) map[string]string {
	m := map[string]string{}
	for _, w := range strings.Fields(list) {
		m[strings.ToLower(w)] = w
	}
	return m
}

// camel turns a schema name into an exported Go identifier.
func camel(name string) string {
	var b strings.Builder
	for _, w := range strings.FieldsFunc(name, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9')
	}) {
		if proper, ok := initialisms[strings.ToLower(w)]; ok {
			w = proper
		}
		if prev := b.String(); prev != "" && digit(prev[len(prev)-1]) && digit(w[0]) {
			b.WriteByte('_') // 802-11 and 80211 stay apart
		}
		b.WriteString(strings.ToUpper(w[:1]) + w[1:])
	}
	s := b.String()
	if s == "" || digit(s[0]) {
		s = "X" + s
	}
	return s
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// lowerFirst turns an exported identifier into an unexported one: Link -> link, XDP -> xdp, IPv4 -> ipv4.
func lowerFirst(s string) string {
	n := 1
	for _, w := range initialisms {
		if len(w) > n && strings.HasPrefix(s, w) && (len(s) == len(w) || !('a' <= s[len(w)] && s[len(w)] <= 'z')) {
			n = len(w)
		}
	}
	s = strings.ToLower(s[:n]) + s[n:]
	if token.IsKeyword(s) || predeclared[s] {
		s += "_"
	}
	return s
}

// predeclared names and the imports of generated code, which a variable must not hide.
var predeclared = map[string]bool{
	"any": true, "append": true, "bool": true, "byte": true, "cap": true, "clear": true, "copy": true, "error": true,
	"iter": true, "json": true, "len": true, "m": true, "d": true, "e": true, "make": true, "max": true, "min": true,
	"net": true, "netip": true, "new": true, "nil": true, "nl": true, "string": true, "wire": true, "true": true, "false": true,
	"iota": true, "binary": true, "context": true, "v": true, "id": true, "b": true, "s": true, "i": true, "n": true,
	"schema": true, "family": true, "lv": true, "in": true, "err": true, "x": true,
}

// packageName is the Go package of a family: rt-link -> rtlink.
func packageName(family string) string {
	s := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			return r
		case 'A' <= r && r <= 'Z':
			return r - 'A' + 'a'
		}
		return -1
	}, family)
	if s == "" || digit(s[0]) {
		s = "x" + s
	}
	if token.IsKeyword(s) || predeclared[s] {
		s += "nl"
	}
	return s
}

// setName is the Go type of an attribute set: a trailing -attrs goes, and a set that is just that, or has
// the family's own name, is the Message.
func setName(set, family string) string {
	n := strings.TrimSuffix(strings.TrimSuffix(set, "-attrs"), "-attributes")
	if n == "attrs" || n == "attributes" || n == family {
		return "Message"
	}
	return camel(n)
}

// subName is the Go interface of a sub-message.
func subName(sub string) string { return camel(strings.TrimSuffix(sub, "-msg")) }

// opName is the Go method of an operation, whose verb the model splits off where the two run together.
func opName(f *ir.Family, op string) string { return camel(f.SplitVerb(op)) }

// tableName is what a table is called: its operation without the verb get.
func tableName(f *ir.Family, op string) string {
	words := slices.DeleteFunc(strings.Split(f.SplitVerb(op), "-"), func(w string) bool { return w == "get" })
	if len(words) == 0 {
		return ""
	}
	return camel(strings.Join(words, "-"))
}

// notificationName is the Go type of a notification.
func notificationName(f *ir.Family, op string) string {
	for _, suffix := range []string{"-ntf", "-notify", "-notification", "-event"} {
		op = strings.TrimSuffix(op, suffix)
	}
	return opName(f, op) + "Notification"
}

// memberPrefix is the prefix that all members of a struct share (ifi- of ifinfomsg), if it is worth
// dropping: at least three members and three letters.
func memberPrefix(names []string) string {
	if len(names) < 3 {
		return ""
	}
	p, _, ok := strings.Cut(names[0], "-")
	if !ok || len(p) < 3 {
		return ""
	}
	p += "-"
	for _, n := range names {
		if !strings.HasPrefix(n, p) || len(n) == len(p) {
			return ""
		}
	}
	return p
}

// A scope hands out identifiers and sees that none goes out twice.
type scope struct {
	where string
	taken map[string]string // identifier -> what has it
	errs  []error
}

func newScope(where string, reserved ...string) *scope {
	s := &scope{where: where, taken: map[string]string{}}
	for _, r := range reserved {
		s.taken[r] = "generated code"
	}
	return s
}

// claim takes name, or name and suffix, for what.
func (s *scope) claim(name, suffix, what string) string {
	for _, n := range []string{name, name + suffix} {
		if _, ok := s.taken[n]; !ok {
			s.taken[n] = what
			return n
		}
	}
	n := name + suffix
	s.errs = append(s.errs, fmt.Errorf("%s: the Go name %s of %s is taken by %s; rename one of the two in the schema",
		s.where, n, what, s.taken[n]))
	return n
}
