package generate

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestUnifiedDiff(t *testing.T) {
	long := strings.Split("a b c d e f g h i j k l m n o p q r s t", " ")
	text := func(l []string) string { return strings.Join(l, "\n") + "\n" }
	change := func(f func(l []string) []string) string { return text(f(append([]string{}, long...))) }
	for _, c := range []struct {
		name, old, new, want string
	}{
		{"same", "a\n", "a\n", ""},
		{"one line", "a\nb\nc\n", "a\nB\nc\n", "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"},
		{"two hunks", text(long), change(func(l []string) []string { l[1], l[17] = "X", "Y"; return l }),
			"--- a/f\n+++ b/f\n@@ -1,5 +1,5 @@\n a\n-b\n+X\n c\n d\n e\n@@ -15,6 +15,6 @@\n o\n p\n q\n-r\n+Y\n s\n t\n"},
		{"insert at the end", "a\n", "a\nb\n", "--- a/f\n+++ b/f\n@@ -1,1 +1,2 @@\n a\n+b\n"},
		{"moved line", "a\nb\nc\n", "b\nc\na\n", "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n-a\n b\n c\n+a\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := unifiedDiff("f", []byte(c.old), []byte(c.new))
			if got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// TestPatch feeds differences to patch, which must make the new file of the old one.
func TestPatch(t *testing.T) {
	if _, err := exec.LookPath("patch"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("needs the patch command")
	}
	dir := t.TempDir()
	words := strings.Fields("x y z x y y a b c d e f g x x h i j k l m n o p q r s t u v w z z")
	for seed := range 40 {
		var a, b []string
		for i, w := range words {
			if (i*7+seed)%5 != 0 {
				a = append(a, w)
			}
			if (i*3+seed)%4 != 0 {
				b = append(b, w)
			}
		}
		old, new := strings.Join(a, "\n")+"\n", strings.Join(b, "\n")+"\n"
		writeFile(t, filepath.Join(dir, "f"), old)
		cmd := exec.Command("patch", "-s", "-p1")
		cmd.Dir = dir
		cmd.Stdin = strings.NewReader(unifiedDiff("f", []byte(old), []byte(new)))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("seed %d: %v %s", seed, err, out)
		}
		got, err := os.ReadFile(filepath.Join(dir, "f"))
		if err != nil || string(got) != new {
			t.Fatalf("seed %d: patched to %q, want %q", seed, got, new)
		}
	}
}
