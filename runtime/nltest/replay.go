package nltest

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/nlgen/nlgen/runtime/nl"
)

// A Player is a [nl.Transport] that answers from recorded traffic.
type Player struct {
	mu      sync.Mutex
	rec     *recording
	sockets []*playedSocket
	port    uint32
	sent    int               // requests that were answered
	ports   map[uint32]uint32 // of now, by those of then
	seqs    map[uint32]uint32 // sequence numbers of now, by those of then
	ids     map[string]uint16 // of families, as the controller's answers told last
	err     error             // the first request that was not recorded
}

// playedSocket is a socket and the recorded one whose events it gets.
type playedSocket struct {
	*socket
	events *recordedOptions
	next   int // event
}

// Replay returns a Transport that answers as the kernel did when [Record] wrote the text. A request gets the answer to
// the first recorded request that has the same protocol, type or family, flags and bytes and has not been used yet:
// the order of requests may differ, sequence numbers, ports and the ids of families are those of now. A request that
// was not recorded fails to be sent. Events come after as many requests as they came after then, to a socket that
// has joined the same groups.
//
// The text must come from a machine of the same byte order.
func Replay(text io.Reader) (*Player, error) {
	rec, err := parseRecording(text)
	if err != nil {
		return nil, fmt.Errorf("replay traffic: %w", err)
	}
	return &Player{rec: rec, port: 1 << 20, ports: map[uint32]uint32{}, seqs: map[uint32]uint32{}, ids: map[string]uint16{}}, nil
}

// Err returns an error for the first request that was not in the recording, and nil if there was none.
func (p *Player) Err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// Unused describes the recorded requests that nobody has made.
func (p *Player) Unused() (all []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.rec.requests {
		if !r.used {
			all = append(all, r.String())
		}
	}
	return all
}

// Open implements [nl.Transport].
func (p *Player) Open(o nl.SocketOptions) (nl.Socket, error) {
	if err := unsupported(o); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	strict := !o.NoStrict
	for _, s := range p.rec.sockets {
		strict = strict && (s.strict || s.Protocol != o.Protocol)
	}
	p.port++
	s := newSocket(p, o, p.port, strict)
	p.sockets = append(p.sockets, &playedSocket{socket: s})
	return s, nil
}

// Close implements [nl.Transport].
func (p *Player) Close() error { return nil }

func (p *Player) left(s *socket) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sockets = slices.DeleteFunc(p.sockets, func(x *playedSocket) bool { return x.socket == s })
}

// joined gives the socket the events of a recorded one when it has joined all its groups.
func (p *Player) joined(s *socket, group uint32) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	played := p.played(s)
	if played == nil || played.events != nil {
		return nil
	}
	for n := range len(p.rec.sockets) + 1 {
		r := p.rec.sockets[n]
		if r == nil || !r.Events || r.Protocol != s.o.Protocol || p.isTaken(r) || !r.groups[group] {
			continue
		}
		all := true
		for g := range r.groups {
			all = all && (g == group || s.isMember(g))
		}
		if all {
			played.events = r
			p.ports[r.port] = s.port
			p.deliver()
			return nil
		}
	}
	return nil
}

func (p *Player) isTaken(r *recordedOptions) bool {
	for _, s := range p.sockets {
		if s.events == r {
			return true
		}
	}
	return false
}

func (p *Player) played(s *socket) *playedSocket {
	for _, x := range p.sockets {
		if x.socket == s {
			return x
		}
	}
	return nil
}

// deliver hands out the events whose time has come.
func (p *Player) deliver() {
	for _, s := range p.sockets {
		if s.events == nil {
			continue
		}
		for all := p.rec.events[s.events.n]; s.next < len(all) && all[s.next].after <= p.sent; s.next++ {
			s.queue(p.event(&all[s.next]))
		}
	}
}

// event rebuilds a notification. Who caused it is translated, as far as it is known.
func (p *Player) event(e *recordedEvent) Datagram {
	return e.build(func(m recordedMessage) header {
		h := m.header
		if h.port != 0 {
			h.port, h.seq = translate(p.ports, h.port), translate(p.seqs, h.seq)
		}
		if id, ok := p.id(m.family); ok {
			h.typ = id
		}
		return h
	})
}

func translate(m map[uint32]uint32, then uint32) uint32 {
	if now, ok := m[then]; ok {
		return now
	}
	return then
}

