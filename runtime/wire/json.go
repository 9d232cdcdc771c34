package wire

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Strings is a list of strings whose JSON form keeps bytes that are not valid UTF-8, as Opt does. Generated
// JSON methods convert to it.
type Strings []string

// MarshalJSON returns an array, or null if s is nil.
func (s Strings) MarshalJSON() ([]byte, error) {
	if s == nil {
		return []byte("null"), nil
	}
	out := make([]json.RawMessage, len(s))
	for i := range s {
		b, err := marshalValue(&s[i])
		if err != nil {
			return nil, err
		}
		out[i] = b
	}
	return json.Marshal(out)
}

// UnmarshalJSON is the reverse of MarshalJSON.
func (s *Strings) UnmarshalJSON(data []byte) error {
	var raw []json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	if raw == nil {
		*s = nil
		return nil
	}
	v := make(Strings, len(raw))
	for i := range raw {
		if err := unmarshalValue(raw[i], &v[i]); err != nil {
			return err
		}
	}
	*s = v
	return nil
}

// Uint8s is a list of small numbers whose JSON form is an array of numbers, where that of []uint8 would be
// base64. Generated JSON methods convert to it.
type Uint8s []uint8

// MarshalJSON returns an array, or null if s is nil.
func (s Uint8s) MarshalJSON() ([]byte, error) {
	if s == nil {
		return []byte("null"), nil
	}
	wide := make([]uint16, len(s))
	for i := range s {
		wide[i] = uint16(s[i])
	}
	return json.Marshal(wide)
}

// UnmarshalJSON is the reverse of MarshalJSON.
func (s *Uint8s) UnmarshalJSON(data []byte) error {
	var wide []uint16
	if err := json.Unmarshal(data, &wide); err != nil {
		return err
	}
	if wide == nil {
		*s = nil
		return nil
	}
	v := make(Uint8s, len(wide))
	for i := range wide {
		if wide[i] > 0xff {
			return fmt.Errorf("read list of 8-bit numbers: %d does not fit", wide[i])
		}
		v[i] = uint8(wide[i])
	}
	*s = v
	return nil
}

// hexKey marks a selector that JSON could not hold as a key.
const hexKey = "hex:"

// marshalSub is MarshalSelected for the selector's text.
func marshalSub(selector string, v any) ([]byte, error) {
	if !utf8.ValidString(selector) || strings.HasPrefix(selector, hexKey) {
		selector = hexKey + hex.EncodeToString([]byte(selector))
	}
	if v == nil {
		v = struct{}{}
	}
	return json.Marshal(map[string]any{selector: v})
}

// splitSub is the reverse of marshalSub.
func splitSub(data []byte) (selector string, body json.RawMessage, err error) {
	var m map[string]json.RawMessage
	if err := json.Unmarshal(data, &m); err != nil {
		return "", nil, fmt.Errorf("read sub-message: %w", err)
	}
	if len(m) != 1 {
		return "", nil, errors.New("read sub-message: want an object with one key, the selector")
	}
	for selector, body = range m {
	}
	if h, ok := strings.CutPrefix(selector, hexKey); ok {
		b, err := hex.DecodeString(h)
		if err != nil {
			return "", nil, fmt.Errorf("read sub-message: selector: %w", err)
		}
		selector = string(b)
	}
	return selector, bytes.Clone(body), nil
}
