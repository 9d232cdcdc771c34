package nl

import (
	"errors"
	"fmt"
	"slices"

	"github.com/nlgen/nlgen/runtime/wire"
)

// restrict reads what a request restricts the table to. An event must show by itself whether its object is in the
// table, so what is not in the keys of a table cannot restrict it.
func (r *keyReader) restrict(t *Table, req wire.Message) error {
	msg, err := encodeRequest(t.List, req)
	if err != nil {
		return err
	}
	header := 0
	if set := t.List.set(t.List.RequestSet); set != nil {
		header = set.Header
	}
	some := false
	for i := range r.keys {
		k := &r.keys[i]
		k.inForce = k.isAsked(msg)
		if !k.inForce {
			continue
		}
		some = true
		if err := k.restrict(t.List, msg, header); err != nil {
			return err
		}
	}
	if !some {
		return errors.New("the request asks for objects that the table has no key for")
	}
	return nil
}

func encodeRequest(op *Op, req wire.Message) ([]byte, error) {
	if req == nil {
		return nil, nil
	}
	e := wire.NewEncoder(nil)
	req.Encode(&e)
	return e.Done(op.Family.Schema, op.RequestSet)
}

// isAsked reports whether a request is about objects of that key.
func (k *watchKey) isAsked(msg []byte) bool {
	if len(k.Values) == 0 {
		return true
	}
	var v uint32
	if fits(msg, k.When) {
		v = k.when(msg)
	}
	return v == 0 && !k.Asked || slices.Contains(k.Values, v)
}

// restrict finds the conditions in a request.
func (k *watchKey) restrict(op *Op, msg []byte, header int) error {
	known := make([]bool, min(header, len(msg)))
	if len(k.Values) > 0 && fits(msg, k.When) {
		cover(known, k.When)
		if k.when(msg) != 0 {
			k.demand(k.When, msg[k.When.Offset:k.When.Offset+k.When.Size], false)
		}
	}
	for i, p := range slices.Concat(k.Parts, k.Filters) {
		if p.Size == 0 || !fits(msg, p) {
			continue
		}
		cover(known, p)
		if v := msg[p.Offset : p.Offset+p.Size]; !isZero(v) {
			k.demand(p, v, i >= len(k.Parts))
		}
	}
	for i, ok := range known {
		if !ok && msg[i] != 0 {
			return fmt.Errorf("the request sets byte %d of the fixed header%s: %w", i, headerName(op), errNoFilter)
		}
	}
	for rest := msg[min(align(header), len(msg)):]; ; {
		typ, payload, next, ok := cutAttribute(rest)
		if !ok {
			return nil
		}
		rest = next
		names := func(p Part) bool { return p.Size == 0 && (p.Attr == typ || p.Else == typ) }
		all := slices.Concat(k.Parts, k.Filters)
		i := slices.IndexFunc(all, names)
		if i < 0 {
			return fmt.Errorf("the request sets %s: %w", attributeName(op, typ), errNoFilter)
		}
		k.demand(all[i], payload, i >= len(k.Parts))
	}
}

var errNoFilter = errors.New("neither part of the table's key nor one of its filters, so that events cannot be told by it")

func (k *watchKey) demand(p Part, value []byte, beyond bool) {
	k.want = append(k.want, condition{p, value})
	k.partial = k.partial || beyond
}

func cover(known []bool, p Part) {
	for i := p.Offset; i < min(p.Offset+p.Size, len(known)); i++ {
		known[i] = true
	}
}

func isZero(b []byte) bool {
	for _, v := range b {
		if v != 0 {
			return false
		}
	}
	return true
}

func headerName(op *Op) string {
	if set := op.set(op.RequestSet); set != nil && set.HeaderName != "" {
		return " " + set.HeaderName
	}
	return ""
}

func attributeName(op *Op, typ uint16) string {
	if set := op.set(op.RequestSet); set != nil {
		for _, a := range set.Attrs {
			if a.ID == typ {
				return "attribute " + a.Name
			}
		}
	}
	return fmt.Sprintf("attribute %d", typ)
}
