// Rules prints the IPv4 policy rules, adds one or removes one:
//
//	rules
//	rules add 192.0.2.0/24 1000 100     (from, table, priority)
//	rules del 100                       (priority)
package main

import (
	"context"
	"fmt"
	"log"
	"net/netip"
	"os"
	"strconv"
	"syscall"

	"github.com/nlgen/nlgen/generated/rtrule"
	"github.com/nlgen/nlgen/runtime/nl"
)

func main() {
	log.SetFlags(0)
	c, err := rtrule.Dial(nl.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	ctx := context.Background()
	switch args := os.Args[1:]; {
	case len(args) == 0:
		err = list(ctx, c)
	case len(args) == 4 && args[0] == "add":
		err = add(ctx, c, netip.MustParsePrefix(args[1]), number(args[2]), number(args[3]))
	case len(args) == 2 && args[0] == "del":
		err = c.DelRule(ctx, &rtrule.FIBRule{Header: ipv4, Priority: nl.U32(number(args[1]))})
	default:
		log.Fatal("usage: rules [add FROM TABLE PRIORITY | del PRIORITY]")
	}
	if err != nil {
		log.Fatal(err)
	}
}

var ipv4 = rtrule.FIBRuleHdr{Family: syscall.AF_INET}

func list(ctx context.Context, c *rtrule.Client) error {
	for r, err := range c.GetRuleDump(ctx, &rtrule.FIBRule{Header: ipv4}) {
		if err != nil {
			return err
		}
		from := "all"
		if r.Src.IsValid() {
			from = fmt.Sprintf("%s/%d", r.Src, r.Header.SrcLen)
		}
		fmt.Printf("%d: from %s %s %d, made by %s\n", r.Priority.Value(), from, r.Header.Action, r.Table.Value(), r.Protocol)
	}
	return nil
}

func add(ctx context.Context, c *rtrule.Client, from netip.Prefix, table, priority uint32) error {
	header := ipv4
	header.SrcLen = uint8(from.Bits())
	header.Action = rtrule.FrActToTbl
	return c.NewRule(ctx, &rtrule.FIBRule{
		Header:   header,
		Src:      from.Addr(),
		Table:    nl.U32(table), // numbers above 255 do not fit the header
		Priority: nl.U32(priority),
		Protocol: nl.Some(rtrule.RtProtocolStatic),
	}, nl.Create|nl.Excl)
}

func number(s string) uint32 {
	n, err := strconv.ParseUint(s, 0, 32)
	if err != nil {
		log.Fatal(err)
	}
	return uint32(n)
}
