package wire_test

import (
	"encoding/binary"
	"encoding/json"

	"github.com/nlgen/nlgen/runtime/wire"
)

// Data is a sub-message that a string selects.
type Data interface {
	dataKind() string
}

// DataMetrics is attributes alone.
type DataMetrics Metrics

// DataQueue is a fixed header and attributes.
type DataQueue struct {
	Limit   uint32  `json:"limit"`
	Metrics Metrics `json:"metrics"`
}

// DataNone has no content.
type DataNone struct{}

// DataUnknown is of a kind that the schema does not know.
type DataUnknown struct {
	Selector string     `json:"-"`
	Raw      wire.Bytes `json:"raw"`
}

func (*DataMetrics) dataKind() string   { return "metrics" }
func (*DataQueue) dataKind() string     { return "queue" }
func (*DataNone) dataKind() string      { return "none" }
func (m *DataUnknown) dataKind() string { return m.Selector }

func encodeData(e *wire.Encoder, m Data) {
	switch m := m.(type) {
	case *DataMetrics:
		n := e.Nest(12)
		(*Metrics)(m).Encode(e)
		e.End(n)
	case *DataQueue:
		n := e.Nest(12)
		binary.NativeEndian.PutUint32(e.Header(6), m.Limit)
		m.Metrics.Encode(e)
		e.End(n)
	case *DataNone:
		e.End(e.Plain(12))
	case *DataUnknown:
		e.Blob(12, m.Raw)
	}
}

func decodeData(d *wire.Decoder, kind wire.Opt[string]) Data {
	var data Data
	if !kind.IsSet() {
		d.Keep()
		return nil
	}
	switch kind.Value() {
	case "metrics":
		lv := d.Enter()
		m := wire.New[DataMetrics](d, 0)
		(*Metrics)(m).Decode(d)
		if data = m; !d.Leave(lv) {
			return nil
		}
	case "queue":
		lv := d.Enter()
		m := wire.New[DataQueue](d, 1)
		m.Limit = binary.NativeEndian.Uint32(d.Header(6))
		m.Metrics.Decode(d)
		if data = m; !d.Leave(lv) {
			return nil
		}
	case "none":
		lv := d.Enter()
		for d.Next() {
			d.Keep()
		}
		if data = wire.New[DataNone](d, 2); !d.Leave(lv) {
			return nil
		}
	default:
		m := wire.New[DataUnknown](d, 3)
		m.Selector, m.Raw = kind.Value(), d.Bytes()
		data = m
	}
	return data
}

func unmarshalData(b json.RawMessage) (Data, error) {
	if len(b) == 0 {
		return nil, nil
	}
	var sel string
	body, err := wire.SplitSelected(b, &sel)
	if err != nil {
		return nil, err
	}
	var m Data
	switch sel {
	case "metrics":
		m = new(DataMetrics)
	case "queue":
		m = new(DataQueue)
	case "none":
		m = new(DataNone)
	default:
		m = &DataUnknown{Selector: sel}
	}
	return m, json.Unmarshal(body, m)
}

func marshalData(m Data) (json.RawMessage, error) {
	if m == nil {
		return nil, nil
	}
	return wire.MarshalSelected(m.dataKind(), m)
}

// Options is a sub-message that an integer selects.
type Options interface {
	optionsKind() uint32
}

// OptionsAct is the format that makes Act recursive by a sub-message too.
type OptionsAct Act

// OptionsUnknown is of a kind that the schema does not know.
type OptionsUnknown struct {
	Selector uint32
	Nested   bool
	Raw      wire.Bytes
}

func (*OptionsAct) optionsKind() uint32       { return 1 }
func (m *OptionsUnknown) optionsKind() uint32 { return m.Selector }

func encodeOptions(e *wire.Encoder, m Options) {
	switch m := m.(type) {
	case *OptionsAct:
		n := e.Nest(5)
		(*Act)(m).Encode(e)
		e.End(n)
	case *OptionsUnknown:
		e.Sub(5, m.Nested, m.Raw)
	}
}

