package nltest

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"
	"syscall"

	"github.com/nlgen/nlgen/runtime/nl"
)

// recording is the content of a file that Record has written.
type recording struct {
	sockets  map[int]*recordedOptions
	requests []*recordedRequest
	events   map[int][]recordedEvent // by socket: what came without being asked for
	names    map[uint16]string       // families by id, at the end of the file read so far
}

type recordedOptions struct {
	nl.SocketOptions
	n      int
	port   uint32
	strict bool
	groups map[uint32]bool
	open   *recordedRequest // the last request
}

// recordedRequest is a datagram that was sent, and what came back for it.
type recordedRequest struct {
	socket   *recordedOptions
	to       uint32
	messages []recordedMessage
	answer   []recordedDatagram
	fail     error
	used     bool
}

type recordedDatagram struct {
	Datagram
	size     int // more than the buffer held, 0 otherwise
	messages []recordedMessage
}

// recordedEvent comes when that many requests have been sent.
type recordedEvent struct {
	recordedDatagram
	after int
}

// recordedMessage is a message whose type may be a family's name.
type recordedMessage struct {
	header
	family string
	bytes  []byte // behind the header; everything if it is no message
	raw    bool
}

// parseRecording reads a file.
func parseRecording(in io.Reader) (*recording, error) {
	r := &recording{sockets: map[int]*recordedOptions{}, events: map[int][]recordedEvent{}, names: map[uint16]string{}}
	p := recordingParser{recording: r}
	s := bufio.NewScanner(in)
	for n := 1; s.Scan(); n++ {
		text := s.Text()
		if strings.TrimSpace(text) == "" || strings.HasPrefix(text, "#") {
			continue
		}
		if err := p.line(text); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	if !p.begun {
		return nil, fmt.Errorf("line 1: want %q", "nlgen traffic 1 ...")
	}
	p.end()
	return r, nil
}

type recordingParser struct {
	*recording
	begun bool

	// The datagram that is being read.
	messages []recordedMessage
	finish   func([]recordedMessage)
}

func (p *recordingParser) line(text string) error {
	if strings.HasPrefix(text, "  ") {
		b, err := hex.DecodeString(strings.TrimSpace(text))
		if err != nil || len(p.messages) == 0 {
			return fmt.Errorf("%q: want the bytes of a message in hex", text)
		}
		m := &p.messages[len(p.messages)-1]
		m.bytes = append(m.bytes, b...)
		return nil
	}
	w := words(strings.Fields(text))
	if strings.HasPrefix(text, " ") {
		return p.message(w)
	}
	if !p.begun {
		if p.begun = strings.HasPrefix(text, "nlgen traffic 1 "); !p.begun {
			return fmt.Errorf("want %q", "nlgen traffic 1 ...")
		}
		if want := byteOrder() + "-endian"; w[len(w)-1] != want {
			return fmt.Errorf("recorded on a %s machine, this one is %s", w[len(w)-1], want)
		}
		return nil
	}
	p.end()
	switch w[0] {
	case "socket":
		return p.socket(w)
	case "family":
		id, err := w.number(2, 16)
		p.names[uint16(id)] = w.at(1)
		return err
	}
	n, err := w.number(1, 31)
	s := p.sockets[int(n)]
	if err != nil || s == nil {
		return fmt.Errorf("%q: no socket of that number", text)
	}
	switch w[0] {
	case "join":
		g, err := w.number(2, 32)
		s.groups[uint32(g)] = true
		return err
	case "send":
		return p.send(s, w)
	case "receive":
		return p.receive(s, w)
	case "fail":
		return p.fail(s, w)
	}
	return fmt.Errorf("%q is not known", w[0])
}

// words are the words of a line.
type words []string

func (w words) at(i int) string {
	if i < len(w) {
		return w[i]
	}
	return ""
}

func (w words) number(i, bits int) (uint64, error) { return strconv.ParseUint(w.at(i), 10, bits) }

// value returns the number behind a name, or other if the name is not there.
func (w words) value(name string, other int64) (int64, error) {
	for i, s := range w {
		if s == name {
			return strconv.ParseInt(w.at(i+1), 10, 64)
		}
	}
	return other, nil
}

func (w words) has(name string) bool {
	for _, s := range w {
		if s == name {
			return true
		}
	}
	return false
}

// end completes the datagram.
func (p *recordingParser) end() {
	if p.finish != nil {
		p.finish(p.messages)
	}
	p.messages, p.finish = nil, nil
}

func (p *recordingParser) socket(w words) error {
	n, err := w.number(1, 31)
	protocol, err2 := w.value("protocol", 0)
	port, err3 := w.value("port", 0)
	for _, err := range []error{err, err2, err3} {
		if err != nil {
			return err
		}
	}
	p.sockets[int(n)] = &recordedOptions{n: int(n), port: uint32(port), strict: w.has("strict"), groups: map[uint32]bool{},
		SocketOptions: nl.SocketOptions{Protocol: int(protocol), Events: w.has("events"), AllNSID: w.has("all-nsid")}}
	return nil
}

func (p *recordingParser) message(w words) error {
	if p.finish == nil {
		return fmt.Errorf("a message outside of a datagram")
	}
	if w[0] == "bytes" {
		p.messages = append(p.messages, recordedMessage{raw: true})
		return nil
	}
	m := recordedMessage{}
	if typ, err := w.number(1, 16); err == nil {
		m.typ = uint16(typ)
	} else {
		m.family = w.at(1)
	}
	var err error
	if m.flags, err = parseFlags(w.at(2)); err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		to   *uint32
	}{{"seq", &m.seq}, {"port", &m.port}, {"length", &m.size}} {
		v, err := w.value(f.name, 0)
		if err != nil {
			return err
		}
		*f.to = uint32(v)
	}
	p.messages = append(p.messages, m)
	return nil
}

