package wire_test

import (
	"testing"

	"github.com/nlgen/nlgen/runtime/wire"
	"github.com/nlgen/nlgen/runtime/wire/wiretest"
)

func randRoute(r *wiretest.Rand) *Route {
	m := &Route{}
	m.Header.Family = r.U8().Value()
	m.Header.Flags = Flags(r.Flags(flagNames, 32).Value())
	m.Dst = r.Addr()
	m.Src = r.Addr()
	m.Oif = r.U32()
	m.Gateway = r.Addr()
	m.Priority = r.U32()
	m.Metrics = wiretest.Ptr(r, randMetrics)
	m.Peers = wiretest.Nests(r, randPeer)
	m.Actions = wiretest.IndexedNests(r, randAct)
	m.State = wire.As[State](r.Enum(stateNames, 8))
	m.Groups = wiretest.List(r, r.U32)
	m.Kind = r.String()
	if r.Enter() {
		m.Data = randData(r)
		m.Kind = wire.Some(m.Data.dataKind())
		r.Leave()
	}
	m.Table = r.U32()
	m.Stats = wiretest.Ptr(r, randInfo)
	m.Mask = wiretest.Bitfield32[Flags](r)
	m.Freqs = wiretest.IndexedValues(r, func() uint32 { return r.U32().Value() })
	m.Policy = wiretest.IndexedValues(r, func() []wire.Indexed[Metrics] {
		return wire.Index(1, wiretest.Nests(r, randMetrics)...)
	})
	if m.Data != nil && r.Enter() {
		m.App = &App{Unknown: r.Unknown(&schema.Sets[6])}
		if r.Flag() {
			m.App.Data = m.Data
		}
		r.Leave()
	}
	m.Scalars = wiretest.Ptr(r, randScalars)
	m.Unknown = r.Unknown(&schema.Sets[0])
	return m
}

func randMetrics(r *wiretest.Rand) *Metrics {
	return &Metrics{Lock: r.U32(), MTU: r.U32(), Unknown: r.Unknown(&schema.Sets[1])}
}

func randPeer(r *wiretest.Rand) *Peer {
	return &Peer{
		Names:      wiretest.List(r, r.String),
		AllowedIPs: wiretest.IndexedNests(r, randAct),
		Key:        r.Bytes(),
		Unknown:    r.Unknown(&schema.Sets[2]),
	}
}

func randAct(r *wiretest.Rand) *Act {
	m := &Act{
		Family:  r.U16(),
		Else:    wiretest.Ptr(r, randAct),
		Then:    wiretest.IndexedNests(r, randAct),
		Kind:    r.U32(),
		Unknown: r.Unknown(&schema.Sets[3]),
	}
	if r.Enter() {
		if r.Flag() {
			m.Options = (*OptionsAct)(randAct(r))
		} else {
			m.Options = &OptionsUnknown{uint32(r.Pick(100)) + 2, r.Flag(), r.Blob()}
		}
		m.Kind = wire.Some(m.Options.optionsKind())
		r.Leave()
	}
	return m
}

func randData(r *wiretest.Rand) Data {
	switch r.Pick(4) {
	case 0:
		return (*DataMetrics)(randMetrics(r))
	case 1:
		return &DataQueue{Limit: 7, Metrics: *randMetrics(r)}
	case 2:
		return new(DataNone)
	}
	return &DataUnknown{"x\xff", r.Blob()}
}

func randInfo(r *wiretest.Rand) *Info {
	m := &Info{ID: r.U32().Value(), Port: r.U16().Value(), Tail: r.Tail()}
	r.Fill(m.MAC[:])
	return m
}

func randScalars(r *wiretest.Rand) *Scalars {
	return &Scalars{
		U8: r.U8(), U64: r.U64(), I8: r.I8(), I16: r.I16(), I32: r.I32(), I64: r.I64(),
		U64BE: r.U64(), I32BE: r.I32(), U16LE: r.U16(), I64LE: r.I64(), Uint: r.Uint(), Sint: r.Sint(),
		Flag: r.Flag(), MAC: r.MAC(), Addr4: r.Addr4(), Addr16: r.Addr16(),
		Array: wiretest.Array[uint64](r), States: wiretest.Array[State](r),
		Blobs: wiretest.Values(r, r.Bytes), Addrs: wiretest.Values(r, r.Addr),
		Unknown: r.Unknown(&schema.Sets[7]),
	}
}

func newRoute() wire.Message { return new(Route) }

func TestProperties(t *testing.T) {
	for seed := range uint64(8) {
		wiretest.Check(t, "route", seed, func(r *wiretest.Rand) wire.Message { return randRoute(r) }, newRoute)
		wiretest.Check(t, "act", seed, func(r *wiretest.Rand) wire.Message { return randAct(r) },
			func() wire.Message { return new(Act) })
	}
}

func FuzzDecode(f *testing.F) {
	for n := range uint64(20) {
		b, err := randRoute(wiretest.NewRand(1, n)).AppendBinary(nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, uint(n))
	}
	spare := wire.NewSpare(true)
	f.Fuzz(func(t *testing.T, b []byte, off uint) {
		wiretest.CheckBytes(t, b, spare, newRoute)
		checkTables(t, b, int(off%(1<<16)))
	})
}
