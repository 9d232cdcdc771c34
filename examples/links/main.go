// Links prints the links and their addresses, as `ip address` does.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/nlgen/nlgen/generated/rtaddr"
	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/runtime/nl"
)

func main() {
	log.SetFlags(0)
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	conn, err := nl.Dial(nl.Route, nl.Options{})
	if err != nil {
		return err
	}
	defer conn.Close()

	// Collect lists again if a change comes between.
	addrs, err := nl.Collect(rtaddr.New(conn).GetAddrDump(ctx, nil))
	if err != nil {
		return err
	}
	onLink := map[uint32][]*rtaddr.Addr{}
	for _, a := range addrs {
		onLink[a.Header.Index] = append(onLink[a.Header.Index], a)
	}

	links, err := nl.Collect(rtlink.New(conn).GetLinkDump(ctx, nil))
	if err != nil {
		return err
	}
	for _, l := range links {
		kind := ""
		if l.Linkinfo != nil {
			kind = l.Linkinfo.Kind.Value()
		}
		fmt.Printf("%d: %s <%s> mtu %d %s %s %s\n", l.Header.Index, l.Ifname, l.Header.Flags, l.MTU.Value(),
			l.Operstate, l.Address, kind)
		for _, a := range onLink[uint32(l.Header.Index)] {
			addr := a.Address
			if a.Local.IsValid() { // the link's own end; Address is the peer's then
				addr = a.Local
			}
			fmt.Printf("    %s/%d scope %s\n", addr, a.Header.Prefixlen, a.Header.Scope)
		}
	}
	return nil
}
