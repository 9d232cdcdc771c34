//go:build linux

package nl_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"net/netip"
	"syscall"
	"time"

	"github.com/nlgen/nlgen/generated/nlctrl"
	"github.com/nlgen/nlgen/generated/rtaddr"
	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/generated/rtroute"
	"github.com/nlgen/nlgen/runtime/nl"
)

func ExampleDial() {
	ctx := context.Background()
	conn, err := nl.Dial(nl.Route, nl.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()

	lo, err := rtlink.New(conn).GetLink(ctx, &rtlink.Link{Ifname: nl.Str("lo")})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("loopback has index", lo.Header.Index)

	// Clients of several families can share a Conn. Those of one protocol only: nlctrl needs another.
	filter := &rtaddr.Addr{Header: rtaddr.Ifaddrmsg{Index: uint32(lo.Header.Index)}}
	for a, err := range rtaddr.New(conn).GetAddrDump(ctx, filter) {
		if err != nil {
			log.Fatal(err)
		}
		if !a.Address.IsLoopback() {
			fmt.Println("and carries", a.Address, "too")
		}
	}
	// Output: loopback has index 1
}

func ExampleDial_namespace() {
	ctx := context.Background()
	blue, err := nl.Dial(nl.Route, nl.Options{NetNS: nl.NetNSPath("/run/netns/blue")})
	if err != nil {
		log.Fatal(err)
	}
	defer blue.Close()

	// Every socket of the Conn is in that namespace, from whatever goroutine it is used.
	for l, err := range rtlink.New(blue).GetLinkDump(ctx, nil) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(l.Ifname)
	}
}

