package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"example/consumer/greenhouse"
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/wire"
)

// zones shows the messages of the generic netlink family that schemas/greenhouse.yaml describes, and calls it. No
// kernel has it, which the call says.
func zones(ctx context.Context) error {
	zone := greenhouse.Zone{
		ID:        nl.U32(7),
		Name:      nl.Str("orchids"),
		Mode:      nl.Some(greenhouse.ModeAuto),
		Alarms:    nl.Some(greenhouse.AlarmFrost | greenhouse.AlarmDrought),
		Setpoints: []int16{180, 175, -5},
		Sensor: []greenhouse.Sensor{
			{Label: nl.Str("door"), Reading: nl.I64(-1250), Samples: nl.U64(3)},
			{Label: nl.Str("roof"), Reading: nl.I64(21500), Samples: nl.U64(1 << 40)},
		},
		Valves: wire.Index(1, greenhouse.Valve{Open: nl.U8(40)}, greenhouse.Valve{Open: nl.U8(0)}),
		Locked: true,
	}
	message, err := zone.MarshalBinary()
	if err != nil {
		return err
	}
	var back greenhouse.Zone
	if err := back.UnmarshalBinary(message); err != nil {
		return err
	}
	text, err := json.Marshal(back)
	if err != nil {
		return err
	}
	fmt.Printf("zone in %d bytes, same after decoding: %t\n%s\n", len(message), reflect.DeepEqual(zone, back), text)

	c, err := greenhouse.Dial(nl.Options{})
	if err != nil {
		return err
	}
	defer c.Close()
	_, err = c.GetZone(ctx, &greenhouse.Zone{ID: nl.U32(7)})
	if !errors.Is(err, nl.ErrFamilyNotFound) {
		return fmt.Errorf("a kernel with greenhouses: %w", err)
	}
	fmt.Println("no greenhouse in this kernel")
	_, err = nl.Subscribe(ctx, c.Conn(), greenhouse.Events(greenhouse.GroupZones))
	if !errors.Is(err, nl.ErrFamilyNotFound) {
		return fmt.Errorf("a kernel with greenhouses: %w", err)
	}
	return nil
}
