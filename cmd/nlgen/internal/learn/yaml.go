package learn

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// width is how long lines get, comments aside.
const width = 110

// A printer writes YAML in flow style inside of block style.
type printer struct{ b strings.Builder }

func (p *printer) line(format string, args ...any) {
	fmt.Fprintf(&p.b, format, args...)
	p.b.WriteByte('\n')
}

// comment writes a comment, wrapped.
func (p *printer) comment(indent, text string) {
	line := indent + "#"
	for _, w := range strings.Fields(text) {
		if len(line)+1+len(w) > width && strings.TrimSpace(line) != "#" {
			p.line("%s", line)
			line = indent + "#"
		}
		line += " " + w
	}
	p.line("%s", line)
}

var bareWord = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)

// text is a text as YAML: quoted where it would be read as something else.
func text(s string) string {
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null":
		return strconv.Quote(s)
	}
	if bareWord.MatchString(s) {
		return s
	}
	return strconv.Quote(s)
}

// flow is a mapping on one line.
func flow(pairs []pair) string {
	all := make([]string, len(pairs))
	for i, kv := range pairs {
		all[i] = kv.key + ":"
		if kv.value != "" {
			all[i] += " " + kv.value
		}
	}
	return "{ " + strings.Join(all, ", ") + " }"
}

// inferred is the end of a line whose contents are a guess.
func inferred(why string) string {
	if why == "" {
		return ""
	}
	return " # inferred: " + why
}

// list writes a list in brackets behind a key, over several lines where it is long.
func (p *printer) list(head, indent string, items []string, end string) {
	if one := head + "[" + strings.Join(items, ", ") + "]"; len(one) <= width {
		p.line("%s%s", one, end)
		return
	}
	p.line("%s%s", strings.TrimRight(head, " "), end)
	line := indent + "["
	for i, it := range items {
		if i < len(items)-1 {
			it += ","
		}
		if len(line)+1+len(it) > width {
			p.line("%s", line)
			line = indent + " " + it
			continue
		}
		if !strings.HasSuffix(line, "[") {
			line += " "
		}
		line += it
	}
	p.line("%s]", line)
}
