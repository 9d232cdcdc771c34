package verify

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/nlgen/nlgen/generated/nlctrl"
	"github.com/nlgen/nlgen/runtime/nl"
)

// sources are what schemas are held against. Any of them may be missing.
type sources struct {
	kernel   *facts
	headers  []*facts
	ctrl     *nlctrl.Client
	warnings []string // what is missing, and why
}

// openSources opens all that there are, at the same time. It is an error if there is none.
func openSources(o options, all []schema) (*sources, error) {
	s := &sources{}
	type result struct {
		facts   *facts
		skipped []string
		err     error
	}
	var named []string
	generic := false
	for _, sc := range all {
		named = append(named, sc.headers()...)
		generic = generic || sc.model.Generic
	}
	kernel := make(chan result, 1)
	go func() {
		f, skipped, err := kernelFacts(btfDir)
		kernel <- result{f, skipped, err}
	}()
	headers := make([]chan result, len(o.headers))
	for i, dir := range o.headers {
		headers[i] = make(chan result, 1)
		go func() {
			f, skipped, err := headerFacts(dir, named)
			headers[i] <- result{f, skipped, err}
		}()
	}
	if generic {
		ctrl, err := nlctrl.Dial(nl.Options{})
		if err != nil {
			s.warn("generic families are not asked for their operations and policies: %v", err)
		}
		s.ctrl = ctrl
	}
	var errs []error
	for _, c := range headers {
		r := <-c
		if len(r.skipped) > 0 {
			s.warn("left out headers that do not compile with the others: %s", strings.Join(r.skipped, ", "))
		}
		if r.err != nil {
			errs = append(errs, r.err)
			continue
		}
		s.headers = append(s.headers, r.facts)
	}
	r := <-kernel
	s.kernel = r.facts
	switch {
	case len(r.skipped) > 0:
		s.warn("left out modules whose type information cannot be read: %s", strings.Join(r.skipped, ", "))
	case r.err == nil:
	case errors.Is(r.err, fs.ErrNotExist):
		s.warn("this kernel shows no type information (%s/vmlinux; CONFIG_DEBUG_INFO_BTF): numbers and structs are compared only with --headers DIR", btfDir)
	default:
		s.warn("numbers and structs are compared only with --headers DIR: %v", r.err)
	}
	if s.kernel == nil && len(s.headers) == 0 && s.ctrl == nil && len(errs) == 0 {
		errs = append(errs, errors.New("verify schemas: there is nothing to compare them with"))
	}
	return s, errors.Join(errs...)
}

func (s *sources) warn(format string, args ...any) {
	s.warnings = append(s.warnings, fmt.Sprintf(format, args...))
}

func (s *sources) close() {
	if s.ctrl != nil {
		s.ctrl.Close()
	}
}

// verifyAll holds schemas against all sources, one after the other.
func (s *sources) verifyAll(ctx context.Context, all []schema) ([]*report, error) {
	var reports []*report
	for _, sc := range all {
		r, err := s.verify(ctx, sc)
		if err != nil {
			return nil, err
		}
		reports = append(reports, r)
	}
	return reports, nil
}

// verify holds one schema against all sources.
func (s *sources) verify(ctx context.Context, sc schema) (*report, error) {
	f := sc.model
	r := &report{path: sc.path, family: f.Name}
	groups := groupsOf(f)
	layouts := layoutsOf(f)
	var ix *index
	if s.kernel != nil {
		ix = newIndex(s.kernel, groups)
		ix.compareAll(groups, layouts, r)
		r.sources = append(r.sources, "the kernel's types")
	}
	table := newTable(f, groups, ix)
	for _, h := range s.headers {
		newIndex(h, groups).compareAll(groups, layouts, r)
		r.sources = append(r.sources, "headers")
	}
	if f.Generic && s.ctrl != nil {
		l, err := live(ctx, s.ctrl, f.Name)
		if err != nil {
			return nil, err
		}
		if l != nil {
			compareFamily(f, l, table, r)
			r.sources = append(r.sources, "the kernel's family")
		}
		r.absent = l == nil
	}
	for _, g := range groups {
		for _, it := range g.items {
			r.count(it)
		}
	}
	for _, l := range layouts {
		r.count(l.self)
		for _, m := range l.members {
			r.count(m.item)
		}
	}
	r.finish()
	return r, nil
}

// compareAll holds all of a family against one source.
func (ix *index) compareAll(groups []*group, layouts []*layout, r *report) {
	ix.compareGroups(groups, r)
	for _, l := range layouts {
		ix.compareStruct(l, r)
	}
}
