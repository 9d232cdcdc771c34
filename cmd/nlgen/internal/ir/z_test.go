package ir
import ("testing";"github.com/nlgen/nlgen/internal/kspecs";"github.com/nlgen/nlgen/cmd/nlgen/internal/spec";"path/filepath";"strings";"fmt";"os")
func TestZ(t *testing.T) {
	facts := readFacts(t)
	own, _ := filepath.Glob("../../../../schemas/*.yaml")
	for _, p := range append(kspecs.Files(t), own...) {
		name := strings.TrimSuffix(filepath.Base(p), ".yaml")
		f, _ := spec.Load(p)
		if f == nil { continue }
		if strings.Contains(p, "main/schemas") || strings.HasPrefix(p, "..") { fmt.Fprint(os.Stderr,"OWN ") }
		fmt.Fprintln(os.Stderr,"== ", name)
		last := ""
		for _, c := range claimsOf(Build(f), headerNames[name]) {
			if _, ok := c.find(facts); !ok {
				g, l, _ := strings.Cut(c.what, ".")
				if g != last { fmt.Fprintf(os.Stderr,"\n%s [%s]: ", g, c.keys[0]); last = g }
				fmt.Fprint(os.Stderr, l, " ")
			}
		}
		fmt.Fprintln(os.Stderr)
	}
}
