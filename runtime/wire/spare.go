package wire

import (
	"hash/maphash"
	"reflect"
)

// A Spare provides the memory of decoded values for the messages of one stream. It is for one goroutine and
// one Decoder at a time; NewDecoder and Decoder.Reset begin a message.
//
// A Spare that recycles takes everything back when the next message begins: nests, slices, Unknown and the
// bytes that alias the message. Values are good until then, and must not be kept longer. Presence that comes
// and goes between messages costs no allocation once each kind of value was met.
//
// One that does not recycle makes values that are the caller's for good, as without a Spare, but several at a
// time: fewer allocations, while one that is kept alive holds on to its neighbours.
//
// Strings are the caller's either way: short ones come from a cache of bounded size.
type Spare struct {
	Strict bool // the first unreadable payload is the message's error

	recycle bool
	gen     uint64
	slots   []any
	attrs   arrays[Attr]
	blobs   chunk[byte]
	strings *stringCache
}

// NewSpare returns an empty Spare.
func NewSpare(recycle bool) *Spare { return &Spare{recycle: recycle} }

// begin takes back what the last message used.
func (sp *Spare) begin() { sp.gen++ }

// slotOf returns the pool in a slot and makes it on first use.
func slotOf[P any](sp *Spare, slot int) *P {
	if slot < len(sp.slots) {
		if p, ok := sp.slots[slot].(*P); ok {
			return p
		}
	}
	return addSlot[P](sp, slot)
}

func addSlot[P any](sp *Spare, slot int) *P {
	for len(sp.slots) <= slot {
		sp.slots = append(sp.slots, nil)
	}
	p := new(P)
	sp.slots[slot] = p
	return p
}

// values is a pool of single values. In generation gen, items[:used] are in use.
type values[T any] struct {
	gen   uint64
	used  int
	items []*T
	fresh chunk[T]
}

func (p *values[T]) take(sp *Spare) *T {
	if p.gen != sp.gen {
		p.gen, p.used = sp.gen, 0
	}
	if p.used < len(p.items) {
		v := p.items[p.used]
		p.used++
		var zero T
		*v = zero
		return v
	}
	return p.more(sp.recycle)
}

func (p *values[T]) more(recycle bool) *T {
	v := &p.fresh.cut(1, chunkValues)[:1][0]
	if recycle {
		p.items = append(p.items, v)
		p.used++
	}
	return v
}

// arrays is a pool of slices. In generation gen, items[:used] are in use.
type arrays[T any] struct {
	gen   uint64
	used  int
	items [][]T
	owned chunk[T]
}

func (p *arrays[T]) take(sp *Spare, n int) []T {
	if p.gen != sp.gen {
		p.gen, p.used = sp.gen, 0
	}
	if p.used == len(p.items) {
		p.items = append(p.items, nil)
	}
	s := &p.items[p.used]
	p.used++
	if cap(*s) < n || *s == nil {
		*s = make([]T, 0, max(n, 2*cap(*s)))
	}
	return *s
}

// Values that are the caller's come out of chunks of at most so many elements, and of chunkSize bytes; larger
// ones have memory of their own.
const (
	chunkValues = 16
	chunkElems  = 128
	chunkBytes  = 1024
	chunkSize   = 8 << 10
)

// A chunk is memory for values that are the caller's, several to an allocation.
type chunk[T any] struct {
	free []T // never used so far
	size int // of the last allocation
}

// cut returns an empty slice of capacity n. A chunk has at most limit elements.
func (c *chunk[T]) cut(n, limit int) []T {
	if n == 0 || n > limit/2 {
		return make([]T, 0, n)
	}
	if len(c.free) < n {
		limit = min(limit, chunkSize/max(1, int(reflect.TypeFor[T]().Size())))
		c.size = max(n, min(2*c.size, limit))
		c.free = make([]T, c.size)
	}
	s := c.free[:0:n]
	c.free = c.free[n:]
	return s
}

// own returns bytes of the message in the form that they are given out: as they are, or copied.
func (d *Decoder) own(p []byte) Bytes {
	switch {
	case d.sp == nil:
		return append(make(Bytes, 0, len(p)), p...)
	case d.sp.recycle:
		return p
	}
	return append(d.sp.blobs.cut(len(p), chunkBytes), p...)
}

// makeAttrs returns room for n raw attributes.
func (d *Decoder) makeAttrs(n int) Attrs {
	if !d.aliases() {
		return make(Attrs, n)
	}
	return d.sp.attrs.take(d.sp, n)[:n]
}

// Dimensions of the string cache: strings longer than cachedLen are not cached.
const (
	cacheSets = 256
	cacheWays = 4
	cachedLen = 128
)

// stringCache finds strings by their bytes: hashed to a set, of which the ways hold the latest first.
type stringCache struct {
	seed maphash.Seed
	sets [cacheSets][cacheWays]string
}

// intern returns p as a string.
func (sp *Spare) intern(p []byte) string {
	if len(p) == 0 {
		return ""
	}
	if len(p) > cachedLen {
		return string(p)
	}
	c := sp.strings
	if c == nil {
		c = &stringCache{seed: maphash.MakeSeed()}
		sp.strings = c
	}
	set := &c.sets[maphash.Bytes(c.seed, p)%cacheSets]
	for i := range set {
		if set[i] == string(p) {
			return set[i]
		}
	}
	copy(set[1:], set[:])
	set[0] = string(p)
	return set[0]
}
