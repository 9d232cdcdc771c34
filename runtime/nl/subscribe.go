package nl

import (
	"context"
	"fmt"
	"iter"
	"os"
	"sync"
	"syscall"
)

// A Subscription receives the notifications of multicast groups on a socket of its own. It runs no goroutine:
// what is not read waits in the socket's queue. It must be closed, or its context must end.
type Subscription struct {
	shared *shared
	sock   Socket
	cfg    eventConfig
	ctx    context.Context
	stop   func() bool // forget about ctx
	closed chan struct{}
	once   sync.Once

	mu       sync.Mutex // of all below: one reader at a time
	in       []byte
	rest     []byte // of the datagram that is being read
	packet   Packet
	overruns uint64
	lost     uint32 // datagrams lost so far, as far as reported
	tally    tally
}

// Subscribe joins the multicast groups of its sources. It is a member of all of them when it returns, so what is
// listed afterwards misses no change. Several sources share one socket, which keeps their events in order; they
// must be of the Conn's protocol.
//
// The subscription ends with the context, with Close, or with the Conn.
func Subscribe(ctx context.Context, c *Conn, opts ...SubscribeOption) (*Subscription, error) {
	s := &Subscription{shared: c.shared, ctx: ctx, closed: make(chan struct{})}
	s.cfg.isStrict = c.opts.Strict
	s.cfg.set(opts)
	sock, err := c.eventSocket(ctx, &s.cfg)
	if err != nil {
		return nil, fmt.Errorf("subscribe: %w", err)
	}
	s.sock, s.in = sock, make([]byte, c.buffer.Load())
	s.stop = context.AfterFunc(ctx, func() { s.shut() })
	return s, nil
}

// eventSocket opens a socket in the groups of its sources.
func (c *Conn) eventSocket(ctx context.Context, cfg *eventConfig) (Socket, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	cfg.trace = c.trace
	if err := cfg.resolve(ctx, c); err != nil {
		return nil, err
	}
	sock, err := c.socket(SocketOptions{Events: true, AllNSID: cfg.allNSID, ReceiveBuffer: cfg.buffer})
	if err != nil {
		return nil, err
	}
	if err := cfg.join(sock); err != nil {
		c.drop(sock)
		return nil, err
	}
	return sock, nil
}

// resolve finds the numbers of generic families and of their groups.
func (cfg *eventConfig) resolve(ctx context.Context, c *Conn) error {
	for _, s := range cfg.sources {
		if err := c.serves(s.Family); err != nil {
			return err
		}
		s.Groups = append([]GroupRef(nil), s.Groups...)
		var info *FamilyInfo
		if s.Family.Generic {
			f, err := c.family(ctx, s.Family.Name)
			if err != nil {
				return err
			}
			info, s.typ = f, f.ID
		}
		for i := range s.Groups {
			if err := s.Groups[i].resolve(s.Family, info); err != nil {
				return err
			}
		}
	}
	return nil
}

func (g *GroupRef) resolve(f *Family, info *FamilyInfo) (err error) {
	switch {
	case g.ID != 0:
	case info != nil:
		g.ID, err = info.group(g.Name)
	default:
		err = fmt.Errorf("family %q: group %q: %w: its number is not given", f.Name, g.Name, ErrGroupNotFound)
	}
	return err
}

// join makes a socket a member of every group.
func (cfg *eventConfig) join(sock Socket) error {
	for _, s := range cfg.sources {
		for _, g := range s.Groups {
			if err := sock.Join(g.ID); err != nil {
				return fmt.Errorf("join group %q (%d) of %s: %w", g.Name, g.ID, s.Family.Name, err)
			}
		}
	}
	return nil
}

// All returns the events from now on. A non-nil error comes with a nil event. An [OverrunError] and a
// [DecodeError] do not end the loop; the context's error and [ErrClosed] after the Conn was closed do. After
// Close the loop ends without an error.
//
// A loop may be left and another one begun later, and several goroutines may range at once: each event goes to
// one of them.
func (s *Subscription) All() iter.Seq2[Notification, error] {
	return func(yield func(Notification, error) bool) {
		for {
			n, err, last := s.next()
			if last && err == nil || !yield(n, err) || last {
				return
			}
		}
	}
}

// Port returns the address of the subscription's socket.
func (s *Subscription) Port() uint32 { return s.sock.Port() }

// Close leaves the groups and ends every loop.
func (s *Subscription) Close() error {
	s.stop()
	return s.shut()
}

func (s *Subscription) shut() (err error) {
	s.once.Do(func() {
		close(s.closed)
		err = s.shared.drop(s.sock)
	})
	return err
}

