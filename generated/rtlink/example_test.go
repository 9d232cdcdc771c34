//go:build linux

package rtlink_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"

	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/runtime/nl"
)

func ExampleClient_GetLink() {
	ctx := context.Background()
	c, err := rtlink.Dial(nl.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	// By name, or by index: Header: rtlink.Ifinfomsg{Index: 1}.
	lo, err := c.GetLink(ctx, &rtlink.Link{Ifname: nl.Str("lo")})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(lo.Header.Index, lo.Ifname, lo.Header.Flags.Has(rtlink.IfinfoFlagsLoopback))
	// Output: 1 lo true
}

func ExampleClient_GetLinkDump() {
	ctx := context.Background()
	c, err := rtlink.Dial(nl.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	// The kernel sends bridges only.
	bridges := &rtlink.Link{Linkinfo: &rtlink.Linkinfo{Kind: nl.Str("bridge")}}
	for l, err := range c.GetLinkDump(ctx, bridges) {
		if err != nil {
			log.Fatal(err)
		}
		if data, ok := l.Linkinfo.Data.(*rtlink.LinkinfoDataBridge); ok {
			fmt.Println(l.Ifname, "speaks STP:", data.STPState.Value() != 0)
		}
	}
}

func ExampleClient_NewLink() {
	ctx := context.Background()
	c, err := rtlink.Dial(nl.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	// The type of Data says which kind of link it is to be.
	err = c.NewLink(ctx, &rtlink.Link{
		Ifname: nl.Str("vxlan0"),
		MTU:    nl.U32(1400),
		Linkinfo: &rtlink.Linkinfo{Data: &rtlink.LinkinfoDataVXLAN{
			ID:   nl.U32(42),
			Port: nl.U16(4789),
		}},
	}, nl.Create|nl.Excl)
	if err != nil {
		log.Fatal(err)
	}

	// Switch it on.
	up := rtlink.Ifinfomsg{Flags: rtlink.IfinfoFlagsUp, Change: rtlink.IfinfoFlagsUp}
	if err := c.SetLink(ctx, &rtlink.Link{Header: up, Ifname: nl.Str("vxlan0")}); err != nil {
		log.Fatal(err)
	}
}

func ExampleLink() {
	text, err := json.MarshalIndent(&rtlink.Link{
		Header:   rtlink.Ifinfomsg{Index: 3, Flags: rtlink.IfinfoFlagsUp | rtlink.IfinfoFlagsMulticast},
		Ifname:   nl.Str("br0"),
		Linkinfo: &rtlink.Linkinfo{Kind: nl.Str("bridge"), Data: &rtlink.LinkinfoDataBridge{AgeingTime: nl.U32(30000)}},
	}, "", "  ")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(text))

	var back rtlink.Link
	if err := json.Unmarshal(text, &back); err != nil {
		log.Fatal(err)
	}
	fmt.Println(back.Header.Flags)
	// Output:
	// {
	//   "header": {
	//     "ifi-family": "unspec",
	//     "ifi-type": 0,
	//     "ifi-index": 3,
	//     "ifi-flags": "up|multicast",
	//     "ifi-change": "0"
	//   },
	//   "ifname": "br0",
	//   "linkinfo": {
	//     "kind": "bridge",
	//     "data": {
	//       "ageing-time": 30000
	//     }
	//   }
	// }
	// up|multicast
}
