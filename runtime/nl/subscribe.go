package nl

import (
	"context"
	"fmt"
	"iter"
	"sync"

	"github.com/nlgen/nlgen/runtime/wire"
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

	granted int // bytes of the kernel's queue, 0 when not known

	mu        sync.Mutex // of all below: one reader at a time
	inbox     inbox
	rest      []byte // of the datagram that is being read
	packet    Packet
	decoder   eventDecoder // of All
	overruns  uint64
	lost      uint32 // datagrams lost so far, as far as reported
	congested bool   // there was an overrun, and the queue has not been empty since
	tally     tally
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
	sock, granted, err := c.eventSocket(ctx, &s.cfg)
	if err != nil {
		return nil, fmt.Errorf("subscribe: %w", err)
	}
	s.sock, s.granted = sock, granted
	s.inbox = newInbox(sock, int(c.buffer.Load()))
	s.decoder = newEventDecoder(&s.cfg, nil)
	s.stop = context.AfterFunc(ctx, func() { s.shut() })
	return s, nil
}

// eventSocket opens a socket in the groups of its sources. granted is the size of its queue where [EventBuffer] asked
// for one and the transport tells.
func (c *Conn) eventSocket(ctx context.Context, cfg *eventConfig) (sock Socket, granted int, err error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	o := SocketOptions{Events: true, AllNSID: cfg.allNSID, ReceiveBuffer: cfg.buffer}
	if cfg.filter != nil {
		if err := cfg.filter.check(); err != nil {
			return nil, 0, err
		}
		o.Filter = cfg.filter.program
	}
	cfg.trace = c.trace
	if err := cfg.resolve(ctx, c); err != nil {
		return nil, 0, err
	}
	if sock, err = c.socket(o); err != nil {
		return nil, 0, err
	}
	if bulk, ok := sock.(BulkSocket); ok && cfg.buffer > 0 {
		granted, err = bulk.SetReceiveBuffer(cfg.buffer)
	}
	if err == nil {
		err = cfg.join(sock)
	}
	if err != nil {
		c.drop(sock)
		return nil, 0, err
	}
	return sock, granted, nil
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
// one of them. What the socket holds is received several datagrams at a time if there are so many; what a loop has
// not come to is there for the next.
func (s *Subscription) All() iter.Seq2[Notification, error] {
	return func(yield func(Notification, error) bool) { s.each(&s.decoder, yield) }
}

// AllReused is All with notifications that are used again, for streams of very many: each, with everything below it,
// is valid until the loop's next step, and what the loop keeps it must copy. Strings may be kept. The kinds of events
// that a loop has met cost no allocation any more.
func (s *Subscription) AllReused() iter.Seq2[Notification, error] {
	return func(yield func(Notification, error) bool) {
		d := newEventDecoder(&s.cfg, wire.NewSpare(true))
		s.each(&d, yield)
	}
}

func (s *Subscription) each(d *eventDecoder, yield func(Notification, error) bool) {
	for {
		n, err, last := s.next(d)
		if last && err == nil || !yield(n, err) || last {
			return
		}
	}
}

// Port returns the address of the subscription's socket.
func (s *Subscription) Port() uint32 { return s.sock.Port() }

// ReceiveBuffer returns the size of the kernel's queue, if [EventBuffer] has set it: in bytes as the system counts
// them, which is with what each datagram costs besides its own. Linux gives twice what was asked for, or twice the
// limit in net.core.rmem_max where the process may not go beyond it. Without EventBuffer, or if the [Transport] does not
// say, it is 0.
func (s *Subscription) ReceiveBuffer() int { return s.granted }

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
