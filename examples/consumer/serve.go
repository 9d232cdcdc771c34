package main

import (
	"context"
	"encoding"
	"encoding/binary"
	"syscall"

	"example/consumer/directory"
	"github.com/nlgen/nlgen/runtime/nl"
)

// Message types: those of schemas/directory.yaml, and netlink's own for refusals.
const (
	typeError    = 2
	typeGetEntry = 16
	typeEntry    = 17
)

// serve answers requests until the context ends.
func serve(ctx context.Context, socket *nl.Pinned, entries map[string]*directory.Entry) error {
	for n, err := range socket.Events(ctx, nl.AnySender) {
		if err != nil {
			return err
		}
		request, ok := n.(*nl.RawNotification)
		if !ok || request.Command != typeGetEntry {
			continue
		}
		reply, err := answer(request, entries)
		if err != nil {
			return err
		}
		if err := socket.Send(ctx, reply, request.Sender); err != nil {
			return err
		}
	}
	return nil
}

// answer returns the message that answers a request.
func answer(request *nl.RawNotification, entries map[string]*directory.Entry) ([]byte, error) {
	var asked directory.Entry
	if err := asked.UnmarshalBinary(request.Data); err != nil {
		return message(typeError, request, refusal(syscall.EINVAL))
	}
	found := entries[asked.Name.Value()]
	if found == nil {
		return message(typeError, request, refusal(syscall.ENOENT))
	}
	e := *found
	e.Name = asked.Name
	return message(typeEntry, request, &e)
}

// message puts struct nlmsghdr in front of a body: it carries the request's sequence number and its sender's port.
func message(typ uint16, request *nl.RawNotification, body encoding.BinaryAppender) ([]byte, error) {
	b, err := body.AppendBinary(make([]byte, 16))
	binary.NativeEndian.PutUint32(b[0:], uint32(len(b)))
	binary.NativeEndian.PutUint16(b[4:], typ)
	binary.NativeEndian.PutUint32(b[8:], request.Seq)
	binary.NativeEndian.PutUint32(b[12:], request.Sender)
	return b, err
}

// A refusal is the body of struct nlmsgerr: the negative errno, and the refused request's header, here empty.
type refusal syscall.Errno

func (r refusal) AppendBinary(b []byte) ([]byte, error) {
	b = binary.NativeEndian.AppendUint32(b, uint32(-int32(r)))
	return append(b, make([]byte, 16)...), nil
}
