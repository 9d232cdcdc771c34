//go:build linux

package livetest

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/google/go-cmp/cmp"
)

const ruleset = `
table inet filter {
	set blocked {
		type ipv4_addr
		flags interval,timeout
		elements = { 192.0.2.0/24, 198.51.100.7 timeout 1h comment "x" }
	}
	map ports {
		type inet_service : verdict
		elements = { 22 : accept, 80 : drop }
	}
	counter seen { packets 3 bytes 4 }
	quota much { over 1 mbytes }
	limit often { rate 10/second burst 20 packets }
	ct helper ftp1 { type "ftp" protocol tcp; }
	chain input {
		type filter hook input priority 5; policy drop;
		ct state established,related accept comment "old ones"
		ip saddr @blocked counter packets 5 bytes 6 drop
		tcp dport vmap @ports
		meta mark set 0x5 log prefix "new " group 7
		ip6 saddr 2001:db8::/32 limit rate 5/minute reject with icmpv6 admin-prohibited
		tcp flags syn tcp option maxseg size set 1400
		meta l4proto { tcp, udp } th dport 53 jump other
		ct mark set meta mark
		fib saddr type local accept
		notrack
		counter name seen
	}
	chain other { }
}
table ip masks {
	chain post {
		type nat hook postrouting priority 100;
		oifname "lo" masquerade
		ip daddr 10.9.9.9 snat to 10.0.0.1-10.0.0.4 persistent
	}
	chain pre {
		type nat hook prerouting priority -100; policy accept;
		tcp dport 81 dnat to 10.0.0.2:80
		udp dport 53 redirect to :5353
	}
}
`

// nft makes a ruleset in one batch, lists it and takes some of it away.
func (f *foreign) nft() {
	file := filepath.Join(f.t.TempDir(), "ruleset")
	Must(f.t, os.WriteFile(file, []byte(ruleset), 0o600))
	made := f.run("nft", "-f", file)
	listed := f.run("nft", "-j", "list", "ruleset")

	var out struct{ Nftables []map[string]Object }
	d := json.NewDecoder(strings.NewReader(listed.out))
	d.UseNumber()
	Must(f.t, d.Decode(&out))
	var theirs, ours []string
	for _, o := range out.Nftables {
		for kind, o := range o {
			if kind != "metainfo" {
				theirs = append(theirs, nftText(kind, nftPrinted(kind, o)))
			}
		}
	}
	for _, m := range listed.told {
		if kind, o := nftObject(m); kind != "" {
			ours = append(ours, nftText(kind, o))
		}
	}
	slices.Sort(theirs)
	slices.Sort(ours)
	if diff := cmp.Diff(theirs, ours); diff != "" || len(ours) != 27 {
		f.t.Errorf("%d objects, want 27 (-nft +we):\n%s", len(ours), diff)
	}
	f.nftBatch(made, ours)
	f.nftElements(listed)

	f.run("nft", "flush", "chain", "ip", "masks", "pre")
	f.run("nft", "delete", "element", "inet", "filter", "ports", "{ 80 }")
	f.run("nft", "delete", "limit", "inet", "filter", "often")
	gone := f.run("nft", "delete", "table", "ip", "masks")
	for _, m := range gone.of(gone.sent, "nftables.Table") {
		if m.Type == 0xa02 && m.at("name") != "masks" {
			f.t.Errorf("nft deletes table %q, want masks", m.at("name"))
		}
	}
}

// nftBatch checks that what nft sent in one batch is what the kernel lists, save what only the kernel says.
func (f *foreign) nftBatch(made exchange, listed []string) {
	f.t.Helper()
	first := slices.IndexFunc(made.sent, func(m foreignMessage) bool { return m.Type == 0x10 })
	last := slices.IndexFunc(made.sent, func(m foreignMessage) bool { return m.Type == 0x11 })
	if first < 0 || last != len(made.sent)-1 {
		f.t.Fatalf("the batch begins at %d and ends at %d of %d messages", first, last, len(made.sent))
	}
	var sent []string
	for i, m := range made.sent[first+1 : last] {
		if int(m.Seq) != i+1 {
			f.t.Errorf("message %d of the batch has number %d", i+1, m.Seq)
		}
		if kind, o := nftObject(m); kind != "" {
			o["handle"] = ""
			if kind == "chain" && at(o, "hook") != "" && m.at("policy") == "" {
				o["policy"] = "accept" // what the kernel takes where nothing is said
			}
			sent = append(sent, nftText(kind, o))
		}
	}
	var want []string
	for _, text := range listed {
		text, _, _ = strings.Cut(text, " handle=")
		want = append(want, text)
	}
	slices.Sort(sent)
	slices.Sort(want)
	if diff := cmp.Diff(want, sent); diff != "" {
		f.t.Errorf("sent (-listed +sent):\n%s", diff)
	}
}

