package spec

import "strings"

// levels is a set of schema levels: each key and type exists at some of them.
type levels uint8

const (
	atGenetlink levels = 1 << iota
	atC
	atLegacy
	atRaw

	everywhere = atGenetlink | atC | atLegacy | atRaw
	fromC      = atC | atLegacy | atRaw
	fromLegacy = atLegacy | atRaw
	genericC   = atC | atLegacy
	generic    = atGenetlink | atC | atLegacy
)

var levelNames = []Protocol{Genetlink, GenetlinkC, GenetlinkLegacy, NetlinkRaw}

// levelOf returns the level of a name; a wrong one allows everything, so that it is the only complaint.
func levelOf(p Protocol) levels {
	for i, name := range levelNames {
		if name == p {
			return 1 << i
		}
	}
	return everywhere
}

// hint names the levels of the set, for a key that is not at the file's level.
func (l levels) hint() string {
	var names []string
	for i, name := range levelNames {
		if l&(1<<i) != 0 {
			names = append(names, string(name))
		}
	}
	if len(names) == 1 {
		return names[0] + " has it"
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last] + " have it"
}

// words is a closed list of values of a key.
type words map[string]levels

var (
	protocols = words{
		string(Genetlink): everywhere, string(GenetlinkC): everywhere,
		string(GenetlinkLegacy): everywhere, string(NetlinkRaw): everywhere,
	}
	kernelPolicies  = words{"split": everywhere, "per-op": everywhere, "global": everywhere}
	scopes          = words{"uapi": everywhere, "kernel": everywhere, "user": everywhere}
	definitionTypes = words{"const": everywhere, "enum": everywhere, "flags": everywhere, "struct": fromLegacy}
	byteOrders      = words{"little-endian": everywhere, "big-endian": everywhere}
	displayHints    = words{
		"hex": everywhere, "mac": everywhere, "fddi": everywhere, "ipv4": everywhere, "ipv6": everywhere,
		"ipv4-or-v6": everywhere, "uuid": everywhere,
	}
	memberTypes = words{
		"u8": everywhere, "u16": everywhere, "u32": everywhere, "u64": everywhere,
		"s8": everywhere, "s16": everywhere, "s32": everywhere, "s64": everywhere,
		"string": everywhere, "binary": everywhere, "pad": atRaw,
	}
	attrTypes = words{
		"unused": everywhere, "pad": everywhere, "flag": everywhere, "binary": everywhere,
		"uint": everywhere, "sint": everywhere,
		"u8": everywhere, "u16": everywhere, "u32": everywhere, "u64": everywhere,
		"s8": everywhere, "s16": everywhere, "s32": everywhere, "s64": everywhere,
		"string": everywhere, "nest": everywhere, "indexed-array": everywhere, "nest-type-value": everywhere,
		"bitfield32": fromLegacy, "sub-message": atRaw,
	}
	enumModels = words{"unified": everywhere, "directional": fromLegacy}
	opFlags    = words{"admin-perm": everywhere, "uns-admin-perm": atGenetlink | atLegacy}
	validates  = words{"strict": everywhere, "dump": everywhere, "dump-strict": generic}
)

// An object is a kind of mapping: its name in messages, the keys it may and must have.
type object struct {
	name     string
	keys     words
	required []string
}

