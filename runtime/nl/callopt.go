package nl

import "github.com/nlgen/nlgen/runtime/wire"

// A CallOption changes one call: [Flags], a [CallMode], or what [Echo], [Warnings] and [To] return.
type CallOption interface{ callOption() }

// A CallMode is an option without a value.
type CallMode uint8

const (
	// Strict makes an attribute that does not fit its schema an error of the message. Without it such an
	// attribute is kept raw in Unknown and counted.
	Strict CallMode = iota
	// NoAck sends the request without asking for an acknowledgement, for peers that send none and for
	// messages whose fate does not matter. [Do] then returns once the request is sent, [Get] with the first reply.
	NoAck
)

type echoOption struct{ into wire.Message }

type warningsOption func(*Warning)

type toOption uint32

func (Flags) callOption()          {}
func (CallMode) callOption()       {}
func (echoOption) callOption()     {}
func (warningsOption) callOption() {}
func (toOption) callOption()       {}

// Echo asks the kernel to tell what it has made or changed, and decodes that into into. When the kernel
// tells several messages, into holds the last. When it tells none, the call fails with [ErrNoReply] although
// the request was carried out.
func Echo(into wire.Message) CallOption { return echoOption{into} }

// Warnings gives f what the kernel says about a request that succeeds. The call is over and holds no socket
// when f runs.
func Warnings(f func(*Warning)) CallOption { return warningsOption(f) }

// To sends the request to another process, by the port of its socket, and accepts replies from there only.
func To(port uint32) CallOption { return toOption(port) }

// callConfig is the sum of a call's options.
type callConfig struct {
	flags  uint16
	to     uint32
	strict bool
	noAck  bool
	echo   wire.Message
	warn   func(*Warning)
}

// set adds up options. It does not call through the interface: that would move the configuration to the heap.
func (c *callConfig) set(opts []CallOption) {
	for _, o := range opts {
		switch o := o.(type) {
		case Flags:
			c.flags |= uint16(o)
		case CallMode:
			switch o {
			case Strict:
				c.strict = true
			case NoAck:
				c.noAck = true
			}
		case echoOption:
			c.echo = o.into
		case warningsOption:
			c.warn = o
		case toOption:
			c.to = uint32(o)
		}
	}
}
