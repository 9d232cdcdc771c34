package wire_test

import (
	"encoding/binary"
	"net"
	"net/netip"

	"github.com/nlgen/nlgen/runtime/wire"
)

// What follows is a family as the generator writes it, with at least one attribute of every kind.

type State uint8

var stateNames = wire.EnumNames{{Value: 0, Name: "down"}, {Value: 1, Name: "up"}, {Value: 7, Name: "odd"}}

func (s State) String() string { return wire.EnumString(stateNames, uint64(s)) }
func (s State) MarshalText() ([]byte, error) {
	return []byte(wire.EnumString(stateNames, uint64(s))), nil
}
func (s *State) UnmarshalText(b []byte) error {
	v, err := wire.ParseEnum(stateNames, string(b), 8)
	*s = State(v)
	return err
}

type Flags uint32

var flagNames = wire.EnumNames{{Value: 1, Name: "a"}, {Value: 2, Name: "b"}, {Value: 1 << 31, Name: "z"}}

func (f Flags) String() string { return wire.FlagString(flagNames, uint64(f)) }
func (f Flags) MarshalText() ([]byte, error) {
	return []byte(wire.FlagString(flagNames, uint64(f))), nil
}
func (f *Flags) UnmarshalText(b []byte) error {
	v, err := wire.ParseFlags(flagNames, string(b), 32)
	*f = Flags(v)
	return err
}

type Rtmsg struct {
	Family, DstLen, SrcLen, Tos, Table, Protocol, Scope, Type uint8
	Flags                                                     Flags
}

func (h *Rtmsg) decode(b []byte) {
	*h = Rtmsg{b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], Flags(binary.NativeEndian.Uint32(b[8:]))}
}

func (h *Rtmsg) encode(b []byte) {
	copy(b, []byte{h.Family, h.DstLen, h.SrcLen, h.Tos, h.Table, h.Protocol, h.Scope, h.Type})
	binary.NativeEndian.PutUint32(b[8:], uint32(h.Flags))
}

type Route struct {
	Header   Rtmsg                                   `json:"header"`
	Dst      netip.Addr                              `json:"dst,omitzero"`
	Src      netip.Addr                              `json:"src,omitzero"`
	Oif      wire.Opt[uint32]                        `json:"oif,omitzero"`
	Gateway  netip.Addr                              `json:"gateway,omitzero"`
	Priority wire.Opt[uint32]                        `json:"priority,omitzero"`
	Metrics  *Metrics                                `json:"metrics,omitzero"`
	Peers    []Peer                                  `json:"peers,omitzero"`
	Actions  []wire.Indexed[Act]                     `json:"actions,omitzero"`
	State    wire.Opt[State]                         `json:"state,omitzero"`
	Data     Data                                    `json:"-"`
	Groups   []uint32                                `json:"groups,omitzero"`
	Kind     wire.Opt[string]                        `json:"kind,omitzero"`
	Table    wire.Opt[uint32]                        `json:"table,omitzero"`
	Stats    *Info                                   `json:"stats,omitzero"`
	Mask     wire.Opt[wire.Bitfield32[Flags]]        `json:"mask,omitzero"`
	Freqs    []wire.Indexed[uint32]                  `json:"freqs,omitzero"`
	Policy   []wire.Indexed[[]wire.Indexed[Metrics]] `json:"policy,omitzero"`
	App      *App                                    `json:"app,omitzero"`
	Scalars  *Scalars                                `json:"scalars,omitzero"`
	Unknown  wire.Attrs                              `json:"unknown,omitzero"`
}

