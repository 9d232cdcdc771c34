package wire

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"unicode/utf8"
)

// Output1 is the version of the generated code's shape that this runtime serves. Generated packages refer to
// it, so that code made for a newer shape does not build against an older runtime.
const Output1 = 1

// Integer is any type whose underlying type is a fixed-size integer: generated enums and flag sets included.
type Integer interface {
	~uint8 | ~uint16 | ~uint32 | ~uint64 | ~int8 | ~int16 | ~int32 | ~int64
}

// An Opt is a value that may be absent. The zero Opt is absent. Two Opts of a comparable T compare with ==.
type Opt[T any] struct {
	v   T
	set bool
}

// Some returns a present value.
func Some[T any](v T) Opt[T] { return Opt[T]{v, true} }

// As converts the value of o to another integer type and keeps its presence. It does not check the range:
// generated code uses it between an enum and the integer it is made of.
func As[T, F Integer](o Opt[F]) Opt[T] { return Opt[T]{T(o.v), o.set} }

// Get returns the value and whether it is present. An absent value is T's zero value.
func (o Opt[T]) Get() (T, bool) { return o.v, o.set }

// Or returns the value, or def if it is absent.
func (o Opt[T]) Or(def T) T {
	if o.set {
		return o.v
	}
	return def
}

// Value returns the value, or T's zero value if it is absent.
func (o Opt[T]) Value() T { return o.v }

// IsSet reports whether the value is present.
func (o Opt[T]) IsSet() bool { return o.set }

// IsZero reports whether the value is absent, for the omitzero option of encoding/json.
func (o Opt[T]) IsZero() bool { return !o.set }

// Set makes v the value.
func (o *Opt[T]) Set(v T) { *o = Opt[T]{v, true} }

// Clear makes the value absent.
func (o *Opt[T]) Clear() { *o = Opt[T]{} }

// Equal reports whether both are absent, or both present with equal values.
func (o Opt[T]) Equal(p Opt[T]) bool {
	if o.set != p.set || !o.set {
		return o.set == p.set
	}
	if reflect.TypeFor[T]().Comparable() {
		return any(o.v) == any(p.v)
	}
	return reflect.DeepEqual(o.v, p.v)
}

// String returns the value as fmt.Sprint prints it, or "unset".
func (o Opt[T]) String() string {
	if !o.set {
		return "unset"
	}
	return fmt.Sprint(o.v)
}

// MarshalJSON returns the value's JSON, or null if it is absent. A string that is not valid UTF-8, which JSON
// cannot hold, becomes {"hex": "..."}.
func (o Opt[T]) MarshalJSON() ([]byte, error) {
	if !o.set {
		return []byte("null"), nil
	}
	return marshalValue(&o.v)
}

// UnmarshalJSON is the reverse of MarshalJSON.
func (o *Opt[T]) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		o.Clear()
		return nil
	}
	var v T
	if err := unmarshalValue(data, &v); err != nil {
		return err
	}
	o.Set(v)
	return nil
}

// hexString is the JSON form of a string that is not valid UTF-8.
type hexString struct {
	Hex *string `json:"hex"`
}

// marshalValue returns the JSON of what v points to. A pointer lets methods of either kind of receiver be found.
func marshalValue(v any) ([]byte, error) {
	if s, ok := v.(*string); ok && !utf8.ValidString(*s) {
		h := hex.EncodeToString([]byte(*s))
		return json.Marshal(hexString{&h})
	}
	return json.Marshal(v)
}

func unmarshalValue(data []byte, v any) error {
	s, ok := v.(*string)
	if !ok || len(data) == 0 || data[0] != '{' {
		return json.Unmarshal(data, v)
	}
	var h hexString
	if err := json.Unmarshal(data, &h); err != nil {
		return err
	}
	if h.Hex == nil {
		return fmt.Errorf("read string: object without the key hex")
	}
	b, err := hex.DecodeString(*h.Hex)
	if err != nil {
		return fmt.Errorf("read string: %w", err)
	}
	*s = string(b)
	return nil
}
