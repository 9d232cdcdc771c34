package nltest_test

import (
	"context"
	"fmt"
	"syscall"

	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/nltest"
)

// A kernel with one link answers the generated client.
func Example() {
	k := nltest.New()
	k.Handle(nl.Route, 18, nltest.Get(16, func(req *rtlink.Link) (*rtlink.Link, error) {
		if req.Ifname != nl.Str("eth0") {
			return nil, syscall.ENODEV
		}
		return &rtlink.Link{Ifname: req.Ifname, MTU: nl.U32(1500)}, nil
	}))
	conn, err := nl.Dial(nl.Route, nl.Options{Transport: k})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close()
	links := rtlink.New(conn)

	eth0, err := links.GetLink(context.Background(), &rtlink.Link{Ifname: nl.Str("eth0")})
	fmt.Println(eth0.MTU, err)
	_, err = links.GetLink(context.Background(), &rtlink.Link{Ifname: nl.Str("eth1")})
	fmt.Println(err)
	// Output:
	// 1500 <nil>
	// rt-link getlink: no such device
}

// A dump is interrupted once; Collect tries again.
func ExampleKernel_Inject() {
	k := nltest.New()
	k.HandleDump(nl.Route, 18, nltest.Dump(16, func(*rtlink.Link) ([]*rtlink.Link, error) {
		return []*rtlink.Link{{Ifname: nl.Str("lo")}, {Ifname: nl.Str("eth0")}}, nil
	}))
	conn, err := nl.Dial(nl.Route, nl.Options{Transport: k})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close()

	k.Inject(nltest.Interrupt(-1))
	var tries int
	all, err := nl.Collect(rtlink.New(conn).GetLinkDump(context.Background(), nil), nl.CountAttempts(&tries))
	fmt.Println(len(all), "links after", tries, "attempts:", err)
	// Output: 2 links after 2 attempts: <nil>
}

// A refusal points at the attribute, as the kernel's extended acknowledgements do.
func ExampleRefusal() {
	k := nltest.New()
	k.Handle(nl.Route, 19, func(a *nltest.Answer, r *nltest.Request) {
		a.Fail(&nltest.Refusal{Errno: syscall.EINVAL, Message: "too large", Offset: r.Offset(16, 4)})
	})
	conn, err := nl.Dial(nl.Route, nl.Options{Transport: k})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close()
	err = rtlink.New(conn).SetLink(context.Background(), &rtlink.Link{Ifname: nl.Str("eth0"), MTU: nl.U32(70000)})
	fmt.Println(err)
	// Output: rt-link setlink: mtu: invalid argument: too large
}