func (m *Route) Decode(d *wire.Decoder) {
	*m = Route{}
	m.Header.decode(d.Header(12))
	for d.Next() {
		switch d.Type() {
		case 1:
			m.Dst = d.Addr()
		case 2:
			m.Src = d.Addr()
		case 4:
			m.Oif = d.U32()
		case 5:
			m.Gateway = d.Addr()
		case 6:
			m.Priority = d.U32()
		case 8:
			m.Metrics = decodeMetrics(d)
		case 9:
			m.Peers = appendPeer(d, m.Peers)
		case 10:
			m.Actions = decodeActions(d)
		case 11:
			m.State = wire.As[State](d.U8())
		case 12, 30: // below, when the selector is known
		case 13:
			m.Groups = wire.AppendOpt(d, 5, m.Groups, d.U32())
		case 14:
			m.Kind = d.String()
		case 15:
			m.Table = d.U32()
		case 18:
			m.Stats = decodeInfo(d)
		case 21:
			m.Mask = wire.BitfieldAs[Flags](d)
		case 25:
			m.Policy = decodePolicy(d)
		case 26:
			m.Freqs = decodeFreqs(d)
		case 28: // pad
		case 70:
			m.Scalars = decodeScalars(d)
		default:
			d.Keep()
		}
	}
	d.Again(12, 30)
	for d.Next() {
		switch d.Type() {
		case 12:
			m.Data = decodeData(d, m.Kind)
		case 30:
			m.App = decodeApp(d, m.Kind)
		}
	}
	m.Unknown = d.Finish(&schema.Sets[0])
}

func (m *Route) Encode(e *wire.Encoder) {
	m.Header.encode(e.Header(12))
	e.Unknown(m.Unknown)
	e.Addr(1, m.Dst)
	e.Addr(2, m.Src)
	e.U32(4, m.Oif)
	e.Addr(5, m.Gateway)
	e.U32(6, m.Priority)
	if m.Metrics != nil {
		n := e.Nest(8)
		m.Metrics.Encode(e)
		e.End(n)
	}
	for i := range m.Peers {
		n := e.Nest(9)
		m.Peers[i].Encode(e)
		e.End(n)
	}
	encodeActions(e, 10, m.Actions)
	wire.PutU8(e, 11, m.State)
	for _, v := range m.Groups {
		e.U32(13, wire.Some(v))
	}
	if m.Data != nil {
		e.String(14, wire.Selector(e, 14, m.Kind, m.Data.dataKind()))
		encodeData(e, m.Data)
	} else {
		e.String(14, m.Kind)
	}
	e.U32(15, m.Table)
	if m.Stats != nil {
		m.Stats.encode(e.Struct(18, 12, m.Stats.Tail))
	}
	wire.PutBitfield32(e, 21, m.Mask)
	if m.Policy != nil {
		n := e.Nest(25)
		for i := range m.Policy {
			n := e.Nest(m.Policy[i].Index)
			for j := range m.Policy[i].Value {
				n := e.Nest(m.Policy[i].Value[j].Index)
				m.Policy[i].Value[j].Value.Encode(e)
				e.End(n)
			}
			e.End(n)
		}
		e.End(n)
	}
	if m.Freqs != nil {
		n := e.Nest(26)
		for i := range m.Freqs {
			e.U32(m.Freqs[i].Index, wire.Some(m.Freqs[i].Value))
		}
		e.End(n)
	}
	if m.App != nil {
		n := e.Nest(30)
		m.App.Encode(e)
		e.End(n)
	}
	if m.Scalars != nil {
		n := e.Nest(70)
		m.Scalars.Encode(e)
		e.End(n)
	}
}

func (m *Route) UnmarshalBinary(b []byte) error {
	d := wire.NewDecoder(b, nil)
	m.Decode(&d)
	return d.Err(&schema, 0)
}

func (m *Route) AppendBinary(b []byte) ([]byte, error) {
	e := wire.NewEncoder(b)
	m.Encode(&e)
	return e.Done(&schema, 0)
}

type Metrics struct {
	Lock    wire.Opt[uint32] `json:"lock,omitzero"`
	MTU     wire.Opt[uint32] `json:"mtu,omitzero"`
	Unknown wire.Attrs       `json:"unknown,omitzero"`
}

