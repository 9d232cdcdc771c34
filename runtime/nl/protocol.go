package nl

// Netlink protocols, the first argument of [Dial].
const (
	Route     = 0  // links, addresses, routes, neighbours, rules, traffic control
	UserSock  = 2  // between processes
	SockDiag  = 4  // sockets of every kind
	XFRM      = 6  // IPsec
	Audit     = 9  // audit
	FIBLookup = 10 // route lookups
	Connector = 11 // process events and other connectors
	Netfilter = 12 // nftables, conntrack, nfqueue, nflog, ipset
	Generic   = 16 // every family that is found by its name
)

// Request flags: call options that may be combined, as in nl.Create|nl.Excl or one after the other.
// Several share a bit: which meaning counts depends on whether the request gets, makes or deletes.
const (
	Root    Flags = 0x100 // get: every entry, not one
	Match   Flags = 0x200 // get: every entry that matches
	Atomic  Flags = 0x400 // get: a consistent snapshot
	Replace Flags = 0x100 // make: override an object that is there
	Excl    Flags = 0x200 // make: fail with EEXIST when the object is there
	Create  Flags = 0x400 // make: create the object when it is not there
	Append  Flags = 0x800 // make: add at the end of the list
	NonRec  Flags = 0x100 // delete: this one, not what hangs below it
	Bulk    Flags = 0x200 // delete: everything that matches
)

// Flags are bits of nlmsg_flags that a call adds to its request. Any value may be given, so a flag
// without a name here needs no new release: nl.Flags(0x1000).
type Flags uint16

// Bits of nlmsg_flags that the runtime sets and reads itself.
const (
	flagRequest  = 0x1
	flagMulti    = 0x2
	flagAck      = 0x4
	flagEcho     = 0x8
	flagDumpIntr = 0x10
	flagDump     = 0x300
	flagCapped   = 0x100 // in an acknowledgement: the request is not repeated in full
	flagTLVs     = 0x200 // in an acknowledgement: extended ACK attributes follow
)

// acknowledges reports whether a protocol's requests may ask for an acknowledgement. FIB lookups and connectors never
// send any. Audit's may come before the reply, which a kernel thread sends later, so it would end the call.
func acknowledges(protocol int, replies bool) bool {
	switch protocol {
	case FIBLookup, Connector:
		return false
	case Audit:
		return !replies
	}
	return true
}

// Message types below minType control the conversation.
const (
	typeNoop    = 1
	typeError   = 2
	typeDone    = 3
	typeOverrun = 4
	minType     = 16
)
