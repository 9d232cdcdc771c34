package nltest

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// flagNames are the names of nlmsg_flags that mean the same everywhere.
var flagNames = []struct {
	bit  uint16
	name string
}{{0x1, "request"}, {0x2, "multi"}, {0x4, "ack"}, {0x8, "echo"}, {0x10, "interrupted"}, {0x20, "filtered"}}

// flagText writes flags as words joined by bars; bits without a name are one number.
func flagText(f uint16) string {
	var words []string
	for _, n := range flagNames {
		if f&n.bit != 0 {
			words = append(words, n.name)
			f &^= n.bit
		}
	}
	if f != 0 || len(words) == 0 {
		words = append(words, fmt.Sprintf("%#x", f))
	}
	return strings.Join(words, "|")
}

// parseFlags reads what flagText writes.
func parseFlags(s string) (uint16, error) {
	var f uint16
words:
	for w := range strings.SplitSeq(s, "|") {
		for _, n := range flagNames {
			if w == n.name {
				f |= n.bit
				continue words
			}
		}
		v, err := strconv.ParseUint(w, 0, 16)
		if err != nil {
			return 0, fmt.Errorf("flag %q is not known", w)
		}
		f |= uint16(v)
	}
	return f, nil
}

// byteOrder names the machine's byte order: messages are in it.
func byteOrder() string {
	if binary.NativeEndian.Uint16([]byte{1, 0}) == 1 {
		return "little"
	}
	return "big"
}
