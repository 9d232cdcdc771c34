package nltest

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/nlgen/nlgen/runtime/nl"
)

// Record returns a Transport for one Conn that passes everything on to another one, such as that of [nl.Kernel], and
// writes what was exchanged to w, for [Replay]. The first error of w ends the recording, and is what Close of the Conn
// returns.
//
// The text has one line for each thing that happened, and under a datagram one line for each message with its bytes
// below:
//
//	send 1 to 0
//	 message 18 request|ack seq 7 port 812 length 32
//	  00000000000000000000000000000000
//
// Messages of generic netlink families have the family's name in place of the number.
func Record(inner nl.Transport, w io.Writer) nl.Transport {
	r := &recorder{inner: inner, w: bufio.NewWriter(w), names: map[uint16]string{}}
	r.line("nlgen traffic 1 %s-endian", byteOrder())
	return r
}

type recorder struct {
	inner nl.Transport

	mu    sync.Mutex
	w     *bufio.Writer
	err   error
	count int
	names map[uint16]string // generic families by id
}

// line writes a line. The first error stays.
func (r *recorder) line(format string, args ...any) {
	if _, err := fmt.Fprintf(r.w, format+"\n", args...); err != nil && r.err == nil {
		r.err = fmt.Errorf("record traffic: %w", err)
	}
}

func (r *recorder) Open(o nl.SocketOptions) (nl.Socket, error) {
	s, err := r.inner.Open(o)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count++
	strict := true
	if known, ok := s.(nl.StrictSocket); ok {
		strict = known.Strict()
	}
	words := fmt.Sprintf("socket %d protocol %d port %d", r.count, o.Protocol, s.Port())
	for _, flag := range []struct {
		on   bool
		name string
	}{{strict, "strict"}, {o.Events, "events"}, {o.AllNSID, "all-nsid"}} {
		if flag.on {
			words += " " + flag.name
		}
	}
	r.line("%s", words)
	return &recordedSocket{r: r, inner: s, n: r.count, generic: o.Protocol == nl.Generic, strict: strict}, nil
}

// Close ends the recording.
func (r *recorder) Close() error {
	r.mu.Lock()
	if err := r.w.Flush(); err != nil && r.err == nil {
		r.err = fmt.Errorf("record traffic: %w", err)
	}
	err := r.err
	r.mu.Unlock()
	return errors.Join(err, r.inner.Close())
}

// datagram writes the messages of a datagram.
func (r *recorder) datagram(b []byte, generic bool) {
	for _, m := range split(b) {
		if len(m) < headerLen || parse(m).size < headerLen || uint64(parse(m).size) > uint64(len(m)) {
			r.line(" bytes")
			r.bytes(m)
			continue
		}
		h := parse(m)
		typ := fmt.Sprint(h.typ)
		if name, ok := r.names[h.typ]; ok && generic {
			typ = name
		}
		r.line(" message %s %s seq %d port %d length %d", typ, flagText(h.flags), h.seq, h.port, h.size)
		r.bytes(m[headerLen:])
	}
}

func (r *recorder) bytes(b []byte) {
	for len(b) > 0 {
		n := min(32, len(b))
		r.line("  %s", hex.EncodeToString(b[:n]))
		b = b[n:]
	}
}

// learn notes the names of families from an answer of the controller.
func (r *recorder) learn(b []byte) {
	for _, m := range split(b) {
		if id, name, ok := described(m); ok && r.names[id] != name {
			r.names[id] = name
			r.line("family %s %d", name, id)
		}
	}
}

// described reads a family's id and name from a message of the controller.
func described(m []byte) (id uint16, name string, ok bool) {
	if len(m) < headerLen+genericLen || parse(m).typ != controllerID || m[headerLen] != newFamily {
		return 0, "", false
	}
	b := body(m)
	var c controllerRequest
	if decode(b[genericLen:], &c) != nil || !c.id.IsSet() || strings.ContainsAny(c.name.Value(), " \n") {
		return 0, "", false
	}
	return c.id.Value(), c.name.Value(), c.name.Value() != ""
}

// recordedSocket passes on and writes down.
type recordedSocket struct {
	r       *recorder
	inner   nl.Socket
	n       int
	generic bool
	strict  bool
}

func (s *recordedSocket) Port() uint32                      { return s.inner.Port() }
func (s *recordedSocket) Strict() bool                      { return s.strict }
func (s *recordedSocket) SetReadDeadline(t time.Time) error { return s.inner.SetReadDeadline(t) }
func (s *recordedSocket) Dropped() (uint32, bool)           { return s.inner.Dropped() }

// Send writes the request down before it is sent, so that nothing it causes comes before it. An error gets a line
// of its own.
func (s *recordedSocket) Send(b []byte, to uint32) error {
	s.r.mu.Lock()
	s.r.line("send %d to %d", s.n, to)
	s.r.datagram(b, s.generic)
	s.r.mu.Unlock()
	err := s.inner.Send(b, to)
	s.failed("send", err)
	return err
}

func (s *recordedSocket) Receive(b []byte, wait bool) (nl.Packet, error) {
	p, err := s.inner.Receive(b, wait)
	if err != nil {
		s.failed("receive", err)
		return p, err
	}
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	words := fmt.Sprintf("receive %d from %d", s.n, p.Port)
	if p.Group != 0 {
		words += fmt.Sprintf(" group %d", p.Group)
	}
	if p.NSID != -1 {
		words += fmt.Sprintf(" nsid %d", p.NSID)
	}
	if p.Size > len(b) {
		words += fmt.Sprintf(" size %d", p.Size)
	}
	if s.generic {
		s.r.learn(b[:min(p.Size, len(b))])
	}
	s.r.line("%s", words)
	s.r.datagram(b[:min(p.Size, len(b))], s.generic)
	return p, nil
}

// failed writes down an error that the system gave.
func (s *recordedSocket) failed(what string, err error) {
	if errno, ok := err.(syscall.Errno); ok {
		s.r.mu.Lock()
		defer s.r.mu.Unlock()
		s.r.line("fail %d %s %d %s", s.n, what, int(errno), strings.ReplaceAll(errno.Error(), " ", "-"))
	}
}

func (s *recordedSocket) Join(group uint32) error {
	err := s.inner.Join(group)
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	if err == nil {
		s.r.line("join %d %d", s.n, group)
	}
	return err
}

func (s *recordedSocket) Leave(group uint32) error { return s.inner.Leave(group) }

func (s *recordedSocket) Close() error { return s.inner.Close() }
