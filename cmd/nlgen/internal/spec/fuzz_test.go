package spec

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nlgen/nlgen/internal/kspecs"
)

// FuzzParse looks for text that makes the reader panic or hang, or that it calls good and is not: a file
// without errors has what a compiler relies on.
func FuzzParse(f *testing.F) {
	paths, err := filepath.Glob("testdata/*/spec.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range append(paths, kspecs.Seeds(f)...) {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, diags := Parse("fuzz.yaml", data)
		for _, d := range diags {
			if d.Line < 1 || d.Col < 0 || d.Rule == "" || d.Message == "" || d.String() == "" {
				t.Errorf("diagnostic without a place or text: %#v", d)
			}
		}
		if HasErrors(diags) {
			return
		}
		if file == nil {
			t.Fatal("no file and no errors")
		}
		complete(t, file)
	})
}

// complete checks what every file without errors has.
func complete(t *testing.T, f *File) {
	t.Helper()
	ix := newIndex(f)
	for _, d := range f.Definitions {
		if !d.Name.Set() || !d.Type.Set() {
			t.Errorf("definition at %v has no name or type", d.Pos)
		}
		for _, e := range d.Entries {
			if e.Num == nil || !e.Name.Set() {
				t.Errorf("entry at %v has no name or number", e.Pos)
			}
		}
		for _, m := range d.Members {
			if intBits(m.Type.V) == 0 && m.Size == 0 && ix.defs[m.Struct.V] == nil {
				t.Errorf("member %q has no size", m.Name.V)
			}
		}
	}
	for _, s := range f.Sets {
		for _, a := range s.Attrs {
			if s.SubsetOf.Set() {
				a = a.Inherit(ix.attrsOf(ix.sets[s.SubsetOf.V])[a.Name.V])
			}
			if !a.Name.Set() || !a.Type.Set() || a.Num < 0 || a.Num > maxAttr {
				t.Errorf("attribute at %v: %+v", a.Pos, a)
			}
			if a.elem() == "nest" && ix.sets[a.Nested.V] == nil {
				t.Errorf("nest %q has no set", a.Name.V)
			}
			if a.Type.V == "sub-message" && (ix.subs[a.SubMessage.V] == nil || !a.Selector.Set()) {
				t.Errorf("sub-message %q has no formats or selector", a.Name.V)
			}
		}
	}
	for _, op := range f.Operations.List {
		if (op.Do != nil || op.Dump != nil || op.Event != nil) && ix.sets[op.AttrSet.V] == nil {
			t.Errorf("operation %q has no set", op.Name.V)
		}
		if op.Notify.Set() && ix.ops[op.Notify.V] == nil {
			t.Errorf("notification %q of nothing", op.Name.V)
		}
		for _, k := range op.Keys {
			completeKey(t, f, ix, op, k)
		}
	}
}

// completeKey checks what every key of a file without errors has.
func completeKey(t *testing.T, f *File, ix *index, op *Op, k *Key) {
	t.Helper()
	if op.Dump == nil || len(k.Attributes) == 0 {
		t.Errorf("key at %v: %+v", k.Pos, k)
	}
	header := op.FixedHeader
	if !header.Set() {
		header = f.Operations.FixedHeader
	}
	members := map[string]bool{}
	if d := ix.defs[header.V]; d != nil {
		for _, m := range d.Members {
			members[HeaderPrefix+m.Name.V] = m.Type.V != "pad"
		}
	}
	if k.When.Set() && (!members[k.When.V] || len(k.Values) == 0) {
		t.Errorf("key is for values %v of %q", k.Values, k.When.V)
	}
	for _, v := range k.Values {
		if v.Int == nil {
			t.Errorf("value %q has no number", v.Text.V)
		}
	}
	for _, part := range append(k.Attributes, k.Filters...) {
		for name := range strings.SplitSeq(part.V, Else) {
			if !members[part.V] && ix.attrsOf(ix.sets[op.AttrSet.V])[name] == nil {
				t.Errorf("key names %q, which is not there", part.V)
			}
		}
	}
}
