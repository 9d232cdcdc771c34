//go:build linux

package livetest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/nlgen/nlgen/internal/livetest/record"
)

// beyondSchemas are attributes in the tools' traffic that the schemas do not describe, with the reason. One that does
// not occur any more fails the test.
var beyondSchemas = map[string]string{
	"rt-link link: linkinfo.5": "ip sends the port's data without the port's kind, so that nothing says how to read it",
}

// notSame are attributes that come back changed when a message of the tools is decoded and encoded, with the reason.
// One that does not occur any more fails the test.
var notSame = map[string]string{
	"rt-link link: 18.1":   "ip sends the kind without the NUL that ends every string of ours",
	"rt-link link: 20":     "ip sends the description without the NUL that ends every string of ours",
	"rt-route route: 8.16": "ip sends the algorithm without the NUL that ends every string of ours",
}

// reading lists everything with each tool.
const reading = `
ip -d -s link
ip -d addr
ip -d route show table all
ip -6 -d route show table all
ip -d rule
ip -6 -d rule
ip -d -s neigh show nud all
ip -d neigh show proxy
ip -s ntable
ip maddr
ip -j tcp_metrics
ip mptcp endpoint
ip mptcp limits
bridge -d -s fdb
bridge -d link
bridge vlan
tc -s qdisc
ss -tuanp
genl ctrl list
genl ctrl policy name ethtool
genl ctrl policy name netdev
genl ctrl policy name mptcp_pm
`

// TestTraffic has the tools make and list one object of each kind, and reads all that they say and hear: no attribute
// is unknown, and what was decoded encodes to the same attributes.
func TestTraffic(t *testing.T) {
	scripts := []struct{ name, text string }{
		{"links", linksByTool}, {"addresses", addrsByTool}, {"routes", routesByTool + `
			ip route get 192.0.2.5
			ip route get fibmatch 192.0.2.5
			ip route get 2001:db8:2::5
		`}, {"rules", rulesByTool},
		{"neighbours", neighboursByTool}, {"netdev", netdevLinks},
		{"ethtool", ethtoolLinks + `
			ethtool -s tap0 speed 100 duplex half port fibre msglvl 5
			ethtool va
			ethtool tap0
			ethtool -k va
			ethtool -K va tso off tx-udp-segmentation off
			ethtool -l va
			ethtool -L va rx 1 tx 2
			ethtool -c tap0
			ethtool -C tap0 rx-frames 3
			ethtool -T va
			ethtool -S va --all-groups
		`},
		{"mptcp", `
			ip link set lo up
			ip mptcp limits set subflow 5 add_addr_accepted 4
			ip mptcp endpoint add 10.0.0.1 id 7 signal
			ip mptcp endpoint add 2001:db8::1 id 9 subflow dev lo
			ip mptcp endpoint show id 7
			ip mptcp endpoint change id 9 backup
			ip mptcp endpoint delete id 7
		`},
		{"deletes", `
			ip link add va type veth peer name vb
			ip link add br0 type bridge
			ip link set va up
			ip link set vb up
			ip addr add 10.0.0.1/24 dev va
			ip route add 192.0.2.0/24 dev va
			ip neigh add 10.0.0.5 lladdr 02:00:00:00:00:05 dev va
			ip rule add pref 5 lookup 7
			ip route replace 192.0.2.0/24 dev va mtu 1300
			ip route flush 192.0.2.0/24
			ip addr flush dev va
			ip neigh flush dev va
			ip rule del pref 5
			ip rule flush
			ip link property add dev va altname other
			ip link property del dev va altname other
			ip link set va name vc
			ip link set vb master br0
			bridge link set dev vb cost 7 learning off
			bridge fdb add 02:00:00:00:00:10 dev vb master static
			bridge fdb del 02:00:00:00:00:10 dev vb master
			ip link set vb nomaster
			ip link del vb
			ip link del br0
		`},
	}
	c := check{seen: map[string]bool{}, messages: map[string]int{}, captured: captured{}}
	for _, s := range scripts {
		t.Run(s.name, func(t *testing.T) {
			w := New(t)
			r := record.New(t)
			w.recorded(r, s.text)
			w.recorded(r, reading)
			list := Get[[]record.Message](t)(r.Messages())
			k := w.kinds()
			for _, m := range list {
				c.message(t, k, m)
			}
		})
	}
	c.done(t, beyondSchemas, notSame)
	c.captured.write(t)
}

// recorded runs lines as Lines does, each under the recorder.
func (w *World) recorded(r *record.Recorder, text string) {
	w.t.Helper()
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if out, errs, err := w.try(r.Env(), words[0], words[1:]...); err != nil {
			w.t.Fatalf("run %s: %v\n%s%s", strings.TrimSpace(line), err, out, errs)
		}
	}
}

// check looks at messages and counts them.
type check struct {
	seen     map[string]bool
	messages map[string]int
	captured captured
}

func (c *check) message(t *testing.T, k kinds, m record.Message) {
	t.Helper()
	what, body, ok := k.of(m)
	if !ok {
		return
	}
	way := "reply"
	if m.Sent {
		way = "request"
	}
	if what.fresh == nil {
		t.Errorf("%s %s: no type for it", what.name, way)
		return
	}
	c.messages[what.name+" "+way]++
	v := what.fresh()
	if err := v.UnmarshalBinary(body); err != nil {
		t.Errorf("%s %s: %v in %x", what.name, way, err, body)
		return
	}
	c.captured.add(v, body)
	for _, u := range Unknown(v) {
		c.complain(t, beyondSchemas, fmt.Sprintf("%s: %s", what.name, u), "is not known")
	}
	again, err := v.MarshalBinary()
	if err != nil {
		t.Errorf("%s %s: %v in %x", what.name, way, err, body)
		return
	}
	for _, d := range record.Diff(body, again, what.headers) {
		path, text, _ := strings.Cut(d, " ")
		c.complain(t, notSame, fmt.Sprintf("%s: %s", what.name, path), text)
	}
}

func (c *check) complain(t testing.TB, known map[string]string, key, what string) {
	t.Helper()
	if _, ok := known[key]; !ok && !c.seen[key] {
		t.Errorf("%s %s", key, what)
	}
	c.seen[key] = true
}

// done fails for what is listed and was not seen, and logs what was.
func (c *check) done(t *testing.T, lists ...map[string]string) {
	t.Helper()
	for _, list := range lists {
		for key := range list {
			if !c.seen[key] {
				t.Errorf("%q is listed and does not occur any more", key)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.messages)) {
		t.Logf("%s: %d messages", name, c.messages[name])
	}
}
