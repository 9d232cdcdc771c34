package nl

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
)

// Errors that calls wrap; test for them with errors.Is.
var (
	// ErrClosed is the error of everything on a closed Conn, Pinned or Subscription. It is net.ErrClosed too.
	ErrClosed error = closedError{}
	// ErrOutcomeUnknown says that a request which changes something was sent, but what came of it is not known.
	// It is joined with the reason, such as the context's error.
	ErrOutcomeUnknown = errors.New("outcome unknown")
	// ErrDumpInterrupted says that the objects changed while they were listed: some may be missing or listed
	// twice. What arrived has been delivered before.
	ErrDumpInterrupted = errors.New("dump interrupted by a change")
	// ErrFamilyNotFound says that the kernel knows no generic netlink family of that name. It comes with ENOENT.
	ErrFamilyNotFound = errors.New("family not found")
	// ErrGroupNotFound says that a family has no multicast group of that name.
	ErrGroupNotFound = errors.New("multicast group not found")
	// ErrNoReply says that the kernel accepted a request, but sent no message where one was due.
	ErrNoReply = errors.New("no reply message")
	// ErrManyReplies says that several messages answered a request that has one answer.
	ErrManyReplies = errors.New("several reply messages")
	// ErrTruncated says that a message was larger than the receive buffer and has been lost. The buffer has
	// been enlarged: the same request may be sent again.
	ErrTruncated = errors.New("message truncated")
	// ErrMalformed says that the bytes of a datagram are no netlink messages.
	ErrMalformed = errors.New("malformed message")
	// ErrFilterIgnored says that a dump was asked for some objects only, but that this kernel, older than Linux
	// 4.20, would list them all. [Options].NoStrictCheck lets such requests through; the few filters that old
	// kernels know work then.
	ErrFilterIgnored = errors.New("kernel too old to filter dumps, Linux 4.20 is needed")
	// ErrWouldBlock is what a [Socket] returns when there is no datagram and it was told not to wait.
	ErrWouldBlock = errors.New("no message waiting")
)

type closedError struct{}

func (closedError) Error() string { return "connection closed" }

func (closedError) Unwrap() error { return net.ErrClosed }

// A DecodeError says that a message arrived which its schema does not fit. It does not end a dump or a
// subscription.
type DecodeError struct {
	Family, Op string
	Err        error // a *wire.DecodeError
}

// Error returns "<family> <op>: <what is wrong>".
func (e *DecodeError) Error() string { return e.Family + " " + e.Op + ": " + e.Err.Error() }

// Unwrap returns Err.
func (e *DecodeError) Unwrap() error { return e.Err }

// An OverrunError says that messages were lost, because they came faster than they were read or did not
// fit the receive buffer. A subscription goes on after it, but what it should know about the world is out of
// date: list it again. The loss is told as soon as it is known, which may be before older events that are
// still queued. The kernel goes on losing events until those have been read; if it did, that is told by another
// OverrunError, at the place where the lost events are missing.
type OverrunError struct {
	Count uint64 // overruns of this subscription so far, this one included
	Lost  uint32 // datagrams lost since the last overrun was reported, 0 when the system does not say
}

// Error tells how many datagrams were lost.
func (e *OverrunError) Error() string {
	lost := "messages"
	switch {
	case e.Lost == 1:
		lost = "1 datagram"
	case e.Lost > 1:
		lost = strconv.FormatUint(uint64(e.Lost), 10) + " datagrams"
	}
	return fmt.Sprintf("receive queue overrun: %s lost (overrun %d)", lost, e.Count)
}

// Is reports whether target is ENOBUFS, which is how the kernel tells of an overrun.
func (e *OverrunError) Is(target error) bool { return target == syscall.ENOBUFS }

// An InterruptedError says how often [Collect] tried. It is ErrDumpInterrupted.
type InterruptedError struct {
	Attempts int
	Err      error // of the last attempt
}

// Error returns the last attempt's error and the number of attempts.
func (e *InterruptedError) Error() string {
	return fmt.Sprintf("%v (attempts: %d)", e.Err, e.Attempts)
}

// Unwrap returns Err.
func (e *InterruptedError) Unwrap() error { return e.Err }

// fail puts the operation's name before an error.
func (o *Op) fail(err error) error { return fmt.Errorf("%s: %w", o, err) }

// unknown is the error of a call that stopped waiting after its request was sent.
func (o *Op) unknown(err error) error {
	if o.Reads {
		return o.fail(err)
	}
	return fmt.Errorf("%s: %w: %w", o, ErrOutcomeUnknown, err)
}
