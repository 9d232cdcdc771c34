package nltest

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/nlgen/nlgen/runtime/nl"
)

// A Datagram is what a socket receives at once: some messages, or an error in their place.
type Datagram struct {
	Data  []byte
	Port  uint32 // the sender's address, 0 for the kernel
	Group uint32 // the multicast group it was sent to, 0 for none
	NSID  int32  // id of the namespace it comes from, -1 for the socket's own
	Err   error  // receive fails with it, once
	Gate  *Gate  // not to be had before the gate is open, nor is what comes after
	Again bool   // comes again and again
}

// A Gate holds datagrams back until Open is called.
type Gate struct {
	mu   sync.Mutex
	open bool
	wake []func()
}

// Open lets the datagrams through.
func (g *Gate) Open() {
	g.mu.Lock()
	g.open = true
	wake := g.wake
	g.wake = nil
	g.mu.Unlock()
	for _, f := range wake {
		f()
	}
}

// isOpen reports whether the gate is open, and calls f when it opens later.
func (g *Gate) isOpen(f func()) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.open {
		g.wake = append(g.wake, f)
	}
	return g.open
}

// defaultBuffer is how many bytes of events wait in a socket's queue; what comes then is lost.
const defaultBuffer = 212992

// socket is the near end of a conversation with a Kernel or a replay.
type socket struct {
	far    far
	o      nl.SocketOptions
	port   uint32
	strict bool

	mu       sync.Mutex
	changed  sync.Cond
	waiting  []Datagram
	events   int // bytes of events that wait
	limit    int // of events
	lost     uint32
	overflow bool
	deadline time.Time
	timer    *time.Timer
	closed   bool
	groups   map[uint32]bool
}

// far is the other end of a socket.
type far interface {
	receive(s *socket, b []byte, to uint32) error
	joined(s *socket, group uint32) error
	left(s *socket)
}

func newSocket(f far, o nl.SocketOptions, port uint32, strict bool) *socket {
	s := &socket{far: f, o: o, port: port, strict: strict, limit: o.ReceiveBuffer, groups: map[uint32]bool{}}
	if s.limit == 0 {
		s.limit = defaultBuffer
	}
	s.changed.L = &s.mu
	return s
}

// unsupported refuses what no socket here can do.
func unsupported(o nl.SocketOptions) error {
	if o.Filter != nil {
		return fmt.Errorf("filter of events: %w", errors.ErrUnsupported)
	}
	return nil
}

// plain hides that a socket is an nl.BulkSocket.
type plain struct{ nl.StrictSocket }

func (s *socket) Port() uint32 { return s.port }

func (s *socket) Strict() bool { return s.strict }

func (s *socket) Send(b []byte, to uint32) error {
	s.mu.Lock()
	closed := s.closed
	s.mu.Unlock()
	if closed {
		return nl.ErrClosed
	}
	return s.far.receive(s, append([]byte{}, b...), to)
}

// queue adds datagrams that have always room: replies.
func (s *socket) queue(d ...Datagram) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = append(s.waiting, d...)
	s.changed.Broadcast()
}

// event adds a datagram if there is room for it.
func (s *socket) event(d Datagram) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.events+len(d.Data) > s.limit {
		s.lost++
		s.overflow = true
	} else {
		s.events += len(d.Data)
		s.waiting = append(s.waiting, d)
	}
	s.changed.Broadcast()
}

// lose makes as if events had found no room.
func (s *socket) lose(n uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lost += n
	s.overflow = true
	s.changed.Broadcast()
}

func (s *socket) Receive(b []byte, wait bool) (nl.Packet, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.receive(b, wait)
}

// ReceiveMany implements [nl.BulkSocket].
func (s *socket) ReceiveMany(buffers [][]byte, packets []nl.Packet, wait bool) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n < min(len(buffers), len(packets)) {
		if n > 0 && (s.overflow || len(s.waiting) > 0 && s.waiting[0].Err != nil) {
			return n, nil
		}
		p, err := s.receive(buffers[n], wait && n == 0)
		if err != nil && n > 0 {
			return n, nil
		}
		if err != nil {
			return 0, err
		}
		packets[n] = p
		n++
	}
	return n, nil
}

// receive is Receive for who holds the lock.
func (s *socket) receive(b []byte, wait bool) (nl.Packet, error) {
	for {
		switch {
		case s.closed:
			return nl.Packet{}, nl.ErrClosed
		case !s.deadline.IsZero() && !time.Now().Before(s.deadline):
			return nl.Packet{}, os.ErrDeadlineExceeded
		case s.overflow:
			s.overflow = false
			return nl.Packet{}, syscall.ENOBUFS
		case s.isReady():
			return s.first(b)
		case !wait:
			return nl.Packet{}, nl.ErrWouldBlock
		}
		s.changed.Wait()
	}
}

// isReady reports whether a datagram can be had.
func (s *socket) isReady() bool {
	if len(s.waiting) == 0 {
		return false
	}
	g := s.waiting[0].Gate
	return g == nil || g.isOpen(s.wake)
}

// SetReceiveBuffer implements [nl.BulkSocket]. It counts the bytes of events alone.
func (s *socket) SetReceiveBuffer(bytes int) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return 0, nl.ErrClosed
	}
	s.limit = bytes
	return bytes, nil
}

func (s *socket) first(b []byte) (nl.Packet, error) {
	d := s.waiting[0]
	if !d.Again {
		s.waiting[0] = Datagram{}
		s.waiting = s.waiting[1:]
		if d.Group != 0 {
			s.events -= len(d.Data)
		}
	}
	if d.Err != nil {
		return nl.Packet{}, d.Err
	}
	copy(b, d.Data)
	p := nl.Packet{Size: len(d.Data), Port: d.Port, NSID: -1}
	if s.o.Events {
		p.Group, p.NSID = d.Group, d.NSID
	}
	return p, nil
}

func (s *socket) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed.Broadcast()
}

func (s *socket) SetReadDeadline(t time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nl.ErrClosed
	}
	s.deadline = t
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	if !t.IsZero() {
		s.timer = time.AfterFunc(time.Until(t), s.wake)
	}
	s.changed.Broadcast()
	return nil
}

func (s *socket) Join(group uint32) error {
	if err := s.far.joined(s, group); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.groups[group] = true
	return nil
}

func (s *socket) Leave(group uint32) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.groups, group)
	return nil
}

func (s *socket) isMember(group uint32) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.groups[group]
}

func (s *socket) Dropped() (uint32, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lost, true
}

func (s *socket) Close() error {
	s.mu.Lock()
	closed := s.closed
	s.closed = true
	if s.timer != nil {
		s.timer.Stop()
	}
	s.waiting = nil
	s.changed.Broadcast()
	s.mu.Unlock()
	if !closed {
		s.far.left(s)
	}
	return nil
}

func (k *Kernel) joined(_ *socket, group uint32) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := take(&k.join); err != nil {
		return err
	}
	if group == 0 {
		return syscall.EINVAL
	}
	return nil
}

func (k *Kernel) left(s *socket) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.sockets, s)
}
