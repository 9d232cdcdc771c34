package nl

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/nlgen/nlgen/runtime/wire"
)

// Numbers of the generic netlink controller.
const (
	controllerName = "nlctrl"
	controllerID   = 16
	getFamily      = 3
	newFamily      = 1
)

// A FamilyInfo is what the generic netlink controller knows about a family. It is shared: do not change it.
type FamilyInfo struct {
	Name       string
	ID         uint16 // message type of the family
	Version    uint32
	HeaderSize uint32
	MaxAttr    uint32
	Groups     map[string]uint32
}

// controller is the family that resolves the others; its own id is fixed.
var controller = Family{Name: controllerName, Generic: true, Version: 2, Schema: &controllerSchema}

// controllerSchema has the names of what FamilyInfo reads, for traces and errors.
var controllerSchema = wire.Schema{Family: controllerName, Sets: []wire.Set{
	{Name: "ctrl-attrs", Attrs: []wire.AttrInfo{
		{ID: 1, Name: "family-id", Kind: wire.KindU16, Ref: -1},
		{ID: 2, Name: "family-name", Kind: wire.KindString, Ref: -1},
		{ID: 3, Name: "version", Kind: wire.KindU32, Ref: -1},
		{ID: 4, Name: "hdrsize", Kind: wire.KindU32, Ref: -1},
		{ID: 5, Name: "maxattr", Kind: wire.KindU32, Ref: -1},
		{ID: 7, Name: "mcast-groups", Kind: wire.KindArrayNest, Ref: 1},
	}},
	{Name: "mcast-group-attrs", Attrs: []wire.AttrInfo{
		{ID: 1, Name: "name", Kind: wire.KindString, Ref: -1},
		{ID: 2, Name: "id", Kind: wire.KindU32, Ref: -1},
	}},
}}

var getFamilyOp = Op{Family: &controller, Name: "getfamily", Request: getFamily, Reply: newFamily, Reads: true}

// Encode writes the name, by which a single get lets the kernel load the module.
func (f *FamilyInfo) Encode(e *wire.Encoder) { e.String(2, wire.Some(f.Name)) }

// Decode reads the controller's answer.
func (f *FamilyInfo) Decode(d *wire.Decoder) {
	*f = FamilyInfo{Groups: map[string]uint32{}}
	for d.Next() {
		switch d.Type() {
		case 1:
			f.ID = d.U16().Value()
		case 2:
			f.Name = d.String().Value()
		case 3:
			f.Version = d.U32().Value()
		case 4:
			f.HeaderSize = d.U32().Value()
		case 5:
			f.MaxAttr = d.U32().Value()
		case 7:
			f.decodeGroups(d)
		}
	}
}

// decodeGroups reads a numbered list of nests with a name and an id.
func (f *FamilyInfo) decodeGroups(d *wire.Decoder) {
	list := d.Enter()
	for d.Next() {
		var name Opt[string]
		var id Opt[uint32]
		group := d.Enter()
		for d.Next() {
			switch d.Type() {
			case 1:
				name = d.String()
			case 2:
				id = d.U32()
			}
		}
		if d.Leave(group) && name.IsSet() && id.IsSet() {
			f.Groups[name.Value()] = id.Value()
		}
	}
	d.Leave(list)
}

// familyCache remembers families by name.
type familyCache struct {
	mu     sync.RWMutex
	byName map[string]*FamilyInfo
}

func (c *familyCache) get(name string) *FamilyInfo {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.byName[name]
}

func (c *familyCache) put(f *FamilyInfo) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byName == nil {
		c.byName = map[string]*FamilyInfo{}
	}
	c.byName[f.Name] = f
}

// forget removes a family if it still has that id.
func (c *familyCache) forget(name string, id uint16) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f := c.byName[name]; f != nil && f.ID == id {
		delete(c.byName, name)
	}
}

// Family resolves a generic netlink family by its name, from the Conn's cache if it is there. Calls do this
// themselves.
func (c *Conn) Family(ctx context.Context, name string) (*FamilyInfo, error) {
	if err := c.serves(&controller); err != nil {
		return nil, err
	}
	return c.family(ctx, name)
}

func (c *Conn) family(ctx context.Context, name string) (*FamilyInfo, error) {
	if f := c.families.get(name); f != nil {
		return f, nil
	}
	f := &FamilyInfo{Name: name}
	cfg := callConfig{}
	_, err := c.exchange(ctx, &getFamilyOp, controllerID, &FamilyInfo{Name: name}, f, &cfg)
	var refused *Error
	switch {
	case errors.As(err, &refused) && refused.Errno == syscall.ENOENT:
		return nil, &familyError{name: name, err: refused}
	case err != nil:
		return nil, fmt.Errorf("resolve family %q: %w", name, err)
	case f.ID < minType || f.Name != name:
		return nil, fmt.Errorf("resolve family %q: the kernel answered with family %q, id %d", name, f.Name, f.ID)
	}
	c.families.put(f)
	return f, nil
}

// familyError is ErrFamilyNotFound and ENOENT.
type familyError struct {
	name string
	err  error
}

func (e *familyError) Error() string {
	return fmt.Sprintf("resolve family %q: %v: the kernel lacks it, its module is not loaded, or this network namespace does not show it", e.name, ErrFamilyNotFound)
}

func (e *familyError) Unwrap() []error { return []error{ErrFamilyNotFound, e.err} }

// mayBeStale reports whether a refusal can come from an id that no longer belongs to the family.
func mayBeStale(e *Error) bool {
	if e.Message != "" || e.Path != "" || e.Missing != "" || e.Policy != nil {
		return false
	}
	switch e.Errno {
	case syscall.ENOENT, syscall.EOPNOTSUPP, syscall.EINVAL:
		return true
	}
	return false
}

// group returns the number of one of the family's multicast groups.
func (f *FamilyInfo) group(name string) (uint32, error) {
	if id, ok := f.Groups[name]; ok {
		return id, nil
	}
	known := slices.Sorted(maps.Keys(f.Groups))
	return 0, fmt.Errorf("family %q: group %q: %w (it has: %s)", f.Name, name, ErrGroupNotFound, strings.Join(known, ", "))
}
