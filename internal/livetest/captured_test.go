//go:build linux

package livetest

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/nlgen/nlgen/runtime/wire"
	"github.com/nlgen/nlgen/runtime/wire/wiretest"
)

// capture makes TestTraffic write the captured messages anew.
var capture = flag.Bool("capture", false, "write captured messages to generated/*/testdata/captured")

// generated is where the packages are.
const generated = "../../generated"

// capturedDir is where a package keeps messages; its FuzzCodec takes them as seeds.
func capturedDir(pkg string) string { return filepath.Join(generated, pkg, "testdata/captured") }

// capturedTypes are the message types by package and name, such as rtlink.Link.
func capturedTypes() map[string]func() message {
	types := map[string]func() message{}
	add := func(fresh func() message) { types[reflect.TypeOf(fresh()).Elem().String()] = fresh }
	for _, k := range routeKinds {
		add(k.fresh)
	}
	for _, way := range ethtoolKinds {
		for _, fresh := range way {
			add(fresh)
		}
	}
	for _, fresh := range genericTypes {
		add(fresh)
	}
	return types
}

// TestCaptured decodes messages that were captured once from the tools and the kernel, and compares their JSON with
// what a person has read and found right. The bytes are those of a little-endian machine.
func TestCaptured(t *testing.T) {
	if binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		t.Skip("the messages are of a little-endian machine")
	}
	files, err := filepath.Glob(filepath.Join(capturedDir("*"), "*.hex"))
	Must(t, err)
	if len(files) == 0 {
		t.Fatal("no captured messages")
	}
	types := capturedTypes()
	for _, file := range files {
		pkg := strings.Split(filepath.ToSlash(file), "/")[3] // of ../../generated/PACKAGE/...
		name, _, _ := strings.Cut(filepath.Base(file), ".")
		t.Run(pkg+"."+strings.TrimSuffix(filepath.Base(file), ".hex"), func(t *testing.T) {
			b := Get[[]byte](t)(wiretest.ReadHex(file))
			fresh := types[pkg+"."+name]
			if fresh == nil {
				t.Fatalf("no type %s.%s", pkg, name)
			}
			m := fresh()
			Must(t, m.UnmarshalBinary(b))
			golden := strings.TrimSuffix(file, ".hex") + ".json"
			got := indented(t, m)
			if *capture {
				Must(t, os.WriteFile(golden, got, 0o644))
			}
			want, err := os.ReadFile(golden)
			Must(t, err)
			if !bytes.Equal(want, got) {
				t.Errorf("got %s, want %s", got, want)
			}
			back := fresh()
			Must(t, json.Unmarshal(want, back))
			if !reflect.DeepEqual(m, back) {
				t.Errorf("from JSON: got %+v, want %+v", back, m)
			}
			wiretest.CheckBytes(t, b, nil, func() wire.Message { return fresh() })
		})
	}
}

func indented(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.MarshalIndent(v, "", "  ")
	Must(t, err)
	return append(b, '\n')
}

// captured collects messages for the files.
type captured map[string][][]byte

func (c captured) add(m message, body []byte) {
	if !*capture {
		return
	}
	name := reflect.TypeOf(m).Elem().String()
	c[name] = append(c[name], body)
}

// write keeps, of each type, few messages that have every attribute of all: the largest first, then each that adds one.
func (c captured) write(t testing.TB) {
	t.Helper()
	if !*capture {
		return
	}
	types := capturedTypes()
	old := Get[[]string](t)(filepath.Glob(capturedDir("*")))
	for _, dir := range old {
		Must(t, os.RemoveAll(dir))
	}
	for typ, bodies := range c {
		pkg, name, _ := strings.Cut(typ, ".")
		Must(t, os.MkdirAll(capturedDir(pkg), 0o755))
		slices.SortStableFunc(bodies, func(a, b []byte) int { return len(b) - len(a) })
		have := map[string]bool{}
		n := 0
		for _, b := range bodies {
			m := types[typ]()
			Must(t, m.UnmarshalBinary(b))
			adds := false
			for _, p := range fields(m) {
				adds = adds || !have[p]
				have[p] = true
			}
			if adds {
				n++
				Must(t, os.WriteFile(filepath.Join(capturedDir(pkg), fmt.Sprintf("%s.%02d.hex", name, n)), hexLines(b), 0o644))
			}
		}
	}
}

func hexLines(b []byte) []byte {
	var out bytes.Buffer
	for len(b) > 0 {
		n := min(len(b), 32)
		fmt.Fprintf(&out, "%x\n", b[:n])
		b = b[n:]
	}
	return out.Bytes()
}

// fields are the paths of what a message has, in its JSON.
func fields(m message) (paths []string) {
	var o any
	b, err := json.Marshal(m)
	if err != nil || json.Unmarshal(b, &o) != nil {
		return nil
	}
	var walk func(v any, path string)
	walk = func(v any, path string) {
		switch v := v.(type) {
		case map[string]any:
			for k, e := range v {
				walk(e, path+"."+k)
			}
		case []any:
			for _, e := range v {
				walk(e, path+"[]")
			}
		}
		paths = append(paths, path)
	}
	walk(o, "")
	return paths
}
