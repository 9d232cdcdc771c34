//go:build linux

package nlctrl_test

import (
	"context"
	"fmt"
	"log"

	"github.com/nlgen/nlgen/generated/nlctrl"
	"github.com/nlgen/nlgen/runtime/nl"
)

func ExampleClient_GetFamily() {
	ctx := context.Background()
	c, err := nlctrl.Dial(nl.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	f, err := c.GetFamily(ctx, &nlctrl.Ctrl{FamilyName: nl.Str("nlctrl")})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(f.FamilyName, f.FamilyID)
	for _, g := range f.McastGroups {
		fmt.Println("group", g.Value.Name)
	}
	// Output:
	// nlctrl 16
	// group notify
}

func ExampleClient_GetFamilyDump() {
	ctx := context.Background()
	c, err := nlctrl.Dial(nl.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	for f, err := range c.GetFamilyDump(ctx, nil) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(f.FamilyID, f.FamilyName, "with", len(f.Ops), "operations")
	}
}
