package wire_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/netip"

	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/generated/rtroute"
	"github.com/nlgen/nlgen/runtime/wire"
)

func ExampleOpt() {
	type limits struct {
		Soft wire.Opt[uint32] `json:"soft,omitzero"`
		Hard wire.Opt[uint32] `json:"hard,omitzero"`
	}
	var l limits
	l.Soft.Set(0)

	v, ok := l.Soft.Get()
	fmt.Println("soft:", v, ok)
	v, ok = l.Hard.Get()
	fmt.Println("hard:", v, ok)
	fmt.Println("in words:", l.Soft, l.Hard, l.Hard.Or(100))

	text, err := json.Marshal(l)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(text))
	// Output:
	// soft: 0 true
	// hard: 0 false
	// in words: 0 unset 100
	// {"soft":0}
}

// A message as the kernel takes it, without struct nlmsghdr.
func ExampleMessage() {
	out := rtroute.Route{
		Header:  rtroute.Rtmsg{Family: 2, DstLen: 24, Type: rtroute.RtmTypeUnicast},
		Dst:     netip.MustParseAddr("192.0.2.0"),
		Oif:     wire.Some[uint32](3),
		Metrics: &rtroute.Metrics{MTU: wire.Some[uint32](1400)},
	}
	message, err := out.MarshalBinary()
	if err != nil {
		log.Fatal(err)
	}

	var in rtroute.Route
	if err := in.UnmarshalBinary(message); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d bytes: %s/%d through link %s, mtu %s\n", len(message), in.Dst, in.Header.DstLen, in.Oif, in.Metrics.MTU)
	// Output: 40 bytes: 192.0.2.0/24 through link 3, mtu 1400
}

// What the schema does not know stays with the message, through decoding and encoding.
func ExampleAttrs() {
	link := rtlink.Link{Ifname: wire.Some("eth0")}
	link.Unknown = wire.Attrs{{Type: 4000, Data: wire.Bytes{0xc0, 0xff, 0xee}}}
	message, err := link.MarshalBinary()
	if err != nil {
		log.Fatal(err)
	}

	var again rtlink.Link
	if err := again.UnmarshalBinary(message); err != nil {
		log.Fatal(err)
	}
	fmt.Println(again.Ifname, again.Unknown.Find(4000))
	// Output: eth0 c0ffee
}

func ExampleIndex() {
	// Entries of an indexed array carry numbers; many families count from 1.
	for _, e := range wire.Index(1, "first", "second") {
		fmt.Println(e.Index, e.Value)
	}
	// Output:
	// 1 first
	// 2 second
}

func ExampleBitfield32() {
	const noisy, quick = 1, 2
	// Switch noisy off and quick on, and leave the other bits alone.
	change := wire.Bitfield32[uint32]{Value: quick, Selector: noisy | quick}
	fmt.Printf("%+v\n", change)
	// Output: {Value:2 Selector:3}
}

func ExampleEncodeError() {
	link := rtlink.Link{Linkinfo: &rtlink.Linkinfo{Kind: wire.Some("bri\x00dge")}}
	_, err := link.MarshalBinary()
	var bad *wire.EncodeError
	if errors.As(err, &bad) {
		fmt.Println(bad.Path)
	}
	// Output: linkinfo.kind
}

func ExampleDecodeError() {
	var route rtroute.Route
	err := route.UnmarshalBinary([]byte{2, 24, 0})
	var bad *wire.DecodeError
	if errors.As(err, &bad) {
		fmt.Println(bad.Set, "at byte", bad.Offset)
	}
	fmt.Println(err)
	// Output:
	// route-attrs at byte 0
	// decode route-attrs: header: fixed header has 3 bytes, want 12 at byte 0
}
