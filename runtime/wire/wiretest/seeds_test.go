package wiretest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSeeds(t *testing.T) {
	codecs := []Codec{{Name: "Link"}, {Name: "LinkInfo"}}
	tests := []struct {
		name  string
		files map[string]string
		want  []seed
		err   string
	}{
		{name: "none"},
		{name: "several", files: map[string]string{"Link.01.hex": "00ff\n 0a\n", "Link.02.hex": "", "LinkInfo.hex": "01", "Link.01.json": "{}"},
			want: []seed{{0, []byte{0, 255, 10}}, {0, []byte{}}, {1, []byte{1}}}},
		{name: "unknown type", files: map[string]string{"Route.01.hex": "00"}, err: "Route.01.hex: no message type Route"},
		{name: "not hexadecimal", files: map[string]string{"Link.01.hex": "0g"}, err: "Link.01.hex: encoding/hex: invalid byte"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, text := range tt.files {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got, err := seeds(dir, codecs)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("error %v, want %q in it", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(seed{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if got, err := seeds(filepath.Join(t.TempDir(), "missing"), codecs); len(got) != 0 || err != nil {
		t.Errorf("no folder: %v, %v, want nothing", got, err)
	}
}
