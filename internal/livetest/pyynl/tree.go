package pyynl

import (
	"encoding"
	"fmt"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
)

// number is an integer of a message with the name that its JSON has for it, if any.
type number struct {
	value any // int64 or uint64
	text  string
}

// octets are bytes of a message with the text that its JSON has for them.
type octets struct {
	raw  []byte
	text string
}

// Tree turns a generated message into maps and lists under the names of its JSON, in the shape in which the kernel's
// client gives messages: the fixed header is merged into its attributes, an entry of an indexed array is a map of its
// index to its value, what is absent is left out.
func Tree(message any) any {
	v := reflect.ValueOf(message)
	if v.Kind() == reflect.Slice { // of messages, however few
		return list(v)
	}
	t, _ := tree(v)
	return t
}

// tree reports false for an absent value.
func tree(v reflect.Value) (any, bool) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil, false
		}
		return tree(v.Elem())
	case reflect.Bool:
		return true, v.Bool()
	case reflect.String:
		return v.String(), true
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return number{v.Int(), text(v)}, true
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return number{v.Uint(), text(v)}, true
	case reflect.Slice:
		if v.IsNil() {
			return nil, false
		}
		if v.Type().Elem().Kind() == reflect.Uint8 && v.Type().Name() != "Uint8s" {
			return octets{v.Bytes(), text(v)}, true
		}
		return list(v), true
	case reflect.Array: // addresses in structs
		return octets{append([]byte{}, v.Bytes()...), text(v)}, true
	case reflect.Struct:
		return object(v)
	}
	panic(fmt.Sprintf("%v in a message", v.Type()))
}

func text(v reflect.Value) string {
	if m, ok := v.Interface().(encoding.TextMarshaler); ok {
		b, err := m.MarshalText()
		if err == nil {
			return string(b)
		}
	}
	if s, ok := v.Interface().(fmt.Stringer); ok {
		return s.String()
	}
	return ""
}

func list(v reflect.Value) []any {
	l := []any{}
	for i := range v.Len() {
		e, _ := tree(v.Index(i))
		l = append(l, e)
	}
	return l
}

func object(v reflect.Value) (any, bool) {
	if a, ok := v.Interface().(netip.Addr); ok {
		return octets{a.AsSlice(), a.String()}, a.IsValid()
	}
	if get := v.MethodByName("Get"); get.IsValid() { // Opt
		r := get.Call(nil)
		if !r[1].Bool() {
			return nil, false
		}
		t, _ := tree(r[0])
		return t, true
	}
	if strings.HasPrefix(v.Type().Name(), "Indexed[") {
		value, _ := tree(v.FieldByName("Value"))
		return map[string]any{fmt.Sprint(v.FieldByName("Index").Uint()): value}, true
	}
	o := map[string]any{}
	for i := range v.NumField() {
		member(o, v.Type().Field(i), v.Field(i))
	}
	return o, true
}

// member adds a field to an object.
func member(o map[string]any, f reflect.StructField, v reflect.Value) {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	t, ok := tree(v)
	switch {
	case !ok:
	case f.Name == "Header" && f.Tag.Get("json") == "header" && v.Kind() == reflect.Struct:
		for k, e := range t.(map[string]any) {
			o[k] = e
		}
	default:
		o[name] = t
	}
}

// Number is a number in a tree.
func Number(text string) any {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		panic(err)
	}
	return number{n, ""}
}
