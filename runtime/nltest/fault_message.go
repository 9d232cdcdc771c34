package nltest

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// The faults below concern the message of the answer that has that number, from 0 on, or from -1 on backwards from
// the last one: the acknowledgement or DONE. What earlier faults have put in counts.

// part is one message of an answer. Neighbours of the same group share a datagram.
type part struct {
	Datagram
	group int
}

// edit changes the answer message by message.
func (x *Exchange) edit(f func(p []part) []part) {
	var parts []part
	for i, d := range x.Answer {
		if d.Data == nil {
			parts = append(parts, part{d, i})
			continue
		}
		for _, m := range split(d.Data) {
			d.Data = m
			parts = append(parts, part{d, i})
		}
	}
	x.Answer = nil
	parts = f(parts)
	for i, p := range parts {
		if i > 0 && p.group == parts[i-1].group && p.Err == nil && parts[i-1].Err == nil {
			last := &x.Answer[len(x.Answer)-1]
			last.Data = append(last.Data[:len(last.Data):len(last.Data)], p.Data...)
			continue
		}
		x.Answer = append(x.Answer, p.Datagram)
	}
}

// alone is the group of a message that shares its datagram with no other.
func (x *Exchange) alone() int {
	x.groups--
	return x.groups
}

// at makes a fault that replaces message i with what f returns.
func at(name string, i int, f func(x *Exchange, p part) []part) Fault {
	return Custom(fmt.Sprintf("%s (message %d)", name, i), func(x *Exchange) {
		x.edit(func(p []part) []part {
			n := i
			if n < 0 {
				n += len(p)
			}
			if n < 0 || n >= len(p) {
				return p
			}
			return slices.Concat(p[:n], f(x, p[n]), p[n+1:])
		})
	})
}

// Drop loses the message.
func Drop(i int) Fault {
	return at("message lost", i, func(*Exchange, part) []part { return nil })
}

// Duplicate sends the message twice.
func Duplicate(i int) Fault {
	return at("message doubled", i, func(_ *Exchange, p part) []part { return []part{p, p} })
}

// Repeat sends the message for ever, each time in a datagram of its own. What follows it never arrives.
func Repeat(i int) Fault {
	return at("message for ever", i, func(x *Exchange, p part) []part {
		p.Again, p.group = true, x.alone()
		return []part{p}
	})
}

// Cut takes bytes off the end of the message; its header promises them still.
func Cut(i, n int) Fault {
	return at("message cut", i, func(_ *Exchange, p part) []part {
		p.Data = p.Data[:max(0, len(p.Data)-n)]
		return []part{p}
	})
}

// Corrupt lets f change the bytes of the message.
func Corrupt(i int, f func(m []byte)) Fault {
	return at("message corrupted", i, func(_ *Exchange, p part) []part {
		p.Data = slices.Clone(p.Data)
		f(p.Data)
		return []part{p}
	})
}

// Oversize makes the datagram that begins with the message that many bytes long, by a NOOP message at its end. More
// than the receive buffer holds, 64 KiB at first, does not arrive.
func Oversize(i, size int) Fault {
	return at("datagram too large", i, func(_ *Exchange, p part) []part {
		if pad := size - len(p.Data) - headerLen; pad >= 0 {
			p.Data = slices.Concat(p.Data, build(header{typ: typeNoop}, make([]byte, pad)))
		}
		return []part{p}
	})
}

// SetFlags sets bits of the message's nlmsg_flags.
func SetFlags(i int, flags uint16) Fault {
	return Corrupt(i, func(m []byte) { setFlags(m, flags) })
}

func setFlags(m []byte, flags uint16) {
	if len(m) >= headerLen {
		binary.NativeEndian.PutUint16(m[6:], parse(m).flags|flags)
	}
}

// Interrupt marks a message of a dump with NLM_F_DUMP_INTR: objects changed meanwhile.
func Interrupt(i int) Fault {
	f := SetFlags(i, flagInterrupted)
	f.Name = fmt.Sprintf("dump interrupted (message %d)", i)
	return f
}

// FailDone makes the DONE of a dump carry an error.
func FailDone(err error) Fault {
	return Custom("error in DONE", func(x *Exchange) {
		x.edit(func(p []part) []part {
			if n := len(p) - 1; n >= 0 {
				p[n].Data = asRefusal(err).done(x.Request, Capped)
			}
			return p
		})
	})
}

// before makes a fault that puts something in front of message i, in a datagram of its own.
func before(name string, i int, f func(x *Exchange, p part) Datagram) Fault {
	return at(name, i, func(x *Exchange, p part) []part {
		d := f(x, p)
		if d.Port == 0 {
			d.NSID = -1
		}
		return []part{{d, x.alone()}, p}
	})
}

// FailReceive makes a receive fail before the message, with an error of the system such as ENOBUFS or EINTR.
func FailReceive(i int, err error) Fault {
	return before("receive fails", i, func(*Exchange, part) Datagram { return Datagram{Err: err} })
}

// Insert puts a datagram before the message.
func Insert(i int, d Datagram) Fault {
	return before("another datagram", i, func(*Exchange, part) Datagram { return d })
}

// Noop puts a NOOP message before the message.
func Noop(i int) Fault {
	return before("NOOP", i, func(x *Exchange, _ part) Datagram { return x.control(typeNoop) })
}

// Overrun puts an OVERRUN message before the message.
func Overrun(i int) Fault {
	return before("OVERRUN", i, func(x *Exchange, _ part) Datagram { return x.control(typeOverrun) })
}

func (x *Exchange) control(typ uint16) Datagram {
	return Datagram{Data: build(header{typ: typ, seq: x.Request.Seq, port: x.Request.Port}, nil)}
}

// StrayAck puts the acknowledgement of an earlier request before the message.
func StrayAck(i int) Fault {
	return before("stray acknowledgement", i, func(x *Exchange, _ part) Datagram {
		r := *x.Request
		r.Seq--
		return Datagram{Data: (*Refusal)(nil).ack(&r, Capped)}
	})
}

// Stale puts a copy of the message before it whose sequence number is off by that much.
func Stale(i int, by int32) Fault {
	return before("wrong sequence number", i, func(_ *Exchange, p part) Datagram {
		return p.altered(func(h *header) { h.seq += uint32(by) })
	})
}

// Foreign puts a copy of the message before it that is addressed to another port.
func Foreign(i int, port uint32) Fault {
	return before("another port's message", i, func(_ *Exchange, p part) Datagram {
		return p.altered(func(h *header) { h.port = port })
	})
}

// Retype puts a copy of the message before it that has another type.
func Retype(i int, typ uint16) Fault {
	return before("message of another type", i, func(_ *Exchange, p part) Datagram {
		return p.altered(func(h *header) { h.typ = typ })
	})
}

// Spoof puts an exact copy of the message before it that another process has sent.
func Spoof(i int, sender uint32) Fault {
	return before("spoofed message", i, func(_ *Exchange, p part) Datagram {
		d := p.altered(func(*header) {})
		d.Port = sender
		return d
	})
}

// altered returns a copy of the message with another header.
func (p part) altered(f func(h *header)) Datagram {
	d := p.Datagram
	d.Data = slices.Clone(p.Data)
	if len(d.Data) >= headerLen {
		h := parse(d.Data)
		f(&h)
		h.put(d.Data)
	}
	return d
}
