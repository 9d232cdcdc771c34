package nl

import (
	"context"
	"sync"
)

// pool lends request sockets. Calls are limited in number; dumps are not, because the body of a dump's loop
// runs while the dump holds its socket.
type pool struct {
	shared *shared
	turns  chan struct{} // one element for each running call

	mu   sync.Mutex
	idle []*endpoint
}

func newPool(s *shared, limit int) *pool {
	return &pool{shared: s, turns: make(chan struct{}, limit)}
}

func (p *pool) prewarm(n int) error {
	for range n {
		e, err := p.shared.endpoint()
		if err != nil {
			return err
		}
		p.idle = append(p.idle, e)
	}
	return nil
}

func (p *pool) take(ctx context.Context, call bool) (*endpoint, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if p.shared.isClosed() {
		return nil, ErrClosed
	}
	if call {
		if err := p.wait(ctx); err != nil {
			return nil, err
		}
	}
	e := p.pop()
	if e == nil {
		var err error
		if e, err = p.shared.endpoint(); err != nil {
			if call {
				<-p.turns
			}
			return nil, err
		}
	}
	e.counted = call
	return e, nil
}

// wait takes a turn.
func (p *pool) wait(ctx context.Context) error {
	select {
	case p.turns <- struct{}{}:
		return nil
	default:
	}
	select {
	case p.turns <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-p.shared.done:
		return ErrClosed
	}
}

func (p *pool) pop() *endpoint {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.idle)
	if n == 0 {
		return nil
	}
	e := p.idle[n-1]
	p.idle[n-1] = nil
	p.idle = p.idle[:n-1]
	return e
}

// give keeps the socket, unless its last exchange is unfinished or there are enough.
func (p *pool) give(e *endpoint) {
	e.settle()
	counted := e.counted // a socket that was put back may be in other hands at once
	if e.busy || !p.push(e) {
		p.shared.drop(e.sock)
	}
	if counted {
		<-p.turns
	}
}

// push reports whether the pool has kept the socket.
func (p *pool) push(e *endpoint) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.idle) == cap(p.turns) {
		return false
	}
	p.idle = append(p.idle, e)
	return true
}

func (p *pool) close() error { return p.shared.close() }
