package nl

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
)

// A Pinned is a Conn with one socket, for families that tie kernel state to it: queues, owned tables,
// registrations. Its embedded Conn goes where a Conn is wanted; its calls follow each other on the socket. Dumps
// are read to their end before the loop's body runs for the first time.
//
// What arrives on the socket without answering a call is an event, see Events.
type Pinned struct {
	*Conn
	pin *pin
}

// pin lends its one socket.
type pin struct {
	shared  *shared
	e       *endpoint
	cfg     eventConfig
	turn    chan struct{} // holds an element while the socket is free
	done    chan struct{}
	once    sync.Once
	waiting atomic.Int32 // calls that want a reader of events to make way

	overruns atomic.Uint64

	// Below: of whoever has the socket.
	queue     []stored
	queued    int    // bytes in the queue
	gap       bool   // events were lost during a call
	lost      uint32 // datagrams lost so far, as far as reported
	congested bool   // there was an overrun, and no reader of events has seen the socket's queue empty since
}

// stored is a message that arrived while a call waited for something else.
type stored struct {
	packet  Packet
	data    []byte
	counted bool // in the counters
}

// maxQueued is how many bytes of events are kept while calls read from the socket.
const maxQueued = 4 << 20

// Pin opens a socket of its own for the caller, which is a member of its sources' groups when Pin returns. It must be
// closed; closing the Conn closes it, too.
func (c *Conn) Pin(ctx context.Context, opts ...SubscribeOption) (*Pinned, error) {
	p := &pin{shared: c.shared, turn: make(chan struct{}, 1), done: make(chan struct{})}
	p.cfg.isStrict = c.opts.Strict
	p.cfg.set(opts)
	sock, _, err := c.eventSocket(ctx, &p.cfg)
	if err != nil {
		return nil, fmt.Errorf("pin socket: %w", err)
	}
	p.e = c.newEndpoint(sock)
	p.e.pin = p
	p.turn <- struct{}{}
	return &Pinned{Conn: &Conn{shared: c.shared, sockets: p}, pin: p}, nil
}

// Port returns the socket's address.
func (p *Pinned) Port() uint32 { return p.pin.e.port }

// Send sends whole messages, each with its struct nlmsghdr, in one datagram to a port; the kernel's is 0. It does
// not wait for answers: they are events.
func (p *Pinned) Send(ctx context.Context, messages []byte, to uint32) error {
	e, err := p.pin.take(ctx, false)
	if err != nil {
		return fmt.Errorf("send: %w", err)
	}
	defer p.pin.give(e)
	if err := transmit(e.sock, messages, to); err != nil {
		return fmt.Errorf("send: %w", err)
	}
	e.tally.requests++
	return nil
}

// take gets the socket for a call. A reader of events makes way for it.
func (p *pin) take(ctx context.Context, _ bool) (*endpoint, error) {
	select {
	case <-p.turn:
		return p.usable(ctx)
	default:
	}
	p.waiting.Add(1)
	defer p.waiting.Add(-1)
	p.e.sock.SetReadDeadline(longAgo)
	return p.takeTurn(ctx)
}

// takeTurn gets the socket when it is free.
func (p *pin) takeTurn(ctx context.Context) (*endpoint, error) {
	select {
	case <-p.turn:
		return p.usable(ctx)
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-p.done:
		return nil, ErrClosed
	case <-p.shared.done:
		return nil, ErrClosed
	}
}

// usable returns the socket, or its turn and the reason why not.
func (p *pin) usable(ctx context.Context) (*endpoint, error) {
	err := ctx.Err()
	if err == nil && p.isClosed() {
		err = ErrClosed
	}
	if err != nil {
		p.turn <- struct{}{}
		return nil, err
	}
	return p.e, nil
}

// give frees the socket. An answer that nobody will read is read to its end, as far as it is there: the kernel
// runs one dump at a time on a socket.
func (p *pin) give(e *endpoint) {
	for e.busy {
		before := e.tally.bytes
		e.drain(maxDrain)
		if e.tally.bytes == before {
			break
		}
	}
	e.busy = false
	e.settle()
	p.turn <- struct{}{}
}

func (p *pin) isClosed() bool {
	select {
	case <-p.done:
		return true
	default:
		return p.shared.isClosed()
	}
}

func (p *pin) close() (err error) {
	p.once.Do(func() {
		close(p.done)
		err = p.shared.drop(p.e.sock)
	})
	return err
}

// keep stores a message or a datagram for the reader of events.
func (p *pin) keep(packet Packet, b []byte, counted bool) {
	if p.queued+len(b) > maxQueued {
		p.gap = true
		p.e.tally.overruns++
		return
	}
	p.queue = append(p.queue, stored{packet, append([]byte{}, b...), counted})
	p.queued += len(b)
}