func decodeOptions(d *wire.Decoder, kind wire.Opt[uint32]) Options {
	if !kind.IsSet() {
		d.Keep()
		return nil
	}
	lv := d.Enter()
	var o Options
	switch kind.Value() {
	case 1:
		m := wire.New[OptionsAct](d, 21)
		(*Act)(m).Decode(d)
		o = m
	default:
		m := wire.New[OptionsUnknown](d, 22)
		*m = OptionsUnknown{kind.Value(), lv.Nested(), d.Rest()}
		o = m
	}
	if !d.Leave(lv) {
		return nil
	}
	return o
}

// The JSON methods below are the shadows that the generator writes for types with fields that encoding/json
// cannot write by itself.

func (m *Route) MarshalJSON() ([]byte, error) {
	type plain Route
	data, err := marshalData(m.Data)
	if err != nil {
		return nil, err
	}
	return json.Marshal(struct {
		*plain
		Data json.RawMessage `json:"data,omitzero"`
	}{(*plain)(m), data})
}

func (m *Route) UnmarshalJSON(b []byte) error {
	type plain Route
	s := struct {
		*plain
		Data json.RawMessage `json:"data"`
	}{plain: (*plain)(m)}
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	var err error
	m.Data, err = unmarshalData(s.Data)
	return err
}

func (m *App) MarshalJSON() ([]byte, error) {
	type plain App
	data, err := marshalData(m.Data)
	if err != nil {
		return nil, err
	}
	return json.Marshal(struct {
		*plain
		Data json.RawMessage `json:"data,omitzero"`
	}{(*plain)(m), data})
}

func (m *App) UnmarshalJSON(b []byte) error {
	type plain App
	s := struct {
		*plain
		Data json.RawMessage `json:"data"`
	}{plain: (*plain)(m)}
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	var err error
	m.Data, err = unmarshalData(s.Data)
	return err
}

func (m *OptionsAct) MarshalJSON() ([]byte, error) { return (*Act)(m).MarshalJSON() }

func (m *OptionsAct) UnmarshalJSON(b []byte) error { return (*Act)(m).UnmarshalJSON(b) }

func (m *Act) MarshalJSON() ([]byte, error) {
	type plain Act
	s := struct {
		*plain
		Options any `json:"options,omitempty"`
	}{plain: (*plain)(m)}
	if m.Options != nil {
		s.Options = m.Options
	}
	return json.Marshal(s)
}

func (m *Act) UnmarshalJSON(b []byte) error {
	type plain Act
	s := struct {
		*plain
		Options json.RawMessage `json:"options"`
	}{plain: (*plain)(m)}
	if err := json.Unmarshal(b, &s); err != nil || s.Options == nil {
		return err
	}
	if m.Options = new(OptionsUnknown); m.Kind.Value() == 1 {
		m.Options = new(OptionsAct)
	}
	return json.Unmarshal(s.Options, m.Options)
}

func (m *Peer) MarshalJSON() ([]byte, error) {
	type plain Peer
	return json.Marshal(struct {
		*plain
		Names wire.Strings `json:"names,omitzero"`
	}{(*plain)(m), m.Names})
}

func (m *Peer) UnmarshalJSON(b []byte) error {
	type plain Peer
	s := struct {
		*plain
		Names wire.Strings `json:"names"`
	}{plain: (*plain)(m)}
	err := json.Unmarshal(b, &s)
	m.Names = s.Names
	return err
}

func (m *Scalars) MarshalJSON() ([]byte, error) {
	type plain Scalars
	return json.Marshal(struct {
		*plain
		MAC wire.HardwareAddr `json:"mac,omitzero"`
	}{(*plain)(m), wire.HardwareAddr(m.MAC)})
}

func (m *Scalars) UnmarshalJSON(b []byte) error {
	type plain Scalars
	s := struct {
		*plain
		MAC wire.HardwareAddr `json:"mac"`
	}{plain: (*plain)(m)}
	err := json.Unmarshal(b, &s)
	m.MAC = []byte(s.MAC)
	return err
}