func ExampleGet() {
	conn, err := nl.Dial(nl.Generic, nl.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()

	// A generated method is a call of Get, Do, Dump or DumpInto. A context ends the waiting.
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	f, err := nlctrl.New(conn).GetFamily(ctx, &nlctrl.Ctrl{FamilyName: nl.Str("nlctrl")})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(f.FamilyName, "has the id", f.FamilyID)
	// Output: nlctrl has the id 16
}

func ExampleDump() {
	ctx := context.Background()
	c, err := rtlink.Dial(nl.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	// The loop may be left at any time.
	for l, err := range c.GetLinkDump(ctx, nil) {
		if err != nil {
			log.Fatal(err)
		}
		if l.Header.Flags.Has(rtlink.IfinfoFlagsLoopback) {
			fmt.Println("loopback is called", l.Ifname)
			break
		}
	}
	// Output: loopback is called lo
}

func ExampleDumpInto() {
	ctx := context.Background()
	c, err := rtroute.Dial(nl.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	// One value serves all routes, so a million of them cost no more memory than one. What is to outlive a step
	// must be copied, as the number here is.
	var r rtroute.Route
	perTable := map[uint32]int{}
	for err := range c.GetRouteDumpInto(ctx, nil, &r) {
		if err != nil {
			log.Fatal(err)
		}
		perTable[r.Table.Value()]++
	}
	fmt.Println(perTable)
}

func ExampleCollect() {
	ctx := context.Background()
	c, err := rtlink.Dial(nl.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	var attempts int
	links, err := nl.Collect(c.GetLinkDump(ctx, nil), nl.Attempts(3), nl.CountAttempts(&attempts))
	if errors.Is(err, nl.ErrDumpInterrupted) {
		log.Print("links change all the time, the list may have gaps: ", err)
	} else if err != nil {
		log.Fatal(err)
	}
	fmt.Println("first of the list:", links[0].Ifname)
	// Output: first of the list: lo
}

func ExampleSubscribe() {
	ctx := context.Background()
	conn, err := nl.Dial(nl.Route, nl.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()

	// Links and routes in the order in which they change.
	sub, err := nl.Subscribe(ctx, conn, rtlink.Events(rtlink.GroupLink), rtroute.Events(rtroute.GroupIPv4Route))
	if err != nil {
		log.Fatal(err)
	}
	defer sub.Close()

	for event, err := range sub.All() {
		var overrun *nl.OverrunError
		switch {
		case errors.As(err, &overrun):
			fmt.Println("list everything again:", err) // and go on
			continue
		case err != nil:
			log.Fatal(err)
		}
		switch event := event.(type) {
		case *rtlink.NewLinkNotification:
			fmt.Println("link", event.Link.Ifname, event.Link.Operstate)
		case *rtlink.DelLinkNotification:
			fmt.Println("link", event.Link.Ifname, "is gone")
		case *rtroute.NewRouteNotification:
			replaced := event.Flags&uint16(nl.Replace) != 0
			fmt.Println("route", event.Route.Dst, event.Route.Header.DstLen, "instead of another:", replaced)
		}
	}
}

func ExampleFlags() {
	ctx := context.Background()
	c, err := rtlink.Dial(nl.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	bridge := &rtlink.Link{
		Ifname:   nl.Str("br0"),
		Linkinfo: &rtlink.Linkinfo{Data: &rtlink.LinkinfoDataBridge{}},
	}
	err = c.NewLink(ctx, bridge, nl.Create|nl.Excl)
	if errors.Is(err, fs.ErrExist) {
		fmt.Println("br0 is there")
	}
}

func ExampleEcho() {
	ctx := context.Background()
	c, err := rtlink.Dial(nl.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	// The kernel chooses the name and the index, and tells them.
	var made rtlink.Link
	err = c.NewLink(ctx, &rtlink.Link{
		Ifname:   nl.Str("br%d"),
		Linkinfo: &rtlink.Linkinfo{Data: &rtlink.LinkinfoDataBridge{}},
	}, nl.Create|nl.Excl, nl.Echo(&made))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(made.Ifname, made.Header.Index)
}

func ExampleError() {
	ctx := context.Background()
	c, err := rtlink.Dial(nl.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	_, err = c.GetLink(ctx, &rtlink.Link{Ifname: nl.Str("longer-than-a-link-can-be-called")})
	var refused *nl.Error
	if errors.As(err, &refused) {
		fmt.Println("operation:", refused.Op)
		fmt.Println("attribute:", refused.Path)
		fmt.Println("too long:", refused.Errno == syscall.ERANGE)
	}
	// Output:
	// operation: getlink
	// attribute: ifname
	// too long: true
}

func ExampleError_notExist() {
	ctx := context.Background()
	c, err := nlctrl.Dial(nl.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	_, err = c.GetFamily(ctx, &nlctrl.Ctrl{FamilyName: nl.Str("nobody")})
	fmt.Println(errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOENT))
	fmt.Println(err)
	// Output:
	// true true
	// nlctrl getfamily: no such file or directory
}

func ExampleWarnings() {
	ctx := context.Background()
	c, err := rtlink.Dial(nl.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	err = c.SetLink(ctx, &rtlink.Link{Ifname: nl.Str("eth0"), MTU: nl.U32(9000)},
		nl.Warnings(func(w *nl.Warning) { log.Print("done, but: ", w) }))
	if err != nil {
		log.Fatal(err)
	}
}

// A process that answers, and one that asks, both of them here.
func ExampleBatch() {
	ctx := context.Background()
	conn, err := nl.Dial(nl.Route, nl.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()

	// The batch takes requests from this function some hundreds at a time, however many there are.
	names := []string{"lo", "none0", "lo"}
	links := make([]rtlink.Link, len(names))
	requests := func(yield func(nl.Request) bool) {
		for i, name := range names {
			if !yield(rtlink.GetLinkRequest(&rtlink.Link{Ifname: nl.Str(name)}, &links[i])) {
				return
			}
		}
	}
	for i, err := range nl.Batch(ctx, conn, requests) {
		fmt.Println(names[i], links[i].Header.Index, err)
	}
	// Output:
	// lo 1 <nil>
	// none0 0 rt-link getlink: no such device
	// lo 1 <nil>
}

func ExampleErrorsOnly() {
	ctx := context.Background()
	conn, err := nl.Dial(nl.Route, nl.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()

	// A blackhole for each address of a /16. One message serves all requests: each is encoded as it is taken.
	route := rtroute.Route{Header: rtroute.Rtmsg{Family: syscall.AF_INET, DstLen: 32, Table: rtroute.RtTableMain,
		Protocol: rtroute.RtProtocolStatic, Type: rtroute.RtmTypeBlackhole}}
	requests := func(yield func(nl.Request) bool) {
		for i := range 1 << 16 {
			route.Dst = netip.AddrFrom4([4]byte{203, 0, byte(i >> 8), byte(i)})
			if !yield(rtroute.NewRouteRequest(&route, nl.Create, nl.Replace)) {
				return
			}
		}
	}
	for i, err := range nl.Batch(ctx, conn, requests, nl.ErrorsOnly) {
		if err != nil {
			fmt.Println("route", i, err) // such as: rt-route newroute: network is unreachable
		}
	}
}

func ExampleTo() {
	ctx := context.Background()
	conn, err := nl.Dial(nl.UserSock, nl.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()

	// The one that answers has a socket with an address of its own.
	socket, err := conn.Pin(ctx)
	if err != nil {
		log.Fatal(err)
	}
	defer socket.Close()
	go func() {
		for event, err := range socket.Events(ctx, nl.AnySender) {
			if err != nil {
				return // the socket has been closed
			}
			question := event.(*nl.RawNotification)
			answer := make([]byte, 16, 32) // struct nlmsghdr
			answer = append(answer, "answer to "...)
			answer = append(answer, question.Data...)
			binary.NativeEndian.PutUint32(answer[0:], uint32(len(answer)))
			binary.NativeEndian.PutUint16(answer[4:], question.Command)
			binary.NativeEndian.PutUint32(answer[8:], question.Seq)
			if err := socket.Send(ctx, answer, question.Sender); err != nil {
				log.Print(err)
			}
		}
	}()

	// The one that asks makes calls as with the kernel. Processes send no acknowledgements.
	ask := nl.Op{Family: &nl.Family{Name: "chat", Protocol: nl.UserSock}, Name: "ask", Request: 16, Reply: 16, Reads: true}
	question := nl.RawMessage("question")
	answer, err := nl.Get[nl.RawMessage](ctx, conn, &ask, &question, nl.To(socket.Port()), nl.NoAck)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", *answer)
	// Output: answer to question
}
