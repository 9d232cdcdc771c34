package nl

import "time"

// A Transport opens the sockets of a Conn. The zero [Options] use the kernel's; package nltest has one
// that needs no kernel, and a program may wrap either to see the traffic.
//
// A Transport is used by several goroutines at once.
type Transport interface {
	// Open returns a socket with an address of its own.
	Open(o SocketOptions) (Socket, error)
	// Close gives up what the Transport holds. Sockets that it opened stay usable.
	Close() error
}

// SocketOptions say what a [Transport] is to open.
type SocketOptions struct {
	Protocol      int
	ReceiveBuffer int  // bytes of kernel queue, 0 for the system's default
	NoStrict      bool // leave the kernel's strict checking of get requests off
	Events        bool // the socket will join groups: packets carry Group and NSID
	AllNSID       bool // events of every namespace that has an id in this one
	// Filter drops datagrams before they reach the queue, see [EventFilter]. It is in force before the socket has an
	// address. A Transport that cannot filter must fail.
	Filter []BPFInstruction
}

// A Socket carries whole datagrams. One goroutine receives at a time and one sends at a time;
// SetReadDeadline and Close may be called at any time. No method keeps b.
type Socket interface {
	// Port is the socket's own address.
	Port() uint32
	// Send delivers b to a port; the kernel is port 0.
	Send(b []byte, to uint32) error
	// Receive fills b with the next datagram. Without wait it returns ErrWouldBlock when there is none.
	// It ends with os.ErrDeadlineExceeded after the deadline, with ErrClosed once the socket is closed, and with
	// the system's ENOBUFS when the queue has overflowed.
	Receive(b []byte, wait bool) (Packet, error)
	// SetReadDeadline makes Receive end at t. The zero time means never.
	SetReadDeadline(t time.Time) error
	// Join adds the socket to a multicast group; it is a member when Join returns.
	Join(group uint32) error
	// Leave takes the socket out of a multicast group.
	Leave(group uint32) error
	// Dropped counts the datagrams that found no room in the queue so far.
	Dropped() (n uint32, known bool)
	Close() error
}

// A StrictSocket is a Socket that can tell whether get requests are checked strictly: kernels before Linux 4.20 do
// not, and then ignore the filters of a dump. A Socket without the method is taken to be strict unless
// NoStrict was asked for.
type StrictSocket interface {
	Socket
	Strict() bool
}

// A BulkSocket is a Socket that moves several datagrams in one system call, and whose queue can be resized. A Socket
// without these methods is read one datagram at a time.
type BulkSocket interface {
	Socket
	// ReceiveMany fills the first buffers with the datagrams that are there, one each, and the first packets with what
	// Receive would say of them. It returns how many there were; waiting, errors and their order are those of
	// Receive. An error comes without a datagram.
	ReceiveMany(buffers [][]byte, packets []Packet, wait bool) (int, error)
	// SetReceiveBuffer asks for a queue of that many bytes and returns how many it now has, as the system counts them:
	// with what each datagram costs besides its bytes.
	SetReceiveBuffer(bytes int) (int, error)
}

// Kernel returns the Transport that [Dial] uses by default, for programs that wrap it.
func Kernel(where NetNS) (Transport, error) { return kernel(where) }

// A Packet describes one received datagram.
type Packet struct {
	Size  int    // length of the datagram, more than the buffer's when it was cut
	Port  uint32 // the sender
	Group uint32 // the multicast group it was sent to, 0 for none
	NSID  int32  // id of the namespace it comes from, -1 for the socket's own
}
