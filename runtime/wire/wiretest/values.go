package wiretest

import "github.com/nlgen/nlgen/runtime/wire"

// Ptr returns what f makes, or nil, as Rand.Enter decides.
func Ptr[T any](r *Rand, f func(*Rand) *T) *T {
	must := r.must
	r.must = false
	defer func() { r.must = must }()
	if !r.Enter() {
		return nil
	}
	defer r.Leave()
	return f(r)
}

// Opt returns what f makes, or nothing.
func Opt[T any](r *Rand, f func() T) (o wire.Opt[T]) {
	if r.present(16) {
		o.Set(f())
	}
	return o
}

// Bitfield32 returns a value and a selector, or nothing.
func Bitfield32[T ~uint32](r *Rand) (o wire.Opt[wire.Bitfield32[T]]) {
	if r.present(8) {
		o.Set(wire.Bitfield32[T]{Value: T(r.bits(32)), Selector: T(r.bits(32))})
	}
	return o
}

// Nests returns some nests that f makes, or nil.
func Nests[T any](r *Rand, f func(*Rand) *T) []T {
	var s []T
	for range r.count() {
		if v := Ptr(r, f); v != nil {
			s = append(s, *v)
		}
	}
	return s
}

// IndexedNests returns numbered nests that f makes, none of them, or nil.
func IndexedNests[T any](r *Rand, f func(*Rand) *T) []wire.Indexed[T] {
	if r.depth >= maxDepth || !r.present(4) {
		return nil
	}
	return wire.Index(r.base(), Nests(r, f)...)
}

// IndexedValues returns numbered values that f makes, none of them, or nil.
func IndexedValues[T any](r *Rand, f func() T) []wire.Indexed[T] {
	if !r.present(4) {
		return nil
	}
	return wire.Index(r.base(), Values(r, f)...)
}

// List returns some values that f makes, or nil. Those that f leaves out are not part of it.
func List[T any](r *Rand, f func() wire.Opt[T]) []T {
	var s []T
	for _, o := range Values(r, f) {
		if v, ok := o.Get(); ok {
			s = append(s, v)
		}
	}
	return s
}

// Values returns some values that f makes, or nil. The methods of r that f calls leave nothing out.
func Values[T any](r *Rand, f func() T) []T {
	var s []T
	n := r.count()
	must := r.must
	r.must = true
	defer func() { r.must = must }()
	for range n {
		s = append(s, f())
	}
	return s
}

// Array returns integers, none of them, or nil.
func Array[T wire.Integer](r *Rand) []T {
	if !r.present(8) {
		return nil
	}
	s := make([]T, r.count())
	for i := range s {
		s[i] = T(r.bits(64))
	}
	return s
}

// count returns how many elements a slice is to have.
func (r *Rand) count() int {
	if !r.present(8) {
		return 0
	}
	return r.rng.IntN(4)
}

// base returns the number of an array's first entry.
func (r *Rand) base() uint16 { return uint16(r.rng.IntN(3)) }
