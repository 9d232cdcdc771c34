package nl

import (
	"encoding/binary"
	"slices"

	"github.com/nlgen/nlgen/runtime/wire"
)

// A keyReader finds keys in messages. It is for one goroutine.
type keyReader struct {
	header int // length of the fixed header
	keys   []watchKey
	slots  []int16  // by attribute type: index into found, or -1
	found  [][]byte // payloads of the attributes that matter, of the message that was read last
	key    []byte
}

// A watchKey is a TableKey for one request.
type watchKey struct {
	*TableKey
	inForce bool
	want    []condition // what the request demands of objects
	partial bool        // some of that is not part of the key
}

// A condition is that a part of an object has a value.
type condition struct {
	part  Part
	value []byte
}

func newKeyReader(t *Table) *keyReader {
	r := &keyReader{}
	if set := t.List.set(t.List.ReplySet); set != nil {
		r.header = set.Header
	}
	for i := range t.Keys {
		k := &t.Keys[i]
		r.keys = append(r.keys, watchKey{TableKey: k})
		for _, p := range slices.Concat(k.Parts, k.Filters) {
			if p.Size == 0 {
				r.addSlot(p.Attr)
			}
			if p.Else != 0 {
				r.addSlot(p.Else)
			}
		}
	}
	return r
}

func (r *keyReader) addSlot(attr uint16) {
	for len(r.slots) <= int(attr) {
		r.slots = append(r.slots, -1)
	}
	if r.slots[attr] < 0 {
		r.slots[attr] = int16(len(r.found))
		r.found = append(r.found, nil)
	}
}

// read takes a message of the table and returns its key, which is valid until the next call. It returns nil when the
// message is of no object that the request asks about the kind of.
func (r *keyReader) read(body []byte) (*watchKey, []byte) {
	k, index := r.kind(body)
	if k == nil || !k.inForce {
		return nil, nil
	}
	r.find(body)
	b := append(r.key[:0], byte(index))
	if len(k.Values) > 0 {
		b = binary.NativeEndian.AppendUint32(b, k.when(body))
	}
	for _, p := range k.Parts {
		v := r.part(body, p)
		if v == nil {
			b = append(b, 0xff, 0xff) // no payload is that long
			continue
		}
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(v))), v...)
	}
	r.key = b
	return k, b
}

// kind returns the first key that is for the message.
func (r *keyReader) kind(body []byte) (*watchKey, int) {
	for i := range r.keys {
		k := &r.keys[i]
		if len(k.Values) == 0 {
			return k, i
		}
		if fits(body, k.When) && slices.Contains(k.Values, k.when(body)) {
			return k, i
		}
	}
	return nil, 0
}

func fits(body []byte, p Part) bool { return p.Offset+p.Size <= len(body) }

// when reads the member that decides whether the key is for a message, which it fits.
func (k *TableKey) when(body []byte) uint32 {
	switch b := body[k.When.Offset:]; k.When.Size {
	case 1:
		return uint32(b[0])
	case 2:
		return uint32(binary.NativeEndian.Uint16(b))
	default:
		return binary.NativeEndian.Uint32(b)
	}
}

// find collects the attributes that matter. Of those that come twice the last counts, as when they are decoded.
func (r *keyReader) find(body []byte) {
	clear(r.found)
	for rest := body[min(align(r.header), len(body)):]; ; {
		typ, payload, next, ok := cutAttribute(rest)
		if !ok {
			return
		}
		if int(typ) < len(r.slots) && r.slots[typ] >= 0 {
			r.found[r.slots[typ]] = payload
		}
		rest = next
	}
}

// cutAttribute takes the first attribute off b. It reports false when there is none, or a malformed one.
func cutAttribute(b []byte) (typ uint16, payload, rest []byte, ok bool) {
	if len(b) < 4 {
		return 0, nil, nil, false
	}
	n := int(binary.NativeEndian.Uint16(b))
	if n < 4 || n > len(b) {
		return 0, nil, nil, false
	}
	return binary.NativeEndian.Uint16(b[2:]) & wire.TypeMask, b[4:n:n], b[min(align(n), len(b)):], true
}

// part returns a part of the message that find was called with, nil if it is not there.
func (r *keyReader) part(body []byte, p Part) []byte {
	switch {
	case p.Size == 0 && p.Else != 0 && r.found[r.slots[p.Attr]] == nil:
		return r.found[r.slots[p.Else]]
	case p.Size == 0:
		return r.found[r.slots[p.Attr]]
	case fits(body, p):
		return body[p.Offset : p.Offset+p.Size]
	}
	return nil
}

// matches reports whether the message that was read last is of an object that the request asks for.
func (r *keyReader) matches(k *watchKey, body []byte) bool {
	for i := range k.want {
		c := &k.want[i]
		if v := r.part(body, c.part); v == nil || string(v) != string(c.value) {
			return false
		}
	}
	return true
}
