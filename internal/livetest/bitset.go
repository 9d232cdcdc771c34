//go:build linux

package livetest

import (
	"github.com/nlgen/nlgen/generated/ethtool"
	"github.com/nlgen/nlgen/runtime/nl"
)

// bitsOf lists the names of the bits that are set, whichever of its two forms the set came in. names are the names
// of the bits by their number, which the compact form needs.
func bitsOf(b *ethtool.Bitset, names []string) Set {
	set := Set{}
	if b == nil {
		return set
	}
	for i, word := range b.Value {
		for bit := range 32 {
			if n := 32*i + bit; word>>bit&1 == 1 && n < len(names) {
				set = append(set, names[n])
			}
		}
	}
	if b.Bits != nil {
		for _, bit := range b.Bits.Bit {
			if b.Nomask || bit.Value { // without a mask only what is set is listed
				set = append(set, bit.Name.Value())
			}
		}
	}
	return set
}

// strings reads a set of strings of the kernel, or of a link where one is given.
func (w *World) strings(id ethtool.StringsetEnum, link string) []string {
	w.t.Helper()
	req := &ethtool.Strset{Header: &ethtool.Header{}, Stringsets: &ethtool.Stringsets{Stringset: []ethtool.Stringset{{ID: nl.Some(id)}}}}
	if link != "" {
		req.Header.DevName = nl.Str(link)
	}
	reply := Get[*ethtool.Strset](w.t)(w.Ethtool.StrsetGet(w.Ctx, req))
	if reply.Stringsets == nil || len(reply.Stringsets.Stringset) != 1 || reply.Stringsets.Stringset[0].ID.Value() != id {
		w.t.Fatalf("string set %v: got %+v", id, reply)
	}
	var names []string
	if s := reply.Stringsets.Stringset[0].Strings; s != nil {
		for _, e := range s.String {
			for int(e.Index.Value()) >= len(names) {
				names = append(names, "")
			}
			names[e.Index.Value()] = e.Value.Value()
		}
	}
	return names
}
