//go:build linux

package livetest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/nlgen/nlgen/internal/kspecs"
	"github.com/nlgen/nlgen/internal/livetest/pyynl"
	"github.com/nlgen/nlgen/runtime/nl"
)

// A difference from the kernel's client: whose fault it is, and how we know.
type difference struct{ fault, why string }

const (
	schema = "the kernel's schema"
	client = "the client"
)

// differences are told by schema and path. One that does not occur any more fails the test.
var differences = map[string]difference{
	"ethtool stats-get: grp":                                 {schema, "does not say that grp repeats, so the client keeps the last of five; ethtool -S lists five"},
	"ethtool stats-get: [].grp":                              {schema, "does not say that grp repeats"},
	"ethtool strset-get: stringsets.stringset[].strings":     {schema, "says that strings repeats; the kernel puts one nest (strset_fill_set)"},
	"ethtool strset-get: [].stringsets.stringset[].strings":  {schema, "says that strings repeats; the kernel puts one nest (strset_fill_set)"},
	"mptcp_pm get-addr: addr.addr4":                          {schema, "has no hint that the number is an address; ip prints ours"},
	"mptcp_pm get-addr: [].addr.addr4":                       {schema, "has no hint that the number is an address; ip prints ours"},
	"nlctrl getpolicy: [].policy.mask":                       {schema, "numbers mask and pad the other way round than linux/netlink.h"},
	"nlctrl getpolicy: [].policy.pad":                        {schema, "numbers mask and pad the other way round than linux/netlink.h"},
	"rt-link getlink: af-spec.inet6.conf[]":                  {schema, "has u32; struct ipv6_devconf has __s32 and -1 is a value of it"},
	"rt-link getlink: [].af-spec.inet6.conf[]":               {schema, "has u32; struct ipv6_devconf has __s32 and -1 is a value of it"},
	"rt-link getlink: devlink-port.$bytes":                   {schema, "has bytes; the kernel puts a nest (rtnl_fill_devlink_port)"},
	"rt-link getlink: [].devlink-port.$bytes":                {schema, "has bytes; the kernel puts a nest (rtnl_fill_devlink_port)"},
	"rt-link getlink: exception":                             {client, "gives up on links of a kind that the schema lacks, which are vxlan and macvlan here"},
	"rt-link getlink: [].linkinfo.data.bridge-id.prio":       {schema, "has host byte order; the priority was set to 100 and ip prints 0064"},
	"rt-link getlink: linkinfo.data.bridge-id.prio":          {schema, "has host byte order; the priority was set to 100 and ip prints 0064"},
	"rt-link getlink: [].linkinfo.data.root-id.prio":         {schema, "has host byte order; the priority was set to 100 and ip prints 0064"},
	"rt-link getlink: linkinfo.data.root-id.prio":            {schema, "has host byte order; the priority was set to 100 and ip prints 0064"},
	"rt-link getlink: [].linkinfo.slave-data.bridge-id.prio": {schema, "has host byte order; the priority was set to 100 and ip prints 0064"},
	"rt-link getlink: linkinfo.slave-data.bridge-id.prio":    {schema, "has host byte order; the priority was set to 100 and ip prints 0064"},
	"rt-link getlink: [].linkinfo.slave-data.root-id.prio":   {schema, "has host byte order; the priority was set to 100 and ip prints 0064"},
	"rt-link getlink: linkinfo.slave-data.root-id.prio":      {schema, "has host byte order; the priority was set to 100 and ip prints 0064"},
	"rt-link getlink: prop-list.alt-ifname":                  {client, "takes from the whole set what the subset says otherwise, here multi-attr; ip prints both names"},
	"rt-link getstats: [].af-spec.$bytes":                    {schema, "has bytes; the kernel puts a nest of families (rtnl_fill_statsinfo)"},
	"rt-link getstats: [].link-xstats.$bytes":                {schema, "has bytes; the kernel puts a nest of link kinds"},
	"rt-link getstats: [].link-xstats.bridge":                {schema, "has bytes; the kernel puts a nest of link kinds"},
	"rt-link getstats: [].link-xstats-slave.$bytes":          {schema, "has bytes; the kernel puts a nest of link kinds"},
	"rt-link getstats: [].link-xstats-slave.bridge":          {schema, "has bytes; the kernel puts a nest of link kinds"},
	"rt-neigh getneigh: [].port":                             {schema, "has host byte order; bridge was given port 99 and prints it"},
	"rt-route getroute: cacheinfo.rta-id":                    {schema, "ends struct rta_cacheinfo after five of eight members"},
	"rt-route getroute: cacheinfo.rta-ts":                    {schema, "ends struct rta_cacheinfo after five of eight members"},
	"rt-route getroute: cacheinfo.rta-tsage":                 {schema, "ends struct rta_cacheinfo after five of eight members"},
	"rt-route getroute: [].cacheinfo.rta-id":                 {schema, "ends struct rta_cacheinfo after five of eight members"},
	"rt-route getroute: [].cacheinfo.rta-ts":                 {schema, "ends struct rta_cacheinfo after five of eight members"},
	"rt-route getroute: [].cacheinfo.rta-tsage":              {schema, "ends struct rta_cacheinfo after five of eight members"},
	"rt-route getroute: [].encap.$bytes":                     {schema, "has bytes; encap-type tells what is in them, as ip prints it"},
	"rt-route getroute: [].encap.action":                     {schema, "has bytes; encap-type tells what is in them, as ip prints it"},
	"rt-route getroute: [].encap.dst":                        {schema, "has bytes; encap-type tells what is in them, as ip prints it"},
	"rt-route getroute: [].encap.flags":                      {schema, "has bytes; encap-type tells what is in them, as ip prints it"},
	"rt-route getroute: [].encap.id":                         {schema, "has bytes; encap-type tells what is in them, as ip prints it"},
	"rt-route getroute: [].encap.nh6":                        {schema, "has bytes; encap-type tells what is in them, as ip prints it"},
	"rt-route getroute: [].encap.src":                        {schema, "has bytes; encap-type tells what is in them, as ip prints it"},
	"rt-route getroute: [].encap.srh":                        {schema, "has bytes; encap-type tells what is in them, as ip prints it"},
	"rt-route getroute: [].encap.tos":                        {schema, "has bytes; encap-type tells what is in them, as ip prints it"},
	"rt-route getroute: [].encap.ttl":                        {schema, "has bytes; encap-type tells what is in them, as ip prints it"},
	"rt-rule getrule: [].table":                              {client, "has header members and attributes in one map, where the header's 8 bits replace FRA_TABLE; ip prints 1000"},
	"rt-rule getrule: [].tun-id":                             {schema, "has host byte order; ip was given tunnel 77 and prints it"},
}

