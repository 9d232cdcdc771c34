package nl

import (
	"context"
	"fmt"
	"log/slog"
)

// Options say how [Dial] opens a Conn. The zero Options are good for most programs.
type Options struct {
	// NetNS is the network namespace to work in; by default that of the thread that calls Dial. The Conn stays
	// in it, whatever threads its callers run on later.
	NetNS NetNS
	// MaxSockets is how many calls run at once and how many idle sockets are kept, 8 by default. Further calls
	// wait. Dumps do not count, so that the body of a dump's loop can always make calls.
	MaxSockets int
	// Prewarm is how many sockets Dial opens, at least one.
	Prewarm int
	// ReceiveBuffer is the size of each socket's kernel queue in bytes, the system's default when 0.
	ReceiveBuffer int
	// NoStrictCheck leaves the kernel's strict checking off, under which it refuses get requests with header
	// fields or attributes that it would otherwise ignore. Filters of dumps need it on.
	NoStrictCheck bool
	// Strict makes [Strict] the default of every call.
	Strict bool
	// Logger gets every message at level Debug, decoded by the names of its schema, and at [LevelHex] its bytes;
	// losses at level Warn, and what the Conn does by itself, such as sending a request again, at level Info.
	// Without one, NLGEN_TRACE=1 in the environment writes the same to standard error, and NLGEN_TRACE=hex the
	// bytes, too.
	Logger *slog.Logger
	// Transport opens the sockets. Nil means the kernel, and another Transport does not read NetNS.
	Transport Transport
}

const defaultSockets = 8

// A Conn makes calls to the families of one netlink protocol, in one network namespace. It is safe for use by
// several goroutines. It must be closed.
type Conn struct {
	*shared
	sockets lender
}

// A lender owns request sockets. Whoever takes one has it alone until giving it back.
type lender interface {
	take(ctx context.Context, call bool) (*endpoint, error)
	give(e *endpoint)
	close() error
}

// Dial opens a Conn for a protocol, such as [Route] or [Generic].
func Dial(protocol int, o Options) (*Conn, error) {
	c, err := dial(protocol, o)
	if err != nil {
		return nil, fmt.Errorf("dial netlink: %w", err)
	}
	return c, nil
}

func dial(protocol int, o Options) (*Conn, error) {
	if o.MaxSockets <= 0 {
		o.MaxSockets = defaultSockets
	}
	if o.Transport == nil {
		t, err := kernel(o.NetNS)
		if err != nil {
			return nil, err
		}
		o.Transport = t
	}
	s := newShared(protocol, o)
	p := newPool(s, o.MaxSockets)
	if err := p.prewarm(min(max(o.Prewarm, 1), o.MaxSockets)); err != nil {
		s.close()
		return nil, err
	}
	return &Conn{shared: s, sockets: p}, nil
}

// Protocol returns the protocol that the Conn was dialled for.
func (c *Conn) Protocol() int { return c.protocol }

// Close closes every socket of the Conn, its subscriptions' and pinned ones included. Calls that are waiting
// return [ErrClosed]. Closing twice is fine.
func (c *Conn) Close() error { return c.sockets.close() }

// serves reports an operation of another protocol.
func (c *Conn) serves(f *Family) error {
	if want := f.protocol(); want != c.protocol {
		return fmt.Errorf("%s: connection speaks netlink protocol %d, the family needs %d", f.Name, c.protocol, want)
	}
	return nil
}
