package wire

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
)

// Bytes is opaque data; its text form is lower-case hex. Nil means absent, empty and not nil means present.
type Bytes []byte

// String returns the bytes in hex.
func (b Bytes) String() string { return hex.EncodeToString(b) }

// MarshalText returns the bytes in hex.
func (b Bytes) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, b), nil }

// UnmarshalText reads hex of either case. The result is never nil.
func (b *Bytes) UnmarshalText(text []byte) error {
	v := make(Bytes, hex.DecodedLen(len(text)))
	if _, err := hex.Decode(v, text); err != nil {
		return fmt.Errorf("read bytes: %w", err)
	}
	*b = v
	return nil
}

// HardwareAddr is a link-layer address of any length, with the text form aa:bb:cc. It converts to and from
// net.HardwareAddr, which has no text form that JSON would use. Nil means absent, empty and not nil present.
type HardwareAddr []byte

// String returns the address as aa:bb:cc.
func (a HardwareAddr) String() string { return net.HardwareAddr(a).String() }

// MarshalText returns the address as aa:bb:cc.
func (a HardwareAddr) MarshalText() ([]byte, error) { return appendColons(nil, a), nil }

// UnmarshalText reads bytes in hex separated by colons, of any number. The result is never nil.
func (a *HardwareAddr) UnmarshalText(text []byte) error {
	v, err := parseColons(text)
	if err != nil {
		return err
	}
	*a = v
	return nil
}

// MAC is a 6-byte link-layer address inside a C struct.
type MAC [6]byte

// HardwareAddr returns the address as the net package has it.
func (m MAC) HardwareAddr() net.HardwareAddr { return net.HardwareAddr(m[:]) }

// String returns the address as aa:bb:cc:dd:ee:ff.
func (m MAC) String() string { return string(appendColons(nil, m[:])) }

// MarshalText returns the address as aa:bb:cc:dd:ee:ff.
func (m MAC) MarshalText() ([]byte, error) { return appendColons(nil, m[:]), nil }

// UnmarshalText is the reverse of MarshalText.
func (m *MAC) UnmarshalText(text []byte) error {
	v, err := parseColons(text)
	if err != nil {
		return err
	}
	if len(v) != len(m) {
		return fmt.Errorf("read hardware address: %d bytes, want %d", len(v), len(m))
	}
	*m = MAC(v)
	return nil
}

// Addr4 is an IPv4 address inside a C struct.
type Addr4 [4]byte

// Addr returns the address as the net/netip package has it.
func (a Addr4) Addr() netip.Addr { return netip.AddrFrom4(a) }

// String returns the dotted form.
func (a Addr4) String() string { return a.Addr().String() }

// MarshalText returns the dotted form.
func (a Addr4) MarshalText() ([]byte, error) { return a.Addr().MarshalText() }

// UnmarshalText is the reverse of MarshalText.
func (a *Addr4) UnmarshalText(text []byte) error {
	v, err := netip.ParseAddr(string(text))
	if err != nil {
		return fmt.Errorf("read address: %w", err)
	}
	if v = v.Unmap(); !v.Is4() {
		return fmt.Errorf("read address: %s is not an IPv4 address", v)
	}
	*a = v.As4()
	return nil
}

// Addr16 is an IPv6 address inside a C struct.
type Addr16 [16]byte

// Addr returns the address as the net/netip package has it.
func (a Addr16) Addr() netip.Addr { return netip.AddrFrom16(a) }

// String returns the form with colons.
func (a Addr16) String() string { return a.Addr().String() }

// MarshalText returns the form with colons.
func (a Addr16) MarshalText() ([]byte, error) { return a.Addr().MarshalText() }

// UnmarshalText is the reverse of MarshalText.
func (a *Addr16) UnmarshalText(text []byte) error {
	v, err := netip.ParseAddr(string(text))
	if err != nil {
		return fmt.Errorf("read address: %w", err)
	}
	if !v.Is6() || v.Zone() != "" {
		return fmt.Errorf("read address: %s is not an IPv6 address without zone", v)
	}
	*a = v.As16()
	return nil
}

// Indexed is one entry of an indexed array: the attribute type that numbers it, and its value.
type Indexed[T any] struct {
	Index uint16 `json:"index"`
	Value T      `json:"value"`
}

// Index numbers values for an indexed array: base, base+1 and so on.
func Index[T any](base uint16, v ...T) []Indexed[T] {
	s := make([]Indexed[T], len(v))
	for i := range v {
		s[i] = Indexed[T]{base + uint16(i), v[i]}
	}
	return s
}

// indexedJSON is the JSON form of an entry.
type indexedJSON struct {
	Index uint16          `json:"index"`
	Value json.RawMessage `json:"value"`
}

// MarshalJSON returns {"index": n, "value": ...}, with strings in the form that Opt gives them.
func (x Indexed[T]) MarshalJSON() ([]byte, error) {
	v, err := marshalValue(&x.Value)
	if err != nil {
		return nil, err
	}
	return json.Marshal(indexedJSON{x.Index, v})
}

// UnmarshalJSON is the reverse of MarshalJSON.
func (x *Indexed[T]) UnmarshalJSON(data []byte) error {
	var j indexedJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	var v T
	if len(j.Value) > 0 {
		if err := unmarshalValue(j.Value, &v); err != nil {
			return err
		}
	}
	*x = Indexed[T]{j.Index, v}
	return nil
}

// Bitfield32 changes some bits of a word: those in Selector get the state they have in Value.
type Bitfield32[T ~uint32] struct {
	Value    T `json:"value"`
	Selector T `json:"selector"`
}

func appendColons(dst, b []byte) []byte {
	for i := range b {
		if i > 0 {
			dst = append(dst, ':')
		}
		dst = hex.AppendEncode(dst, b[i:i+1])
	}
	return dst
}

func parseColons(text []byte) ([]byte, error) {
	if len(text) == 0 {
		return []byte{}, nil
	}
	if len(text)%3 != 2 {
		return nil, fmt.Errorf("read hardware address: %q is not pairs of hex digits between colons", text)
	}
	b := make([]byte, (len(text)+1)/3)
	for i := range b {
		p := text[3*i:]
		if _, err := hex.Decode(b[i:i+1], p[:2]); err != nil || len(p) > 2 && p[2] != ':' {
			return nil, fmt.Errorf("read hardware address: %q is not pairs of hex digits between colons", text)
		}
	}
	return b, nil
}
