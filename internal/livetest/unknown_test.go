//go:build linux

package livetest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/generated/nlctrl"
	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/generated/rtroute"
	"github.com/nlgen/nlgen/runtime/wire"
)

func TestUnknown(t *testing.T) {
	attr := wire.Attrs{{Type: 99 | wire.Nested, Data: []byte{1}}}
	tests := []struct {
		name    string
		message any
		want    []string
	}{
		{"nothing", &rtlink.Link{Linkinfo: &rtlink.Linkinfo{Data: &rtlink.LinkinfoDataBridge{}}}, nil},
		{"top level", &rtlink.Link{Unknown: attr}, []string{"99"}},
		{"nest", &rtroute.Route{Metrics: &rtroute.Metrics{Unknown: attr}}, []string{"metrics.99"}},
		{"sub-message", &rtlink.Link{Linkinfo: &rtlink.Linkinfo{Data: &rtlink.LinkinfoDataBridge{Unknown: attr}}}, []string{"linkinfo.data.99"}},
		{"kind", &rtlink.Link{Linkinfo: &rtlink.Linkinfo{Data: &rtlink.LinkinfoDataUnknown{Selector: "new"}}}, []string{"linkinfo.data(new)"}},
		{"list", &rtlink.BridgeMst{Entry: []rtlink.BridgeMstEntry{{}, {Unknown: attr}}}, []string{"entry[].99"}},
		{"struct", &rtlink.Link{Stats: &rtlink.RtnlLinkStats{Tail: wire.Bytes{1}}}, []string{"stats.tail"}},
		{"indexed array", &nlctrl.Ctrl{Ops: []wire.Indexed[nlctrl.Op]{{Value: nlctrl.Op{Unknown: attr}}}}, []string{"ops[].*.99"}},
		{"arrays in arrays", &nlctrl.Ctrl{Policy: []wire.Indexed[[]wire.Indexed[nlctrl.Policy]]{
			{Value: []wire.Indexed[nlctrl.Policy]{{Value: nlctrl.Policy{Unknown: attr}}}}}}, []string{"policy[].*[].*.99"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Unknown(tt.message)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
