//go:build linux

package rtroute_test

import (
	"context"
	"fmt"
	"log"
	"net/netip"
	"syscall"

	"github.com/nlgen/nlgen/generated/rtroute"
	"github.com/nlgen/nlgen/runtime/nl"
)

func ExampleClient_GetRoute() {
	ctx := context.Background()
	c, err := rtroute.Dial(nl.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	// Which way would a packet go?
	r, err := c.GetRoute(ctx, &rtroute.Route{
		Header: rtroute.Rtmsg{Family: syscall.AF_INET, DstLen: 32},
		Dst:    netip.MustParseAddr("192.0.2.7"),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("through link", r.Oif, "from", r.Prefsrc)
}

func ExampleClient_NewRoute() {
	ctx := context.Background()
	c, err := rtroute.Dial(nl.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	prefix := netip.MustParsePrefix("198.51.100.0/24")
	err = c.NewRoute(ctx, &rtroute.Route{
		Header: rtroute.Rtmsg{
			Family:   syscall.AF_INET,
			DstLen:   uint8(prefix.Bits()),
			Protocol: rtroute.RtProtocolStatic,
			Type:     rtroute.RtmTypeUnicast,
		},
		Dst:     prefix.Addr(),
		Gateway: netip.MustParseAddr("192.0.2.1"),
		Table:   nl.U32(1000), // the header's field ends at 255
		Metrics: &rtroute.Metrics{MTU: nl.U32(1400)},
	}, nl.Create|nl.Replace)
	if err != nil {
		log.Fatal(err)
	}
}
