package main

import (
	"fmt"
	"slices"

	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/generated/rtroute"
	"github.com/nlgen/nlgen/runtime/wire"
	"golang.org/x/sys/unix"
)

// A decoding is what it takes to decode messages that are in memory already.
type decoding struct {
	what        string
	size        int     // bytes of a message, on average
	into, owned float64 // nanoseconds a message
}

// samples is how many messages of a dump the decoders go over, so that they meet more than one.
const samples = 64

// decoders is the part that measures decoding alone.
func decoders(b *bench) (chapter, error) {
	if err := b.populate(); err != nil {
		return chapter{}, err
	}
	all, err := decodings(b.raw)
	if err != nil {
		return chapter{}, err
	}
	var t table
	t.WriteString("### Decoding alone\n\n| message | bytes | Into, ns | owned, ns |\n|---|--:|--:|--:|\n")
	for _, d := range all {
		t.row(d.what, "%d | %.0f | %.0f", d.size, d.into, d.owned)
	}
	return chapter{text: t.String()}, nil
}

func decodings(c *rawConn) ([]decoding, error) {
	routes, err := record(c, unix.RTM_GETROUTE, []byte{unix.AF_INET, 11: 0})
	if err != nil {
		return nil, fmt.Errorf("record routes: %w", err)
	}
	links, err := record(c, unix.RTM_GETLINK, make([]byte, unix.SizeofIfInfomsg))
	if err != nil {
		return nil, fmt.Errorf("record links: %w", err)
	}
	return []decoding{
		decodeAll[rtroute.Route]("route", routes),
		decodeAll[rtlink.Link]("link", links),
	}, nil
}

// record returns the last messages of a dump.
func record(c *rawConn, typ uint16, header []byte) ([][]byte, error) {
	var all [][]byte
	_, err := c.dump(typ, header, func(payload []byte) {
		if len(all) == samples {
			all = all[1:]
		}
		all = append(all, slices.Clone(payload))
	})
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("the dump is empty")
	}
	return all, err
}

func decodeAll[T any, P interface {
	*T
	wire.Message
}](what string, messages [][]byte) decoding {
	d := decoding{what: what}
	for _, m := range messages {
		d.size += len(m)
	}
	d.size /= len(messages)
	var reused T
	recycling := wire.NewDecoder(nil, wire.NewSpare(true))
	d.into = pace(len(messages), func(i int) {
		recycling.Reset(messages[i])
		P(&reused).Decode(&recycling)
	})
	fresh := wire.NewDecoder(nil, wire.NewSpare(false))
	d.owned = pace(len(messages), func(i int) {
		fresh.Reset(messages[i])
		kept = new(T)
		P(kept.(*T)).Decode(&fresh)
	})
	return d
}

// kept makes what was decoded last escape, as what a caller keeps does.
var kept any
