// Bridge makes a bridge with addresses in a network namespace, or removes it:
//
//	bridge /run/netns/blue add br0 192.0.2.1/24 2001:db8::1/64
//	bridge /run/netns/blue del br0
package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"net/netip"
	"os"
	"syscall"

	"github.com/nlgen/nlgen/generated/rtaddr"
	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/runtime/nl"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) < 4 || os.Args[2] != "add" && os.Args[2] != "del" {
		log.Fatal("usage: bridge NETNS add|del NAME [PREFIX]...")
	}
	conn, err := nl.Dial(nl.Route, nl.Options{NetNS: nl.NetNSPath(os.Args[1])})
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	ctx, name := context.Background(), os.Args[3]
	if os.Args[2] == "add" {
		err = add(ctx, conn, name, os.Args[4:])
	} else {
		err = rtlink.New(conn).DelLink(ctx, &rtlink.Link{Ifname: nl.Str(name)})
	}
	if errors.Is(err, fs.ErrExist) {
		err = fmt.Errorf("%s is there already (%w)", name, err)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func add(ctx context.Context, conn *nl.Conn, name string, prefixes []string) error {
	var made rtlink.Link // what the kernel has made, its index above all
	err := rtlink.New(conn).NewLink(ctx, &rtlink.Link{
		Header:   rtlink.Ifinfomsg{Flags: rtlink.IfinfoFlagsUp, Change: rtlink.IfinfoFlagsUp},
		Ifname:   nl.Str(name),
		Linkinfo: &rtlink.Linkinfo{Data: &rtlink.LinkinfoDataBridge{ForwardDelay: nl.U32(200)}},
	}, nl.Create|nl.Excl, nl.Echo(&made))
	if err != nil {
		return err
	}
	for _, s := range prefixes {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return err
		}
		family := uint8(syscall.AF_INET)
		if p.Addr().Is6() {
			family = syscall.AF_INET6
		}
		err = rtaddr.New(conn).NewAddr(ctx, &rtaddr.Addr{
			Header: rtaddr.Ifaddrmsg{Family: family, Prefixlen: uint8(p.Bits()), Index: uint32(made.Header.Index)},
			Local:  p.Addr(), Address: p.Addr(),
		}, nl.Create|nl.Excl)
		if err != nil {
			return err
		}
	}
	fmt.Printf("made %s with index %d\n", made.Ifname, made.Header.Index)
	return nil
}
