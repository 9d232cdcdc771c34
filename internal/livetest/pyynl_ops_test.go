//go:build linux

package livetest

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/nlgen/nlgen/internal/kspecs"
	"github.com/nlgen/nlgen/internal/livetest/pyynl"
	"github.com/nlgen/nlgen/schemas"
	"gopkg.in/yaml.v3"
)

// A gap is why an operation of the ten families gets no good answer through the kernel's client here: the error with
// which this kernel refuses it, to the client as to generated code, or 0 where the kernel's schema lacks it.
type gap struct {
	errno syscall.Errno
	why   string
}

const (
	noLink = "no kind of link of this kernel can do it"
	noPool = "no kind of link of this kernel shows its page pools"
	newer  = "newer than this kernel"
)

// gaps are told by schema, operation, and do or dump. Every other operation was answered at least once.
var gaps = map[string]gap{
	"ethtool cable-test-act do":       {syscall.EOPNOTSUPP, noLink},
	"ethtool cable-test-tdr-act do":   {syscall.EOPNOTSUPP, noLink},
	"ethtool eee-get do":              {syscall.EOPNOTSUPP, noLink},
	"ethtool eee-set do":              {syscall.EOPNOTSUPP, noLink},
	"ethtool fec-get do":              {syscall.EOPNOTSUPP, noLink},
	"ethtool fec-set do":              {syscall.EOPNOTSUPP, noLink},
	"ethtool mm-get do":               {syscall.EOPNOTSUPP, noLink},
	"ethtool mm-set do":               {syscall.EOPNOTSUPP, noLink},
	"ethtool module-eeprom-get do":    {syscall.EOPNOTSUPP, noLink},
	"ethtool module-fw-flash-act do":  {syscall.EOPNOTSUPP, noLink},
	"ethtool module-set do":           {syscall.EOPNOTSUPP, noLink},
	"ethtool pause-get do":            {syscall.EOPNOTSUPP, noLink},
	"ethtool pause-set do":            {syscall.EOPNOTSUPP, noLink},
	"ethtool phy-get do":              {syscall.EOPNOTSUPP, noLink},
	"ethtool plca-get-cfg do":         {syscall.EOPNOTSUPP, noLink},
	"ethtool plca-get-status do":      {syscall.EOPNOTSUPP, noLink},
	"ethtool plca-set-cfg do":         {syscall.EOPNOTSUPP, noLink},
	"ethtool privflags-get do":        {syscall.EOPNOTSUPP, noLink},
	"ethtool privflags-set do":        {syscall.EOPNOTSUPP, noLink},
	"ethtool pse-get do":              {syscall.EOPNOTSUPP, noLink},
	"ethtool pse-set do":              {syscall.EOPNOTSUPP, noLink},
	"ethtool rings-get do":            {syscall.EOPNOTSUPP, noLink},
	"ethtool rings-set do":            {syscall.EOPNOTSUPP, noLink},
	"ethtool rss-create-act do":       {syscall.EOPNOTSUPP, noLink},
	"ethtool rss-delete-act do":       {syscall.EOPNOTSUPP, noLink},
	"ethtool rss-get do":              {syscall.EOPNOTSUPP, noLink},
	"ethtool rss-set do":              {syscall.EOPNOTSUPP, noLink},
	"ethtool tsconfig-get do":         {syscall.EOPNOTSUPP, noLink},
	"ethtool tsconfig-set do":         {syscall.EOPNOTSUPP, noLink},
	"ethtool tunnel-info-get do":      {syscall.EOPNOTSUPP, noLink},
	"ethtool wol-get do":              {syscall.EOPNOTSUPP, noLink},
	"ethtool wol-set do":              {syscall.EOPNOTSUPP, noLink},
	"ethtool module-eeprom-get dump":  {syscall.EINVAL, "has to name a place, which the kernel takes in a do only"},
	"ethtool mse-get do":              {syscall.EOPNOTSUPP, newer},
	"ethtool mse-get dump":            {syscall.EOPNOTSUPP, newer},
	"ethtool tunnel-info-get dump":    {syscall.EOPNOTSUPP, noLink},
	"netdev bind-rx do":               {syscall.EOPNOTSUPP, noLink},
	"netdev bind-tx do":               {syscall.EOPNOTSUPP, noLink},
	"netdev page-pool-get do":         {syscall.ENOENT, noPool},
	"netdev page-pool-stats-get do":   {syscall.EOPNOTSUPP, "this kernel is built without page pool counters"},
	"netdev page-pool-stats-get dump": {syscall.EOPNOTSUPP, "this kernel is built without page pool counters"},
	"netdev queue-create do":          {syscall.EOPNOTSUPP, newer},
	"rt-addr getaddr do":              {0, "TestAddrsOfGo proves it"},
	"rt-addr getanycast dump":         {0, "TestGroupAddresses proves it"},
	"rt-link dellinkprop do":          {0, "TestLinkChange proves it"},
	"rt-link newlinkprop do":          {0, "TestLinkChange proves it"},
	"rt-link setstats do":             {0, "TestHardwareCounters proves it"},
}