// id returns a family's id: the one that was told last, or else one that was recorded.
func (p *Player) id(family string) (id uint16, ok bool) {
	if id, ok := p.ids[family]; ok || family == "" {
		return id, ok
	}
	for n, name := range p.rec.names {
		if name == family && n >= id {
			id, ok = n, true
		}
	}
	return id, ok
}

// receive answers a request.
func (p *Player) receive(s *socket, b []byte, to uint32) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	messages := split(b)
	for _, r := range p.rec.requests {
		if r.used || r.to != to || r.socket.Protocol != s.o.Protocol || !p.matches(r, messages) {
			continue
		}
		r.used = true
		p.sent++
		p.ports[r.socket.port] = s.port
		if r.fail != nil {
			p.deliver()
			return r.fail
		}
		p.answer(s, r, messages)
		p.deliver()
		return nil
	}
	err := fmt.Errorf("replay: request was not recorded: %s", describe(s.o.Protocol, to, messages))
	if p.err == nil {
		p.err = err
	}
	return err
}

// matches compares a recorded datagram with one of now.
func (p *Player) matches(r *recordedRequest, messages [][]byte) bool {
	if len(r.messages) != len(messages) {
		return false
	}
	for i, then := range r.messages {
		m := messages[i]
		if len(m) < headerLen || then.raw {
			if len(m) < headerLen != then.raw || !bytes.Equal(m, then.bytes) {
				return false
			}
			continue
		}
		h := parse(m)
		if h.flags != then.flags || !bytes.Equal(m[headerLen:], then.bytes) {
			return false
		}
		if then.family == "" && h.typ != then.typ || then.family != "" && p.rec.names[h.typ] != then.family {
			return false
		}
	}
	return true
}

// answer sends what came back then, with the numbers of now.
func (p *Player) answer(s *socket, r *recordedRequest, messages [][]byte) {
	type asked struct{ then, now header }
	var requests []asked
	for i, then := range r.messages {
		if !then.raw {
			now := parse(messages[i])
			requests = append(requests, asked{then.header, now})
			p.seqs[then.seq] = now.seq
		}
	}
	for i := range r.answer {
		d := r.answer[i].build(func(m recordedMessage) header {
			h := m.header
			if m.family != "" {
				h.typ, _ = p.id(m.family)
			}
			for j, a := range requests {
				if h.seq != a.then.seq {
					continue
				}
				h.seq = a.now.seq
				if m.family != "" && m.family == r.messages[j].family {
					h.typ = a.now.typ
				}
				break
			}
			if h.port == r.socket.port {
				h.port = s.port
			}
			return h
		})
		if r.socket.Protocol == nl.Generic {
			p.learn(d.Data)
		}
		s.queue(d)
	}
}

// learn notes the ids that the controller tells.
func (p *Player) learn(datagram []byte) {
	for _, m := range split(datagram) {
		if id, name, ok := described(m); ok {
			p.ids[name] = id
		}
	}
}

// build makes the datagram again.
func (d *recordedDatagram) build(head func(m recordedMessage) header) Datagram {
	out := d.Datagram
	if out.Err != nil {
		return out
	}
	out.Data = []byte{}
	for _, m := range d.messages {
		if m.raw {
			out.Data = append(out.Data, m.bytes...)
			continue
		}
		var b [headerLen]byte
		h := head(m)
		h.put(b[:])
		out.Data = append(append(out.Data, b[:]...), m.bytes...)
	}
	if n := d.size - len(out.Data); n > 0 { // it was cut, and is again
		out.Data = append(out.Data, make([]byte, n)...)
	}
	return out
}

// String describes a recorded request.
func (r *recordedRequest) String() string {
	var text []string
	for _, m := range r.messages {
		typ := m.family
		if typ == "" {
			typ = fmt.Sprint(m.typ)
		}
		text = append(text, fmt.Sprintf("message %s %s %x", typ, flagText(m.flags), m.bytes))
	}
	return fmt.Sprintf("protocol %d to %d: %s", r.socket.Protocol, r.to, strings.Join(text, ", "))
}

func describe(protocol int, to uint32, messages [][]byte) string {
	r := recordedRequest{socket: &recordedOptions{SocketOptions: nl.SocketOptions{Protocol: protocol}}, to: to}
	for _, m := range messages {
		if len(m) < headerLen {
			r.messages = append(r.messages, recordedMessage{bytes: m, raw: true})
			continue
		}
		r.messages = append(r.messages, recordedMessage{header: parse(m), bytes: m[headerLen:]})
	}
	return r.String()
}
