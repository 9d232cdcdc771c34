//go:build linux

package livetest

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
)

// conntrack makes entries, changes, lists and removes them.
func (f *foreign) conntrack() {
	entry := func(word string, args string) exchange {
		return f.run("conntrack", append([]string{word}, strings.Fields(args)...)...)
	}
	const tcp, udp = "-s 10.0.0.1 -d 10.0.0.2 -p tcp --sport 100 --dport 200", "-s 2001:db8::1 -d 2001:db8::2 -p udp --sport 300 --dport 400"
	entry("-I", tcp+" --state ESTABLISHED -t 100 -m 7")
	entry("-I", udp+" -t 1000 -u SEEN_REPLY,ASSURED")
	made := entry("-I", "-s 10.0.0.3 -d 10.0.0.4 -p icmp --icmp-type 8 --icmp-code 0 --icmp-id 5 -t 50")
	if len(made.sent) != 1 || made.sent[0].at("tuple-orig.tuple-proto.proto-icmp-id") != "5" {
		f.t.Errorf("conntrack sends %v", made.sent)
	}
	entry("-U", tcp+" -m 8")
	if got := entry("-G", tcp); len(got.told) != 1 || got.told[0].at("mark") != "8" {
		f.t.Errorf("conntrack is told %v, want one entry of mark 8", got.told)
	}

	listed := entry("-L", "-o xml")
	theirs := conntrackPrinted(f, listed.out)
	var ours []string
	for _, m := range listed.of(listed.told, "conntrack.Message") {
		ours = append(ours, conntrackText(m))
	}
	slices.Sort(theirs)
	slices.Sort(ours)
	if diff := cmp.Diff(theirs, ours); diff != "" || len(ours) != 3 {
		f.t.Errorf("%d entries, want 3 (-conntrack +we):\n%s", len(ours), diff)
	}

	stats := f.run("conntrack", "-S")
	var lines []string
	for _, m := range stats.of(stats.told, "conntrack.ConntrackStats") {
		line := fmt.Sprintf("cpu=%s", m.at("header.res-id"))
		for _, name := range []string{"found", "invalid", "insert", "insert-failed", "drop", "early-drop", "error", "search-restart",
			"clash-resolve", "chain-toolong"} {
			line += fmt.Sprintf(" %s=%s", strings.ReplaceAll(strings.Replace(name, "chain-", "chain", 1), "-", "_"), m.at(name))
		}
		lines = append(lines, line)
	}
	var printed []string
	for line := range strings.Lines(stats.out) {
		printed = append(printed, strings.Join(strings.Fields(line), " "))
	}
	if diff := cmp.Diff(printed, lines); diff != "" || len(lines) == 0 {
		f.t.Errorf("counters (-conntrack +we):\n%s", diff)
	}
	if n := f.run("conntrack", "-C"); len(n.told) != 1 || n.told[0].at("searched")+"\n" != n.out { // the schema's name for attribute 1
		f.t.Errorf("conntrack prints a count of %q and is told %v", n.out, n.told)
	}
	entry("-D", tcp)
	left := entry("-L", "-o xml")
	if got := len(left.of(left.told, "conntrack.Message")); got != 2 {
		f.t.Errorf("%d entries are left after a delete, want 2", got)
	}
}

// conntrackText is a line for an entry.
func conntrackText(m foreignMessage) string {
	text := fmt.Sprint("timeout=", m.at("timeout"), " use=", m.at("use"), " id=", m.at("id"))
	if mark := m.at("mark"); mark != "0" {
		text += " mark=" + mark
	}
	if state := m.at("protoinfo.protoinfo-tcp.tcp-state"); state != "" {
		text += " state=" + strings.ToUpper(state)
	}
	for _, way := range []string{"orig", "reply"} {
		ip, proto := "tuple-"+way+".tuple-ip.ip-v4-", "tuple-"+way+".tuple-proto.proto-"
		if m.at(ip+"src") == "" {
			ip = "tuple-" + way + ".tuple-ip.ip-v6-"
		}
		text += fmt.Sprint(" ", m.at(proto+"num"), " ", m.at(ip+"src"), ":", m.at(proto+"src-port"), ">", m.at(ip+"dst"), ":", m.at(proto+"dst-port"))
	}
	return text
}

// conntrackPrinted are the same lines from what conntrack prints as XML.
func conntrackPrinted(f *foreign, out string) (lines []string) {
	var doc struct {
		Flow []struct {
			Meta []struct {
				Direction string `xml:"direction,attr"`
				Layer3    struct {
					Src string `xml:"src"`
					Dst string `xml:"dst"`
				} `xml:"layer3"`
				Layer4 struct {
					Protonum string `xml:"protonum,attr"`
					Sport    string `xml:"sport"`
					Dport    string `xml:"dport"`
				} `xml:"layer4"`
				State   string `xml:"state"`
				Timeout string `xml:"timeout"`
				Mark    string `xml:"mark"`
				Use     string `xml:"use"`
				ID      string `xml:"id"`
			} `xml:"meta"`
		} `xml:"flow"`
	}
	Must(f.t, xml.Unmarshal([]byte(out), &doc))
	for _, flow := range doc.Flow {
		ways, text := "", ""
		for _, m := range flow.Meta {
			if m.Direction != "independent" {
				ways += fmt.Sprint(" ", m.Layer4.Protonum, " ", m.Layer3.Src, ":", m.Layer4.Sport, ">", m.Layer3.Dst, ":", m.Layer4.Dport)
				continue
			}
			text = fmt.Sprint("timeout=", m.Timeout, " use=", m.Use, " id=", m.ID)
			if m.Mark != "0" && m.Mark != "" {
				text += " mark=" + m.Mark
			}
			if m.State != "" {
				text += " state=" + m.State
			}
		}
		lines = append(lines, text+ways)
	}
	return lines
}