func (m *Metrics) Decode(d *wire.Decoder) {
	*m = Metrics{}
	for d.Next() {
		switch d.Type() {
		case 1:
			m.Lock = d.U32()
		case 2:
			m.MTU = d.U32()
		default:
			d.Keep()
		}
	}
	m.Unknown = d.Finish(&schema.Sets[1])
}

func (m *Metrics) Encode(e *wire.Encoder) {
	e.Unknown(m.Unknown)
	e.U32(1, m.Lock)
	e.U32(2, m.MTU)
}

func decodeMetrics(d *wire.Decoder) *Metrics {
	lv := d.Enter()
	m := wire.New[Metrics](d, 7)
	m.Decode(d)
	if !d.Leave(lv) {
		return nil
	}
	return m
}

type Peer struct {
	Names      []string            `json:"-"`
	AllowedIPs []wire.Indexed[Act] `json:"allowed-ips,omitzero"`
	Key        wire.Bytes          `json:"key,omitzero"`
	Unknown    wire.Attrs          `json:"unknown,omitzero"`
}

func (m *Peer) Decode(d *wire.Decoder) {
	*m = Peer{}
	for d.Next() {
		switch d.Type() {
		case 1:
			m.Names = wire.AppendOpt(d, 6, m.Names, d.String())
		case 2:
			m.AllowedIPs = decodeActions(d)
		case 3:
			m.Key = d.Bytes()
		default:
			d.Keep()
		}
	}
	m.Unknown = d.Finish(&schema.Sets[2])
}

func (m *Peer) Encode(e *wire.Encoder) {
	e.Unknown(m.Unknown)
	for _, v := range m.Names {
		e.String(1, wire.Some(v))
	}
	encodeActions(e, 2, m.AllowedIPs)
	e.Bytes(3, m.Key)
}

func appendPeer(d *wire.Decoder, s []Peer) []Peer {
	s = wire.Grow(d, 8, s)
	lv := d.Enter()
	s[len(s)-1].Decode(d)
	if !d.Leave(lv) {
		s = wire.Shrink(s)
	}
	return s
}

// Act is recursive: by one nest, and by an array.
type Act struct {
	Family  wire.Opt[uint16]    `json:"family,omitzero"`
	Else    *Act                `json:"else,omitzero"`
	Then    []wire.Indexed[Act] `json:"then,omitzero"`
	Kind    wire.Opt[uint32]    `json:"kind,omitzero"`
	Options Options             `json:"-"`
	Unknown wire.Attrs          `json:"unknown,omitzero"`
}

func (m *Act) Decode(d *wire.Decoder) {
	*m = Act{}
	for d.Next() {
		switch d.Type() {
		case 1:
			m.Family = d.U16BE()
		case 2:
			m.Else = decodeAct(d)
		case 3:
			m.Then = decodeActions(d)
		case 4:
			m.Kind = d.U32()
		case 5: // read below, once the selector is known
		default:
			d.Keep()
		}
	}
	d.Again(5)
	for d.Next() {
		switch d.Type() {
		case 5:
			m.Options = decodeOptions(d, m.Kind)
		}
	}
	m.Unknown = d.Finish(&schema.Sets[3])
}

func (m *Act) Encode(e *wire.Encoder) {
	e.Unknown(m.Unknown)
	e.U16BE(1, m.Family)
	if m.Else != nil {
		n := e.Nest(2)
		m.Else.Encode(e)
		e.End(n)
	}
	encodeActions(e, 3, m.Then)
	if m.Options != nil {
		e.U32(4, wire.Selector(e, 4, m.Kind, m.Options.optionsKind()))
		encodeOptions(e, m.Options)
	} else {
		e.U32(4, m.Kind)
	}
}

func decodeAct(d *wire.Decoder) *Act {
	lv := d.Enter()
	m := wire.New[Act](d, 10)
	m.Decode(d)
	if !d.Leave(lv) {
		return nil
	}
	return m
}

