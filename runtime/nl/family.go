package nl

import "github.com/nlgen/nlgen/runtime/wire"

// A Family describes a netlink family to the runtime. Generated packages hold one in a variable.
type Family struct {
	Name     string
	Generic  bool  // found by its name through the generic netlink controller
	Protocol int   // of the socket; not read when Generic
	Version  uint8 // in the header of generic netlink requests
	Schema   *wire.Schema
}

// protocol is the socket protocol that the family lives on.
func (f *Family) protocol() int {
	if f.Generic {
		return Generic
	}
	return f.Protocol
}

// prefix is the length of what stands between struct nlmsghdr and the family's own bytes.
func (f *Family) prefix() int {
	if f.Generic {
		return genericLen
	}
	return 0
}

// An Op describes an operation to the runtime: one request and what answers it.
type Op struct {
	Family  *Family
	Name    string
	Request uint16 // message type; command when the family is generic
	Reply   int    // the same of the replies, -1 for none
	Dump    bool   // ask for every object
	Reads   bool   // changes nothing, so that an interrupted call left no trace
	Echo    bool   // the kernel answers only when it is asked to echo

	RequestSet, ReplySet int // indexes into Family.Schema.Sets
}

// set returns an attribute set of the family's schema, or nil when the index names none.
func (o *Op) set(i int) *wire.Set {
	s := o.Family.Schema
	if s == nil || i < 0 || i >= len(s.Sets) {
		return nil
	}
	return &s.Sets[i]
}

// String returns the names of family and operation.
func (o *Op) String() string { return o.Family.Name + " " + o.Name }
