package nl

import (
	"strconv"
	"strings"
	"syscall"

	"github.com/nlgen/nlgen/runtime/wire"
)

// An Error is the kernel's refusal of a request.
//
// errors.Is finds the errno behind it, and with it fs.ErrNotExist (ENOENT), fs.ErrExist (EEXIST) and
// fs.ErrPermission (EPERM, EACCES).
type Error struct {
	Family, Op string
	Errno      syscall.Errno
	Message    string  // the kernel's words, often empty
	Path       string  // the attribute that was refused, as in "linkinfo.data.id" or "peers[3].allowed-ips[0]"
	Missing    string  // the attribute that the request lacks, with the path of its nest
	Policy     *Policy // what the attribute has to be, nil when the kernel did not say
	Cookie     []byte  // for the family's own purposes
}

// Error returns "<family> <op>: <path>: <errno>: <message> (<limits, missing attribute>)", without what the
// kernel did not tell.
func (e *Error) Error() string {
	b := make([]byte, 0, 128)
	b = append(b, e.Family...)
	b = append(b, ' ')
	b = append(b, e.Op...)
	for _, part := range []string{e.Path, errnoText(e.Errno), e.Message} {
		if part != "" {
			b = append(append(b, ": "...), part...)
		}
	}
	var notes []string
	if e.Missing != "" {
		notes = append(notes, "missing "+e.Missing)
	}
	if e.Policy != nil {
		if limits := e.Policy.limits(); len(limits) > 0 {
			notes = append(notes, limits...)
		} else if e.Policy.Type != "" {
			notes = append(notes, "want "+e.Policy.Type)
		}
	}
	if len(notes) > 0 {
		b = append(append(append(b, " ("...), strings.Join(notes, ", ")...), ')')
	}
	return string(b)
}

// Unwrap returns the errno.
func (e *Error) Unwrap() error { return e.Errno }

func errnoText(e syscall.Errno) string {
	if e == 0 {
		return "errno 0"
	}
	return e.Error()
}

// A Warning is what the kernel says about a request that it has carried out.
type Warning struct {
	Family, Op string
	Message    string
	Path       string // the attribute that it is about, "" when the kernel did not say
	Cookie     []byte
}

// String returns "<family> <op>: <path>: <message>".
func (w *Warning) String() string {
	s := w.Family + " " + w.Op + ": "
	if w.Path != "" {
		s += w.Path + ": "
	}
	return s + w.Message
}

// newError makes an Error of a negative errno. request is the whole request, from struct nlmsghdr on.
func newError(op *Op, errno int32, ack *extendedAck, request []byte) *Error {
	e := &Error{
		Family:  op.Family.Name,
		Op:      op.Name,
		Errno:   toErrno(errno),
		Message: string(ack.message),
		Policy:  parsePolicy(ack.policy),
		Cookie:  cloned(ack.cookie),
	}
	if ack.offset != 0 {
		e.Path = attributePath(op, request, ack.offset)
	}
	if ack.missing {
		e.Missing = missingPath(op, request, ack.missNest, ack.missType)
	}
	return e
}

// newWarning returns nil when the kernel had nothing to say.
func newWarning(op *Op, ack *extendedAck, request []byte) *Warning {
	if len(ack.message) == 0 && len(ack.cookie) == 0 {
		return nil
	}
	w := &Warning{Family: op.Family.Name, Op: op.Name, Message: string(ack.message), Cookie: cloned(ack.cookie)}
	if ack.offset != 0 {
		w.Path = attributePath(op, request, ack.offset)
	}
	return w
}

// toErrno accepts both signs, since a few families forget the minus.
func toErrno(n int32) syscall.Errno {
	if n < 0 {
		return syscall.Errno(-int64(n))
	}
	return syscall.Errno(n)
}

func cloned(b []byte) []byte {
	if b == nil {
		return nil
	}
	return append([]byte{}, b...)
}

// attributePath names the attribute that covers an offset of the request. The kernel counts from struct
// nlmsghdr, the schema from the fixed header.
func attributePath(op *Op, request []byte, offset uint32) string {
	msg, at, ok := inMessage(op, request, offset)
	if ok {
		if path, ok := op.Family.Schema.Path(op.RequestSet, msg, at); ok {
			return path
		}
	}
	return "byte " + strconv.FormatUint(uint64(offset), 10)
}

// missingPath names an attribute that the nest at an offset of the request lacks; 0 is the message itself.
func missingPath(op *Op, request []byte, nest, id uint32) string {
	msg, at, ok := inMessage(op, request, nest)
	if nest == 0 {
		at, ok = -1, op.set(op.RequestSet) != nil
	}
	if !ok || id > wire.TypeMask {
		return "attribute " + strconv.FormatUint(uint64(id), 10)
	}
	return op.Family.Schema.MissingPath(op.RequestSet, msg, at, uint16(id))
}

// inMessage turns an offset of the request into one of the family's own bytes.
func inMessage(op *Op, request []byte, offset uint32) (msg []byte, at int, ok bool) {
	start := headerLen + op.Family.prefix()
	if len(request) < start {
		return nil, 0, false
	}
	msg = request[start:]
	if op.set(op.RequestSet) == nil || int64(offset) < int64(start) || int64(offset) >= int64(len(request)) {
		return msg, 0, false
	}
	return msg, int(offset) - start, true
}
