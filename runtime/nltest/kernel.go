package nltest

import (
	"fmt"
	"sync"
	"syscall"
	"testing"

	"github.com/nlgen/nlgen/runtime/nl"
)

// A Kernel answers the requests of Conns whose [nl.Options].Transport it is. It keeps no state but the handlers.
// Like the real one it has answered in full when the request's send returns: handlers run in the goroutine of the
// call, and calls of several goroutines run them at once.
type Kernel struct {
	mu       sync.Mutex
	handlers map[target]Handler
	families []*Family
	sockets  map[*socket]struct{}
	port     uint32 // given out last
	family   uint16 // id given out last
	group    uint32 // generic group given out last
	faults   []injection
	acks     AckLayout
	old      bool // no strict checking
	plain    bool // sockets are no nl.BulkSocket
	open     []error
	join     []error
}

// target is what a handler serves.
type target struct {
	protocol int
	number   uint16 // message type, or command of family
	family   *Family
	dump     bool
}

// New returns a Kernel that refuses every request with EOPNOTSUPP.
func New() *Kernel {
	k := &Kernel{handlers: map[target]Handler{}, sockets: map[*socket]struct{}{}, port: 1000, family: controllerID, group: 31}
	k.families = []*Family{{k: k, name: "nlctrl", version: 2, groups: []string{"notify"}, first: controllerGroup, id: controllerID}}
	return k
}

// Dial opens a Conn to the Kernel, or to another Transport, that is closed at the end of the test.
func Dial(t testing.TB, transport nl.Transport, protocol int, change ...func(*nl.Options)) *nl.Conn {
	t.Helper()
	o := nl.Options{Transport: transport}
	for _, f := range change {
		f(&o)
	}
	c, err := nl.Dial(protocol, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// Handle sets what answers requests of a message type, such as RTM_GETLINK (18) of [nl.Route].
func (k *Kernel) Handle(protocol int, typ uint16, h Handler) {
	k.handle(target{protocol: protocol, number: typ}, h)
}

// HandleDump sets what answers dump requests of a message type: those that carry NLM_F_DUMP. Without it they go to
// the handler that Handle sets.
func (k *Kernel) HandleDump(protocol int, typ uint16, h Handler) {
	k.handle(target{protocol: protocol, number: typ, dump: true}, h)
}

func (k *Kernel) handle(t target, h Handler) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.handlers[t] = h
}

// SetAcks chooses the layout of acknowledgements, [Capped] to begin with.
func (k *Kernel) SetAcks(l AckLayout) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.acks = l
}

// SetOld makes the Kernel one that cannot check get requests strictly, as before Linux 4.20. It counts for sockets
// that are opened afterwards.
func (k *Kernel) SetOld(old bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.old = old
}

// SetPlain makes sockets that are opened afterwards ones that give one datagram at a time: they are no
// [nl.BulkSocket].
func (k *Kernel) SetPlain(plain bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.plain = plain
}

// FailOpen makes the next attempts to open a socket fail, one with each error.
func (k *Kernel) FailOpen(errs ...error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.open = append(k.open, errs...)
}

// FailJoin makes the next attempts to join a group fail, one with each error.
func (k *Kernel) FailJoin(errs ...error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.join = append(k.join, errs...)
}

// Sockets returns how many sockets are open.
func (k *Kernel) Sockets() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.sockets)
}

// Open implements [nl.Transport].
func (k *Kernel) Open(o nl.SocketOptions) (nl.Socket, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := take(&k.open); err != nil {
		return nil, err
	}
	if err := unsupported(o); err != nil {
		return nil, err
	}
	k.port++
	s := newSocket(k, o, k.port, !k.old && !o.NoStrict)
	k.sockets[s] = struct{}{}
	if k.plain {
		return plain{s}, nil
	}
	return s, nil
}

// Close implements [nl.Transport]. The Kernel stays: other Conns may use it.
func (k *Kernel) Close() error { return nil }

func take(errs *[]error) error {
	if len(*errs) == 0 {
		return nil
	}
	err := (*errs)[0]
	*errs = (*errs)[1:]
	return err
}

// receive takes a datagram that a socket has sent, and answers each request in it.
func (k *Kernel) receive(s *socket, b []byte, to uint32) error {
	if to != 0 {
		return k.pass(s, b, to)
	}
	for _, m := range split(b) {
		if len(m) < headerLen || parse(m).flags&flagRequest == 0 || parse(m).typ < 16 {
			continue // the kernel takes no notice of others
		}
		if err := k.serve(s, newRequest(s, m)); err != nil {
			return err
		}
	}
	return nil
}

// pass carries a datagram from one socket to another.
func (k *Kernel) pass(from *socket, b []byte, to uint32) error {
	k.mu.Lock()
	s := k.find(from.o.Protocol, to)
	k.mu.Unlock()
	if s == nil {
		return syscall.ECONNREFUSED
	}
	s.queue(Datagram{Data: append([]byte{}, b...), Port: from.port, NSID: -1})
	return nil
}

// find returns a protocol's socket by its address. A protocol of -1 is any.
func (k *Kernel) find(protocol int, port uint32) *socket {
	for s := range k.sockets {
		if s.port == port && (protocol < 0 || s.o.Protocol == protocol) {
			return s
		}
	}
	return nil
}

// serve runs the faults and the handler of a request.
func (k *Kernel) serve(s *socket, r *Request) error {
	h, dump := k.lookup(r)
	k.mu.Lock()
	faults, acks := k.takeFaults(r), k.acks
	k.mu.Unlock()
	a := &Answer{request: r, acks: acks, dump: dump}
	for _, f := range faults {
		if f.send == nil {
			continue
		}
		if err, refused := f.send(r); refused {
			h = func(a *Answer, _ *Request) { a.Fail(err) }
		} else if err != nil {
			return err
		}
	}
	h(a, r)
	x := &Exchange{Request: r, Answer: a.datagrams()}
	for _, f := range faults {
		if f.change != nil {
			f.change(x)
		}
	}
	s.queue(x.Answer...)
	return nil
}

// lookup finds the handler of a request, and whether the request is for a dump.
func (k *Kernel) lookup(r *Request) (h Handler, dump bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	dump = r.Flags&flagDump == flagDump
	t := target{protocol: r.Protocol, number: r.Type}
	if r.Protocol == nl.Generic {
		if r.Type == controllerID && r.Command == getFamily {
			return k.getFamily, dump
		}
		if t.family = k.byID(r.Type); t.family == nil {
			return refuse(syscall.ENOENT), false
		}
		t.number = uint16(r.Command)
	}
	if dump {
		t.dump = true
		if h, ok := k.handlers[t]; ok {
			return h, true
		}
		t.dump = false
	}
	if h, ok := k.handlers[t]; ok {
		return h, false
	}
	return refuse(syscall.EOPNOTSUPP), false
}

func refuse(errno syscall.Errno) Handler { return func(a *Answer, _ *Request) { a.Fail(errno) } }

// Deliver puts a datagram into the queue of the socket that has that address, as the Port method of a Subscription
// or a Pinned tells it.
func (k *Kernel) Deliver(port uint32, d Datagram) error {
	k.mu.Lock()
	s := k.find(-1, port)
	k.mu.Unlock()
	if s == nil {
		return fmt.Errorf("deliver datagram: no socket has port %d", port)
	}
	s.queue(d)
	return nil
}