// next returns the next event, or why there is none. last means that there will be no more.
func (s *Subscription) next() (n Notification, err error, last bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, body, p, err := s.nextMessage(true)
	switch {
	case err == errShut:
		return nil, nil, true
	case err != nil:
		return nil, err, !goesOn(err)
	}
	n, err = s.cfg.decode(p, h, body, s.shared.countUnreadable)
	return n, err, false
}

// errShut is the error after Close of a Subscription, by which it differs from the end of its Conn.
var errShut = fmt.Errorf("subscription: %w", ErrClosed)

// nextMessage returns the next message that is no control message, with what is known of its datagram. body is valid
// until the next call. Without wait the error is ErrWouldBlock, as it is, when there is none. An *OverrunError and a
// *DecodeError, of a datagram that holds no messages, do not end the subscription; all others do: the context's,
// ErrClosed and the system's. It is for who holds s.mu, or is the only reader.
func (s *Subscription) nextMessage(wait bool) (h header, body []byte, p Packet, err error) {
	for {
		if err := s.over(); err != nil {
			return header{}, nil, Packet{}, err
		}
		if len(s.rest) == 0 {
			if err := s.receive(wait); err != nil {
				return header{}, nil, Packet{}, s.failed(err)
			}
			continue
		}
		if h, body, ok, err := s.parse(); ok || err != nil {
			return h, body, s.packet, err
		}
	}
}

// failed is what an error of receive means.
func (s *Subscription) failed(err error) error {
	if isOverrun(err) {
		return err
	}
	if why := s.over(); why != nil {
		return why
	}
	if err == ErrWouldBlock {
		return err
	}
	return fmt.Errorf("subscription: %w", err)
}

// over returns why the subscription has ended, nil if it has not.
func (s *Subscription) over() error {
	if err := s.ctx.Err(); err != nil {
		return fmt.Errorf("subscription: %w", err)
	}
	select {
	case <-s.closed:
		return errShut
	default:
	}
	if s.shared.isClosed() {
		return fmt.Errorf("subscription: %w", ErrClosed)
	}
	return nil
}

// receive reads a datagram of an accepted sender.
func (s *Subscription) receive(wait bool) error {
	defer s.shared.stats.add(&s.tally)
	for {
		p, err := obtain(s.sock, s.in, wait)
		switch {
		case err == syscall.ENOBUFS:
			return s.overrun()
		case err == os.ErrDeadlineExceeded: // nobody sets one
			continue
		case err != nil:
			return err
		}
		s.tally.bytes += uint64(p.Size)
		if p.Port != 0 && !s.cfg.anySender {
			s.tally.sender++
			s.shared.trace.dropped("sender", s.in[:min(p.Size, len(s.in))], p.Port)
			continue
		}
		if p.Size > len(s.in) {
			s.tally.truncated++
			s.shared.trace.warn("netlink datagram truncated", "socket", s.sock.Port(), "length", p.Size, "buffer", len(s.in))
			s.in = make([]byte, s.shared.room(p.Size))
			s.tally.overruns++
			s.overruns++
			return &OverrunError{Count: s.overruns, Lost: 1}
		}
		s.packet, s.rest = p, s.in[:p.Size]
		return nil
	}
}

// overrun asks the kernel how many datagrams were lost since the last time.
func (s *Subscription) overrun() error {
	s.tally.overruns++
	s.overruns++
	s.shared.trace.warn("netlink receive queue overrun", "socket", s.sock.Port())
	e := &OverrunError{Count: s.overruns}
	if total, ok := s.sock.Dropped(); ok {
		e.Lost, s.lost = total-s.lost, total
	}
	return e
}

// parse takes a message off the datagram. It reports false for one that is no event.
func (s *Subscription) parse() (h header, body []byte, ok bool, err error) {
	h, body, rest, ok := split(s.rest)
	if !ok {
		s.rest = nil
		s.shared.stats.malformed.Add(1)
		return header{}, nil, false, &DecodeError{Family: "subscription", Op: "datagram", Err: ErrMalformed}
	}
	s.rest = rest
	s.shared.stats.messages.Add(1)
	switch h.typ {
	case typeNoop:
		return header{}, nil, false, nil
	case typeError:
		s.shared.stats.sequence.Add(1)
		return header{}, nil, false, nil
	case typeOverrun:
		return header{}, nil, false, s.overrun()
	}
	return h, body, true, nil
}

func (s *shared) countUnreadable(n int) {
	if n > 0 {
		s.stats.unreadable.Add(uint64(n))
	}
}
