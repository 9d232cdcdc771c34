package learn

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

// A family is what the running kernel says of a generic family.
type family struct {
	name                     string
	version, header, maxAttr uint32
	ops                      []operation // by number
	groups                   []string
	policies                 map[uint32]policy // by their numbers
}

// An operation is one that the kernel answers.
type operation struct {
	id       uint32
	flags    nlctrl.OpFlags
	do, dump int // number of the policy, -1 for none
}

// A policy is what the kernel checks attributes against, by their numbers. The kernel leaves out attributes in
// network byte order, and those that it does not look into.
type policy map[int]*nlctrl.Policy

// askKernel asks the kernel for a family.
func askKernel(ctx context.Context, name string) (*family, error) {
	c, err := nlctrl.Dial(nl.Options{})
	if err != nil {
		return nil, err
	}
	defer c.Close()
	info, err := c.GetFamily(ctx, &nlctrl.Ctrl{FamilyName: wire.Some(name)})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, unknownFamily(ctx, c, name)
	}
	if err != nil {
		return nil, fmt.Errorf("ask the kernel for family %s: %w", name, err)
	}
	f := &family{
		name: name, version: info.Version.Value(), header: info.Hdrsize.Value(), maxAttr: info.Maxattr.Value(),
		policies: map[uint32]policy{},
	}
	for _, op := range info.Ops {
		f.ops = append(f.ops, operation{id: op.Value.ID.Value(), flags: op.Value.Flags.Value(), do: -1, dump: -1})
	}
	slices.SortFunc(f.ops, func(a, b operation) int { return compare(a.id, b.id) })
	for _, g := range info.McastGroups {
		f.groups = append(f.groups, g.Value.Name.Value())
	}
	if err := f.askPolicies(ctx, c); err != nil {
		return nil, fmt.Errorf("ask the kernel for the policies of family %s: %w", name, err)
	}
	return f, nil
}

// unknownFamily says which families there are.
func unknownFamily(ctx context.Context, c *nlctrl.Client, name string) error {
	all, err := nl.Collect(c.GetFamilyDump(ctx, nil))
	if err != nil {
		return fmt.Errorf("list the kernel's families: %w", err)
	}
	var names []string
	for _, f := range all {
		names = append(names, f.FamilyName.Value())
	}
	slices.Sort(names)
	return fmt.Errorf("ask the kernel for family %s: %w; it has %v", name, fs.ErrNotExist, names)
}

// askPolicies asks for all policies, and which operation uses which. The numbers of policies are those of one
// answer: what is asked for one operation is numbered apart.
func (f *family) askPolicies(ctx context.Context, c *nlctrl.Client) error {
	if err := f.askPolicy(ctx, c, &nlctrl.Ctrl{FamilyName: wire.Some(f.name)}, -1); err != nil {
		return err
	}
	// Some kernels, 6.18 too, give an operation that can only be dumped the number 0 there.
	for i, op := range f.ops {
		only := nlctrl.OpFlagsCmdCapDump | nlctrl.OpFlagsCmdCapHaspol
		if op.flags.Has(nlctrl.OpFlagsCmdCapDo) || !op.flags.Has(only) || op.dump >= 0 {
			continue
		}
		if err := f.askPolicy(ctx, c, &nlctrl.Ctrl{FamilyName: wire.Some(f.name), Op: wire.Some(op.id)}, i); err != nil {
			return err
		}
	}
	return nil
}

// askPolicy makes one request; only is the index of the operation that it is about, -1 for all.
func (f *family) askPolicy(ctx context.Context, c *nlctrl.Client, req *nlctrl.Ctrl, only int) error {
	answers, err := nl.Collect(c.GetPolicyDump(ctx, req))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, nl.ErrNoReply) || errors.Is(err, errNoData) {
		return nil // no operation has one
	}
	if err != nil {
		return err
	}
	base := uint32(0)
	for n := range maps.Keys(f.policies) {
		base = max(base, n+1)
	}
	for _, a := range answers {
		for _, op := range a.OpPolicy {
			i := slices.IndexFunc(f.ops, func(o operation) bool { return o.id == uint32(op.Index) })
			if only >= 0 && op.Index == 0 {
				i = only
			}
			if i < 0 {
				continue
			}
			if n, ok := op.Value.Do.Get(); ok {
				f.ops[i].do = int(base + n)
			}
			if n, ok := op.Value.Dump.Get(); ok {
				f.ops[i].dump = int(base + n)
			}
		}
		for _, p := range a.Policy {
			n := base + uint32(p.Index)
			if f.policies[n] == nil {
				f.policies[n] = policy{}
			}
			for _, at := range p.Value {
				v := at.Value
				if idx, ok := v.PolicyIdx.Get(); ok {
					v.PolicyIdx = wire.Some(base + idx)
				}
				f.policies[n][int(at.Index)] = &v
			}
		}
	}
	return nil
}