var (
	fileKeys = &object{"a family", words{
		"nlgen": everywhere,
		"name":  everywhere, "doc": everywhere, "protocol": everywhere, "uapi-header": everywhere,
		"definitions": everywhere, "attribute-sets": everywhere, "operations": everywhere,
		"mcast-groups": everywhere, "protonum": atRaw, "sub-messages": atRaw,
		"c-family-name": fromC, "c-version-name": fromC, "max-by-define": fromC,
		"cmd-max-name": fromC, "cmd-cnt-name": fromC,
		"kernel-policy": fromLegacy, "version": atLegacy, "kernel-family": generic,
	}, []string{"name", "attribute-sets", "operations"}}

	definitionKeys = &object{"a definition", words{
		"name": everywhere, "type": everywhere, "doc": everywhere, "header": everywhere, "scope": everywhere,
		"value": everywhere, "value-start": everywhere, "entries": everywhere, "render-max": everywhere,
		"enum-name": fromC, "name-prefix": fromC, "enum-cnt-name": genericC, "members": fromLegacy,
	}, []string{"name", "type"}}

	entryKeys = &object{"an entry", words{
		"name": everywhere, "value": everywhere, "doc": everywhere,
	}, []string{"name"}}

	memberKeys = &object{"a struct member", words{
		"name": everywhere, "type": everywhere, "len": everywhere, "byte-order": everywhere, "doc": everywhere,
		"enum": everywhere, "display-hint": everywhere, "struct": everywhere, "enum-as-flags": atRaw,
	}, []string{"name", "type"}}

	setKeys = &object{"an attribute set", words{
		"name": everywhere, "attributes": everywhere, "doc": everywhere, "name-prefix": everywhere,
		"enum-name": everywhere, "subset-of": everywhere,
		"attr-cnt-name": fromC, "attr-max-name": fromC, "header": fromC,
	}, []string{"name", "attributes"}}

	attrKeys = &object{"an attribute", words{
		"name": everywhere, "type": everywhere, "doc": everywhere, "value": everywhere,
		"type-value": everywhere, "byte-order": everywhere, "multi-attr": everywhere,
		"nested-attributes": everywhere, "enum": everywhere, "enum-as-flags": everywhere,
		"checks": everywhere, "sub-type": everywhere, "display-hint": everywhere,
		"name-prefix": fromC, "struct": fromLegacy, "sub-message": atRaw, "selector": atRaw,
	}, []string{"name"}}

	checkKeys = &object{"checks", words{
		"min": everywhere, "max": everywhere, "min-len": everywhere, "max-len": everywhere,
		"exact-len": everywhere, "flags-mask": everywhere, "unterminated-ok": fromC,
	}, nil}

	subMessageKeys = &object{"a sub-message", words{
		"name": everywhere, "formats": everywhere,
	}, []string{"name", "formats"}}

	formatKeys = &object{"a format", words{
		"value": everywhere, "fixed-header": everywhere, "attribute-set": everywhere,
	}, []string{"value"}}

	operationsKeys = &object{"operations", words{
		"list": everywhere, "enum-model": everywhere, "name-prefix": everywhere, "enum-name": everywhere,
		"async-prefix": everywhere, "async-enum": everywhere, "fixed-header": fromLegacy,
	}, []string{"list"}}

	opKeys = &object{"an operation", words{
		"name": everywhere, "doc": everywhere, "value": everywhere, "attribute-set": everywhere,
		"flags": everywhere, "dont-validate": everywhere, "do": everywhere, "dump": everywhere,
		"notify": everywhere, "event": everywhere, "mcgrp": everywhere,
		"config-cond": generic, "fixed-header": fromLegacy, "key": everywhere,
	}, []string{"name"}}

	keyKeys = &object{"a key", words{
		"when": everywhere, "attributes": everywhere, "filters": everywhere, "groups": everywhere,
		"asked": everywhere, "shared": everywhere, "steady": everywhere, "relist-on": atRaw,
	}, []string{"attributes"}}

	modeKeys = &object{"a do or dump", words{
		"request": everywhere, "reply": everywhere, "pre": everywhere, "post": everywhere,
	}, nil}

	messageKeys = &object{"a request or reply", words{"attributes": everywhere, "value": fromLegacy}, nil}

	eventKeys = &object{"an event", words{"attributes": everywhere}, nil}

	groupsKeys = &object{"mcast-groups", words{"list": everywhere}, []string{"list"}}

	groupKeys = &object{"a multicast group", words{
		"name": everywhere, "flags": everywhere, "c-define-name": fromC, "value": atRaw,
	}, []string{"name"}}

	kernelFamilyKeys = &object{"kernel-family", words{"headers": everywhere, "sock-priv": everywhere}, nil}
)
