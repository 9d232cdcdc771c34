package wiretest

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"unicode/utf8"

	"github.com/nlgen/nlgen/runtime/wire"
)

type tree struct {
	Left, Right *tree
	List        []tree
	Name        wire.Opt[string]
}

func randTree(r *Rand) *tree {
	return &tree{Left: Ptr(r, randTree), Right: Ptr(r, randTree), List: Nests(r, randTree), Name: r.String()}
}

func (t *tree) depth() int {
	if t == nil {
		return 0
	}
	n := max(t.Left.depth(), t.Right.depth())
	for i := range t.List {
		n = max(n, t.List[i].depth())
	}
	return n + 1
}

// TestRandEnds checks that recursive types end, and that a seed always means the same.
func TestRandEnds(t *testing.T) {
	deepest := 0
	for n := range uint64(200) {
		v := randTree(NewRand(3, n))
		if deepest = max(deepest, v.depth()); deepest > maxDepth+1 {
			t.Fatalf("message %d has %d levels", n, deepest)
		}
		if !reflect.DeepEqual(v, randTree(NewRand(3, n))) {
			t.Fatalf("message %d is not the same again", n)
		}
	}
	if deepest != maxDepth+1 {
		t.Errorf("the deepest of 200 has %d levels, want %d", deepest, maxDepth+1)
	}
}

// TestRandCovers checks that the values that tests live on do come up.
func TestRandCovers(t *testing.T) {
	met := map[string]bool{}
	names := wire.EnumNames{{Value: 3, Name: "three"}, {Value: 4, Name: "four"}}
	set := &wire.Set{Attrs: []wire.AttrInfo{{ID: 0, Ref: -1}, {ID: 0x3fff, Ref: -1}}}
	for n := range uint64(400) {
		r := NewRand(1, n)
		s, ok := r.String().Get()
		met["string"] = met["string"] || ok && s != "" && utf8.ValidString(s)
		met["empty string"] = met["empty string"] || ok && s == ""
		met["no UTF-8"] = met["no UTF-8"] || !utf8.ValidString(s)
		met["absent"] = met["absent"] || !ok
		b := r.Bytes()
		met["empty bytes"] = met["empty bytes"] || b != nil && len(b) == 0
		met["nil bytes"] = met["nil bytes"] || b == nil
		e := r.Enum(names, 8)
		met["known enum"] = met["known enum"] || names.Name(e.Value()) != ""
		met["unknown enum"] = met["unknown enum"] || e.IsSet() && names.Name(e.Value()) == ""
		if e.Value() > 0xff {
			t.Fatalf("enum of 8 bits has %#x", e.Value())
		}
		a := r.Addr()
		met["IPv4"] = met["IPv4"] || a.Is4()
		met["IPv6"] = met["IPv6"] || a.Is6() && !a.Is4In6()
		met["IPv4 in IPv6"] = met["IPv4 in IPv6"] || a.Is4In6()
		v := r.I8()
		met["smallest"] = met["smallest"] || v.Value() == -128
		met["largest"] = met["largest"] || v.Value() == 127
		u := r.Uint()
		met["wide uint"] = met["wide uint"] || u.Value()>>32 != 0
		met["narrow uint"] = met["narrow uint"] || u.IsSet() && u.Value()>>32 == 0
		x := IndexedValues(r, r.Blob)
		met["empty array"] = met["empty array"] || x != nil && len(x) == 0
		for _, l := range Values(r, r.Bytes) {
			if met["list"] = true; l == nil {
				t.Fatal("an element of a list is absent")
			}
		}
		for _, u := range r.Unknown(set) {
			met["unknown"] = true
			if set.Attr(u.ID()) != nil {
				t.Fatalf("attribute %d is not unknown", u.ID())
			}
		}
	}
	for what, ok := range met {
		if !ok {
			t.Errorf("never met: %s", what)
		}
	}
	if !met["unknown"] || !met["list"] {
		t.Error("never met: unknown attributes or lists")
	}
}

func TestDamage(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, 40)
	shorter, longer, same := 0, 0, 0
	for range 500 {
		switch d := damage(rng, b); {
		case len(d) < len(b):
			shorter++
		case len(d) > len(b):
			longer++
		default:
			same++
		}
	}
	if shorter < 50 || longer < 50 || same < 50 || !reflect.DeepEqual(b, make([]byte, 40)) {
		t.Errorf("%d shorter, %d longer, %d of the same length; original %x", shorter, longer, same, b)
	}
	if got := damage(rng, nil); len(got) != 0 {
		t.Errorf("damaged nothing to %x", got)
	}
}

func TestDiff(t *testing.T) {
	type pair struct {
		A wire.Opt[uint8]
		B []any
		C *pair
	}
	for _, tc := range []struct {
		got, want any
		diff      string
	}{
		{&pair{}, &pair{}, "equal"},
		{&pair{A: wire.Some[uint8](1)}, &pair{}, ".A.v: got 1, want 0"},
		{&pair{A: wire.Some[uint8](0)}, &pair{}, ".A.set: got true, want false"},
		{&pair{B: []any{}}, &pair{}, ".B: got []interface {}{}, want []interface {}(nil)"},
		{&pair{B: []any{1, "a"}}, &pair{B: []any{1, "b"}}, ".B[1]: got a, want b"},
		{&pair{B: []any{1}}, &pair{B: []any{"b"}}, ".B[0]: got a int, want a string"},
		{&pair{C: &pair{C: &pair{}}}, &pair{C: &pair{}}, ".C.C: got nil is false, want nil is true"},
		{1, "a", ": got a int, want a string"},
	} {
		if got := Diff(tc.got, tc.want); got != tc.diff {
			t.Errorf("got %q, want %q", got, tc.diff)
		}
	}
}
