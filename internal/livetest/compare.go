//go:build linux

package livetest

import (
	"bytes"
	"encoding/json"
	"maps"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// An Object is a JSON object as a tool prints it.
type Object = map[string]any

// A Set is a list whose order means nothing.
type Set []string

// A Table says how a tool's JSON follows from a message of type T. The name of a nested key is written with dots.
type Table[T any] struct {
	// Fields returns what the tool prints for a key, nil where it leaves the key out.
	Fields map[string]func(T) any
	// Ignored are the keys of the tool that do not follow from the message, with the reason. One that ends in a
	// dot stands for all keys that begin with it.
	Ignored map[string]string
	// Circling are the keys, by their ends, whose values count down and begin anew.
	Circling []string

	seen map[string]bool
}

// Compare reports every key in which the tool's object differs from the message, and every key of the tool that
// the table does not list. before and after are the message as it was read before and after the tool ran: a value
// that moves meanwhile may be either or, for a number, between the two.
func (tb *Table[T]) Compare(t testing.TB, what string, tool Object, before, after T) {
	t.Helper()
	if tb.seen == nil {
		tb.seen = map[string]bool{}
	}
	theirs := map[string]any{}
	flatten("", tool, theirs)
	for key := range theirs {
		ignored := tb.ignores(key)
		if _, mapped := tb.Fields[key]; !mapped && !ignored {
			t.Errorf("%s: the tool's key %q = %v is not in the table", what, key, theirs[key])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(tb.Fields)) {
		have, first, last := theirs[key], tb.Fields[key](before), tb.Fields[key](after)
		if have == nil && first == nil && last == nil {
			continue
		}
		tb.seen[key] = true
		if _, ok := first.(Set); ok {
			have = sorted(have)
		}
		if a, b, c := normal(t, have), normal(t, first), normal(t, last); !within(a, b, c) && !tb.circled(key, b, c) {
			t.Errorf("%s: %s is %v for the tool and %v for us", what, key, a, b)
		}
	}
}

// CompareAll compares lists of objects by their keys. What was listed both before and after must be on the tool's list,
// and the other way round; what came or went meanwhile is not compared.
func (tb *Table[T]) CompareAll(t testing.TB, tool map[string]Object, before, after map[string]T) {
	t.Helper()
	for key, o := range tool {
		b, ok := before[key]
		a, ok2 := after[key]
		switch {
		case ok && ok2:
			tb.Compare(t, key, o, b, a)
		case !ok && !ok2:
			t.Errorf("%s: not listed, but by the tool", key)
		}
	}
	for key := range after {
		if _, ok := before[key]; ok && tool[key] == nil {
			t.Errorf("%s: not listed by the tool", key)
		}
	}
}

// circled reports whether a value that counts down has begun anew between two readings.
func (tb *Table[T]) circled(key string, before, after any) bool {
	b, ok := number(before)
	a, ok2 := number(after)
	return ok && ok2 && a.Cmp(b) > 0 && slices.ContainsFunc(tb.Circling, func(end string) bool { return strings.HasSuffix(key, end) })
}

// ignores reports whether a key is on the list.
func (tb *Table[T]) ignores(key string) bool {
	for k := range tb.Ignored {
		if k == key || strings.HasSuffix(k, ".") && strings.HasPrefix(key, k) {
			tb.seen[k] = true
			return true
		}
	}
	return false
}

// CheckSeen reports rows of the table that no comparison has used: they prove nothing.
func (tb *Table[T]) CheckSeen(t testing.TB) {
	t.Helper()
	for _, key := range slices.Sorted(maps.Keys(tb.Fields)) {
		if !tb.seen[key] {
			t.Errorf("table: no comparison had the key %q", key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(tb.Ignored)) {
		if !tb.seen[key] {
			t.Errorf("table: the ignored key %q does not occur", key)
		}
	}
}

// flatten writes the members of nested objects into one map. A list of one object, which is how ip prints some
// groups of values, counts as that object.
func flatten(prefix string, o Object, into map[string]any) {
	for key, v := range o {
		switch v := v.(type) {
		case Object:
			flatten(prefix+key+".", v, into)
		case nil:
			into[prefix+key] = true // a key without a value stands for a flag
		default:
			into[prefix+key] = v
		}
	}
}

func sorted(v any) any {
	list, ok := v.([]any)
	if !ok {
		return v
	}
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b any) int {
		x, _ := a.(string)
		y, _ := b.(string)
		return strings.Compare(x, y)
	})
	return list
}

// normal turns a value into what decoding its JSON gives.
func normal(t testing.TB, v any) any {
	t.Helper()
	if s, ok := v.(Set); ok {
		s = slices.Clone(s)
		slices.Sort(s)
		v = s
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var n any
	if err := d.Decode(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// within reports whether v is a or b or a number between them.
func within(v, a, b any) bool {
	if x, ok := number(v); ok {
		lo, ok1 := number(a)
		hi, ok2 := number(b)
		if ok1 && ok2 {
			if lo.Cmp(hi) > 0 {
				lo, hi = hi, lo
			}
			return lo.Cmp(x) <= 0 && x.Cmp(hi) <= 0
		}
	}
	return reflect.DeepEqual(v, a) || reflect.DeepEqual(v, b)
}

func number(v any) (*big.Rat, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return nil, false
	}
	return new(big.Rat).SetString(n.String())
}
