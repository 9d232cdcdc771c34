package nltest

import (
	"slices"
	"syscall"
)

// A Fault spoils an exchange. The functions of this package make the usual ones and [Custom] any other.
type Fault struct {
	Name   string
	send   func(r *Request) (err error, refused bool)
	change func(x *Exchange)
}

// String returns the name.
func (f Fault) String() string { return f.Name }

// An Exchange is a request and the datagrams that answer it, which a fault may change.
type Exchange struct {
	Request *Request
	Answer  []Datagram

	groups int // given out to messages that share no datagram, counted downwards
}

// Custom makes a fault of a function that changes the answer.
func Custom(name string, change func(x *Exchange)) Fault { return Fault{Name: name, change: change} }

// injection is a number of requests that faults are for.
type injection struct {
	match  func(*Request) bool
	left   int // negative: for ever
	faults []Fault
}

// Inject lets faults happen to the next request, one after the other in that order. Requests that look a family up
// do not count.
func (k *Kernel) Inject(faults ...Fault) { k.InjectWhen(nil, 1, faults...) }

// InjectWhen lets faults happen to the next n requests that match; to all of them if n is negative. A nil match is
// every request but those that look a family up. Earlier injections come first, and a request gets only one.
func (k *Kernel) InjectWhen(match func(*Request) bool, n int, faults ...Fault) {
	if len(faults) == 0 {
		return
	}
	if match == nil {
		match = func(r *Request) bool { return r.Protocol != 16 || r.Type != controllerID }
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.faults = append(k.faults, injection{match, n, faults})
}

// ClearFaults takes back the faults that have not happened yet.
func (k *Kernel) ClearFaults() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.faults = nil
}

func (k *Kernel) takeFaults(r *Request) []Fault {
	for i := range k.faults {
		in := &k.faults[i]
		if !in.match(r) {
			continue
		}
		f := in.faults
		if in.left--; in.left == 0 {
			k.faults = slices.Delete(k.faults, i, i+1)
		}
		return f
	}
	return nil
}

// FailSend makes the request's send fail with an error of the system, such as EAGAIN or ENOBUFS. The request does
// not arrive.
func FailSend(err error) Fault {
	return Fault{Name: "send fails", send: func(*Request) (error, bool) { return err, false }}
}

// Refuse answers with an error in place of the handler: a syscall.Errno or a *[Refusal].
func Refuse(err error) Fault {
	return Fault{Name: "request refused", send: func(*Request) (error, bool) { return err, true }}
}

// Silence carries the request out and says nothing.
func Silence() Fault { return Custom("no answer", func(x *Exchange) { x.Answer = nil }) }

// Hold keeps the answer back until the gate opens.
func Hold(g *Gate) Fault {
	return Custom("answer held back", func(x *Exchange) {
		for i := range x.Answer {
			x.Answer[i].Gate = g
		}
	})
}

// Lose loses the answer, of which the socket is told with ENOBUFS.
func Lose() Fault {
	return Custom("answer lost", func(x *Exchange) { x.Answer = []Datagram{{Err: syscall.ENOBUFS}} })
}

// Merge puts the whole answer into one datagram.
func Merge() Fault {
	return Custom("one datagram", func(x *Exchange) {
		x.edit(func(p []part) []part {
			for i := range p {
				p[i].group = 0
			}
			return p
		})
	})
}

// Split gives each message a datagram of its own.
func Split() Fault {
	return Custom("one datagram a message", func(x *Exchange) {
		x.edit(func(p []part) []part {
			for i := range p {
				p[i].group = i
			}
			return p
		})
	})
}

// Tail adds a datagram behind the answer.
func Tail(d Datagram) Fault {
	return Custom("another datagram follows", func(x *Exchange) { x.Answer = append(x.Answer, d) })
}
