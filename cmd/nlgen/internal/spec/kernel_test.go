package spec

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nlgen/nlgen/internal/kspecs"
)

// TestKernelSpecs loads the kernel's own schemas: none has an error, and the warnings are known.
func TestKernelSpecs(t *testing.T) {
	files := kspecs.Files(t)
	if len(files) != 33 {
		t.Errorf("%d kernel schemas, want 33", len(files))
	}
	var all []Diagnostic
	for _, path := range files {
		f, diags := Load(path)
		if f == nil || HasErrors(diags) {
			t.Errorf("Load(%s) has errors:\n%s", path, lines(diags))
		}
		all = append(all, diags...)
	}
	golden(t, "testdata/kernel-warnings.txt", lines(all))
}

// TestPlantedMistakes plants a mistake at a time in the kernel's schema of WireGuard and looks whether it
// is found, at its place. The kernel's own tools find three of the ten.
func TestPlantedMistakes(t *testing.T) {
	path := filepath.Join(kspecs.Dir(t), "wireguard.yaml")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name     string
		old, new string // the first old after the line `after` becomes new
		after    string
		mark     string // what the problem is at in new; its value where empty
		rule     string
	}{
		{"nested-attributes names no set", "nested-attributes: wgpeer", "nested-attributes: wgpeeer", "", "wgpeeer", RuleUnknownSet},
		{"type u24", "type: u16", "type: u24", "", "u24", RuleUnknownType},
		{"list names an unknown attribute", "- ifname", "- ifnam", "operations:", "ifnam", RuleUnknownAttr},
		{"unknown enum", "enum: wgpeer-flags", "enum: wgpeer-flag", "", "wgpeer-flag", RuleUnknownEnum},
		{"duplicate attribute name", "name: ifname", "name: ifindex", "attribute-sets:", "", RuleDuplicateAttr},
		{"duplicate attribute number", "name: private-key", "value: 1\n        name: private-key", "attribute-sets:", "1", RuleDuplicateAttrNumber},
		{"duplicate operation name", "name: set-device", "name: get-device", "operations:", "get-device", RuleDuplicateOp},
		{"check names an undefined constant", "exact-len: wg-key-len", "exact-len: not-a-const", "", "not-a-const", RuleUnknownConstant},
		{"tab", "        name: ifname", "\tname: ifname", "attribute-sets:", "\tname", RuleYAMLSyntax},
		{"misspelt key", "nested-attributes: wgpeer", "nested-atributes: wgpeer", "", "nested-atributes", RuleUnknownKey},
	} {
		t.Run(tc.name, func(t *testing.T) {
			text := string(data)
			from := strings.Index(text, tc.after)
			at := strings.Index(text[from:], tc.old)
			if from < 0 || at < 0 {
				t.Fatalf("the schema has no %q after %q", tc.old, tc.after)
			}
			at += from
			changed := text[:at] + tc.new + text[at+len(tc.old):]
			_, diags := Parse("wireguard.yaml", []byte(changed))
			if tc.mark == "" { // the second of the two
				at += len("name: ")
			} else {
				at += strings.Index(tc.new, tc.mark)
			}
			line := 1 + strings.Count(changed[:at], "\n")
			col := at - strings.LastIndex(changed[:at], "\n")
			for _, d := range diags {
				if d.Rule == tc.rule && d.Line == line && d.Col == col && d.Severity == Error {
					return
				}
			}
			t.Errorf("want %s at %d:%d, got\n%s", tc.rule, line, col, lines(diags))
		})
	}
}

func BenchmarkKernelSpecs(b *testing.B) {
	var data [][]byte
	for _, path := range kspecs.Files(b) {
		d, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		data = append(data, d)
	}
	for b.Loop() {
		for _, d := range data {
			Parse("x.yaml", d)
		}
	}
}
