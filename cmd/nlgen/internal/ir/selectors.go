package ir

import "strconv"

// selectors finds, for every sub-message, the value that picks its format: an attribute of the same set,
// else an attribute of a level above, else a member of the fixed header. Sets that need one from above say
// so in Outer, and so does every set on the way to it.
func (b *builder) selectors() {
	for _, set := range b.fam.Sets {
		for _, a := range set.Attrs {
			if s := a.Type.Selector; s != nil {
				if at := set.Attr(s.Name); at != nil {
					s.Attr, s.Type = at, at.Type
				} else {
					need(set, s)
				}
			}
		}
	}
	for changed := true; changed; {
		changed = false
		for _, set := range b.fam.Sets {
			for _, a := range set.Attrs {
				for _, inner := range a.Type.Inner() {
					for _, s := range inner.Outer {
						if at := set.Attr(s.Name); at != nil {
							s.Type = at.Type
						} else if need(set, s) {
							changed = true
						}
					}
				}
			}
		}
	}
	for _, m := range b.fam.Messages {
		if m.Set == nil || m.Header == nil {
			continue
		}
		for _, s := range m.Set.Outer {
			for _, mem := range m.Header.Members {
				if mem.Name == s.Name {
					s.Mem = mem
					s.Type = &Type{Kind: Scalar, Width: mem.Size, Signed: mem.Signed, Enum: mem.Enum}
				}
			}
		}
	}
	b.shareTypes()
	for _, set := range b.fam.Sets {
		for _, a := range set.Attrs {
			if s := a.Type.Selector; s != nil && a.Type.Sub.Type == nil {
				a.Type.Sub.resolve(s.Type)
			}
		}
	}
	for _, sub := range b.fam.Subs {
		if sub.Type == nil {
			sub.resolve(nil)
		}
	}
}

// shareTypes spreads the type of a selector that comes from above to every set on the way.
func (b *builder) shareTypes() {
	types := map[string]*Type{}
	each := func(f func(s *Selector)) {
		for _, set := range b.fam.Sets {
			for _, s := range set.Outer {
				f(s)
			}
			for _, a := range set.Attrs {
				if s := a.Type.Selector; s != nil && s.Attr == nil {
					f(s)
				}
			}
		}
	}
	each(func(s *Selector) {
		if s.Type != nil {
			types[s.Name] = s.Type
		}
	})
	each(func(s *Selector) {
		if s.Type == nil {
			s.Type = types[s.Name]
		}
	})
}

// need notes that a set wants a selector from above, and reports whether that is news.
func need(set *Set, s *Selector) bool {
	for _, o := range set.Outer {
		if o.Name == s.Name {
			return false
		}
	}
	set.Outer = append(set.Outer, &Selector{Name: s.Name, Type: s.Type})
	return true
}

// Inner lists the sets directly below a payload.
func (t *Type) Inner() []*Set {
	switch {
	case t.Set != nil:
		return []*Set{t.Set}
	case t.Elem != nil:
		return t.Elem.Inner()
	case t.Sub != nil:
		var r []*Set
		for _, f := range t.Sub.Formats {
			if f.Set != nil {
				r = append(r, f.Set)
			}
		}
		return r
	}
	return nil
}

// resolve turns the format values of an integer selector into numbers.
func (s *Sub) resolve(t *Type) {
	if t == nil {
		t = &Type{Kind: String}
	}
	s.Type = t
	if t.Kind == String {
		return
	}
	s.Enum = t.Enum
	for _, f := range s.Formats {
		if n, err := strconv.ParseUint(f.Value, 0, 64); err == nil {
			f.Num = n
		}
		if s.Enum == nil {
			continue
		}
		for _, e := range s.Enum.Entries {
			if e.Name == f.Value {
				f.Num = e.Value
			}
		}
	}
}