// operations are the errors that calls ended with, by schema, operation, and do or dump; 0 for a good answer.
type operations map[string]map[syscall.Errno]bool

func (o operations) add(calls []twice, theirs []pyynl.Result) {
	for i, r := range theirs {
		key := fmt.Sprintf("%s %s %s", calls[i].Spec, calls[i].Op, calls[i].Mode)
		if o[key] == nil {
			o[key] = map[syscall.Errno]bool{}
		}
		if r.Exception == "" {
			o[key][syscall.Errno(r.Errno)] = true
		}
	}
}

// check holds what was called against every operation that the schemas have.
func (o operations) check(t *testing.T) {
	t.Helper()
	all := schemaOperations(t, schemas.FS)
	theirs := schemaOperations(t, os.DirFS(kspecs.Dir(t)))
	for _, key := range slices.Sorted(maps.Keys(all)) {
		gap, listed := gaps[key]
		switch {
		case o[key][0] && listed:
			t.Errorf("%s is listed (%v: %s) and was answered", key, gap.errno, gap.why)
		case o[key][0]:
		case !listed:
			t.Errorf("%s was not answered, and no reason is listed: errors %v", key, slices.Collect(maps.Keys(o[key])))
		case gap.errno == 0 && theirs[key]:
			t.Errorf("%s is listed (%s) and the kernel's schema has it", key, gap.why)
		case gap.errno != 0 && !o[key][gap.errno]:
			t.Errorf("%s is listed (%v: %s) and gave other errors: %v", key, gap.errno, gap.why, slices.Collect(maps.Keys(o[key])))
		}
	}
	for key := range gaps {
		if !all[key] {
			t.Errorf("%q is listed and no schema has it", key)
		}
	}
	t.Logf("%d operations, %d with a reason why they have no good answer", len(all), len(gaps))
}

// schemaOperations are the dos and dumps of schemas.
func schemaOperations(t *testing.T, dir fs.FS) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	for _, file := range Get[[]string](t)(fs.Glob(dir, "*.yaml")) {
		var s struct {
			Name       string
			Operations struct {
				List []struct {
					Name     string
					Do, Dump *yaml.Node
				}
			}
		}
		if err := yaml.Unmarshal(Get[[]byte](t)(fs.ReadFile(dir, file)), &s); err != nil {
			t.Fatalf("%s: %v", filepath.Base(file), err)
		}
		for _, op := range s.Operations.List {
			all[fmt.Sprintf("%s %s do", s.Name, op.Name)] = op.Do != nil
			all[fmt.Sprintf("%s %s dump", s.Name, op.Name)] = op.Dump != nil
		}
	}
	maps.DeleteFunc(all, func(_ string, has bool) bool { return !has })
	return all
}
