//go:build linux

package livetest

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nlgen/nlgen/internal/kspecs"
	"github.com/nlgen/nlgen/internal/livetest/compiled"
	"github.com/nlgen/nlgen/internal/livetest/record"
	"golang.org/x/sys/unix"
)

// beyondKernelSpecs are attributes in the traffic of nft and conntrack that the kernel's schemas do not describe, with the
// reason. One that does not occur any more fails the test.
var beyondKernelSpecs = map[string]string{
	"nftables.Obj: data":                     "no format for limits and helpers of connection tracking",
	"nftables.Rule: expressions.elem[].data": "no format for limit, exthdr, masq, redir",
	"nftables.SetelemList: elements.2":       "nft numbers elements from 1; the kernel reads them all, the schema knows 1",
	"nftables.SetelemList: elements.3":       "as above",
	"nftables.SetelemList: elements.4":       "as above",
	"nftables.SetelemList: elements.5":       "as above",
}

// notSameKernelSpecs are attributes that come back changed when such a message is decoded and encoded.
var notSameKernelSpecs = map[string]string{
	"nftables.Rule: 4.1.2.2": "nft sends the name of an object without the NUL that ends every string of ours",
}

// foreignTypes are the messages of the families that have no package here, by protocol and message type. Those of
// SOCK_DIAG are told apart by the first byte, the socket's family, and by who sent them.
var foreignTypes = map[string]string{
	"12 0x10": "nftables.Batch", "12 0x11": "nftables.Batch",
	"12 0xa00": "nftables.Table", "12 0xa01": "nftables.Table", "12 0xa02": "nftables.Table",
	"12 0xa03": "nftables.Chain", "12 0xa04": "nftables.Chain", "12 0xa05": "nftables.Chain",
	"12 0xa06": "nftables.Rule", "12 0xa07": "nftables.Rule", "12 0xa08": "nftables.Rule",
	"12 0xa09": "nftables.Set", "12 0xa0a": "nftables.Set", "12 0xa0b": "nftables.Set",
	"12 0xa0c": "nftables.SetelemList", "12 0xa0d": "nftables.SetelemList", "12 0xa0e": "nftables.SetelemList",
	"12 0xa0f": "nftables.Gen", "12 0xa10": "nftables.Gen",
	"12 0xa12": "nftables.Obj", "12 0xa13": "nftables.Obj", "12 0xa14": "nftables.Obj",
	"12 0xa16": "nftables.Flowtable", "12 0xa17": "nftables.Flowtable",
	"12 0x100": "conntrack.Message", "12 0x101": "conntrack.Message", "12 0x102": "conntrack.Message",
	"12 0x104": "conntrack.ConntrackStats", "12 0x105": "conntrack.ConntrackStats",
	"4 0x14 1 true": "sockdiag.QuestionUnixReq", "4 0x14 2 true": "sockdiag.Question", "4 0x14 10 true": "sockdiag.Question",
	"4 0x14 17 true": "sockdiag.QuestionPacketReq",
	"4 0x14 1 false": "sockdiag.Unix", "4 0x14 2 false": "sockdiag.Inet", "4 0x14 10 false": "sockdiag.Inet",
	"4 0x14 17 false": "sockdiag.Packet",
}

// foreignHeaders are the lengths of fixed headers that are not that of netfilter.
var foreignHeaders = map[string]int{
	"sockdiag.Question": 56, "sockdiag.QuestionUnixReq": 24, "sockdiag.QuestionPacketReq": 20,
	"sockdiag.Inet": 72, "sockdiag.Unix": 16, "sockdiag.Packet": 16,
}

const netfilterHeader = 4

// foreign reads the traffic of tools with packages compiled for it.
type foreign struct {
	*World
	recorder *record.Recorder
	decoder  *compiled.Decoder
	check    *check
}

// exchange is what one tool printed, said and heard.
type exchange struct {
	out        string
	sent, told []foreignMessage
}

// of returns the messages of a type.
func (e exchange) of(list []foreignMessage, typ string) (found []foreignMessage) {
	for _, m := range list {
		if m.typ == typ {
			found = append(found, m)
		}
	}
	return found
}

// A foreignMessage is a decoded message of a family that has no package here.
type foreignMessage struct {
	record.Message
	typ string
	Object
}