// circling are values that run in a circle meanwhile: their names at the end of a path.
var circling = []string{"gc-timer", "hello-timer", "forward-delay-timer", "hold-timer", "message-age-timer", "tcn-timer", "topology-change-timer"}

// machineWide begin the differences of what counts neighbours and lookups in all namespaces, where others are at work.
var machineWide = []string{"rt-neigh getneightbl: [].stats.", "rt-neigh getneightbl: [].config.entries"}

// TestKernelClient gives every do and dump of the ten families to the kernel's Python client with the kernel's schemas
// and compares its answers with those of generated code, and what it changes with what generated code changes.
func TestKernelClient(t *testing.T) {
	python := pyynl.New(t, kspecs.Dir(t))
	worlds := []struct {
		name, setup string
		calls       func(*World) []twice
	}{
		{"links", linksByTool, (*World).linkCalls},
		{"plain links", `
			ip link add va numtxqueues 3 numrxqueues 2 type veth peer name vb
			ip link add br0 type bridge
			ip link set vb master br0
			ip tuntap add tun0 mode tun
			ip link set va up
		`, (*World).linkCalls},
		{"addresses", addrsByTool, (*World).addrCalls},
		{"routes", routesByTool, (*World).routeCalls},
		{"rules", rulesByTool, (*World).ruleCalls},
		{"neighbours", neighboursByTool, (*World).neighCalls},
		{"netdev", netdevLinks, (*World).netdevCalls},
		{"ethtool", ethtoolLinks, (*World).ethtoolCalls},
		{"others", `
			ip link set lo up
			ip mptcp limits set subflow 5 add_addr_accepted 4
			ip mptcp endpoint add 10.0.0.1 id 7 signal
			ip mptcp endpoint add 2001:db8::1 id 9 subflow dev lo
		`, (*World).smallCalls},
	}
	seen := map[string]string{}
	ops := operations{}
	for _, world := range worlds {
		t.Run(world.name, func(t *testing.T) {
			w := New(t)
			w.Lines(world.setup)
			if world.name == "others" {
				w.connections("127.0.0.1:0")
			}
			maps.Copy(seen, lasting(func() map[string]string { return w.compare(python, ops, world.calls(w)) }))
		})
	}
	for _, s := range changes {
		t.Run("change "+s.name, func(t *testing.T) { maps.Copy(seen, s.run(t, python, ops)) })
	}
	for _, key := range slices.Sorted(maps.Keys(seen)) {
		if _, ok := differences[key]; !ok {
			t.Errorf("%s: %s", key, seen[key])
		}
	}
	for key, d := range differences {
		if _, ok := seen[key]; !ok {
			t.Errorf("%q is listed (%s %s) and does not occur any more", key, d.fault, d.why)
		}
	}
	ops.check(t)
}

