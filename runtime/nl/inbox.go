package nl

import "syscall"

// inbox holds the datagrams that a subscription has received and not read yet. It asks for more of them at once while
// they come faster than they are read.
type inbox struct {
	sock Socket
	bulk BulkSocket // sock, nil where it is none
	size int        // of a buffer

	slots    int // how many datagrams to ask for
	buffers  [][]byte
	packets  []Packet
	at, have int // of the datagrams: the next one, all
}

// Limits of what is asked for at once.
const (
	maxSlots = 32
	maxInbox = maxSlots * firstBuffer // bytes, if there is more than one buffer
)

func newInbox(sock Socket, size int) (b inbox) {
	b.turn(sock, size)
	return b
}

// turn makes it one for another socket, with room for datagrams of that size at least.
func (b *inbox) turn(sock Socket, size int) {
	if b.sock != sock {
		b.sock = sock
		b.bulk, _ = sock.(BulkSocket)
	}
	b.size, b.slots = max(b.size, size), max(b.slots, 1)
}

// isEmpty reports whether all datagrams have been taken.
func (b *inbox) isEmpty() bool { return b.at == b.have }

// take returns the next datagram: what of it has found room in its buffer.
func (b *inbox) take() (Packet, []byte) {
	p, data := b.packets[b.at], b.buffers[b.at]
	b.at++
	return p, data[:min(p.Size, len(data))]
}

// fill receives datagrams, where all have been taken. Those buffers are used again.
func (b *inbox) fill(wait bool) error {
	b.at, b.have = 0, 0
	b.prepare()
	for {
		n, err := b.receive(wait)
		switch {
		case err == syscall.EINTR, err == syscall.EAGAIN && wait:
		case err == syscall.EAGAIN:
			return ErrWouldBlock
		case err != nil:
			return err
		default:
			b.have = n
			if n == b.slots {
				b.slots *= 2
			}
			return nil
		}
	}
}

func (b *inbox) receive(wait bool) (n int, err error) {
	if b.bulk != nil {
		return b.bulk.ReceiveMany(b.buffers[:b.slots], b.packets[:b.slots], wait)
	}
	b.packets[0], err = b.sock.Receive(b.buffers[0], wait)
	return 1, err
}

// prepare makes the buffers that are missing.
func (b *inbox) prepare() {
	if len(b.buffers) > 0 && len(b.buffers[0]) < b.size {
		b.buffers = nil
	}
	if b.slots = min(b.slots, maxSlots, max(1, maxInbox/b.size)); b.bulk == nil {
		b.slots = 1
	}
	for len(b.buffers) < b.slots {
		b.buffers = append(b.buffers, make([]byte, b.size))
	}
	for len(b.packets) < b.slots {
		b.packets = append(b.packets, Packet{})
	}
}
