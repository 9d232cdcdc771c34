package gogen

import (
	"testing"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/ir"
)

func TestNames(t *testing.T) {
	fused, dashed := &ir.Family{}, &ir.Family{Generic: true}
	for _, c := range []struct {
		f    func(string) string
		in   string
		want string
	}{
		{camel, "ifname", "Ifname"},
		{camel, "mtu", "MTU"},
		{camel, "num-vf", "NumVF"},
		{camel, "ipv6-mtu", "IPv6MTU"},
		{camel, "2ghz", "X2ghz"},
		{camel, "8021q", "X8021q"},
		{camel, "--kernel-timespec", "KernelTimespec"},
		{camel, "802-11", "X802_11"},
		{camel, "def-DP", "DefDP"},
		{camel, "fq_codel", "FqCodel"},
		{camel, "gso-ipv4-max-size", "GSOIPv4MaxSize"},
		{packageName, "rt-link", "rtlink"},
		{packageName, "net_shaper", "netshaper"},
		{packageName, "drm-ras", "drmras"},
		{packageName, "9p", "x9p"},
		{packageName, "type", "typenl"},
		{packageName, "VFS_DQUOT", "vfsdquot"},
		{func(s string) string { return setName(s, "devlink") }, "devlink", "Message"},
		{func(s string) string { return setName(s, "rt-link") }, "link-attrs", "Link"},
		{func(s string) string { return setName(s, "tc") }, "attrs", "Message"},
		{func(s string) string { return setName(s, "tc") }, "x-attributes", "X"},
		{subName, "linkinfo-data-msg", "LinkinfoData"},
		{func(s string) string { return opName(fused, s) }, "getlink", "GetLink"},
		{func(s string) string { return opName(fused, s) }, "destroytable", "DestroyTable"},
		{func(s string) string { return opName(fused, s) }, "delete", "Delete"},
		{func(s string) string { return opName(fused, s) }, "get", "Get"},
		{func(s string) string { return opName(fused, s) }, "get-stats", "GetStats"},
		{func(s string) string { return opName(dashed, s) }, "settle", "Settle"},
		{func(s string) string { return notificationName(fused, s) }, "newlink-ntf", "NewLinkNotification"},
		{func(s string) string { return notificationName(dashed, s) }, "dev-add-ntf", "DevAddNotification"},
		{func(s string) string { return tableName(fused, s) }, "getroute", "Route"},
		{func(s string) string { return tableName(dashed, s) }, "dev-get", "Dev"},
		{func(s string) string { return tableName(dashed, s) }, "get-page-pool", "PagePool"},
		{func(s string) string { return tableName(dashed, s) }, "get", ""},
		{lowerFirst, "Link", "link"},
		{lowerFirst, "XDP", "xdp"},
		{lowerFirst, "IPv4Devconf", "ipv4Devconf"},
		{lowerFirst, "MACAddr", "macAddr"},
		{lowerFirst, "Type", "type_"},
	} {
		if got := c.f(c.in); got != c.want {
			t.Errorf("%q: got %s, want %s", c.in, got, c.want)
		}
	}
}

func TestMemberPrefix(t *testing.T) {
	for _, c := range []struct {
		names []string
		want  string
	}{
		{[]string{"ifi-family", "ifi-type", "ifi-index"}, "ifi-"},
		{[]string{"rtm-family", "rtm-dst-len", "rtm-src-len"}, "rtm-"},
		{[]string{"rtm-family", "rtm-dst-len"}, ""},
		{[]string{"tx-packets", "tx-bytes", "tx-errors"}, ""},
		{[]string{"ifi-family", "ifi-type", "index"}, ""},
		{[]string{"abc-", "abc-x", "abc-y"}, ""},
	} {
		if got := memberPrefix(c.names); got != c.want {
			t.Errorf("%v: got %q, want %q", c.names, got, c.want)
		}
	}
}

func TestScope(t *testing.T) {
	s := newScope("family x", "Client")
	for _, c := range []struct{ name, suffix, want string }{
		{"Client", "Set", "ClientSet"},
		{"Link", "Set", "Link"},
		{"Link", "Enum", "LinkEnum"},
	} {
		if got := s.claim(c.name, c.suffix, "set"); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
	s.claim("Link", "Enum", "enum link")
	if len(s.errs) != 1 {
		t.Fatalf("clash reported %d times, want once", len(s.errs))
	}
	const want = "family x: the Go name LinkEnum of enum link is taken by set; rename one of the two in the schema"
	if got := s.errs[0].Error(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
