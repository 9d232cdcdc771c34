package learn

import (
	"slices"
	"strings"
)

// ident is the schema's form of a C name.
func ident(c string) string { return strings.ReplaceAll(strings.ToLower(c), "_", "-") }

// words splits a name at underscores, dashes and dots.
func words(s string) []string {
	return strings.FieldsFunc(strings.ToUpper(s), func(r rune) bool { return r == '_' || r == '-' || r == '.' })
}

// counts tells a name that counts the others of its enum. Some only do so behind all others.
func counts(name string, last bool) bool {
	if strings.HasPrefix(name, "_") {
		return true
	}
	if !last {
		return false
	}
	for _, p := range []string{"NUM_", "MAX_", "NR_"} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	for _, s := range []string{"_MAX", "_CNT", "_COUNT", "_NUM", "_LAST", "_END", "_NR"} {
		if strings.HasSuffix(name, s) {
			return true
		}
	}
	return false
}

// entries splits the values into those that mean something and those that count.
func (e *cEnum) entries() (real, counting []cValue) {
	last := true
	for _, v := range slices.Backward(e.values) {
		if counts(v.name, last) {
			counting = append(counting, v)
			continue
		}
		last = false
		real = append(real, v)
	}
	slices.Reverse(real)
	return real, counting
}

// stem is what an enum's counting entry says the enum is called: FOO_ATTR for __FOO_ATTR_MAX; else empty.
func (e *cEnum) stem() string {
	_, counting := e.entries()
	for _, v := range counting {
		s := strings.TrimLeft(v.name, "_")
		for _, end := range []string{"_AFTER_LAST", "_MAX", "_CNT", "_COUNT", "_LAST", "_NR"} {
			if cut, ok := strings.CutSuffix(s, end); ok {
				return cut
			}
		}
	}
	return ""
}

// prefix is what the names of an enum begin with, up to and with an underscore; it may be empty.
func (e *cEnum) prefix() string {
	real, _ := e.entries()
	if len(real) == 0 {
		return ""
	}
	begin := func(p string) bool {
		return !slices.ContainsFunc(real, func(v cValue) bool { return !strings.HasPrefix(v.name, p) || v.name == p })
	}
	if s := e.stem(); s != "" && begin(s+"_") {
		return s + "_"
	}
	p := real[0].name
	for {
		i := strings.LastIndexByte(strings.TrimSuffix(p, "_"), '_')
		if i < 0 {
			return ""
		}
		if p = p[:i+1]; begin(p) {
			return p
		}
	}
}

// nothing tells the names of a number 0 that says that there is nothing.
func nothing(rest string) bool {
	all := words(rest)
	if len(all) == 0 {
		return false
	}
	switch all[len(all)-1] {
	case "UNSPEC", "UNSPECIFIED", "NONE", "UNDEFINED", "INVALID", "UNUSED", "RESERVED":
		return true
	}
	return false
}

// The words that say what an enum is for.
var (
	attrWords    = []string{"ATTR", "ATTRS", "A"}
	commandWords = []string{"CMD", "CMDS", "C", "MSG"}
	fillers      = []string{"GENL", "NL", "NETLINK"}
)

// An enum is one of three things.
type role int

const (
	values     role = iota
	attributes      // of netlink
	commands        // of generic netlink
)

// role tells what an enum is from its names.
func (e *cEnum) role() role {
	real, counting := e.entries()
	p := words(e.prefix())
	if s := words(e.stem()); len(p) == 0 || len(s) > len(p) && slices.Equal(s[:len(p)], p) {
		p = s
	}
	if len(p) == 0 || len(real) == 0 {
		return values
	}
	tag := words(e.tag)
	empty := real[0].value == 0 && nothing(strings.TrimPrefix(real[0].name, e.prefix()))
	framed := empty || len(counting) > 0
	isAttr := has(p[1:], attrWords) || has(tag, attrWords[:2])
	isCmd := has(p[1:], commandWords) || has(tag, []string{"CMD", "CMDS", "COMMAND", "COMMANDS"})
	for _, v := range real {
		if v.value < 0 || v.value > 0x3fff {
			return values
		}
	}
	switch {
	case isAttr && framed:
		return attributes
	case isCmd && real[len(real)-1].value <= 0xff:
		return commands
	case !isCmd && empty && len(counting) > 0 && len(p[0]) >= 3 && strings.HasSuffix(p[0], "A"):
		return attributes // NHA_, GTPA_, NETNSA_
	}
	return values
}

func has(list, any []string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return slices.Contains(any, s) })
}

// without removes words.
func without(list []string, drop ...[]string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool {
		return slices.ContainsFunc(drop, func(d []string) bool { return slices.Contains(d, s) })
	})
}

// bare drops the words that say that an enum is of attributes or commands: what is left tells whose.
func bare(list []string) []string { return without(list, attrWords, commandWords, fillers) }

// consonants is a word without vowels behind its first letter: kernel code writes both UNLBL and UNLABEL.
func consonants(w string) string {
	if w == "" {
		return w
	}
	return w[:1] + strings.Map(func(r rune) rune {
		if strings.ContainsRune("AEIOU", r) {
			return -1
		}
		return r
	}, w[1:])
}

// kinship tells how well a prefix's words fit a family's: 3 they begin with it, 2 but for vowels, 1 with the first
// word of its name, 0 not at all. rest is what follows.
func kinship(prefix, family []string) (score int, rest []string) {
	n := len(family)
	switch {
	case n == 0 || len(prefix) == 0:
		return 0, nil
	case len(prefix) >= n && slices.Equal(prefix[:n], family):
		return 3, prefix[n:]
	case len(prefix) >= n && slices.EqualFunc(prefix[:n], family, func(a, b string) bool { return consonants(a) == consonants(b) }):
		return 2, prefix[n:]
	case prefix[0] == family[0], len(prefix[0]) >= 3 && strings.HasSuffix(family[0], prefix[0]):
		return 1, prefix[1:]
	}
	return 0, nil
}

// A naming gives names that are not taken yet.
type naming map[string]bool

// take returns the first name that is free, else the last with a number.
func (n naming) take(names ...string) string {
	last := ""
	for _, name := range names {
		if name = strings.Trim(name, "-"); name == "" {
			continue
		}
		if last = name; !n[name] {
			n[name] = true
			return name
		}
	}
	for i := 2; ; i++ {
		if name := last + "-" + itoa(i); !n[name] {
			n[name] = true
			return name
		}
	}
}
