package nl

import (
	"errors"
	"io/fs"
	"net"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/runtime/wire"
)

func TestErrorText(t *testing.T) {
	range4094 := &Policy{Type: "u16", Min: U64(1), Max: U64(4094)}
	tests := []struct {
		want string
		err  Error
	}{
		{"rt-link newlink: invalid argument", Error{Errno: syscall.EINVAL}},
		{"rt-link newlink: linkinfo.data.id: invalid argument: out of bounds (range 1..4094)",
			Error{Errno: syscall.EINVAL, Path: "linkinfo.data.id", Message: "out of bounds", Policy: range4094}},
		{"rt-link newlink: invalid argument (missing linkinfo.kind)", Error{Errno: syscall.EINVAL, Missing: "linkinfo.kind"}},
		{"rt-link newlink: mtu: invalid argument (want u32)", Error{Errno: syscall.EINVAL, Path: "mtu", Policy: &Policy{Type: "u32"}}},
		{"rt-link newlink: invalid argument: no (missing mtu, range 1..4094)",
			Error{Errno: syscall.EINVAL, Message: "no", Missing: "mtu", Policy: range4094}},
	}
	for _, tt := range tests {
		tt.err.Family, tt.err.Op = "rt-link", "newlink"
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

func TestErrorIs(t *testing.T) {
	tests := []struct {
		errno  syscall.Errno
		target error
	}{
		{syscall.ENOENT, fs.ErrNotExist}, {syscall.EEXIST, fs.ErrExist}, {syscall.EPERM, fs.ErrPermission},
		{syscall.EACCES, fs.ErrPermission}, {syscall.ENODEV, syscall.ENODEV},
	}
	for _, tt := range tests {
		var err error = &Error{Errno: tt.errno}
		if !errors.Is(err, tt.target) || !errors.Is(err, tt.errno) {
			t.Errorf("%v is not %v", err, tt.target)
		}
		if errors.Is(err, syscall.EBADMSG) {
			t.Errorf("%v is EBADMSG", err)
		}
	}
	if !errors.Is(ErrClosed, net.ErrClosed) {
		t.Error("ErrClosed is not net.ErrClosed")
	}
	if !errors.Is(&OverrunError{}, syscall.ENOBUFS) {
		t.Error("an OverrunError is not ENOBUFS")
	}
	if err := error(&InterruptedError{Err: ErrDumpInterrupted}); !errors.Is(err, ErrDumpInterrupted) {
		t.Error("an InterruptedError is not ErrDumpInterrupted")
	}
}

// pathOp sends {header of 4 bytes, a u32 1 "size", nest 2 "inner" {u32 3 "id"}}.
var pathOp = Op{Family: &Family{Name: "test", Schema: &wire.Schema{Sets: []wire.Set{
	{Name: "outer", Header: 4, HeaderName: "hdr", Attrs: []wire.AttrInfo{
		{ID: 1, Name: "size", Kind: wire.KindU32, Ref: -1},
		{ID: 2, Name: "inner", Kind: wire.KindNest, Ref: 1},
	}},
	{Name: "inner", Attrs: []wire.AttrInfo{{ID: 3, Name: "id", Kind: wire.KindU32, Ref: -1}}},
}}}, Name: "do"}

func TestErrorPaths(t *testing.T) {
	body := join4(make([]byte, 4), attr(1, u32bytes(5)), attr(0x8000|2, attr(3, u32bytes(6))))
	generic := pathOp
	f := *pathOp.Family
	f.Generic = true
	generic.Family = &f
	bare := Op{Family: &Family{Name: "test"}, Name: "do"}
	tests := []struct {
		name          string
		op            *Op
		ack           extendedAck
		path, missing string
	}{
		{"first attribute", &pathOp, extendedAck{offset: 20}, "size", ""},
		{"nest", &pathOp, extendedAck{offset: 28}, "inner", ""},
		{"nested attribute", &pathOp, extendedAck{offset: 32}, "inner.id", ""},
		{"header", &pathOp, extendedAck{offset: 16}, "header", ""},
		{"inside struct nlmsghdr", &pathOp, extendedAck{offset: 8}, "byte 8", ""},
		{"beyond the end", &pathOp, extendedAck{offset: 4000}, "byte 4000", ""},
		{"offset of 4 GiB", &pathOp, extendedAck{offset: 0xffffffff}, "byte 4294967295", ""},
		{"generic", &generic, extendedAck{offset: 36}, "inner.id", ""},
		{"missing at the top", &pathOp, extendedAck{missing: true, missType: 1}, "", "size"},
		{"missing in a nest", &pathOp, extendedAck{missing: true, missType: 3, missNest: 28}, "", "inner.id"},
		{"missing in a generic nest", &generic, extendedAck{missing: true, missType: 3, missNest: 32}, "", "inner.id"},
		{"missing and unknown", &pathOp, extendedAck{missing: true, missType: 99999}, "", "attribute 99999"},
		{"no schema", &bare, extendedAck{offset: 20, missing: true, missType: 1}, "byte 20", "attribute 1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			request := append(make([]byte, headerLen+tt.op.Family.prefix()), body...)
			e := newError(tt.op, -22, &tt.ack, request)
			if diff := cmp.Diff([]string{tt.path, tt.missing}, []string{e.Path, e.Missing}); diff != "" {
				t.Errorf("path and missing (-want +got):\n%s", diff)
			}
		})
	}
}

func TestErrnoSigns(t *testing.T) {
	for _, n := range []int32{-22, 22} {
		if e := newError(&pathOp, n, &extendedAck{}, nil); e.Errno != syscall.EINVAL {
			t.Errorf("errno %d became %v", n, e.Errno)
		}
	}
}
