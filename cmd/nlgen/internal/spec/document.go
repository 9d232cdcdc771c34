package spec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// document parses the text as one YAML document and returns the node at its top.
func document(data []byte, rep *report) *yaml.Node {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	doc, err := decode(dec)
	if errors.Is(err, io.EOF) || err == nil && len(doc.Content) == 0 {
		rep.add(Pos{1, 1}, RuleYAMLSyntax, "the file is empty")
		return nil
	}
	var next *yaml.Node
	if err == nil {
		next, err = decode(dec)
	}
	switch {
	case err == nil:
		rep.add(posOf(next), RuleYAMLSyntax, "a second document begins here; a schema is one")
		return nil
	case !errors.Is(err, io.EOF):
		syntaxError(data, err, rep)
		return nil
	}
	return doc.Content[0]
}

// decode reads the next document. The YAML library panics on some broken input that it did not foresee;
// such input is a syntax error like any other.
func decode(dec *yaml.Decoder) (doc *yaml.Node, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("yaml: %v", v)
		}
	}()
	doc = new(yaml.Node)
	if err := dec.Decode(doc); err != nil {
		return nil, err
	}
	return doc, nil
}

var (
	yamlPlace     = regexp.MustCompile(`^yaml: (line \d+: )?`)
	unknownAnchor = regexp.MustCompile(`^unknown anchor '(.*)' referenced$`)
)

// syntaxError reports where the text stops being YAML. The library gives a line at best, and often that of
// an enclosing list. But it stops at the first error and looks ahead little, so the shortest beginning of
// the text with the same error ends where the error is.
func syntaxError(data []byte, err error, rep *report) {
	// The library leaves line 0 out of its messages, which must be alike to be compared.
	text := append([]byte("\n"), bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))...)
	want := parseError(text)
	if want == io.EOF.Error() {
		rep.add(Pos{Line: 1}, RuleYAMLSyntax, "%s", yamlPlace.ReplaceAllString(err.Error(), ""))
		return
	}
	fails := func(n int) bool { return parseError(text[:n]) == want }
	ends := lineEnds(text)
	line := search(0, len(ends)-1, func(i int) bool { return fails(ends[i]) })
	start := 0
	if line > 0 {
		start = ends[line-1]
	}
	end := search(start, ends[line], fails)
	pos := Pos{Line: max(1, line), Col: max(1, utf8.RuneCount(text[start:end]))}

	msg := yamlPlace.ReplaceAllString(want, "")
	here := string(text[start:ends[line]])
	if m := unknownAnchor.FindStringSubmatch(msg); m != nil {
		if i := strings.Index(here, "*"+m[1]); i >= 0 {
			pos.Col = utf8.RuneCountInString(here[:i]) + 1
		}
	}
	hint := syntaxHints[msg]
	indent := here[:len(here)-len(strings.TrimLeft(here, " \t"))]
	if tab := strings.Index(indent, "\t"); tab >= 0 && pos.Col <= len(indent)+1 {
		pos.Col, msg, hint = tab+1, "a tab stands in the indentation", "use spaces"
	}
	rep.hint(pos, RuleYAMLSyntax, hint, "%s", msg)
}

// syntaxHints say what most often is behind the library's words.
var syntaxHints = map[string]string{
	"found unexpected end of stream":                 "a quotation is not closed",
	"mapping values are not allowed in this context": "quote the text, or check the indentation",
	"did not find expected key":                      "check the indentation",
	"did not find expected '-' indicator":            "check the indentation",
	"found character that cannot start any token":    "quote the text",
}

// parseError returns the error that reading all documents of the text ends in.
func parseError(text []byte) string {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	for {
		if _, err := decode(dec); err != nil {
			return err.Error()
		}
	}
}

// search returns the smallest i in [lo, hi] with ok(i), taking ok(hi) for granted.
func search(lo, hi int, ok func(int) bool) int {
	for lo < hi {
		mid := lo + (hi-lo)/2
		if ok(mid) {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return hi
}

// lineEnds returns the offset after each line; the last is the length of the text.
func lineEnds(data []byte) []int {
	var ends []int
	for i, c := range data {
		if c == '\n' {
			ends = append(ends, i+1)
		}
	}
	if len(ends) == 0 || ends[len(ends)-1] != len(data) {
		ends = append(ends, len(data))
	}
	return ends
}

// posOf returns the place of a node.
func posOf(n *yaml.Node) Pos { return Pos{Line: n.Line, Col: n.Column} }
