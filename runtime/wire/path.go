package wire

import "encoding/binary"

// Path returns the path of the attribute that covers byte off of a message of that set, such as
// "peers[3].allowed-ips[0].family": names joined by dots; after attributes that repeat, how many of the kind
// come before; after numbered arrays, the entry's number. An attribute that the schema does not know has its
// number for a name. Inside a fixed header the path ends in "header". The message, and with it off, starts at
// the fixed header. The result is false if no attribute covers the byte.
func (s *Schema) Path(set int, msg []byte, off int) (path string, ok bool) {
	w, ok := s.locate(set, msg, off)
	return string(w.path), ok
}

// NestPath is Path for an attribute that is a nest. It also returns the set of the attributes inside, or -1
// where they are numbered or unknown. An off of -1 stands for the message itself.
func (s *Schema) NestPath(set int, msg []byte, off int) (path string, inner int, ok bool) {
	w, ok := s.locateNest(set, msg, off)
	if !ok {
		return "", -1, false
	}
	return string(w.path), w.lv.set, true
}

// MissingPath returns the path that the attribute typ would have in the nest at offset nestOff, or in the
// message itself if that is -1.
func (s *Schema) MissingPath(set int, msg []byte, nestOff int, typ uint16) string {
	w, ok := s.locateNest(set, msg, nestOff)
	if !ok { // the nest is nowhere: at least say which number is missing
		w = newWalker(s, -1, nil)
	}
	w.name(typ&TypeMask, w.lv.start)
	if path := string(w.path); w.info(typ&TypeMask) == nil || !w.repeats(typ&TypeMask) {
		return path
	}
	return string(w.path[:len(w.path)-len("[0]")])
}

// repeats reports whether name gives the attribute a count.
func (w *walker) repeats(id uint16) bool {
	a := w.info(id)
	return w.lv.numbered == 0 && a != nil && a.Multi
}

// locate walks to the attribute that covers off.
func (s *Schema) locate(set int, msg []byte, off int) (*walker, bool) {
	w := newWalker(s, set, msg)
	for {
		at, ok := w.find(off)
		if !ok {
			if off >= w.lv.from && off < w.lv.start {
				w.word("header")
				return w, true
			}
			return w, len(w.path) > 0
		}
		raw, lim, _, _ := w.attr(at, w.lv.end)
		w.name(raw&TypeMask, at)
		if off < at+4 || off >= lim || !w.enter(raw, at, lim) {
			return w, true
		}
	}
}

// locateNest walks into the nest whose header covers off.
func (s *Schema) locateNest(set int, msg []byte, off int) (*walker, bool) {
	w := newWalker(s, set, msg)
	if off == -1 {
		return w, true
	}
	for {
		at, ok := w.find(off)
		if !ok {
			return w, false
		}
		raw, lim, _, _ := w.attr(at, w.lv.end)
		w.name(raw&TypeMask, at)
		if !w.enter(raw, at, lim) {
			return w, false
		}
		if off < at+4 {
			return w, true
		}
	}
}

func (w *walker) word(s string) {
	if len(w.path) > 0 {
		w.path = append(w.path, '.')
	}
	w.path = append(w.path, s...)
}

// openPath is the path of a failure in an unfinished message. The nests around it have no valid length yet.
func (s *Schema) openPath(set int, msg []byte, f *failure) string {
	w := newWalker(s, set, msg)
	for _, at := range f.open {
		raw := binary.NativeEndian.Uint16(msg[at+2:])
		w.lv.end = at
		w.name(raw&TypeMask, at)
		if !w.enter(raw, at, len(msg)) {
			w.lv = scope{set: -1, from: at + 4, start: at + 4, end: len(msg)}
		}
	}
	if f.header {
		w.word("header")
		return string(w.path)
	}
	w.lv.end = f.at
	w.name(f.id, f.at)
	return string(w.path)
}
