package learn

import (
	"fmt"
	"os"
	"regexp"
	"strings"
)

// A hint is what a comment in a header says of an attribute's type.
type hint struct {
	typ           string
	order, show   string // byte order and display hint
	enum, structs string // tags
	exact         int    // bytes, 0 where the comment does not say
}

// commentHints reads the comments beside enumerators.
func commentHints(files []string) (map[string]hint, error) {
	hints := map[string]hint{}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read header: %w", err)
		}
		for enumerator, comment := range comments(string(text)) {
			if h, ok := readHint(comment); ok {
				hints[enumerator] = h
			}
		}
	}
	return hints, nil
}

var enumerator = regexp.MustCompile(`^\s*([A-Z]\w*)\s*(?:=[^,/]*)?,?\s*(/\*.*|//.*)?$`)

// comments returns the comment behind each enumerator, else the one above it.
func comments(text string) map[string]string {
	out := map[string]string{}
	lines := strings.Split(text, "\n")
	above := ""
	for i := 0; i < len(lines); i++ {
		line := strings.TrimSpace(lines[i])
		if strings.HasPrefix(line, "/*") {
			above, i = block(lines, i)
			continue
		}
		m := enumerator.FindStringSubmatch(lines[i])
		if m == nil {
			above = ""
			continue
		}
		switch {
		case strings.HasPrefix(m[2], "/*"):
			out[m[1]], i = block(lines, i)
		case m[2] != "":
			out[m[1]] = clean(m[2])
		case above != "":
			out[m[1]] = above
		}
		above = ""
	}
	return out
}

// block reads a comment that begins on line i, and returns the line that it ends on.
func block(lines []string, i int) (string, int) {
	_, text, _ := strings.Cut(lines[i], "/*")
	for !strings.Contains(text, "*/") && i+1 < len(lines) {
		i++
		text += "\n" + lines[i]
	}
	text, _, _ = strings.Cut(text, "*/")
	return clean(text), i
}

var kernelDoc = regexp.MustCompile(`^@\w+:`)

// clean drops what frames a comment.
func clean(text string) string {
	var all []string
	for line := range strings.Lines(text) {
		all = append(all, strings.Fields(strings.TrimLeft(strings.TrimSpace(line), "/*"))...)
	}
	return strings.TrimSpace(kernelDoc.ReplaceAllString(strings.Join(all, " "), ""))
}

var (
	hintWord   = regexp.MustCompile(`^(?:\([^)]*\)\s*)?(?:[a-z_]+ as )?(?:__)?(u8|u16|u32|u64|s8|s16|s32|s64|be16|be32|be64|le16|le32|le64|int|string|nul-string|flag|nested|nest|binary|bitfield32|in6_addr|in_addr|struct \w+)\b`)
	hintEnum   = regexp.MustCompile(`\benum (\w+)`)
	eitherAddr = regexp.MustCompile(`(?i)\b(__)?be32\b.*\bin6_addr\b|\bin6_addr\b.*\bbe32\b|\bin_addr\b.*\bin6_addr\b`)
)

// readHint reads a type at the beginning of a comment.
func readHint(comment string) (h hint, ok bool) {
	if eitherAddr.MatchString(comment) {
		return hint{typ: "binary", show: "ipv4-or-v6"}, true
	}
	m := hintWord.FindStringSubmatch(strings.ToLower(comment))
	if m == nil {
		return h, false
	}
	switch word := m[1]; {
	case strings.HasPrefix(word, "be"):
		h.typ, h.order = "u"+word[2:], "big-endian"
	case strings.HasPrefix(word, "le"):
		h.typ, h.order = "u"+word[2:], "little-endian"
	case word == "int":
		h.typ = "s32"
	case word == "nested":
		h.typ = "nest"
	case word == "nul-string":
		h.typ = "string"
	case addressHint(strings.TrimPrefix(word, "struct ")) == "ipv6":
		h.typ, h.show, h.exact = "binary", "ipv6", 16
	case addressHint(strings.TrimPrefix(word, "struct ")) == "ipv4":
		h.typ, h.show, h.order = "u32", "ipv4", "big-endian"
	case strings.HasPrefix(word, "struct "):
		h.typ, h.structs = "binary", strings.TrimPrefix(word, "struct ")
	default:
		h.typ = word
	}
	if e := hintEnum.FindStringSubmatch(comment); e != nil && isNumber(h.typ) {
		h.enum = e[1]
	}
	return h, true
}

func isNumber(typ string) bool {
	switch typ {
	case "u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64", "uint", "sint":
		return true
	}
	return false
}

// addressHint is the display hint of the kernel's structs for addresses.
func addressHint(tag string) string {
	switch tag {
	case "in6_addr":
		return "ipv6"
	case "in_addr":
		return "ipv4"
	}
	return ""
}
