package wire_test

import (
	"encoding/binary"
	"testing"

	"github.com/nlgen/nlgen/runtime/wire"
)

// attr builds an attribute in host order.
func attr(typ uint16, payload ...byte) []byte {
	b := binary.NativeEndian.AppendUint16(nil, uint16(4+len(payload)))
	b = binary.NativeEndian.AppendUint16(b, typ)
	b = append(b, payload...)
	return append(b, make([]byte, -len(b)&3)...)
}

func join(parts ...[]byte) []byte {
	var b []byte
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

func u32(v uint32) []byte       { return binary.NativeEndian.AppendUint32(nil, v) }
func nativeU64(v uint64) []byte { return binary.NativeEndian.AppendUint64(nil, v) }
func u16(v uint16) []byte       { return binary.NativeEndian.AppendUint16(nil, v) }

// kernelRoute is a message of 44 bytes such as the kernel sends for an IPv4 route, and with more a nest.
func kernelRoute(more ...[]byte) []byte {
	return join([]byte{2, 24, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0},
		attr(15, u32(254)...), attr(1, 10, 1, 2, 0), attr(5, 10, 0, 0, 1), attr(4, u32(2)...), join(more...))
}

var metricsNest = attr(8|wire.Nested, join(attr(2, u32(1400)...))...)

func BenchmarkDecode(b *testing.B) {
	for _, bc := range []struct {
		name string
		msg  []byte
	}{
		{"route", kernelRoute()},
		{"nest", kernelRoute(metricsNest)},
		{"string", kernelRoute(attr(14, []byte("bridge\x00")...))},
	} {
		b.Run(bc.name+"/owned", func(b *testing.B) {
			b.ReportAllocs()
			var m Route
			for b.Loop() {
				if err := m.UnmarshalBinary(bc.msg); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(bc.name+"/chunked", func(b *testing.B) {
			b.ReportAllocs()
			var m Route
			d := wire.NewDecoder(nil, wire.NewSpare(false))
			for b.Loop() {
				d.Reset(bc.msg)
				m.Decode(&d)
			}
		})
		b.Run(bc.name+"/recycled", func(b *testing.B) {
			b.ReportAllocs()
			var m Route
			d := wire.NewDecoder(nil, wire.NewSpare(true))
			for b.Loop() {
				d.Reset(bc.msg)
				m.Decode(&d)
			}
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	for _, bc := range []struct {
		name string
		msg  []byte
	}{
		{"route", kernelRoute()},
		{"nest", kernelRoute(metricsNest)},
	} {
		b.Run(bc.name, func(b *testing.B) {
			b.ReportAllocs()
			var m Route
			if err := m.UnmarshalBinary(bc.msg); err != nil {
				b.Fatal(err)
			}
			var buf []byte
			for b.Loop() {
				buf, _ = m.AppendBinary(buf[:0])
			}
		})
	}
}
