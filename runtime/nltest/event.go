package nltest

import (
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/wire"
)

// An Event is a notification of a protocol that is no generic netlink.
type Event struct {
	Group   uint32
	Type    uint16
	Flags   uint16
	Seq     uint32        // of the request that caused it
	Port    uint32        // of the socket that caused it
	Sender  uint32        // the sender's address, 0 for the kernel
	NSID    nl.Opt[int32] // the namespace it comes from; absent: the socket's own
	Message wire.Message
}

// Emit sends a notification to the members of its group and returns how many there are. A member whose queue is full
// loses it.
func (k *Kernel) Emit(protocol int, e Event) (int, error) {
	b, err := encode(e.Message)
	if err != nil {
		return 0, err
	}
	return k.emitRaw(protocol, e, b), nil
}

func (k *Kernel) emitRaw(protocol int, e Event, body []byte) (n int) {
	d := Datagram{
		Data:  build(header{typ: e.Type, flags: e.Flags, seq: e.Seq, port: e.Port}, body),
		Port:  e.Sender,
		Group: e.Group,
		NSID:  e.NSID.Or(-1),
	}
	for _, s := range k.members(protocol, e.Group) {
		if e.NSID.IsSet() && !s.o.AllNSID {
			continue
		}
		s.event(d)
		n++
	}
	return n
}

// LoseEvents makes as if n events had found no room in the queue of each member of a group.
func (k *Kernel) LoseEvents(protocol int, group uint32, n uint32) {
	for _, s := range k.members(protocol, group) {
		s.lose(n)
	}
}

func (k *Kernel) members(protocol int, group uint32) (all []*socket) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for s := range k.sockets {
		if s.o.Protocol == protocol && s.isMember(group) {
			all = append(all, s)
		}
	}
	return all
}
