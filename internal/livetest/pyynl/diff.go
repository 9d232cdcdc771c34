package pyynl

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
)

// Diff tells where the client's answer is not what a message says, by path: names joined by dots, [] for all elements
// of a list. A value that was read before and after the client may be either, or a number between the two.
func Diff(theirs, before, after any) map[string]string {
	found := map[string]string{}
	diff(theirs, before, after, "", found)
	return found
}

func diff(theirs, before, after any, path string, found map[string]string) {
	switch b := before.(type) {
	case map[string]any:
		t, ok := theirs.(map[string]any)
		a, ok2 := after.(map[string]any)
		if ok && ok2 {
			members(t, b, a, path, found)
			return
		}
	case []any:
		t, ok := theirs.([]any)
		a, ok2 := after.([]any)
		if ok && ok2 && len(t) == len(b) && len(b) == len(a) {
			for i := range t {
				diff(t[i], b[i], a[i], path+"[]", found)
			}
			return
		}
	}
	if !same(theirs, before) && !same(theirs, after) && !between(theirs, before, after) {
		found[path] = fmt.Sprintf("%s for the client, %s for us", show(theirs), show(before))
	}
}

func members(t, b, a map[string]any, path string, found map[string]string) {
	keys := maps.Clone(t)
	maps.Copy(keys, b)
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		below := strings.TrimPrefix(path+"."+k, ".")
		theirs, ok := t[k]
		before, ok2 := b[k]
		switch {
		case !ok:
			found[below] = "only for us: " + show(before)
		case !ok2:
			found[below] = "only for the client: " + show(theirs)
		default:
			after, ok := a[k]
			if !ok {
				after = before
			}
			diff(theirs, before, after, below, found)
		}
	}
}

// same compares a value of the client with one of ours. The client has a number or a name for an enum, a set of names
// or a number for flags, and bytes or a text for addresses.
func same(theirs, ours any) bool {
	switch o := ours.(type) {
	case number:
		if n, ok := theirs.(json.Number); ok {
			return n.String() == fmt.Sprint(o.value)
		}
		if set, ok := theirs.(map[string]any); ok {
			return flags(set["$set"]) == sorted(o.text)
		}
		s, ok := theirs.(string)
		return ok && s != "" && (s == o.text || s == fmt.Sprintf("%#x", o.value)) // the client prints some as hex
	case octets:
		if b, ok := theirs.(map[string]any); ok {
			return b["$bytes"] == any(hex.EncodeToString(o.raw))
		}
		s, ok := theirs.(string)
		return ok && (s == o.text || strings.ReplaceAll(s, " ", "") == hex.EncodeToString(o.raw))
	case []any:
		t, ok := theirs.([]any)
		if !ok || len(t) != len(o) {
			return false
		}
		for i := range t {
			if !same(t[i], o[i]) {
				return false
			}
		}
		return true
	case string, bool:
		return theirs == ours
	}
	return false
}

// flags are the names of a set in order.
func flags(set any) string {
	list, ok := set.([]any)
	if !ok {
		return "not a set"
	}
	var names []string
	for _, n := range list {
		names = append(names, fmt.Sprint(n))
	}
	slices.Sort(names)
	return strings.Join(names, "|")
}

// sorted puts the names of a set of flags in order.
func sorted(text string) string {
	if text == "0" {
		return ""
	}
	names := strings.Split(text, "|")
	slices.Sort(names)
	return strings.Join(names, "|")
}

func between(theirs, before, after any) bool {
	n, ok := theirs.(json.Number)
	b, ok2 := before.(number)
	a, ok3 := after.(number)
	if !ok || !ok2 || !ok3 {
		return false
	}
	x, ok := new(big.Int).SetString(n.String(), 10)
	lo, _ := new(big.Int).SetString(fmt.Sprint(b.value), 10)
	hi, _ := new(big.Int).SetString(fmt.Sprint(a.value), 10)
	if lo.Cmp(hi) > 0 {
		lo, hi = hi, lo
	}
	return ok && lo.Cmp(x) <= 0 && x.Cmp(hi) <= 0
}

// show prints a value for a message to a person.
func show(v any) string {
	switch v := v.(type) {
	case number:
		if v.text != "" {
			return fmt.Sprintf("%s (%v)", v.text, v.value)
		}
		return fmt.Sprint(v.value)
	case octets:
		return fmt.Sprintf("%x (%s)", v.raw, v.text)
	}
	s := fmt.Sprintf("%v", v)
	if len(s) > 200 {
		s = s[:200] + "..."
	}
	return s
}
