package spec

import "testing"

// TestSyntaxErrors checks the places of YAML errors, which the YAML library mostly does not tell.
func TestSyntaxErrors(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{"", "x.yaml:1:1: yaml-syntax: the file is empty"},
		{"name: a: b\n", "x.yaml:1:8: yaml-syntax: mapping values are not allowed in this context (quote the text, or check the indentation)"},
		{"name: x\ndoc: y\n\tz: q\n", "x.yaml:3:1: yaml-syntax: a tab stands in the indentation (use spaces)"},
		{"a:\n  b: c\n  \td: e\n", "x.yaml:3:3: yaml-syntax: a tab stands in the indentation (use spaces)"},
		{"a:\n  - b\n c: d\n", "x.yaml:3:2: yaml-syntax: did not find expected key (check the indentation)"},
		{"a:\n  b: c\n   d: e\n", "x.yaml:3:5: yaml-syntax: mapping values are not allowed in this context (quote the text, or check the indentation)"},
		{"name: \"x\ndoc: y\n\n", "x.yaml:1:7: yaml-syntax: found unexpected end of stream (a quotation is not closed)"},
		{"a: b\nc: 'x\n\nd: 'e'\nf: g", "x.yaml:4:5: yaml-syntax: did not find expected key (check the indentation)"},
		{"a: b\nname: [a, b\ndoc: y\n", "x.yaml:2:11: yaml-syntax: did not find expected ',' or ']'"},
		{"a: {\n\tb: c,\n\td: *e\n}\n", "x.yaml:3:5: yaml-syntax: unknown anchor 'e' referenced"},
		{"name: @foo\n", "x.yaml:1:7: yaml-syntax: found character that cannot start any token (quote the text)"},
		{"a: b\nfoo\nc: d\n", "x.yaml:2:1: yaml-syntax: could not find expected ':'"},
		{"é: \"x\" y\n", "x.yaml:1:8: yaml-syntax: did not find expected key (check the indentation)"},
		{"\xef\xbb\xbfa: \xff\n", "x.yaml:1:4: yaml-syntax: invalid leading UTF-8 octet"},
		{"a: \x01b\n", "x.yaml:1:4: yaml-syntax: control characters are not allowed"},
		{"a: b\n---\nc: d\n", "x.yaml:2:1: yaml-syntax: a second document begins here; a schema is one"},
	} {
		f, diags := Parse("x.yaml", []byte(tc.text))
		if got := lines(diags); f != nil || got != tc.want+"\n" {
			t.Errorf("Parse(%q) =\n%swant\n%s", tc.text, got, tc.want)
		}
	}
}
