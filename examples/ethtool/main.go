// Ethtool prints the features of a link, or switches some:
//
//	ethtool eth0
//	ethtool eth0 tx-gso-list=off rx-gro=on
//
// The kernel sends features as bitmaps here, whose names come from a string set.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/nlgen/nlgen/generated/ethtool"
	"github.com/nlgen/nlgen/runtime/nl"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) < 2 {
		log.Fatal("usage: ethtool LINK [FEATURE=on|off]...")
	}
	if err := run(context.Background(), os.Args[1], os.Args[2:]); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, link string, changes []string) error {
	c, err := ethtool.Dial(nl.Options{})
	if err != nil {
		return err
	}
	defer c.Close()
	if len(changes) > 0 {
		return change(ctx, c, link, changes)
	}

	names, err := c.StrsetGet(ctx, &ethtool.Strset{
		Header:     &ethtool.Header{},
		Stringsets: &ethtool.Stringsets{Stringset: []ethtool.Stringset{{ID: nl.Some(ethtool.StringsetEnumFeatures)}}},
	})
	if err != nil {
		return err
	}
	header := &ethtool.Header{DevName: nl.Str(link), Flags: nl.Some(ethtool.HeaderFlagsCompactBitsets)}
	f, err := c.FeaturesGet(ctx, &ethtool.Features{Header: header})
	if err != nil {
		return err
	}
	for _, name := range names.Stringsets.Stringset[0].Strings.String {
		state := "off"
		if has(f.Active, name.Index.Value()) {
			state = "on"
		}
		if !has(f.HW, name.Index.Value()) || has(f.Nochange, name.Index.Value()) {
			state += " [fixed]"
		}
		fmt.Printf("%s: %s\n", name.Value, state)
	}
	return nil
}

func has(set *ethtool.Bitset, bit uint32) bool {
	word := int(bit / 32)
	return set != nil && word < len(set.Value) && set.Value[word]>>(bit%32)&1 == 1
}

// change names only the features that are to change. The answer tells which of them did.
func change(ctx context.Context, c *ethtool.Client, link string, changes []string) error {
	var bits ethtool.BitsetBits
	for _, s := range changes {
		name, state, _ := strings.Cut(s, "=")
		bits.Bit = append(bits.Bit, ethtool.BitsetBit{Name: nl.Str(name), Value: state == "on"})
	}
	out, err := c.FeaturesSet(ctx, &ethtool.Features{
		Header: &ethtool.Header{DevName: nl.Str(link)},
		Wanted: &ethtool.Bitset{Bits: &bits},
	})
	if err != nil {
		return err
	}
	if out.Active != nil && out.Active.Bits != nil {
		for _, bit := range out.Active.Bits.Bit {
			fmt.Printf("switched %s: %t\n", bit.Name, bit.Value)
		}
	}
	return nil
}
