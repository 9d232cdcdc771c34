package record

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
)

const typeMask = 0x3fff

type attr struct {
	id   uint16
	data []byte
}

// attrs reads a payload as attributes, and reports false when it is something else.
func attrs(b []byte) (list []attr, ok bool) {
	for len(b) >= 4 {
		n := int(binary.NativeEndian.Uint16(b))
		id := binary.NativeEndian.Uint16(b[2:]) & typeMask
		if n < 4 || n > len(b) {
			return nil, false
		}
		list = append(list, attr{id, b[4:n]})
		b = b[min(len(b), (n+3)&^3):]
	}
	return list, len(b) == 0
}

// Headers says how long the fixed header before the attributes of a level is: by the path of the level, which is "" for
// the message itself.
type Headers map[string]int

// Diff compares two encodings of one message. It tells each attribute, by its path of numbers, that is not the same at
// its level, whatever the order of attributes and their flags.
func Diff(want, got []byte, headers Headers) []string {
	var found []string
	if !level(want, got, "", headers, &found) {
		found = append(found, "not attributes")
	}
	return found
}

// level compares two payloads as attributes behind their fixed header. It reports false if they are not.
func level(want, got []byte, path string, headers Headers, found *[]string) bool {
	n := headers[path]
	if len(want) < n || len(got) < n {
		return false
	}
	a, ok := attrs(want[n:])
	b, ok2 := attrs(got[n:])
	if !ok || !ok2 || path != "" && (len(a) == 0 || len(b) == 0) {
		return false
	}
	if !bytes.Equal(want[:n], got[:n]) {
		*found = append(*found, fmt.Sprintf("%sheader is %x, want %x", prefix(path), got[:n], want[:n]))
	}
	diff(a, b, path, headers, found)
	return true
}

func prefix(path string) string {
	if path == "" {
		return ""
	}
	return path + "."
}

func diff(want, got []attr, path string, headers Headers, found *[]string) {
	byID := func(a, b attr) int { return int(a.id) - int(b.id) }
	slices.SortStableFunc(want, byID)
	slices.SortStableFunc(got, byID)
	for len(want) > 0 || len(got) > 0 {
		switch {
		case len(got) == 0 || len(want) > 0 && want[0].id < got[0].id:
			*found = append(*found, fmt.Sprintf("%s%d lost", prefix(path), want[0].id))
			want = want[1:]
		case len(want) == 0 || got[0].id < want[0].id:
			*found = append(*found, fmt.Sprintf("%s%d new", prefix(path), got[0].id))
			got = got[1:]
		default:
			below := fmt.Sprintf("%s%d", prefix(path), want[0].id)
			if !bytes.Equal(want[0].data, got[0].data) && !level(want[0].data, got[0].data, below, headers, found) {
				*found = append(*found, fmt.Sprintf("%s is %x, want %x", below, got[0].data, want[0].data))
			}
			want, got = want[1:], got[1:]
		}
	}
}
