// Consumer uses nlgen as a module of its own does: it compiles two schemas that only it has, and imports a
// package that nlgen has compiled already. README.md tells the order of steps.
package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/runtime/nl"
)

//go:generate go tool nlgen generate -o . schemas/greenhouse.yaml schemas/directory.yaml

func main() {
	log.SetFlags(0)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for _, part := range []func(context.Context) error{zones, lookups, links} {
		if err := part(ctx); err != nil {
			log.Fatal(err)
		}
	}
}

// links lists links with a package that comes with nlgen.
func links(ctx context.Context) error {
	c, err := rtlink.Dial(nl.Options{})
	if err != nil {
		return err
	}
	defer c.Close()
	for l, err := range c.GetLinkDump(ctx, nil) {
		if err != nil {
			return err
		}
		fmt.Printf("link %d: %s, mtu %d\n", l.Header.Index, l.Ifname.Value(), l.MTU.Value())
	}
	return nil
}
