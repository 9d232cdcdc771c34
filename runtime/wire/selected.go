package wire

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
)

// ErrNoSelector is the error of JSON that has a sub-message without the value that selects its format.
var ErrNoSelector = errors.New("sub-message without its selector")

// Again goes back to the first attribute of the level, for those that can be read only once the rest of the
// level is known: sub-messages, whose selector may stand behind them. Attributes that the first walk kept are
// not to be kept again. With ids, it goes back only if an attribute of one of these numbers may be there.
func (d *Decoder) Again(ids ...uint16) {
	if len(ids) > 0 && !d.seen(ids) {
		return
	}
	d.lv.unique = d.lv.again == 0
	if !d.lv.broken {
		d.lv.next = d.lv.start
	}
}

// seen reports whether the walk over the level met one of the numbers, or another one that is equal modulo 128.
func (d *Decoder) seen(ids []uint16) bool {
	for _, id := range ids {
		if d.lv.seen[id>>6&1]>>(id&63)&1 != 0 {
			return true
		}
	}
	return false
}

// Nested reports whether the attribute that Enter descended into carries NLA_F_NESTED.
func (l Level) Nested() bool { return l.raw&Nested != 0 }

// Rest takes what is left of the level as bytes. The result is not nil, even if it is empty.
func (d *Decoder) Rest() Bytes {
	b := d.buf[min(d.lv.next, d.lv.end):d.lv.end:d.lv.end]
	d.lv.next = d.lv.end
	return d.own(b)
}

// Sub writes a sub-message whose format the schema does not know.
func (e *Encoder) Sub(id uint16, nested bool, payload []byte) {
	if nested {
		id |= Nested
	}
	copy(e.attr(id, len(payload)), payload)
}

// MarshalSelected returns the JSON form of a sub-message: an object whose only key is the selector, a string, an
// integer, or one with a text form. A nil v stands for a format without content, {}. A selector that is not valid UTF-8
// becomes "hex:" and its bytes.
func MarshalSelected[T any](sel T, v any) (json.RawMessage, error) {
	if t, ok := any(sel).(encoding.TextMarshaler); ok {
		text, err := t.MarshalText()
		if err != nil {
			return nil, err
		}
		return marshalSub(string(text), v)
	}
	return marshalSub(fmt.Sprint(sel), v)
}

// SplitSelected is the reverse of MarshalSelected: it sets the selector, and returns the JSON of what it selects.
func SplitSelected[T any](data []byte, sel *T) (json.RawMessage, error) {
	key, body, err := splitSub(data)
	if err != nil {
		return nil, err
	}
	switch sel := any(sel).(type) {
	case *string:
		*sel = key
	case encoding.TextUnmarshaler:
		err = sel.UnmarshalText([]byte(key))
	default:
		err = json.Unmarshal([]byte(key), sel)
	}
	if err != nil {
		return nil, fmt.Errorf("read sub-message: selector %q: %w", key, err)
	}
	return body, nil
}
