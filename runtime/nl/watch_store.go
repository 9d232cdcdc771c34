package nl

// entry is what a watch knows of an object.
type entry struct {
	body string // of its last message
	next *entry // the object with the same key that comes after it in the kernel's order
	gen  uint32 // number of the last list that had it
	born uint32 // number of the list that was last when it was seen first
	seen uint32 // of the first object of a key: how many of its objects list gen has had so far

	// Numbers of lists after which single events of the key may not be judged, see sharedEvent: a pause after the key, and a
	// replacement among the events during the list.
	edge, soft uint32
}

// objects are the objects of a table by their keys.
type objects struct {
	byKey map[string]*entry
	count int
	gen   uint32 // number of the list that runs or was last
	fresh int    // how many objects list gen has had
}

// at returns the n-th object of a key, and the one before it.
func (e *entry) at(n uint32) (at, before *entry) {
	for at = e; at != nil && n > 0; n-- {
		at, before = at.next, at
	}
	return at, before
}

// mark notes that the running list has an object.
func (o *objects) mark(e *entry) {
	if e.gen != o.gen {
		e.gen = o.gen
		o.fresh++
	}
}

func (o *objects) newEntry(body []byte) *entry {
	o.count++
	return &entry{body: string(body), born: o.gen}
}

// placed is the key of the n-th object of a key. Keys tell their own length, so that no other key begins like one.
func placed(key string, n uint32) string {
	if n == 0 {
		return key
	}
	return key + string([]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)})
}
