package nl

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
)

// firstBuffer is the size of receive buffers to begin with. The kernel builds dumps in datagrams of up to
// 32 KiB.
const firstBuffer = 64 << 10

// shared is what the calls, subscriptions and pinned sockets of a Conn have in common.
type shared struct {
	protocol int
	opts     Options
	stats    *counters
	trace    *tracer // nil: nobody looks
	families familyCache
	buffer   atomic.Int64 // size for new receive buffers: grows with the largest message seen

	mu     sync.Mutex
	open   map[Socket]struct{}
	closed bool
	done   chan struct{} // closed by close
}

func newShared(protocol int, o Options) *shared {
	s := &shared{protocol: protocol, opts: o, stats: &counters{}, trace: traceTo(&o), open: map[Socket]struct{}{}, done: make(chan struct{})}
	s.buffer.Store(firstBuffer)
	return s
}

// socket opens a socket that close will close.
func (s *shared) socket(o SocketOptions) (Socket, error) {
	o.Protocol, o.NoStrict = s.protocol, s.opts.NoStrictCheck
	if o.ReceiveBuffer == 0 {
		o.ReceiveBuffer = s.opts.ReceiveBuffer
	}
	if s.isClosed() {
		return nil, ErrClosed
	}
	sock, err := s.opts.Transport.Open(o)
	if err != nil {
		if s.isClosed() {
			return nil, ErrClosed
		}
		return nil, fmt.Errorf("open netlink socket: %w", err)
	}
	s.mu.Lock()
	closed := s.closed
	if !closed {
		s.open[sock] = struct{}{}
		s.stats.sockets.Add(1)
	}
	s.mu.Unlock()
	if closed {
		sock.Close()
		return nil, ErrClosed
	}
	return sock, nil
}

// drop closes a socket.
func (s *shared) drop(sock Socket) error {
	s.mu.Lock()
	delete(s.open, sock)
	s.mu.Unlock()
	return sock.Close()
}

func (s *shared) isClosed() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

func (s *shared) close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	close(s.done)
	open := s.open
	s.open = map[Socket]struct{}{}
	s.mu.Unlock()
	for sock := range open {
		sock.Close()
	}
	return s.opts.Transport.Close()
}

// endpoint opens a request socket.
func (s *shared) endpoint() (*endpoint, error) {
	sock, err := s.socket(SocketOptions{})
	if err != nil {
		return nil, err
	}
	return s.newEndpoint(sock), nil
}

// newEndpoint begins with a random sequence number, so that the address of a closed socket may be used
// again without its late replies being taken for ours.
func (s *shared) newEndpoint(sock Socket) *endpoint {
	first := rand.Uint32()
	return &endpoint{shared: s, sock: sock, port: sock.Port(), first: first, seq: first, in: make([]byte, s.buffer.Load())}
}