// nftElements checks the elements of one set. The kernel's schema has timeouts in host byte order; an hour says that they
// are not.
func (f *foreign) nftElements(listed exchange) {
	f.t.Helper()
	got := map[string]string{}
	for _, m := range listed.of(listed.told, "nftables.SetelemList") {
		if m.at("set") != "blocked" {
			continue
		}
		elements, _ := m.Object["elements"].(Object)
		list, _ := elements["elem"].([]any)
		for _, e := range list {
			timeout := at(e.(Object), "timeout")
			if n, err := strconv.ParseUint(timeout, 10, 64); err == nil {
				timeout = fmt.Sprint(binary.BigEndian.Uint64(binary.NativeEndian.AppendUint64(nil, n)), " ms")
			}
			got[at(e.(Object), "key.value")] = at(e.(Object), "flags") + timeout
		}
	}
	const endOfInterval = "00000001"
	want := map[string]string{"00000000": endOfInterval, "c0000200": "", "c0000300": endOfInterval, "c6336407": "3600000 ms", "c6336408": endOfInterval}
	if diff := cmp.Diff(want, got); diff != "" {
		f.t.Errorf("elements (-want +got):\n%s", diff)
	}
}

// nftObject turns a message that tells of an object into what nft prints of it in JSON. It has no kind for others.
func nftObject(m foreignMessage) (kind string, o Object) {
	family := map[string]string{"1": "inet", "2": "ip"}[m.at("header.nfgen-family")]
	o = Object{"family": family, "table": m.at("table"), "name": m.at("name"), "handle": m.at("handle")}
	switch m.Type {
	case 0xa00:
		return "table", o
	case 0xa03:
		o["type"] = m.at("type")
		if o["type"] != "" {
			o["hook"] = []string{"prerouting", "input", "forward", "output", "postrouting"}[m.Object["hook"].(Object)["num"].(json.Number)[0]-'0']
			o["prio"], o["policy"] = m.at("hook.priority"), map[string]string{"0": "drop", "1": "accept"}[m.at("policy")]
		}
		return "chain", o
	case 0xa06:
		o["chain"] = m.at("chain")
		o["verdicts"] = nftVerdicts(m)
		return "rule", o
	case 0xa09:
		flags := strings.Split(m.at("flags"), "|")
		switch {
		case slices.Contains(flags, "anonymous"): // a part of a rule
			return "", nil
		case slices.Contains(flags, "map"):
			return "map", o
		}
		o["flags"] = strings.Join(flags, " ")
		return "set", o
	case 0xa12:
		kind = m.at("type")
		switch kind {
		case "counter":
			o["packets"], o["bytes"] = m.at("data.packets"), m.at("data.bytes")
		case "quota":
			o["bytes"], o["inv"] = m.at("data.bytes"), fmt.Sprint(m.at("data.flags") == "invert")
		case "ct-helper":
			kind = "ct helper"
		}
		return kind, o
	}
	return "", nil
}

// nftVerdicts are the verdicts of a rule, and the counters, in order.
func nftVerdicts(m foreignMessage) string {
	var texts []string
	for _, e := range m.Object["expressions"].(Object)["elem"].([]any) {
		e := e.(Object)
		switch {
		case at(e, "name") == "counter":
			texts = append(texts, fmt.Sprint("counter ", or0(at(e, "data.packets")), " ", or0(at(e, "data.bytes"))))
		case at(e, "data.data.verdict.chain") != "":
			texts = append(texts, at(e, "data.data.verdict.code")+" "+at(e, "data.data.verdict.chain"))
		case at(e, "data.data.verdict.code") != "":
			texts = append(texts, at(e, "data.data.verdict.code"))
		}
	}
	return strings.Join(texts, ", ")
}

func or0(s string) string {
	if s == "" {
		return "0"
	}
	return s
}

// nftKeys are what an object is compared by.
var nftKeys = []string{"family", "table", "chain", "name", "type", "hook", "prio", "policy", "flags", "packets", "bytes", "inv", "verdicts"}

// nftText is a line for an object: its values, and its handle at the end.
func nftText(kind string, o Object) string {
	text := kind
	for _, key := range append(nftKeys, "handle") {
		if v := at(o, key); v != "" {
			text += fmt.Sprintf(" %s=%s", key, strings.ReplaceAll(v, " ", "_"))
		}
	}
	return text
}

// nftPrinted turns what nft prints of an object into what nftObject makes of a message.
func nftPrinted(kind string, o Object) Object {
	if kind == "set" {
		o["flags"] = strings.Trim(at(o, "flags"), "[]")
	}
	if kind != "chain" {
		delete(o, "type") // of the elements, by name; of a helper, which the kernel's schema has no format for
	}
	list, _ := o["expr"].([]any)
	var verdicts []string
	for _, e := range list {
		for name, v := range e.(Object) {
			switch v, _ := v.(Object); {
			case name == "accept" || name == "drop":
				verdicts = append(verdicts, name)
			case name == "jump":
				verdicts = append(verdicts, "jump "+at(v, "target"))
			case name == "counter" && v != nil:
				verdicts = append(verdicts, fmt.Sprint("counter ", at(v, "packets"), " ", at(v, "bytes")))
			}
		}
	}
	o["verdicts"] = strings.Join(verdicts, ", ")
	return o
}
