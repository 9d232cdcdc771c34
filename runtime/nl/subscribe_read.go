package nl

import (
	"fmt"
	"os"
	"syscall"
)

// next returns the next event, or why there is none. last means that there will be no more.
func (s *Subscription) next(d *eventDecoder) (n Notification, err error, last bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, body, p, err := s.nextMessage(true)
	switch {
	case err == errShut:
		return nil, nil, true
	case err != nil:
		return nil, err, !goesOn(err)
	}
	n, unreadable, err := d.decode(p, h, body)
	s.shared.countUnreadable(unreadable)
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
		h, body, ok, err := s.parse()
		if err != nil || len(s.rest) == 0 && s.inbox.isEmpty() {
			s.shared.stats.add(&s.tally)
		}
		if ok || err != nil {
			return h, body, s.packet, err
		}
	}
}

// failed is what an error of receive means.
func (s *Subscription) failed(err error) error {
	s.shared.stats.add(&s.tally)
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

// receive takes the next datagram, which may turn out to be none that counts.
func (s *Subscription) receive(wait bool) error {
	if s.inbox.isEmpty() {
		return s.fill(wait)
	}
	p, data := s.inbox.take()
	s.tally.bytes += uint64(p.Size)
	switch {
	case p.Port != 0 && !s.cfg.anySender:
		s.tally.sender++
		s.shared.trace.dropped("sender", data, p.Port)
	case p.Size > len(data):
		s.tally.truncated++
		s.shared.trace.warn("netlink datagram truncated", "socket", s.sock.Port(), "length", p.Size, "buffer", len(data))
		s.inbox.size = int(s.shared.room(p.Size))
		s.tally.overruns++
		s.overruns++
		return &OverrunError{Count: s.overruns, Lost: 1}
	default:
		s.packet, s.rest = p, data
	}
	return nil
}

// fill receives what is there. After an overrun the kernel loses everything until the queue has been empty, without a
// word: what was lost since the overrun is told then.
func (s *Subscription) fill(wait bool) error {
	s.shared.stats.add(&s.tally)
	for {
		err := s.inbox.fill(wait && !s.congested)
		switch {
		case err == nil:
			return nil
		case err == syscall.ENOBUFS:
			s.congested = true
			return s.overrun()
		case err == os.ErrDeadlineExceeded: // nobody sets one
		case err == ErrWouldBlock && s.congested:
			s.congested = false
			if total, ok := s.sock.Dropped(); ok && total != s.lost {
				return s.overrun()
			}
			if !wait {
				return err
			}
		default:
			return err
		}
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
		s.tally.malformed++
		return header{}, nil, false, &DecodeError{Family: "subscription", Op: "datagram", Err: ErrMalformed}
	}
	s.rest = rest
	s.tally.messages++
	switch h.typ {
	case typeNoop:
		return header{}, nil, false, nil
	case typeError:
		s.tally.sequence++
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