func decodeActions(d *wire.Decoder) []wire.Indexed[Act] {
	lv := d.Enter()
	s := wire.Entries[Act](d, 9)
	for d.Next() {
		s = append(s, wire.Indexed[Act]{Index: d.Type()})
		m := &s[len(s)-1]
		in := d.Enter()
		m.Value.Decode(d)
		d.Leave(in)
	}
	if !d.Leave(lv) {
		return nil
	}
	return s
}

func encodeActions(e *wire.Encoder, id uint16, s []wire.Indexed[Act]) {
	if s == nil {
		return
	}
	n := e.Nest(id)
	for i := range s {
		n := e.Nest(s[i].Index)
		s[i].Value.Encode(e)
		e.End(n)
	}
	e.End(n)
}

func decodePolicy(d *wire.Decoder) []wire.Indexed[[]wire.Indexed[Metrics]] {
	lv := d.Enter()
	s := wire.Entries[[]wire.Indexed[Metrics]](d, 11)
	for d.Next() {
		s = append(s, wire.Indexed[[]wire.Indexed[Metrics]]{Index: d.Type()})
		in := d.Enter()
		t := wire.Entries[Metrics](d, 12)
		for d.Next() {
			t = append(t, wire.Indexed[Metrics]{Index: d.Type()})
			m := &t[len(t)-1]
			in := d.Enter()
			m.Value.Decode(d)
			d.Leave(in)
		}
		s[len(s)-1].Value = t
		d.Leave(in)
	}
	if !d.Leave(lv) {
		return nil
	}
	return s
}

func decodeFreqs(d *wire.Decoder) []wire.Indexed[uint32] {
	lv := d.Enter()
	s := wire.Entries[uint32](d, 13)
	for d.Next() {
		s = append(s, wire.Indexed[uint32]{Index: d.Type(), Value: d.U32().Value()})
	}
	if !d.Leave(lv) {
		return nil
	}
	return s
}

// Info is a C struct with a tail.
type Info struct {
	ID   uint32     `json:"id"`
	MAC  wire.MAC   `json:"mac"`
	Port uint16     `json:"port"`
	Tail wire.Bytes `json:"tail,omitzero"`
}

func (m *Info) decode(b []byte) {
	m.ID = binary.NativeEndian.Uint32(b)
	m.MAC = wire.MAC(b[4:10])
	m.Port = binary.BigEndian.Uint16(b[10:])
}

func (m *Info) encode(b []byte) {
	binary.NativeEndian.PutUint32(b, m.ID)
	copy(b[4:], m.MAC[:])
	binary.BigEndian.PutUint16(b[10:], m.Port)
}

func decodeInfo(d *wire.Decoder) *Info {
	m := wire.New[Info](d, 14)
	m.decode(d.Struct(12, &m.Tail))
	return m
}

// App holds a sub-message that the selector of the level around it selects.
type App struct {
	Data    Data       `json:"-"`
	Unknown wire.Attrs `json:"unknown,omitzero"`
}

func decodeApp(d *wire.Decoder, kind wire.Opt[string]) *App {
	lv := d.Enter()
	m := wire.New[App](d, 15)
	for d.Next() {
		switch d.Type() {
		case 12:
			m.Data = decodeData(d, kind)
		default:
			d.Keep()
		}
	}
	m.Unknown = d.Finish(&schema.Sets[6])
	if !d.Leave(lv) {
		return nil
	}
	return m
}

func (m *App) Encode(e *wire.Encoder) {
	e.Unknown(m.Unknown)
	if m.Data != nil {
		encodeData(e, m.Data)
	}
}

