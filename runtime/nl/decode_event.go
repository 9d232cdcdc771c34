package nl

import (
	"fmt"

	"github.com/nlgen/nlgen/runtime/wire"
)

// eventDecoder makes notifications of messages, one at a time.
type eventDecoder struct {
	cfg   *eventConfig
	meta  Meta // of the message, in memory that is there already
	dec   wire.Decoder
	group GroupRef // of the last message

	reuses bool
	old    []oldEvent
	raw    RawNotification
	body   []byte // a copy of the message
}

// oldEvent is a notification to be filled anew.
type oldEvent struct {
	source int
	op     uint16
	n      Notification
}

// newEventDecoder returns one whose notifications are the caller's, or with a Spare that recycles one that uses them
// again.
func newEventDecoder(cfg *eventConfig, sp *wire.Spare) eventDecoder {
	return eventDecoder{cfg: cfg, dec: wire.NewDecoder(nil, sp), reuses: sp != nil}
}

// decode makes a notification of a message, from the first source that knows it.
func (e *eventDecoder) decode(p Packet, h header, body []byte) (n Notification, unreadable int, err error) {
	c := e.cfg
	if e.reuses { // another loop may read into the buffer while this one looks at the event
		e.body = append(e.body[:0], body...)
		body = e.body
	}
	e.meta = Meta{Command: h.typ, Flags: h.flags, Group: e.groupName(p.Group), GroupID: p.Group, NSID: p.NSID,
		Port: h.port, Seq: h.seq, Sender: p.Port}
	data := body
	for i, s := range c.sources {
		if s.Family.Generic {
			if h.typ != s.typ || len(body) < genericLen {
				continue
			}
			e.meta.Command, data = uint16(body[0]), body[genericLen:]
		}
		if s.Decode == nil {
			continue
		}
		n, set := e.run(i, data)
		if n == nil {
			continue
		}
		if c.trace != nil {
			c.trace.event(s.Family, opName(n, &e.meta), set, h, body, p.Group)
		}
		if err := e.dec.Err(s.Family.Schema, set); err != nil {
			return nil, e.dec.Unreadable(), &DecodeError{Family: s.Family.Name, Op: opName(n, &e.meta), Err: err}
		}
		return n, e.dec.Unreadable(), nil
	}
	if c.trace != nil {
		c.trace.event(&Family{Name: "unknown"}, "", -1, h, body, p.Group)
	}
	if e.reuses {
		e.raw = RawNotification{Meta: e.meta, Data: data[:len(data):len(data)]}
		return &e.raw, 0, nil
	}
	return &RawNotification{Meta: e.meta, Data: append([]byte{}, data...)}, 0, nil
}

// run lets a source decode a message.
func (e *eventDecoder) run(source int, data []byte) (Notification, int) {
	e.dec.Reset(data)
	e.dec.SetStrict(e.cfg.isStrict)
	decode, op := e.cfg.sources[source].Decode, e.meta.Command
	if !e.reuses {
		return decode(op, &e.meta, &e.dec, nil)
	}
	for i := range e.old {
		if o := &e.old[i]; o.op == op && o.source == source {
			n, set := decode(op, &e.meta, &e.dec, o.n)
			o.n = n
			return n, set
		}
	}
	n, set := decode(op, &e.meta, &e.dec, nil)
	if n != nil {
		e.old = append(e.old, oldEvent{source, op, n})
	}
	return n, set
}

func opName(n Notification, m *Meta) string {
	if meta := n.NetlinkMeta(); meta != nil && meta.Op != "" {
		return meta.Op
	}
	return fmt.Sprintf("notification %d", m.Command)
}

// groupName finds the name of a group by its number; most often it is that of the message before.
func (e *eventDecoder) groupName(id uint32) string {
	if id == 0 {
		return ""
	}
	if id != e.group.ID {
		e.group = GroupRef{e.cfg.groupName(id), id}
	}
	return e.group.Name
}

func (c *eventConfig) groupName(id uint32) string {
	for _, s := range c.sources {
		for _, g := range s.Groups {
			if g.ID == id {
				return g.Name
			}
		}
	}
	return ""
}
