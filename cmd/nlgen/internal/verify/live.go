package verify

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/nlgen/nlgen/generated/nlctrl"
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/wire"
)

// A liveFamily is what the running kernel says of a generic family.
type liveFamily struct {
	version, header uint32
	ops             map[uint32]nlctrl.OpFlags
	groups          []string
	policies        map[uint16]policy // by their numbers
	do, dump        map[uint32]uint16 // operation: number of its policy
}

// A policy is what the kernel checks attributes against, by their numbers. It leaves out attributes in network
// byte order, and those that are refused or that it does not look into.
type policy map[uint16]*nlctrl.Policy

// highest is the largest attribute number of a policy.
func (p policy) highest() uint16 {
	var n uint16
	for id := range p {
		n = max(n, id)
	}
	return n
}

// live asks the kernel for a family. It returns nil where the kernel, or this network namespace, has none of that
// name.
func live(ctx context.Context, c *nlctrl.Client, name string) (*liveFamily, error) {
	info, err := c.GetFamily(ctx, &nlctrl.Ctrl{FamilyName: wire.Some(name)})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("ask the kernel for family %s: %w", name, err)
	}
	f := &liveFamily{
		version: info.Version.Value(), header: info.Hdrsize.Value(),
		ops: map[uint32]nlctrl.OpFlags{}, policies: map[uint16]policy{},
		do: map[uint32]uint16{}, dump: map[uint32]uint16{},
	}
	for _, op := range info.Ops {
		f.ops[op.Value.ID.Value()] = op.Value.Flags.Value()
	}
	for _, g := range info.McastGroups {
		f.groups = append(f.groups, g.Value.Name.Value())
	}
	if err := f.readPolicies(ctx, c, name); err != nil {
		return nil, fmt.Errorf("ask the kernel for the policies of family %s: %w", name, err)
	}
	return f, nil
}

// readPolicies reads all policies of the family, and which operation uses which. The numbers of policies are
// those of one answer: what is asked for one operation is numbered apart.
func (f *liveFamily) readPolicies(ctx context.Context, c *nlctrl.Client, name string) error {
	if err := f.readPolicy(ctx, c, &nlctrl.Ctrl{FamilyName: wire.Some(name)}, 0, 0); err != nil {
		return err
	}
	// Some kernels, 6.18 among them, give an operation that can only be dumped the number 0 there. What such an
	// operation uses has to be asked for.
	delete(f.do, 0)
	delete(f.dump, 0)
	for _, id := range slices.Sorted(maps.Keys(f.ops)) {
		flags := f.ops[id]
		_, known := f.dump[id]
		if flags.Has(nlctrl.OpFlagsCmdCapDo) || !flags.Has(nlctrl.OpFlagsCmdCapDump|nlctrl.OpFlagsCmdCapHaspol) || known {
			continue
		}
		next := uint16(0) // policies with nothing to show have numbers too
		for n := range f.policies {
			next = max(next, n+1)
		}
		if err := f.readPolicy(ctx, c, &nlctrl.Ctrl{FamilyName: wire.Some(name), Op: wire.Some(id)}, next, id); err != nil {
			return err
		}
	}
	return nil
}

// readPolicy makes one request. The answer's policies are numbered from base; only is the operation that it is
// about, 0 for all.
func (f *liveFamily) readPolicy(ctx context.Context, c *nlctrl.Client, req *nlctrl.Ctrl, base uint16, only uint32) error {
	answers, err := nl.Collect(c.GetPolicyDump(ctx, req))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errors.ErrUnsupported) {
		return nil // no operation has one
	}
	if err != nil {
		return err
	}
	for _, a := range answers {
		for _, op := range a.OpPolicy {
			id := uint32(op.Index)
			if id == 0 {
				id = only
			}
			if n, ok := op.Value.Do.Get(); ok {
				f.do[id] = base + uint16(n)
			}
			if n, ok := op.Value.Dump.Get(); ok {
				f.dump[id] = base + uint16(n)
			}
		}
		for _, p := range a.Policy {
			n := base + p.Index
			if f.policies[n] == nil {
				f.policies[n] = policy{}
			}
			for _, at := range p.Value {
				v := at.Value
				if idx, ok := v.PolicyIdx.Get(); ok {
					v.PolicyIdx = wire.Some(uint32(base) + idx)
				}
				f.policies[n][at.Index] = &v
			}
		}
	}
	return nil
}
