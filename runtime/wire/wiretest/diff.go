package wiretest

import (
	"fmt"
	"reflect"
)

// Diff names the first place where two values of one type differ, and both values there. It returns "equal"
// if there is none.
func Diff(got, want any) string {
	if d := diff(reflect.ValueOf(got), reflect.ValueOf(want), "", 0); d != "" {
		return d
	}
	return "equal"
}

func diff(got, want reflect.Value, path string, depth int) string {
	differ := func(format string) string {
		return fmt.Sprintf("%s: got "+format+", want "+format, path, got, want)
	}
	switch {
	case !got.IsValid() || !want.IsValid():
		if got.IsValid() != want.IsValid() {
			return differ("%v")
		}
		return ""
	case got.Type() != want.Type():
		return fmt.Sprintf("%s: got a %s, want a %s", path, got.Type(), want.Type())
	case depth > 200:
		return ""
	}
	switch got.Kind() {
	case reflect.Pointer, reflect.Interface:
		if got.IsNil() || want.IsNil() {
			if got.IsNil() != want.IsNil() {
				return fmt.Sprintf("%s: got nil is %t, want nil is %t", path, got.IsNil(), want.IsNil())
			}
			return ""
		}
		return diff(got.Elem(), want.Elem(), path, depth+1)
	case reflect.Struct:
		for i := range got.NumField() {
			if d := diff(got.Field(i), want.Field(i), path+"."+got.Type().Field(i).Name, depth+1); d != "" {
				return d
			}
		}
	case reflect.Slice, reflect.Array:
		if got.Kind() == reflect.Slice && got.IsNil() != want.IsNil() || got.Len() != want.Len() {
			return differ("%#v")
		}
		for i := range got.Len() {
			if d := diff(got.Index(i), want.Index(i), fmt.Sprintf("%s[%d]", path, i), depth+1); d != "" {
				return d
			}
		}
	default:
		if !got.Equal(want) {
			return differ("%v")
		}
	}
	return ""
}
