package nl

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/nlgen/nlgen/runtime/wire"
)

// LevelHex is the level below slog.LevelDebug at which a [Options].Logger gets the bytes of messages, too.
const LevelHex = slog.LevelDebug - 4

// traceVariable is the environment variable that turns tracing to standard error on: 1 shows messages by the names
// of their schema, hex shows their bytes, too.
const traceVariable = "NLGEN_TRACE"

// tracer writes messages to a logger. Nil writes nothing.
type tracer struct {
	log *slog.Logger
	hex bool
}

// newTracer returns nil when nobody wants to see messages.
func newTracer(log *slog.Logger, env string, w io.Writer) *tracer {
	ctx := context.Background()
	switch {
	case log != nil && log.Enabled(ctx, slog.LevelDebug):
		return &tracer{log: log, hex: log.Enabled(ctx, LevelHex)}
	case env == "" || env == "0":
		if log != nil {
			return &tracer{log: log}
		}
		return nil
	}
	return &tracer{log: slog.New(&traceHandler{w: w}), hex: env == "hex"}
}

// on reports whether messages are wanted.
func (t *tracer) on() bool {
	return t != nil && t.log.Enabled(context.Background(), slog.LevelDebug)
}

// warn tells of something that the program should know about.
func (t *tracer) warn(what string, args ...any) {
	if t != nil {
		t.log.Warn(what, args...)
	}
}

// note tells of something that the runtime does by itself.
func (t *tracer) note(what string, args ...any) {
	if t != nil {
		t.log.Info(what, args...)
	}
}

// sent traces a request.
func (t *tracer) sent(op *Op, port, to uint32, request []byte) {
	if !t.on() {
		return
	}
	h, body, _, _ := split(request)
	t.write("netlink send", op.Family, op.Name, op.RequestSet, h, body, "socket", port, "to", to)
}

// received traces a message that answers a request.
func (t *tracer) received(op *Op, port uint32, h header, body []byte) {
	if t.on() {
		t.write("netlink receive", op.Family, op.Name, op.ReplySet, h, body, "socket", port)
	}
}

// event traces a notification.
func (t *tracer) event(f *Family, op string, set int, h header, body []byte, group uint32) {
	if t.on() {
		t.write("netlink event", f, op, set, h, body, "group", group)
	}
}

// dropped traces a message that nobody waits for, or a datagram of the wrong sender.
func (t *tracer) dropped(reason string, b []byte, from uint32) {
	if !t.on() {
		return
	}
	args := []any{"reason", reason, "from", from, "length", len(b)}
	if h, _, _, ok := split(b); ok {
		args = append(args, "type", h.typ, "seq", h.seq, "port", h.port)
	}
	if t.hex {
		args = append(args, "hex", hex.EncodeToString(b))
	}
	t.log.Debug("netlink drop", args...)
}

// write logs a message. body is what follows struct nlmsghdr.
func (t *tracer) write(what string, f *Family, op string, set int, h header, body []byte, more ...any) {
	args := append([]any{"family", f.Name, "op", op, "type", typeName(h.typ), "flags", fmt.Sprintf("%#x", h.flags),
		"seq", h.seq, "port", h.port, "length", headerLen + len(body)}, more...)
	if text := t.text(f, set, h, body); text != "" {
		args = append(args, "message", text)
	}
	if t.hex {
		args = append(args, "hex", hex.EncodeToString(body))
	}
	t.log.Debug(what, args...)
}

// text describes the body by names.
func (t *tracer) text(f *Family, set int, h header, body []byte) string {
	var b strings.Builder
	switch {
	case h.typ == typeError:
		if errno, ack, ok := parseError(h, body); ok {
			return ackText(errno, &ack)
		}
	case h.typ == typeDone:
		errno, ack := parseDone(h, body)
		return ackText(min(errno, 0), &ack)
	case h.typ < minType || len(body) < f.prefix():
	default:
		if n := f.prefix(); n > 0 {
			fmt.Fprintf(&b, "command: %d\n", body[0])
			body = body[n:]
		}
		s := f.Schema
		if s == nil || set < 0 || set >= len(s.Sets) {
			s, set = &wire.Schema{}, -1
		}
		s.Dump(&b, set, body)
	}
	return b.String()
}

func ackText(errno int32, ack *extendedAck) string {
	text := "success"
	if errno != 0 {
		text = errnoText(toErrno(errno))
	}
	if len(ack.message) > 0 {
		text += ": " + string(ack.message)
	}
	if ack.offset != 0 {
		text += fmt.Sprintf(" (offset %d)", ack.offset)
	}
	return text + "\n"
}

func typeName(t uint16) string {
	switch t {
	case typeError:
		return "ERROR"
	case typeDone:
		return "DONE"
	}
	return fmt.Sprint(t)
}

// traceTo is the tracer of a Conn's options and environment.
func traceTo(o *Options) *tracer { return newTracer(o.Logger, os.Getenv(traceVariable), os.Stderr) }
