package verify

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/spec"
	"github.com/nlgen/nlgen/generated/nlctrl"
	"github.com/nlgen/nlgen/internal/kspecs"
	"github.com/nlgen/nlgen/runtime/nl"
)

func kernelSchemas(t testing.TB) []schema {
	t.Helper()
	return loadAll(t, kspecs.Dir(t))
}

// needCtrl opens the controller of generic netlink.
func needCtrl(t testing.TB) *nlctrl.Client {
	t.Helper()
	c, err := nlctrl.Dial(nl.Options{})
	if err != nil {
		missing(t, "no generic netlink here: %v", err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

var (
	specsOnce    sync.Once
	specsReports []*report
)

// kernelSpecs holds the kernel's 33 schemas against everything that there is.
func kernelSpecs(t testing.TB) []*report {
	t.Helper()
	s := &sources{kernel: needKernel(t), headers: []*facts{needHeaders(t)}, ctrl: needCtrl(t)}
	all := kernelSchemas(t)
	specsOnce.Do(func() { specsReports = reports(t, s, all) })
	return specsReports
}

// A defect is something that a kernel schema says wrong.
type defect struct {
	spec  string
	at    []string // texts that follow one another in the schema; the last is on the line of the defect
	rule  string
	words string // of the message
}

// known lists what is known to be wrong in numbers and layouts of the 7.2 schemas.
var known = []defect{
	{"nlctrl", []string{"name: policy-attrs", "name: mask"}, RuleAttributeID, "is 11, the kernel has NL_POLICY_TYPE_ATTR_MASK = 12"},
	{"nlctrl", []string{"name: policy-attrs", "name: pad"}, RuleAttributeID, "is 12, the kernel has NL_POLICY_TYPE_ATTR_PAD = 11"},
	{"nftables", []string{"name: chain-attrs", "name: flags"}, RuleAttributeID, "is 9, the kernel has NFTA_CHAIN_FLAGS = 10"},
	{"nftables", []string{"name: chain-attrs", "name: id"}, RuleAttributeID, "is 10, the kernel has NFTA_CHAIN_ID = 11"},
	{"nftables", []string{"name: chain-attrs", "name: userdata"}, RuleAttributeID, "is 11, the kernel has NFTA_CHAIN_USERDATA = 12"},
	{"nftables", []string{"name: rule-attrs", "name: id"}, RuleAttributeID, "is 8, the kernel has NFTA_RULE_ID = 9"},
	{"nftables", []string{"name: rule-attrs", "name: position-id"}, RuleAttributeID, "is 9, the kernel has NFTA_RULE_POSITION_ID = 10"},
	{"nftables", []string{"name: rule-attrs", "name: chain-id"}, RuleAttributeID, "is 10, the kernel has NFTA_RULE_CHAIN_ID = 11"},
	{"nftables", []string{"name: setelem-attrs", "name: objref"}, RuleAttributeID, "is 8, the kernel has NFTA_SET_ELEM_OBJREF = 9"},
	{"nftables", []string{"name: setelem-attrs", "name: key-end"}, RuleAttributeID, "is 9, the kernel has NFTA_SET_ELEM_KEY_END = 10"},
	{"nftables", []string{"name: setelem-attrs", "name: expressions"}, RuleAttributeID, "is 10, the kernel has NFTA_SET_ELEM_EXPRESSIONS = 11"},
	{"nftables", []string{"name: expr-lookup-attrs", "name: set-id"}, RuleAttributeID, "is 2, the kernel has NFTA_LOOKUP_SET_ID = 4"},
	{"nftables", []string{"name: expr-lookup-attrs", "name: sreg"}, RuleAttributeID, "is 3, the kernel has NFTA_LOOKUP_SREG = 2"},
	{"nftables", []string{"name: expr-lookup-attrs", "name: dreg"}, RuleAttributeID, "is 4, the kernel has NFTA_LOOKUP_DREG = 3"},
	{"nftables", []string{"name: fib-result", "- oif"}, RuleEnumValue, "is 0, the kernel has NFT_FIB_RESULT_OIF = 1"},
	{"nftables", []string{"name: fib-result", "- oifname"}, RuleEnumValue, "is 1, the kernel has NFT_FIB_RESULT_OIFNAME = 2"},
	{"nftables", []string{"name: fib-result", "- addrtype"}, RuleEnumValue, "is 2, the kernel has NFT_FIB_RESULT_ADDRTYPE = 3"},
	{"conntrack", []string{"name: nat-attrs", "name: nat-v6-minip"}, RuleAttributeID, "is 3, the kernel has CTA_NAT_V6_MINIP = 4"},
	{"conntrack", []string{"name: nat-attrs", "name: nat-v6-maxip"}, RuleAttributeID, "is 4, the kernel has CTA_NAT_V6_MAXIP = 5"},
	{"conntrack", []string{"name: nat-attrs", "name: nat-proto"}, RuleAttributeID, "is 5, the kernel has CTA_NAT_PROTO = 3"},
	{"ethtool", []string{"name: module-fw-flash-status", "name: started"}, RuleEnumValue, "is 0, the kernel has ETHTOOL_MODULE_FW_FLASH_STATUS_STARTED = 1"},
	{"ethtool", []string{"name: module-fw-flash-status", "name: in-progress"}, RuleEnumValue, "is 1, the kernel has ETHTOOL_MODULE_FW_FLASH_STATUS_IN_PROGRESS = 2"},
	{"ethtool", []string{"name: module-fw-flash-status", "name: completed"}, RuleEnumValue, "is 2, the kernel has ETHTOOL_MODULE_FW_FLASH_STATUS_COMPLETED = 3"},
	{"ethtool", []string{"name: module-fw-flash-status", "name: error"}, RuleEnumValue, "is 3, the kernel has ETHTOOL_MODULE_FW_FLASH_STATUS_ERROR = 4"},
	{"ethtool", []string{"name: c33-pse-ext-state", "name: power-not-available"}, RuleEnumValue, "is 7, the kernel has ETHTOOL_C33_PSE_EXT_STATE_POWER_NOT_AVAILABLE = 8"},
	{"ethtool", []string{"name: c33-pse-ext-state", "name: short-detected"}, RuleEnumValue, "is 8, the kernel has ETHTOOL_C33_PSE_EXT_STATE_SHORT_DETECTED = 9"},
	{"ovs_flow", []string{"name: action-attrs", "name: psample"}, RuleAttributeID, "is 24, the header has OVS_ACTION_ATTR_PSAMPLE = 25"},
	{"rt-link", []string{"name: ipv4-devconf", "name: forwarding"}, RuleEnumValue, "is 0, the kernel has IPV4_DEVCONF_FORWARDING = 1"},
	{"rt-link", []string{"name: ipv4-devconf", "name: arp-evict-nocarrier"}, RuleEnumValue, "is 32, the kernel has IPV4_DEVCONF_ARP_EVICT_NOCARRIER = 33"},
	{"rt-link", []string{"name: ifla-inet6-stats", "name: outforwdatagrams"}, RuleEnumValue, "is 4, the kernel has IPSTATS_MIB_OUTFORWDATAGRAMS = 11"},
	{"rt-link", []string{"name: ifla-inet6-stats", "name: noectpkts"}, RuleEnumValue, "is 32, the kernel has IPSTATS_MIB_NOECTPKTS = 4"},

	{"tc", []string{"name: tc-ratespec", "name: overhead"}, RuleMemberWidth, "1 byte wide, the kernel has 2 bytes"},
	{"tc", []string{"name: tc-ratespec", "name: cell-align"}, RuleMemberWidth, "1 byte wide, the kernel has 2 bytes"},
	{"tc", []string{"name: tc-ratespec", "name: mpu"}, RuleMemberWidth, "1 byte wide, the kernel has 2 bytes"},
	{"tc", []string{"name: tc-ratespec", "name: rate"}, RuleUnwrittenPadding, "packed, the member is at offset 5, the kernel has it at 8"},
	{"tc", []string{"name: tc-tbf-qopt", "name: peakrate"}, RuleUnwrittenPadding, "packed, the member is at offset 9, the kernel has it at 12"},
	{"tc", []string{"name: tc-htb-opt", "name: ceil"}, RuleUnwrittenPadding, "packed, the member is at offset 9, the kernel has it at 12"},
	{"tc", []string{"name: tc-police", "name: peakrate"}, RuleUnwrittenPadding, "packed, the member is at offset 29, the header has it at 32"},
	{"tc", []string{"name: tc-u32-sel"}, RuleStructSize, "has 32 bytes, the kernel has 16 bytes"},
	{"tc", []string{"name: tc-u32-sel", "name: offmask"}, RuleUnwrittenPadding, "packed, the member is at offset 3, the kernel has it at 4"},
	{"tc", []string{"name: tc-u32-sel", "name: keys"}, RuleMemberWidth, "16 bytes wide, the kernel has 0 bytes"},
	{"tc", []string{"name: tc-u32-pcnt"}, RuleStructSize, "has 24 bytes, the header has 16 bytes"},
	{"tc", []string{"name: tc-pedit-sel"}, RuleStructSize, "has 48 bytes, the header has 24 bytes"},
	{"tc", []string{"name: tc-pedit-sel", "name: keys"}, RuleUnwrittenPadding, "packed, the member is at offset 22, the header has it at 24"},
	{"tc", []string{"name: tc-stats"}, RuleUnwrittenPadding, "packed it has 36 bytes, the kernel has 40 bytes"},
	{"tc", []string{"name: gnet-stats-basic"}, RuleUnwrittenPadding, "packed it has 12 bytes, the kernel has 16 bytes"},
	{"rt-link", []string{"name: rtnl-link-ifmap"}, RuleUnwrittenPadding, "packed it has 28 bytes, the kernel has 32 bytes"},
	{"rt-link", []string{"name: ifla-vf-guid", "name: guid"}, RuleUnwrittenPadding, "packed, the member is at offset 4, the kernel has it at 8"},
	{"rt-link", []string{"name: ifla-vf-vlan-info", "name: vlan-proto"}, RuleMemberWidth, "4 bytes wide, the kernel has 2 bytes"},
	{"rt-route", []string{"name: rta-cacheinfo"}, RuleStructSize, "has 20 bytes, the kernel has 32 bytes in struct rta_cacheinfo; at its end are rta_id, rta_ts, rta_tsage"},
	{"rt-rule", []string{"name: rtgenmsg"}, RuleStructSize, "has 4 bytes, the kernel has 1 byte"},
	{"ovs_flow", []string{"name: ovs-key-arp"}, RuleUnwrittenPadding, "packed it has 22 bytes, the header has 24 bytes"},
	{"ovs_flow", []string{"name: ovs-key-ct-tuple-ipv4"}, RuleUnwrittenPadding, "packed it has 13 bytes, the header has 16 bytes"},
	{"ovs_flow", []string{"name: ovs-action-push-mpls", "name: mpls-ethertype"}, RuleMemberWidth, "4 bytes wide, the header has 2 bytes"},
	{"ovs_flow", []string{"name: ovs-action-add-mpls", "name: mpls-ethertype"}, RuleMemberWidth, "4 bytes wide, the header has 2 bytes"},
	{"ovs_flow", []string{"name: ovs-action-add-mpls", "name: tun-flags"}, RuleMemberOffset, "at offset 8, the header has ovs_action_add_mpls.tun_flags at 6"},
}

// requests lists what request lists of the 7.2 schemas have wrong, as far as a 6.18 kernel's policies tell.
var requests = map[string]map[string][]string{
	"ethtool " + RuleRefusedAttribute: {
		"do of linkinfo-set":  {"tp-mdix", "transceiver"},
		"do of linkmodes-set": {"peer", "master-slave-state", "rate-matching"},
		"do of features-set":  {"hw", "active", "nochange"},
		"do of rings-set":     {"rx-max", "rx-mini-max", "rx-jumbo-max", "tx-max", "tx-push-buf-len-max", "hds-thresh-max"},
		"do of channels-set":  {"rx-max", "tx-max", "other-max", "combined-max"},
		"do of pause-set":     {"stats", "stats-src"},
		"do of eee-set":       {"modes-peer", "active"},
		"do of fec-set":       {"active", "stats"},
		"do of module-set":    {"power-mode"},
		"do of plca-set-cfg":  {"version", "status"},
	},
	"ethtool " + RuleUnlistedAttribute: {
		"do of pause-get":          {"stats-src"},
		"dump of pause-get":        {"stats-src"},
		"do of cable-test-tdr-act": {"cfg"},
		"do of stats-get":          {"src"},
		"dump of stats-get":        {"src"},
		"do of rss-get":            {"start-context"},
		"dump of rss-get":          {"context"},
	},
	"mptcp_pm " + RuleUnlistedAttribute: {
		"dump of get-addr": {"addr", "token"},
	},
	"nlctrl " + RuleUnlistedAttribute: {
		"do of getfamily":   {"family-id"},
		"dump of getfamily": {"family-id", "family-name"},
	},
}

// lineOf returns the line of a schema where the last of some texts stands that follow one another.
func lineOf(t testing.TB, name string, texts []string) int {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(kspecs.Dir(t), name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Split(string(data), "\n")
	line := -1
	for _, text := range texts {
		i := slices.IndexFunc(all[line+1:], func(s string) bool {
			return strings.TrimLeft(strings.TrimSpace(s), "- ") == strings.TrimLeft(text, "- ")
		})
		if i < 0 {
			t.Fatalf("%s: no line %q", name, text)
		}
		line += 1 + i
	}
	return line + 1
}

func reportOf(t testing.TB, all []*report, name string) *report {
	t.Helper()
	for _, r := range all {
		if filepath.Base(r.path) == name+".yaml" {
			return r
		}
	}
	t.Fatalf("no report on %s", name)
	return nil
}

func TestKnownDefects(t *testing.T) {
	all := kernelSpecs(t)
	for _, d := range known {
		t.Run(d.spec+" "+strings.Join(d.at, " "), func(t *testing.T) {
			line := lineOf(t, d.spec, d.at)
			r := reportOf(t, all, d.spec)
			for _, got := range r.differences {
				if got.Line == line && got.Rule == d.rule && strings.Contains(anySource.Replace(got.Message), anySource.Replace(d.words)) && got.Severity == spec.Error {
					return
				}
			}
			t.Errorf("no %s at %s.yaml:%d that says %q", d.rule, d.spec, line, d.words)
		})
	}
}

func TestRequestLists(t *testing.T) {
	all := kernelSpecs(t)
	count := map[string]int{}
	for key, ops := range requests {
		name, rule, _ := strings.Cut(key, " ")
		r := reportOf(t, all, name)
		if r.absent {
			t.Logf("this kernel has no family %s", name)
			continue
		}
		for op, attrs := range ops {
			for _, a := range attrs {
				count[rule]++
				texts := []string{"the " + op + " lists " + a + ",", "the policy of the " + op + " takes " + a + ","}
				i := slices.IndexFunc(r.differences, func(d spec.Diagnostic) bool {
					return d.Rule == rule && (strings.HasPrefix(d.Message, texts[0]) || strings.HasPrefix(d.Message, texts[1]))
				})
				if i < 0 {
					t.Errorf("%s: no %s of %s in the %s", name, rule, a, op)
					continue
				}
				if got := r.differences[i].Line; rule == RuleRefusedAttribute && !lists(t, name, got, op, a) {
					t.Errorf("%s of %s is reported at line %d, which does not list it", a, op, got)
				}
			}
		}
	}
	if count[RuleRefusedAttribute] != 27 || count[RuleUnlistedAttribute] != 12 {
		t.Logf("compared %v", count)
	}
}

// lists tells whether a line of a schema lists an attribute for an operation, or for one that is named alike:
// where a list is an alias, the line is in the operation that has the anchor.
func lists(t testing.TB, name string, line int, op, attr string) bool {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(kspecs.Dir(t), name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Split(string(data), "\n")
	if strings.TrimSpace(all[line-1]) != "- "+attr {
		return false
	}
	_, op, _ = strings.Cut(op, " of ")
	what, _, _ := strings.Cut(op, "-")
	for i := line - 1; i >= 0; i-- {
		if n, ok := strings.CutPrefix(strings.TrimSpace(all[i]), "name: "); ok {
			return strings.HasPrefix(n, what+"-")
		}
	}
	return false
}

// TestKernelSpecsByHeaders compares everything that headers say of the kernel's schemas with a list whose entries
// have each been looked at.
func TestKernelSpecsByHeaders(t *testing.T) {
	needVersion(t, "7.2")
	s := &sources{headers: []*facts{needHeaders(t)}}
	golden(t, "specs-headers-7.2.txt", differencesOf(reports(t, s, kernelSchemas(t))))
}

// TestKernelSpecsByKernel does the same with what the kernel says, for the kernel that the list is of.
func TestKernelSpecsByKernel(t *testing.T) {
	kernel, ctrl := needKernel(t), needCtrl(t)
	if release := kernelRelease(t); !strings.HasPrefix(release, goldenKernel) {
		t.Skipf("the list is of kernel %s*, this is %s", goldenKernel, release)
	}
	s := &sources{kernel: kernel, ctrl: ctrl}
	golden(t, "specs-kernel-6.18.txt", differencesOf(reports(t, s, kernelSchemas(t))))
}

// goldenKernel is the kernel that the list is of; its options decide which families there are.
const goldenKernel = "6.18.44-fc"

func kernelRelease(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		t.Skipf("the kernel does not tell its release: %v", err)
	}
	return strings.TrimSpace(string(data))
}

// needVersion skips the test unless the headers are of a kernel version.
func needVersion(t testing.TB, version string) {
	t.Helper()
	d, err := openHeaders(uapiHeaders(t))
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(d.include, "linux", "version.h"))
	if err != nil {
		t.Fatal(err)
	}
	var major, minor int
	fmt.Sscanf(version, "%d.%d", &major, &minor)
	want := fmt.Sprintf("#define LINUX_VERSION_MAJOR %d\n#define LINUX_VERSION_PATCHLEVEL %d\n", major, minor)
	if !strings.Contains(string(data), want) {
		t.Skipf("the list is of the headers of %s, these are others", version)
	}
}

func differencesOf(all []*report) []string {
	var out []string
	for _, r := range all {
		out = append(out, lines(r.differences)...)
	}
	return out
}