// attempts is how often a comparison may find something else than the list.
const attempts = 6

// lasting compares until nothing differs that is not listed. The kernel goes on changing neighbours and multicast
// groups by itself, between our call and the client's too: what is not listed counts only if every attempt finds it.
func lasting(compare func() map[string]string) map[string]string {
	found := map[string]string{} // listed differences
	var unlisted map[string]string
	for range attempts {
		now := map[string]string{}
		for key, text := range compare() {
			if _, ok := differences[key]; ok {
				found[key] = text
			} else if _, before := unlisted[key]; before || unlisted == nil {
				now[key] = text
			}
		}
		if unlisted = now; len(unlisted) == 0 {
			break
		}
	}
	maps.Copy(found, unlisted)
	return found
}

// compare makes calls with generated code, with the client, and once more, and returns what differs by schema,
// operation and path.
func (w *World) compare(python *pyynl.Client, ops operations, calls []twice) map[string]string {
	before := ours(calls)
	theirs := w.theirs(python, calls)
	after := ours(calls)
	ops.add(calls, theirs)
	return differAll(calls, theirs, before, after, circling)
}

// differAll compares answers and returns what differs by schema, operation and path, save at paths that end in one of
// the names, and what is machineWide.
func differAll(calls []twice, theirs []pyynl.Result, before, after []answer, except []string) map[string]string {
	found := map[string]string{}
	for i, c := range calls {
		for path, text := range differ(theirs[i], before[i], after[i]) {
			key := fmt.Sprintf("%s %s: %s", c.Spec, c.Op, path)
			begins := func(prefix string) bool { return strings.HasPrefix(key, prefix) }
			if !slices.Contains(except, path[strings.LastIndex(path, ".")+1:]) && !slices.ContainsFunc(machineWide, begins) {
				found[key] = text
			}
		}
	}
	return found
}

// theirs makes calls with the client.
func (w *World) theirs(python *pyynl.Client, calls []twice) (results []pyynl.Result) {
	var list []pyynl.Call
	for _, c := range calls {
		list = append(list, c.Call)
	}
	w.Do(func() { results = python.Run(w.t, list) })
	return results
}

// answer is what generated code makes of a call.
type answer struct {
	tree any
	err  error
}

func ours(calls []twice) (list []answer) {
	for _, c := range calls {
		m, err := c.ours()
		a := answer{err: err}
		if err == nil && m != nil {
			a.tree = policies(pyynl.Tree(m))
		}
		list = append(list, a)
	}
	return list
}

// differ compares two answers: values, or the number of the refusal.
func differ(theirs pyynl.Result, before, after answer) map[string]string {
	var refused *nl.Error
	switch {
	case theirs.Exception != "":
		return map[string]string{"exception": theirs.Exception}
	case errors.As(before.err, &refused) && int(refused.Errno) == theirs.Errno:
		return nil
	case before.err != nil || theirs.Errno != 0:
		return map[string]string{"refusal": fmt.Sprintf("errno %d for the client, %v for us", theirs.Errno, before.err)}
	case theirs.Reply == nil && before.tree == nil: // an acknowledgement
		return nil
	}
	return pyynl.Diff(theirs.Reply, before.tree, after.tree)
}

// policies turns the two nests of arrays in a policy message, each of which has one element, into what the client makes
// of them.
func policies(tree any) any {
	switch v := tree.(type) {
	case []any:
		for i := range v {
			v[i] = policies(v[i])
		}
	case map[string]any:
		if ops, ok := v["op-policy"].([]any); ok && len(ops) == 1 {
			v["op-policy"] = flat(ops[0], "op-id")
		}
		if list, ok := v["policy"].([]any); ok && len(list) == 1 {
			for policy, attrs := range list[0].(map[string]any) {
				if a, ok := attrs.([]any); ok && len(a) == 1 {
					o := flat(a[0], "attr-id")
					o["policy-id"] = pyynl.Number(policy)
					v["policy"] = o
				}
			}
		}
	}
	return tree
}

// flat moves the index of an array's entry into the entry.
func flat(entry any, name string) map[string]any {
	for index, value := range entry.(map[string]any) {
		o := maps.Clone(value.(map[string]any))
		o[name] = pyynl.Number(index)
		return o
	}
	return nil
}
