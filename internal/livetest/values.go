//go:build linux

package livetest

import (
	"fmt"
	"net"
	"net/netip"
	"os/user"
	"strconv"

	"github.com/nlgen/nlgen/runtime/nl"
)

// Value returns an Opt's value, nil when it is absent.
func Value[T any](o nl.Opt[T]) any {
	if v, ok := o.Get(); ok {
		return v
	}
	return nil
}

// OnOff returns an Opt's value as true or false, nil when it is absent.
func OnOff[T ~uint8 | ~uint16 | ~uint32](o nl.Opt[T]) any {
	if v, ok := o.Get(); ok {
		return v != 0
	}
	return nil
}

// NotZero returns an Opt's value, nil when it is absent or 0.
func NotZero[T comparable](o nl.Opt[T]) any {
	var zero T
	if v, ok := o.Get(); ok && v != zero {
		return v
	}
	return nil
}

// Name returns the name of an Opt's enum value, nil when it is absent.
func Name[T fmt.Stringer](o nl.Opt[T]) any {
	if v, ok := o.Get(); ok {
		return v.String()
	}
	return nil
}

// MAC returns a hardware address as tools print it, nil when it is absent or empty.
func MAC(a net.HardwareAddr) any {
	if len(a) == 0 {
		return nil
	}
	return a.String()
}

// IP returns an address as tools print it, nil when it is absent.
func IP(a netip.Addr) any {
	if !a.IsValid() {
		return nil
	}
	return a.String()
}

// SpecifiedIP is IP, but nil also for 0.0.0.0 and ::, which some tools leave out.
func SpecifiedIP(a netip.Addr) any {
	if !a.IsValid() || a.IsUnspecified() {
		return nil
	}
	return a.String()
}

// True returns true, or nil for false, which is how tools print a flag.
func True(b bool) any {
	if b {
		return true
	}
	return nil
}

// At applies f to a value that a pointer may lead to.
func At[T any](p *T, f func(*T) any) any {
	if p == nil {
		return nil
	}
	return f(p)
}

// Hex returns a number the way C's %#x prints it, nil when it is absent.
func Hex[T ~uint8 | ~uint16 | ~uint32](o nl.Opt[T]) any {
	v, ok := o.Get()
	switch {
	case !ok:
		return nil
	case v == 0:
		return "0"
	}
	return fmt.Sprintf("%#x", v)
}

// userName is a user as tools print it: by name where the system knows one.
func userName(o nl.Opt[uint32]) any {
	id, ok := o.Get()
	if !ok {
		return nil
	}
	s := strconv.FormatUint(uint64(id), 10)
	if u, err := user.LookupId(s); err == nil {
		return u.Username
	}
	return s
}

// userGroupName is a group of users as tools print it.
func userGroupName(o nl.Opt[uint32]) any {
	id, ok := o.Get()
	if !ok {
		return nil
	}
	s := strconv.FormatUint(uint64(id), 10)
	if g, err := user.LookupGroupId(s); err == nil {
		return g.Name
	}
	return s
}
