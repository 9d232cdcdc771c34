package pyynl

import (
	"encoding/json"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/generated/netdev"
	"github.com/nlgen/nlgen/generated/nlctrl"
	"github.com/nlgen/nlgen/generated/rtaddr"
	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/wire"
)

func TestDiff(t *testing.T) {
	link := &rtlink.Link{Header: rtlink.Ifinfomsg{Index: 7, Flags: rtlink.IfinfoFlagsUp | rtlink.IfinfoFlagsBroadcast},
		Ifname: nl.Str("a"), MTU: nl.U32(1500), Operstate: nl.Some(rtlink.IfOperUp), Address: []byte{2, 0, 0, 0, 0, 1},
		Linkinfo: &rtlink.Linkinfo{Kind: nl.Str("vxlan"), Data: &rtlink.LinkinfoDataVXLAN{ID: nl.U32(9), Gbp: true}}}
	const header = `"ifi-family": 0, "ifi-type": 0, "ifi-index": 7, "ifi-flags": {"$set": ["broadcast", "up"]}, "ifi-change": {"$set": []}, `
	const rest = `"ifname": "a", "mtu": 1500, "operstate": "up", "linkinfo": {"kind": "vxlan", "data": {"id": 9, "gbp": true}}`
	tests := []struct {
		name    string
		theirs  string
		message any
		want    map[string]string
	}{
		{"equal", `{` + header + `"address": "02:00:00:00:00:01", ` + rest + `}`, link, map[string]string{}},
		{"numbers and bytes", `{` + strings.ReplaceAll(header, `{"$set": ["broadcast", "up"]}`, `3`) + `"address": {"$bytes": "020000000001"}, ` +
			strings.ReplaceAll(rest, `"up"`, `6`) + `}`, link, map[string]string{}},
		{"values", `{` + header + `"address": "02:00:00:00:00:02", ` + strings.ReplaceAll(rest, "1500", "1400") + `}`, link, map[string]string{
			"address": "02:00:00:00:00:02 for the client, 020000000001 (02:00:00:00:00:01) for us", "mtu": "1400 for the client, 1500 for us"}},
		{"on one side", `{` + header + `"group": 0, ` + rest + `}`, link, map[string]string{
			"address": "only for us: 020000000001 (02:00:00:00:00:01)", "group": "only for the client: 0"}},
		{"hex", `{"id": "0x10"}`, &netdev.NAPI{ID: nl.U32(16)}, map[string]string{}},
		{"address", `{"ifa-family": 0, "ifa-prefixlen": 0, "ifa-flags": {"$set": []}, "ifa-scope": 0, "ifa-index": 0, "local": {"$bytes": "0a000001"}}`,
			&rtaddr.Addr{Local: netip.MustParseAddr("10.0.0.1")}, map[string]string{}},
		{"indexed array", `{"ops": [{"1": {"id": 3}}]}`, &nlctrl.Ctrl{Ops: wire.Index(1, nlctrl.Op{ID: nl.U32(3)})}, map[string]string{}},
		{"indexes", `{"ops": [{"2": {"id": 3}}]}`, &nlctrl.Ctrl{Ops: wire.Index(1, nlctrl.Op{ID: nl.U32(3)})}, map[string]string{
			"ops[].1": "only for us: map[id:{3 }]", "ops[].2": "only for the client: map[id:3]"}},
		{"nothing listed", `[]`, []*netdev.NAPI(nil), map[string]string{}},
		{"number of messages", `[{"id": 1}]`, []*netdev.NAPI{}, map[string]string{"": "[map[id:1]] for the client, [] for us"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ours := Tree(tt.message)
			if diff := cmp.Diff(tt.want, Diff(parse(t, tt.theirs), ours, ours)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	t.Run("moving", func(t *testing.T) {
		before, after := Tree(&netdev.NAPI{ID: nl.U32(10)}), Tree(&netdev.NAPI{ID: nl.U32(20)})
		if d := Diff(parse(t, `{"id": 15}`), before, after); len(d) != 0 {
			t.Errorf("15 between 10 and 20: %v", d)
		}
		if d := Diff(parse(t, `{"id": 21}`), before, after); len(d) != 1 {
			t.Errorf("21 between 10 and 20: %v", d)
		}
	})
}

func parse(t *testing.T, text string) any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}
