// Package nltest stands in for the kernel in tests: it lets code that uses package nl, or a generated package, run
// without root, without network namespaces and on every operating system.
//
// A [Kernel] is an [nl.Transport]. It answers requests with what the test's handlers return:
//
//	k := nltest.New()
//	k.Handle(nl.Route, 18, nltest.Get(16, func(req *rtlink.Link) (*rtlink.Link, error) {
//		return &rtlink.Link{Ifname: req.Ifname, MTU: nl.U32(1500)}, nil
//	}))
//	conn := nltest.Dial(t, k, nl.Route)
//	link, err := rtlink.New(conn).GetLink(ctx, &rtlink.Link{Ifname: nl.Str("eth0")})
//
// The numbers are the message types of request and reply, RTM_GETLINK and RTM_NEWLINK here. Families of generic
// netlink are registered by name with [Kernel.Family] and handle commands; the fake has the controller that
// resolves them. [Kernel.Emit] and [Family.Emit] send notifications. A subscription with an [nl.EventFilter] fails: the
// fake runs no BPF programs, and does not pass on what the program would have dropped.
//
// # Faults
//
// [Kernel.Inject] spoils the answer to the next request: datagrams are split, merged, held back, lost, doubled or
// cut, strangers and late replies join in, dumps are interrupted, requests and replies fail with an errno. The
// outcome is the same every time. See [Fault].
//
// # Record and replay
//
// [Record] writes what a real Conn exchanges with the kernel to a text file, and [Replay] answers from such a file:
// one run as root becomes a test that anyone can run.
package nltest
