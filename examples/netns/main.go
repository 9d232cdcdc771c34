// Netns connects two network namespaces with a pair of veth links and prints what each namespace has then:
//
//	netns /run/netns/blue /run/netns/red
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/runtime/nl"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: netns NETNS NETNS")
	}
	if err := run(context.Background(), os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, here, there string) error {
	// A client stays in its namespace, whatever thread or goroutine uses it.
	a, err := rtlink.Dial(nl.Options{NetNS: nl.NetNSPath(here)})
	if err != nil {
		return err
	}
	defer a.Close()
	b, err := rtlink.Dial(nl.Options{NetNS: nl.NetNSPath(there)})
	if err != nil {
		return err
	}
	defer b.Close()
	other, err := os.Open(there)
	if err != nil {
		return err
	}
	defer other.Close()

	up := rtlink.Ifinfomsg{Flags: rtlink.IfinfoFlagsUp, Change: rtlink.IfinfoFlagsUp}
	err = a.NewLink(ctx, &rtlink.Link{
		Header: up,
		Ifname: nl.Str("veth0"),
		Linkinfo: &rtlink.Linkinfo{Data: &rtlink.LinkinfoDataVeth{Peer: &rtlink.LinkPeerVeth{
			Ifname:  nl.Str("veth1"),
			NetNsFD: nl.U32(uint32(other.Fd())),
		}}},
	}, nl.Create|nl.Excl)
	if err != nil {
		return err
	}
	// The kernel refuses to switch on the second end while it makes the pair.
	if err := b.NewLink(ctx, &rtlink.Link{Header: up, Ifname: nl.Str("veth1")}); err != nil {
		return err
	}
	for i, c := range []*rtlink.Client{a, b} {
		for l, err := range c.GetLinkDump(ctx, nil) {
			if err != nil {
				return err
			}
			fmt.Printf("%s: %s, on: %t", os.Args[1+i], l.Ifname, l.Header.Flags.Has(rtlink.IfinfoFlagsUp))
			if peer, ok := l.LinkNetnsid.Get(); ok {
				fmt.Printf(", peer %d in the namespace with id %d", l.Link.Value(), peer)
			}
			fmt.Println()
		}
	}
	return nil
}
