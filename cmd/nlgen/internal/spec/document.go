package spec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

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
		pos, msg := locate(data, err)
		hint := ""
		if line := lineAt(data, pos.Line); pos.Col > 0 && pos.Col <= len(line) && line[pos.Col-1] == '\t' {
			msg, hint = "a tab stands in the indentation", "use spaces"
		}
		rep.hint(pos, RuleYAMLSyntax, hint, "%s", msg)
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

// locate finds the place of a syntax error and returns it with the bare message. The library gives a line
// at best, and often that of an enclosing list. But it stops at the first error and looks ahead little, so
// the shortest beginning of the text with the same error ends where the error is.
func locate(data []byte, err error) (Pos, string) {
	fails := func(n int) bool {
		dec := yaml.NewDecoder(bytes.NewReader(data[:n]))
		for {
			if _, e := decode(dec); e != nil {
				return e.Error() == err.Error()
			}
		}
	}
	ends := lineEnds(data)
	line := search(0, len(ends)-1, func(i int) bool { return fails(ends[i]) })
	start := 0
	if line > 0 {
		start = ends[line-1]
	}
	end := search(start, ends[line], fails)
	pos := Pos{Line: line + 1, Col: max(1, len([]rune(string(data[start:end]))))}

	msg := yamlPlace.ReplaceAllString(err.Error(), "")
	text := string(data[start:ends[line]])
	if m := unknownAnchor.FindStringSubmatch(msg); m != nil {
		if i := strings.Index(text, "*"+m[1]); i >= 0 {
			pos.Col = len([]rune(text[:i])) + 1
		}
	}
	if indent := text[:len(text)-len(strings.TrimLeft(text, " \t"))]; strings.Contains(indent, "\t") {
		pos.Col = strings.Index(indent, "\t") + 1
	}
	return pos, msg
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

// lineAt returns a line of the text, counted from 1.
func lineAt(data []byte, line int) string {
	ends := lineEnds(data)
	start := 0
	if line > 1 {
		start = ends[line-2]
	}
	return string(data[start:ends[line-1]])
}

// posOf returns the place of a node.
func posOf(n *yaml.Node) Pos { return Pos{Line: n.Line, Col: n.Column} }
