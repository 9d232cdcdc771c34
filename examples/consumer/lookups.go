package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"

	"example/consumer/directory"
	"github.com/nlgen/nlgen/runtime/nl"
)

var entries = map[string]*directory.Entry{
	"printer": {
		Header: directory.EntryHeader{Version: 1, Scope: directory.ScopeSite, TTL: 3600},
		Data: &directory.EntryDataHost{
			Address: []netip.Addr{netip.MustParseAddr("192.0.2.9"), netip.MustParseAddr("2001:db8::9")},
			MAC:     net.HardwareAddr{2, 0, 0, 0, 0, 9},
		},
	},
	"web": {
		Header: directory.EntryHeader{Version: 4, Scope: directory.ScopeHost, TTL: 60},
		Data:   &directory.EntryDataService{Host: nl.Str("printer"), Port: nl.U16(8080)},
	},
}

// lookups starts a directory of the protocol that schemas/directory.yaml describes, and asks it.
func lookups(ctx context.Context) error {
	conn, err := nl.Dial(nl.UserSock, nl.Options{})
	if err != nil {
		return err
	}
	defer conn.Close()
	socket, err := conn.Pin(ctx)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- serve(ctx, socket, entries) }()

	err = ask(ctx, conn, socket.Port(), "printer", "web", "fax")
	stop()
	if serr := <-served; !errors.Is(serr, context.Canceled) {
		err = errors.Join(err, serr)
	}
	return err
}

// ask looks names up in the directory behind a port.
func ask(ctx context.Context, conn *nl.Conn, port uint32, names ...string) error {
	c := directory.New(conn)
	for _, name := range names {
		e, err := c.GetEntry(ctx, &directory.Entry{Name: nl.Str(name)}, nl.To(port), nl.NoAck)
		if errors.Is(err, fs.ErrNotExist) {
			fmt.Printf("%s: %v\n", name, err)
			continue
		}
		if err != nil {
			return err
		}
		fmt.Printf("%s: %s, version %d, for the %s, ", e.Name, e.Kind, e.Header.Version, e.Header.Scope)
		switch data := e.Data.(type) {
		case *directory.EntryDataHost:
			fmt.Printf("addresses %v, mac %v\n", data.Address, data.MAC)
		case *directory.EntryDataService:
			fmt.Printf("port %v of %v\n", data.Port, data.Host)
		}
	}
	return nil
}
