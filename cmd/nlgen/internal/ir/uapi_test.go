package ir

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/spec"
	"github.com/nlgen/nlgen/internal/kspecs"
)

// The kernel's headers say what a number really is. The table in testdata (tools/uapifacts) has them; these
// tests hold every number and layout of every schema against it that has a name there.

func TestKernelSpecsAgreeWithHeaders(t *testing.T) {
	files := kspecs.Files(t)
	if len(files) == 0 {
		t.Fatal("no kernel schemas")
	}
	facts := readFacts(t)
	seen := map[mistake]bool{}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".yaml")
		for _, m := range compare(t, facts, name, path, floorOf(kernelFloors, name)) {
			if k, ok := knownMistake(m.schema, m.what); ok {
				seen[k] = true
			} else {
				t.Error(m)
			}
		}
	}
	for _, k := range knownMistakes {
		if !seen[k] {
			t.Errorf("%s: %s is listed as a mistake (%s), but it is right or gone", k.schema, k.what, k.why)
		}
	}
}

func TestOwnSchemasAgreeWithHeaders(t *testing.T) {
	files, err := filepath.Glob("../../../../schemas/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("find schemas: %d, %v", len(files), err)
	}
	facts := readFacts(t)
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".yaml")
		for _, m := range compare(t, facts, name, path, floorOf(ownFloors, name)) {
			t.Error(m)
		}
	}
}

// A difference is a claim that headers contradict.
type difference struct {
	schema, what string
	value, fact  uint64
}

func (d difference) String() string {
	return fmt.Sprintf("%s: %s is %d, headers say %d", d.schema, d.what, int64(d.value), int64(d.fact))
}

// compare returns what headers contradict in one schema. floor is the share of the schema's claims, in
// percent, that headers must name, so that silence is not taken for agreement.
func compare(t *testing.T, facts map[string]uint64, name, path string, floor int) []difference {
	t.Helper()
	file, diags := spec.Load(path)
	if file == nil {
		t.Errorf("load %s: %v", path, diags)
		return nil
	}
	claims := claimsOf(Build(file), headerNames[name])
	if len(claims) == 0 {
		t.Errorf("%s: claims nothing", name)
		return nil
	}
	var differ []difference
	var unnamed []string
	for _, c := range claims {
		fact, ok := c.find(facts)
		switch {
		case !ok:
			unnamed = append(unnamed, c.what)
		case !agree(c.value, fact):
			differ = append(differ, difference{name, c.what, c.value, fact})
		}
	}
	named := len(claims) - len(unnamed)
	share := 100 * named / len(claims)
	t.Logf("%-16s headers name %4d of %4d claims, %3d %%; %d differ", name, named, len(claims), share, len(differ))
	if share < floor {
		t.Errorf("%s: headers name %d %% of the claims, want %d %%; not named:\n\t%s", name, share, floor, strings.Join(unnamed, "\n\t"))
	}
	return differ
}

// agree compares a schema's value with C's, which may give -1 for what travels as 0xffffffff.
func agree(v, fact uint64) bool {
	return v == fact || int64(fact) < 0 && (v == uint64(uint32(fact)) || v == uint64(uint16(fact)))
}

// A claim is something that a schema says and headers may know.
type claim struct {
	what  string   // for people: set and attribute, struct and member ...
	keys  []string // of the table, the first that it has counts
	value uint64
}

func (c claim) find(facts map[string]uint64) (uint64, bool) {
	for _, k := range c.keys {
		if v, ok := facts[k]; ok {
			return v, true
		}
	}
	return 0, false
}

// claimsOf lists what a family's schema says about numbers and layouts.
func claimsOf(f *Family, names names) []claim {
	var claims []claim
	add := func(value uint64, what string, keys ...string) {
		claims = append(claims, claim{what, keys, value})
	}
	for _, c := range f.Consts {
		if c.Int != nil {
			add(bits(c.Int), "const "+c.Name, c.CName)
		}
	}
	for _, e := range f.Enums {
		if e.Of != nil {
			continue
		}
		for _, s := range e.Entries {
			add(names.value(e, s), "enum "+e.Name+"."+s.Name, names.entry(e, s))
		}
	}
	for _, s := range f.Structs {
		c := names.structName(s)
		add(uint64(s.Size), "struct "+s.Name, "size "+c)
		for _, m := range s.Members {
			if m.Pad {
				continue
			}
			prefixed, plain := c+"."+names.member(s, m), c+"."+cIdent(m.Name)
			add(uint64(m.Offset), "struct "+s.Name+"."+m.Name+" offset", "offset "+prefixed, "offset "+plain)
			add(uint64(m.Size), "struct "+s.Name+"."+m.Name+" size", "bytes "+prefixed, "bytes "+plain)
		}
	}
	for _, s := range f.Sets {
		if s.Parent != nil {
			continue
		}
		for _, a := range s.Attrs {
			add(uint64(a.ID), "set "+s.Name+"."+a.Name, names.attr(s, a))
		}
	}
	return append(claims, messageClaims(f, names)...)
}

// messageClaims lists the numbers of requests, answers and notifications.
func messageClaims(f *Family, names names) []claim {
	var claims []claim
	mask := names.opMask()
	prefix := cName(f.Name + "-cmd-")
	for _, op := range f.Ops {
		c := names.op(op)
		prefix = strings.TrimSuffix(c, cName(op.Name))
		for _, m := range []*Mode{op.Do, op.Dump} {
			if m == nil {
				continue
			}
			claims = append(claims, claim{"op " + op.Name, []string{c}, uint64(m.Request & mask)})
			if m.Reply >= 0 && m.Reply != int(m.Request) {
				claims = append(claims, claim{"answer to " + op.Name, names.answer(c), uint64(m.Reply) & uint64(mask)})
			}
			break
		}
	}
	for _, n := range f.Notifications {
		if !n.Made {
			claims = append(claims, claim{"notification " + n.Name, names.event(prefix, n.Name), uint64(n.ID & mask)})
		}
	}
	return claims
}

// readFacts reads the table: an enumerator or macro under its name, layouts under "size STRUCT",
// "offset STRUCT.MEMBER" and "bytes STRUCT.MEMBER".
func readFacts(t *testing.T) map[string]uint64 {
	t.Helper()
	f, err := os.Open("testdata/uapi-7.2.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	facts := map[string]uint64{}
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if strings.HasPrefix(sc.Text(), "#") {
			continue
		}
		if err := readFact(facts, strings.Split(sc.Text(), "\t")); err != nil {
			t.Fatalf("read table: %q: %v", sc.Text(), err)
		}
	}
	if len(facts) < 15_000 {
		t.Fatalf("read table: only %d facts", len(facts))
	}
	return facts
}

func readFact(facts map[string]uint64, fields []string) error {
	if len(fields) < 3 {
		return fmt.Errorf("%d fields", len(fields))
	}
	var numbers []uint64
	for _, s := range fields[2:] {
		v, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return err
		}
		numbers = append(numbers, uint64(v))
	}
	switch name := fields[1]; fields[0] {
	case "enum", "macro":
		facts[name] = numbers[0]
	case "size":
		facts["size "+name] = numbers[0]
	case "member":
		if len(numbers) != 2 {
			return fmt.Errorf("%d numbers", len(numbers))
		}
		facts["offset "+name], facts["bytes "+name] = numbers[0], numbers[1]
	default:
		return fmt.Errorf("unknown kind")
	}
	return nil
}
