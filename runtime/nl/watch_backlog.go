package nl

import "encoding/binary"

// backlog is a queue of events in memory. A copy of it goes through the same events.
type backlog struct {
	data []byte
	at   int
}

// recordLen is what comes before the body: length, type, flags and group.
const recordLen = 12

// add reports whether there was room for the event.
func (b *backlog) add(h header, body []byte, group uint32) bool {
	if len(b.data)+recordLen+len(body) > maxKept {
		return false
	}
	b.data = binary.NativeEndian.AppendUint32(b.data, uint32(len(body)))
	b.data = binary.NativeEndian.AppendUint16(b.data, h.typ)
	b.data = binary.NativeEndian.AppendUint16(b.data, h.flags)
	b.data = binary.NativeEndian.AppendUint32(b.data, group)
	b.data = append(b.data, body...)
	return true
}

// next takes the oldest event. Its body is valid until reset.
func (b *backlog) next() (h header, body []byte, group uint32, ok bool) {
	r := b.data[b.at:]
	if len(r) == 0 {
		return header{}, nil, 0, false
	}
	n := recordLen + int(binary.NativeEndian.Uint32(r))
	h.typ, h.flags = binary.NativeEndian.Uint16(r[4:]), binary.NativeEndian.Uint16(r[6:])
	b.at += n
	return h, r[recordLen:n:n], binary.NativeEndian.Uint32(r[8:]), true
}

// reset forgets all events, and gives up a lot of memory.
func (b *backlog) reset() {
	b.at = 0
	if b.data = b.data[:0]; cap(b.data) > firstBuffer {
		b.data = nil
	}
}
