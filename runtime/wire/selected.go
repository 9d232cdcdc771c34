package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// ErrNoSelector is the error of JSON that has a sub-message without the value that selects its format.
var ErrNoSelector = errors.New("sub-message without its selector")

// Again goes back to the first attribute of the level, for those that can be read only once the rest of the
// level is known: sub-messages, whose selector may stand behind them.
func (d *Decoder) Again() {
	d.lv.unique = d.lv.again == 0
	if !d.lv.broken {
		d.lv.next = d.lv.start
	}
}

// Nested reports whether the attribute that Enter descended into carries NLA_F_NESTED.
func (l Level) Nested() bool { return l.lv.raw&Nested != 0 }

// Rest takes what is left of the level as bytes.
func (d *Decoder) Rest() Bytes {
	b := d.buf[d.lv.next:d.lv.end:d.lv.end]
	d.lv.next = d.lv.end
	if d.aliases() {
		return b
	}
	return append(Bytes{}, b...)
}

// Sub writes a sub-message whose format the schema does not know.
func (e *Encoder) Sub(id uint16, nested bool, payload []byte) {
	if nested {
		id |= Nested
	}
	copy(e.attr(id, len(payload)), payload)
}

// MarshalSelected is the JSON of a sub-message whose selector stands elsewhere: an object with the selector
// as its one key.
func MarshalSelected[T any](sel T, v any) (json.RawMessage, error) {
	return json.Marshal(map[string]any{fmt.Sprint(sel): v})
}

// SplitSelected undoes MarshalSelected.
func SplitSelected[T any](data []byte, sel *T) (json.RawMessage, error) {
	var m map[string]json.RawMessage
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, err
	}
	if len(m) != 1 {
		return nil, fmt.Errorf("sub-message of %d keys, want one: its selector", len(m))
	}
	for key, body := range m {
		text := strconv.Quote(key)
		if err := json.Unmarshal([]byte(text), sel); err != nil && json.Unmarshal([]byte(key), sel) != nil {
			return nil, fmt.Errorf("selector %s: %w", text, err)
		}
		return body, nil
	}
	return nil, ErrNoSelector
}