func (p *recordingParser) send(s *recordedOptions, w words) error {
	to, err := w.value("to", 0)
	r := &recordedRequest{socket: s, to: uint32(to)}
	p.requests = append(p.requests, r)
	s.open = r
	p.finish = func(m []recordedMessage) { r.messages = m }
	return err
}

func (p *recordingParser) receive(s *recordedOptions, w words) error {
	var d recordedDatagram
	var v [4]int64
	for i, f := range []struct {
		name  string
		other int64
	}{{"from", 0}, {"group", 0}, {"nsid", -1}, {"size", 0}} {
		var err error
		if v[i], err = w.value(f.name, f.other); err != nil {
			return err
		}
	}
	d.Port, d.Group, d.NSID, d.size = uint32(v[0]), uint32(v[1]), int32(v[2]), int(v[3])
	p.finish = func(m []recordedMessage) {
		d.messages = m
		p.place(s, d)
	}
	return nil
}

func (p *recordingParser) fail(s *recordedOptions, w words) error {
	errno, err := w.number(3, 31)
	if err != nil {
		return err
	}
	switch {
	case w.at(2) == "receive":
		p.place(s, recordedDatagram{Datagram: Datagram{Err: syscall.Errno(errno)}})
	case w.at(2) == "send" && s.open != nil:
		s.open.fail = syscall.Errno(errno)
	default:
		return fmt.Errorf("nothing was sent that could fail")
	}
	return nil
}

// place decides whether a datagram answers the socket's last request or came by itself.
func (p *recordingParser) place(s *recordedOptions, d recordedDatagram) {
	if s.open != nil && (!s.Events || d.answers(s.open)) {
		s.open.answer = append(s.open.answer, d)
		return
	}
	p.events[s.n] = append(p.events[s.n], recordedEvent{d, len(p.requests)})
}

// answers reports whether some message has the number of a request, or the datagram is no message at all.
func (d *recordedDatagram) answers(r *recordedRequest) bool {
	for _, m := range d.messages {
		for _, asked := range r.messages {
			if d.Group == 0 && m.seq == asked.seq {
				return true
			}
		}
	}
	return false
}