// at returns what stands at a path of names joined by dots, "" where there is nothing.
func (m foreignMessage) at(path string) string { return at(m.Object, path) }

func at(o Object, path string) string {
	var v any = o
	for name := range strings.SplitSeq(path, ".") {
		o, _ := v.(Object)
		v = o[name]
	}
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// run runs a tool and reads all that it says and hears.
func (f *foreign) run(name string, args ...string) exchange {
	f.t.Helper()
	out, errs, err := f.try(f.recorder.Env(), name, args...)
	if err != nil {
		f.t.Fatalf("run %s %s: %v\n%s%s", name, strings.Join(args, " "), err, out, errs)
	}
	list := Get[[]record.Message](f.t)(f.recorder.Messages())
	for _, fault := range record.Faults(list) {
		f.t.Errorf("%s %s: %s", name, strings.Join(args, " "), fault)
	}
	e := exchange{out: out}
	var messages []compiled.Message
	var kept []record.Message
	for _, m := range list {
		if typ := foreignType(m); typ != "" {
			messages, kept = append(messages, compiled.Message{Type: typ, Body: m.Body}), append(kept, m)
		} else if m.Type >= unix.NLMSG_MIN_TYPE && (m.Protocol == unix.NETLINK_NETFILTER || m.Protocol == unix.NETLINK_SOCK_DIAG) {
			f.t.Errorf("%s: no type for message %#x of protocol %d", name, m.Type, m.Protocol)
		}
	}
	for i, r := range f.decoder.Decode(f.t, messages) {
		m := foreignMessage{kept[i], messages[i].Type, r.Value}
		f.message(m, r)
		if m.Sent {
			e.sent = append(e.sent, m)
		} else {
			e.told = append(e.told, m)
		}
	}
	return e
}

func foreignType(m record.Message) string {
	key := fmt.Sprintf("%d %#x", m.Protocol, m.Type)
	if m.Protocol == unix.NETLINK_SOCK_DIAG && len(m.Body) > 0 {
		key = fmt.Sprintf("%s %d %t", key, m.Body[0], m.Sent)
	}
	return foreignTypes[key]
}

// message checks that nothing in a message is unknown and that it encodes to the same attributes.
func (f *foreign) message(m foreignMessage, r compiled.Result) {
	f.t.Helper()
	if r.Err != "" {
		f.t.Errorf("%s: %s in %x", m.typ, r.Err, m.Body)
		return
	}
	f.check.messages[m.typ]++
	for _, u := range r.Unknown() {
		f.check.complain(f.t, beyondKernelSpecs, fmt.Sprintf("%s: %s", m.typ, u), "is not known")
	}
	header, ok := foreignHeaders[m.typ]
	if !ok {
		header = netfilterHeader
	}
	for _, d := range record.Diff(m.Body, r.Again, record.Headers{"": header}) {
		path, text, _ := strings.Cut(d, " ")
		f.check.complain(f.t, notSameKernelSpecs, fmt.Sprintf("%s: %s", m.typ, path), text)
	}
}

// TestForeignTraffic reads what nft, conntrack and ss say and hear with packages compiled here and now, from the kernel's
// schemas and one of the test's own, and compares it with what the tools print.
func TestForeignTraffic(t *testing.T) {
	specs := kspecs.Dir(t)
	var types []string
	have := map[string]bool{}
	for _, typ := range foreignTypes {
		if !have[typ] {
			have[typ] = true
			types = append(types, typ)
		}
	}
	d := compiled.New(t, []string{filepath.Join(specs, "nftables.yaml"), filepath.Join(specs, "conntrack.yaml"),
		Get[string](t)(filepath.Abs("testdata/sock-diag.yaml"))}, types...)
	c := check{seen: map[string]bool{}, messages: map[string]int{}}
	r := record.New(t)
	for _, s := range []struct {
		name string
		run  func(*foreign)
	}{{"nft", (*foreign).nft}, {"conntrack", (*foreign).conntrack}, {"ss", (*foreign).sockets}} {
		t.Run(s.name, func(t *testing.T) {
			w := New(t)
			w.Lines("ip link set lo up")
			s.run(&foreign{w, r, d, &c})
		})
	}
	c.done(t, beyondKernelSpecs, notSameKernelSpecs)
	for typ := range have {
		if c.messages[typ] == 0 {
			t.Errorf("no message of type %s", typ)
		}
	}
}
