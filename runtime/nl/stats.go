package nl

import "sync/atomic"

// Stats count what a Conn has seen since it was dialled, on all its sockets and subscriptions.
type Stats struct {
	Sockets    uint64 // opened
	Requests   uint64 // sent, the ones sent again included
	Messages   uint64 // received, the dropped ones included
	Bytes      uint64 // received
	Drops      Drops
	Retries    uint64 // requests sent again: under a family's new id, or for a dump that was interrupted
	Interrupts uint64 // dumps that a change interrupted
	Truncated  uint64 // datagrams larger than the receive buffer
	Overruns   uint64 // times that a receive queue overflowed
	Unreadable uint64 // attributes that did not fit their schema and were kept raw
}

// Drops count received messages that nobody was waiting for, by the reason.
type Drops struct {
	Sender    uint64 // datagrams from a port that was not asked, or that is not the kernel
	Port      uint64 // addressed to another port than the socket's
	Sequence  uint64 // not the number of the running request, such as a late acknowledgement
	Type      uint64 // our request's, but not of the type that answers it
	Malformed uint64 // datagrams that are no netlink messages
}

// counters are the shared form of Stats.
type counters struct {
	sockets, requests, messages, bytes     atomic.Uint64
	retries, interrupts                    atomic.Uint64
	sender, port, sequence, typ, malformed atomic.Uint64
	truncated, overruns, unreadable        atomic.Uint64
}

// tally is one socket's share that has not been added to the counters yet: counting must not cost the
// traffic of a shared cache line for each message.
type tally struct {
	requests, messages, bytes, sender, port, sequence, typ, malformed, truncated, overruns, unreadable uint64
}

func (c *counters) add(t *tally) {
	for _, p := range [...]struct {
		total *atomic.Uint64
		n     uint64
	}{
		{&c.requests, t.requests}, {&c.messages, t.messages}, {&c.bytes, t.bytes},
		{&c.sender, t.sender}, {&c.port, t.port}, {&c.sequence, t.sequence}, {&c.typ, t.typ}, {&c.malformed, t.malformed},
		{&c.truncated, t.truncated}, {&c.overruns, t.overruns}, {&c.unreadable, t.unreadable},
	} {
		if p.n != 0 {
			p.total.Add(p.n)
		}
	}
	*t = tally{}
}

// retried counts a request that is sent again.
func (s *shared) retried(op *Op, why string) {
	s.stats.retries.Add(1)
	s.trace.note("netlink request sent again", "family", op.Family.Name, "op", op.Name, "reason", why)
}

// Stats returns the counters. Those of a running dump are added with each datagram, those of a subscription whenever all
// that it has received at once has been read.
func (c *Conn) Stats() Stats {
	n := c.stats
	return Stats{
		Sockets:  n.sockets.Load(),
		Requests: n.requests.Load(),
		Messages: n.messages.Load(),
		Bytes:    n.bytes.Load(),
		Drops: Drops{
			Sender:    n.sender.Load(),
			Port:      n.port.Load(),
			Sequence:  n.sequence.Load(),
			Type:      n.typ.Load(),
			Malformed: n.malformed.Load(),
		},
		Retries:    n.retries.Load(),
		Interrupts: n.interrupts.Load(),
		Truncated:  n.truncated.Load(),
		Overruns:   n.overruns.Load(),
		Unreadable: n.unreadable.Load(),
	}
}
