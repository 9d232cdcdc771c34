package nl

import (
	"github.com/nlgen/nlgen/runtime/wire"
)

// Meta is what a notification carries besides its message. Every notification type embeds it.
type Meta struct {
	Op      string // name of the operation in the schema, "" when it has none
	Command uint16 // message type; command when the family is generic
	Flags   uint16 // nlmsg_flags, such as NLM_F_CREATE or NLM_F_REPLACE of a change
	Group   string // name of the multicast group, "" when it is not known
	GroupID uint32 // number of the group, 0 for a message that was sent to this socket alone
	NSID    int32  // id of the namespace the message comes from, -1 for the socket's own
	Port    uint32 // who caused the change, as the kernel tells it
	Seq     uint32 // of the request that caused it
	Sender  uint32 // address of the socket that sent the message; the kernel's is 0
}

// NetlinkMeta returns m.
func (m *Meta) NetlinkMeta() *Meta { return m }

// A Notification is a pointer to one of the notification types of a generated package, or to a
// [RawNotification].
type Notification interface{ NetlinkMeta() *Meta }

// A RawNotification is a message that no source of the subscription knows.
type RawNotification struct {
	Meta
	Data []byte // fixed header and attributes
}

// An EventSource is the notifications of a family, from some of its multicast groups. Generated packages make
// it.
type EventSource struct {
	Family *Family
	Groups []GroupRef
	// Decode returns the notification of a message type or command, with m and its Op filled in, and the index of
	// its set in the family's schema. It returns nil if the family has none. m and d are for the time of the call.
	//
	// old is nil, or what Decode has returned for that op before and may fill anew, see [Subscription.AllReused].
	Decode func(op uint16, m *Meta, d *wire.Decoder, old Notification) (n Notification, set int)
}

// A GroupRef names a multicast group. Generic families find the number by the name when ID is 0.
type GroupRef struct {
	Name string
	ID   uint32
}

// A SubscribeOption is an [EventSource], an [EventMode], or what [EventBuffer] or [EventFilter] returns.
type SubscribeOption interface{ subscribeOption() }

// An EventMode is an option without a value.
type EventMode uint8

const (
	// AllNSID delivers the events of every namespace that has an id in the Conn's. It needs CAP_NET_BROADCAST.
	AllNSID EventMode = iota
	// AnySender accepts messages of other processes. Without it only the kernel's are.
	AnySender
	// StrictEvents makes an attribute that does not fit its schema an error of the message.
	StrictEvents
)

type eventBuffer int

// EventBuffer sets the size of the kernel's queue in bytes: with SO_RCVBUFFORCE, for which the process needs
// CAP_NET_ADMIN, and else with SO_RCVBUF up to net.core.rmem_max; see [Subscription.ReceiveBuffer]. What does not fit is
// lost and reported as an [OverrunError].
func EventBuffer(bytes int) BufferOption { return eventBuffer(bytes) }

// A BufferOption is what [EventBuffer] returns.
type BufferOption interface {
	SubscribeOption
	WatchOption
}

func (EventSource) subscribeOption() {}
func (EventMode) subscribeOption()   {}
func (eventBuffer) subscribeOption() {}
func (eventBuffer) watchOption()     {}

// eventConfig is the sum of a subscription's options.
type eventConfig struct {
	sources                      []*eventSource
	allNSID, anySender, isStrict bool
	buffer                       int
	filter                       *eventFilter
	trace                        *tracer
}

// eventSource is a source whose names are resolved.
type eventSource struct {
	EventSource
	typ uint16 // family id of a generic family
}

func (c *eventConfig) set(opts []SubscribeOption) {
	for _, o := range opts {
		switch o := o.(type) {
		case EventSource:
			c.sources = append(c.sources, &eventSource{EventSource: o})
		case *EventSource:
			c.sources = append(c.sources, &eventSource{EventSource: *o})
		case EventMode:
			switch o {
			case AllNSID:
				c.allNSID = true
			case AnySender:
				c.anySender = true
			case StrictEvents:
				c.isStrict = true
			}
		case eventBuffer:
			c.buffer = int(o)
		case *eventFilter:
			c.filter = o
		}
	}
}
