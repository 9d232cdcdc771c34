// Package nl talks netlink: it opens sockets, makes calls, lists objects and receives notifications for the
// packages that nlgen generates. Programs use it together with those:
//
//	conn, err := nl.Dial(nl.Route, nl.Options{})
//	defer conn.Close()
//	link, err := rtlink.New(conn).GetLink(ctx, &rtlink.Link{Ifname: nl.Str("eth0")})
//
// # Conns
//
// A [Conn] serves one netlink protocol in one network namespace and is safe for use by several goroutines. It
// lends each call a socket from a small pool, so that a long dump keeps nobody waiting. A [Pinned] is a Conn with
// one socket, for families that tie kernel state to it.
//
// # Calls
//
// [Do], [Get], [Dump] and [DumpInto] are what generated methods call. They take options: request flags
// ([Create], [Excl] and so on), [Strict], [NoAck], and what [Echo], [Warnings] and [To] return. A context ends the
// waiting, not a request that the kernel is working on: a change whose fate is not known fails with
// [ErrOutcomeUnknown].
//
// The kernel's refusals are an [*Error], which names the attribute at fault. [Collect] makes a slice of a dump
// and tries again when it was interrupted by a change.
//
// [Batch] sends many requests in few system calls, with a result for each; a [Transaction] makes it all or nothing.
//
// # Notifications
//
// [Subscribe] joins multicast groups and returns a [Subscription]; its All method is a loop over typed events.
// Lost events are an [*OverrunError] in the loop, which goes on. AllReused is the loop for streams of very many events,
// and [EventFilter] has the kernel drop those that are not wanted.
//
// # Tables
//
// [Watch] keeps a program's copy of a table, such as the routes, equal to the kernel's: it lists it, follows its
// notifications, and lists it again when some were lost. Generated packages have a method for each table that it knows.
//
// # Replies
//
// A message answers a request if it comes from the port that was asked (0 is the kernel), to the socket that
// asked, with the request's sequence number. Everything else is dropped and counted, see [Conn.Stats].
//
// # Diagnostics
//
// NLGEN_TRACE=1 in the environment writes every message to standard error, by the names of its schema; NLGEN_TRACE=hex
// adds the bytes. A slog.Logger in [Options] gets the same. [Conn.Stats] counts messages, losses and retries.
//
// The package builds everywhere. Outside Linux [Dial] returns errors.ErrUnsupported, unless [Options] bring a
// [Transport].
package nl
