package wire_test

import "github.com/nlgen/nlgen/runtime/wire"

var schema = wire.Schema{
	Family: "sample",
	Sets: []wire.Set{
		{Name: "route-attrs", Header: 12, HeaderName: "rtmsg", Attrs: []wire.AttrInfo{
			{ID: 1, Name: "dst", Kind: wire.KindAddr, Ref: -1},
			{ID: 2, Name: "src", Kind: wire.KindAddr, Ref: -1},
			{ID: 4, Name: "oif", Kind: wire.KindU32, Ref: -1},
			{ID: 5, Name: "gateway", Kind: wire.KindAddr, Ref: -1},
			{ID: 6, Name: "priority", Kind: wire.KindU32, Ref: -1},
			{ID: 8, Name: "metrics", Kind: wire.KindNest, Ref: 1},
			{ID: 9, Name: "peers", Kind: wire.KindNest, Multi: true, Ref: 2},
			{ID: 10, Name: "actions", Kind: wire.KindArrayNest, Ref: 3},
			{ID: 11, Name: "state", Kind: wire.KindU8, Ref: -1, Enum: 1},
			{ID: 12, Name: "data", Kind: wire.KindSub, Ref: 0},
			{ID: 13, Name: "groups", Kind: wire.KindU32, Multi: true, Ref: -1},
			{ID: 14, Name: "kind", Kind: wire.KindString, Ref: -1},
			{ID: 15, Name: "table", Kind: wire.KindU32, Ref: -1},
			{ID: 18, Name: "stats", Kind: wire.KindStruct, Ref: -1},
			{ID: 21, Name: "mask", Kind: wire.KindBitfield32, Ref: -1, Enum: 2},
			{ID: 25, Name: "policy", Kind: wire.KindTypeValue, Ref: 1, Depth: 2},
			{ID: 26, Name: "freqs", Kind: wire.KindArray, Elem: wire.KindU32, Ref: -1},
			{ID: 28, Name: "pad", Kind: wire.KindPad, Ref: -1},
			{ID: 30, Name: "app", Kind: wire.KindNest, Ref: 6},
			{ID: 70, Name: "scalars", Kind: wire.KindNest, Ref: 7},
		}},
		{Name: "metrics", Attrs: []wire.AttrInfo{
			{ID: 1, Name: "lock", Kind: wire.KindU32, Ref: -1},
			{ID: 2, Name: "mtu", Kind: wire.KindU32, Ref: -1},
		}},
		{Name: "peer", Attrs: []wire.AttrInfo{
			{ID: 1, Name: "names", Kind: wire.KindString, Multi: true, Ref: -1},
			{ID: 2, Name: "allowed-ips", Kind: wire.KindArrayNest, Ref: 3},
			{ID: 3, Name: "key", Kind: wire.KindBinary, Ref: -1},
		}},
		{Name: "act", Attrs: []wire.AttrInfo{
			{ID: 1, Name: "family", Kind: wire.KindU16BE, Ref: -1},
			{ID: 2, Name: "else", Kind: wire.KindNest, Ref: 3},
			{ID: 3, Name: "then", Kind: wire.KindArrayNest, Ref: 3},
			{ID: 4, Name: "kind", Kind: wire.KindU32, Ref: -1},
			{ID: 5, Name: "options", Kind: wire.KindSub, Ref: 1},
		}},
		{Name: "unused"},
		{Name: "unused"},
		{Name: "app", Attrs: []wire.AttrInfo{
			{ID: 12, Name: "data", Kind: wire.KindSub, Ref: 2},
		}},
		{Name: "scalars", Attrs: []wire.AttrInfo{
			{ID: 0, Name: "u8", Kind: wire.KindU8, Ref: -1},
			{ID: 1, Name: "u64", Kind: wire.KindU64, Ref: -1},
			{ID: 2, Name: "i8", Kind: wire.KindI8, Ref: -1},
			{ID: 3, Name: "i16", Kind: wire.KindI16, Ref: -1},
			{ID: 4, Name: "i32", Kind: wire.KindI32, Ref: -1},
			{ID: 5, Name: "i64", Kind: wire.KindI64, Ref: -1},
			{ID: 6, Name: "u64be", Kind: wire.KindU64BE, Ref: -1},
			{ID: 7, Name: "i32be", Kind: wire.KindI32BE, Ref: -1},
			{ID: 8, Name: "u16le", Kind: wire.KindU16LE, Ref: -1},
			{ID: 9, Name: "i64le", Kind: wire.KindI64LE, Ref: -1},
			{ID: 10, Name: "uint", Kind: wire.KindUint, Ref: -1},
			{ID: 11, Name: "sint", Kind: wire.KindSint, Ref: -1},
			{ID: 12, Name: "flag", Kind: wire.KindFlag, Ref: -1},
			{ID: 13, Name: "mac", Kind: wire.KindMAC, Ref: -1},
			{ID: 14, Name: "addr4", Kind: wire.KindAddr, Ref: -1},
			{ID: 15, Name: "addr16", Kind: wire.KindAddr, Ref: -1},
			{ID: 16, Name: "array", Kind: wire.KindCArray, Elem: wire.KindU64, Ref: -1},
			{ID: 17, Name: "states", Kind: wire.KindCArray, Elem: wire.KindU8, Ref: -1, Enum: 1},
			{ID: 18, Name: "blobs", Kind: wire.KindBinary, Multi: true, Ref: -1},
			{ID: 300, Name: "addrs", Kind: wire.KindAddr, Multi: true, Ref: -1},
		}},
	},
	Subs: []wire.Sub{
		{Name: "data-msg", Selector: 14, SelectorName: "kind", Formats: dataFormats},
		{Name: "options-msg", Selector: 4, SelectorName: "kind", Formats: []wire.Format{
			{Value: "act", Num: 1, Set: 3},
		}},
		{Name: "app-msg", Selector: wire.SelectorOuter, SelectorName: "kind", Formats: dataFormats},
	},
	Enums: []wire.EnumTable{
		{Name: "state", Names: stateNames},
		{Name: "flags", Flags: true, Names: flagNames},
	},
}

var dataFormats = []wire.Format{
	{Value: "metrics", Set: 1},
	{Value: "queue", Header: 6, Set: 1},
	{Value: "none", Set: -1},
}
