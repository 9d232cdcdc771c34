package nl

import "github.com/nlgen/nlgen/runtime/wire"

// Opt is a value that may be absent; the zero Opt is.
type Opt[T any] = wire.Opt[T]

// Attrs are attributes kept as they were on the wire.
type Attrs = wire.Attrs

// Some returns a present value. Enums and flag sets need it: nl.Some(rtlink.IfOperUp).
func Some[T any](v T) Opt[T] { return wire.Some(v) }

// U8 returns a present value. Like its sisters it takes a plain constant: nl.U32(1400).
func U8(v uint8) Opt[uint8] { return wire.Some(v) }

// U16 returns a present value.
func U16(v uint16) Opt[uint16] { return wire.Some(v) }

// U32 returns a present value.
func U32(v uint32) Opt[uint32] { return wire.Some(v) }

// U64 returns a present value.
func U64(v uint64) Opt[uint64] { return wire.Some(v) }

// I8 returns a present value.
func I8(v int8) Opt[int8] { return wire.Some(v) }

// I16 returns a present value.
func I16(v int16) Opt[int16] { return wire.Some(v) }

// I32 returns a present value.
func I32(v int32) Opt[int32] { return wire.Some(v) }

// I64 returns a present value.
func I64(v int64) Opt[int64] { return wire.Some(v) }

// Str returns a present string.
func Str(v string) Opt[string] { return wire.Some(v) }