// Scalars has the kinds of value that are in no other set.
type Scalars struct {
	U8      wire.Opt[uint8]  `json:"u8,omitzero"`
	U64     wire.Opt[uint64] `json:"u64,omitzero"`
	I8      wire.Opt[int8]   `json:"i8,omitzero"`
	I16     wire.Opt[int16]  `json:"i16,omitzero"`
	I32     wire.Opt[int32]  `json:"i32,omitzero"`
	I64     wire.Opt[int64]  `json:"i64,omitzero"`
	U64BE   wire.Opt[uint64] `json:"u64be,omitzero"`
	I32BE   wire.Opt[int32]  `json:"i32be,omitzero"`
	U16LE   wire.Opt[uint16] `json:"u16le,omitzero"`
	I64LE   wire.Opt[int64]  `json:"i64le,omitzero"`
	Uint    wire.Opt[uint64] `json:"uint,omitzero"`
	Sint    wire.Opt[int64]  `json:"sint,omitzero"`
	Flag    bool             `json:"flag,omitzero"`
	MAC     net.HardwareAddr `json:"-"`
	Addr4   netip.Addr       `json:"addr4,omitzero"`
	Addr16  netip.Addr       `json:"addr16,omitzero"`
	Array   []uint64         `json:"array,omitzero"`
	States  []State          `json:"states,omitzero"`
	Blobs   []wire.Bytes     `json:"blobs,omitzero"`
	Addrs   []netip.Addr     `json:"addrs,omitzero"`
	Unknown wire.Attrs       `json:"unknown,omitzero"`
}

func decodeScalars(d *wire.Decoder) *Scalars {
	lv := d.Enter()
	m := wire.New[Scalars](d, 16)
	m.Decode(d)
	if !d.Leave(lv) {
		return nil
	}
	return m
}

func (m *Scalars) Decode(d *wire.Decoder) {
	*m = Scalars{}
	for d.Next() {
		switch d.Type() {
		case 0:
			m.U8 = d.U8()
		case 1:
			m.U64 = d.U64()
		case 2:
			m.I8 = d.I8()
		case 3:
			m.I16 = d.I16()
		case 4:
			m.I32 = d.I32()
		case 5:
			m.I64 = d.I64()
		case 6:
			m.U64BE = d.U64BE()
		case 7:
			m.I32BE = d.I32BE()
		case 8:
			m.U16LE = d.U16LE()
		case 9:
			m.I64LE = d.I64LE()
		case 10:
			m.Uint = d.Uint()
		case 11:
			m.Sint = d.Sint()
		case 12:
			m.Flag = d.Flag()
		case 13:
			m.MAC = d.MAC()
		case 14:
			m.Addr4 = d.Addr4()
		case 15:
			m.Addr16 = d.Addr16()
		case 16:
			m.Array = wire.Array[uint64](d, 17)
		case 17:
			m.States = wire.Array[State](d, 18)
		case 18:
			m.Blobs = wire.Append(d, 19, m.Blobs, d.Bytes(), true)
		case 300:
			m.Addrs = wire.AppendAddr(d, 20, m.Addrs, d.Addr())
		default:
			d.Keep()
		}
	}
	m.Unknown = d.Finish(&schema.Sets[7])
}

func (m *Scalars) Encode(e *wire.Encoder) {
	e.Unknown(m.Unknown)
	e.U8(0, m.U8)
	e.U64(1, m.U64)
	e.I8(2, m.I8)
	e.I16(3, m.I16)
	e.I32(4, m.I32)
	e.I64(5, m.I64)
	e.U64BE(6, m.U64BE)
	e.I32BE(7, m.I32BE)
	e.U16LE(8, m.U16LE)
	e.I64LE(9, m.I64LE)
	e.Uint(10, m.Uint)
	e.Sint(11, m.Sint)
	e.Flag(12, m.Flag)
	e.MAC(13, m.MAC)
	e.Addr4(14, m.Addr4)
	e.Addr16(15, m.Addr16)
	wire.PutArray(e, 16, m.Array)
	wire.PutArray(e, 17, m.States)
	for _, v := range m.Blobs {
		e.Blob(18, v)
	}
	for _, v := range m.Addrs {
		e.AddrElem(300, v)
	}
}
