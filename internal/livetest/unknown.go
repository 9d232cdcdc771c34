//go:build linux

package livetest

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/nlgen/nlgen/runtime/wire"
)

var attrsType = reflect.TypeFor[wire.Attrs]()

// Unknown lists what a message holds that its schema does not describe: attributes that are unknown or unreadable, a
// sub-message of an unknown kind, bytes behind the last member of a struct. Each is told by its path and its type.
func Unknown(message any) []string {
	var found []string
	unknown(reflect.ValueOf(message), "", &found)
	return found
}

func unknown(v reflect.Value, path string, found *[]string) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			unknown(v.Elem(), path, found)
		}
	case reflect.Slice:
		for i := range v.Len() {
			if e := v.Index(i); hasFields(e) {
				unknown(e, path+"[]", found)
			}
		}
	case reflect.Struct:
		if raw := v.FieldByName("Raw"); raw.IsValid() && strings.HasSuffix(v.Type().Name(), "Unknown") {
			*found = append(*found, fmt.Sprintf("%s(%v)", path, v.FieldByName("Selector")))
			return
		}
		for i := range v.NumField() {
			field(v.Type().Field(i), v.Field(i), path, found)
		}
	}
}

// field looks at one field of a struct.
func field(f reflect.StructField, v reflect.Value, path string, found *[]string) {
	if !f.IsExported() {
		return
	}
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	switch {
	case name == "":
		name = f.Name
	case f.Name == "Value" && strings.HasSuffix(path, "[]"): // of an indexed array
		name = "*"
	}
	if path != "" {
		name = path + "." + name
	}
	switch {
	case f.Name == "Unknown" && f.Type == attrsType:
		for _, a := range v.Interface().(wire.Attrs) {
			*found = append(*found, fmt.Sprintf("%s%d", strings.TrimSuffix(name, "unknown"), a.Type&wire.TypeMask))
		}
	case f.Name == "Tail":
		if v.Len() > 0 {
			*found = append(*found, name)
		}
	default:
		unknown(v, name, found)
	}
}

// hasFields reports whether an element of a slice can hold something unknown.
func hasFields(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Struct, reflect.Slice:
		return true
	}
	return false
}
