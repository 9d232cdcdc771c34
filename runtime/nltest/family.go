package nltest

import (
	"slices"
	"syscall"

	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/wire"
)

// Numbers of the generic netlink controller.
const (
	controllerID    = 16
	controllerGroup = 16
	getFamily       = 3
	newFamily       = 1
	delFamily       = 2
)

// A Family is a generic netlink family of the fake kernel.
type Family struct {
	k       *Kernel
	name    string
	version uint32
	groups  []string
	first   uint32 // number of the first group
	id      uint16 // 0 while it is removed
}

// Family registers a generic netlink family, with the names of its multicast groups. Ids and group numbers are given
// out in turn, as the kernel does.
func (k *Kernel) Family(name string, version uint8, groups ...string) *Family {
	k.mu.Lock()
	f := &Family{k: k, name: name, version: uint32(version), groups: groups, first: k.group + 1}
	k.group += uint32(len(groups))
	k.families = append(k.families, f)
	k.mu.Unlock()
	f.Restore()
	return f
}

// ID returns the family's message type, 0 while it is removed.
func (f *Family) ID() uint16 {
	f.k.mu.Lock()
	defer f.k.mu.Unlock()
	return f.id
}

// Handle sets what answers requests with a command.
func (f *Family) Handle(command uint8, h Handler) {
	f.k.handle(target{protocol: nl.Generic, number: uint16(command), family: f}, h)
}

// HandleDump sets what answers dump requests with a command.
func (f *Family) HandleDump(command uint8, h Handler) {
	f.k.handle(target{protocol: nl.Generic, number: uint16(command), family: f, dump: true}, h)
}

// Remove takes the family away, as unloading its module does. The controller's group hears of it.
func (f *Family) Remove() {
	f.k.mu.Lock()
	b := f.describe()
	f.id = 0
	f.k.mu.Unlock()
	f.k.emitRaw(nl.Generic, Event{Group: controllerGroup, Type: controllerID}, append([]byte{delFamily, 2, 0, 0}, b...))
}

// Restore registers the family again, under another id. The controller's group hears of it.
func (f *Family) Restore() {
	f.k.mu.Lock()
	f.k.family++
	f.id = f.k.family
	b := f.describe()
	f.k.mu.Unlock()
	f.k.emitRaw(nl.Generic, Event{Group: controllerGroup, Type: controllerID}, append([]byte{newFamily, 2, 0, 0}, b...))
}

// Emit sends a notification to one of the family's groups and returns how many sockets got it.
func (f *Family) Emit(group string, command uint8, m wire.Message) (int, error) {
	i := slices.Index(f.groups, group)
	if i < 0 {
		return 0, nl.ErrGroupNotFound
	}
	b, err := encode(m)
	if err != nil {
		return 0, err
	}
	e := Event{Group: f.first + uint32(i), Type: f.ID()}
	return f.k.emitRaw(nl.Generic, e, append([]byte{command, byte(f.version), 0, 0}, b...)), nil
}

// describe encodes what the controller says about the family.
func (f *Family) describe() []byte {
	e := wire.NewEncoder(nil)
	e.U16(1, wire.Some(f.id))
	e.String(2, wire.Some(f.name))
	e.U32(3, wire.Some(f.version))
	e.U32(4, wire.Some(uint32(0)))
	e.U32(5, wire.Some(uint32(0)))
	if len(f.groups) > 0 {
		list := e.Nest(7)
		for i, name := range f.groups {
			group := e.Nest(uint16(i + 1))
			e.U32(2, wire.Some(f.first+uint32(i)))
			e.String(1, wire.Some(name))
			e.End(group)
		}
		e.End(list)
	}
	b, err := e.Done(&wire.Schema{}, -1)
	if err != nil { // a name with a NUL, or 65 kB of groups
		panic("nltest: family " + f.name + ": " + err.Error())
	}
	return b
}

// byID returns a registered family.
func (k *Kernel) byID(id uint16) *Family {
	for _, f := range k.families {
		if f.id == id {
			return f
		}
	}
	return nil
}

// controllerRequest is the part of the controller's request that names a family.
type controllerRequest struct {
	id   wire.Opt[uint16]
	name wire.Opt[string]
}

func (*controllerRequest) Encode(*wire.Encoder) {}

func (c *controllerRequest) Decode(d *wire.Decoder) {
	for d.Next() {
		switch d.Type() {
		case 1:
			c.id = d.U16()
		case 2:
			c.name = d.String()
		}
	}
}

// getFamily is the controller's handler.
func (k *Kernel) getFamily(a *Answer, r *Request) {
	var req controllerRequest
	if err := r.Decode(&req); err != nil {
		a.Fail(err)
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if a.dump {
		for _, f := range k.families {
			if f.id != 0 {
				a.SendRaw(newFamily, 0, f.describe())
			}
		}
		return
	}
	if !req.id.IsSet() && !req.name.IsSet() {
		a.Fail(syscall.EINVAL)
		return
	}
	for _, f := range k.families {
		if f.id != 0 && req.id.Or(f.id) == f.id && req.name.Or(f.name) == f.name {
			a.SendRaw(newFamily, 0, f.describe())
			return
		}
	}
	a.Fail(syscall.ENOENT)
}
