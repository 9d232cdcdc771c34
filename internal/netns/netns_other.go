//go:build !linux

package netns

import (
	"runtime"
	"testing"
)

// NS is a network namespace.
type NS struct{}

// New skips the test: there are no network namespaces here.
func New(t testing.TB) *NS {
	t.Helper()
	t.Skipf("network namespaces on %s: none", runtime.GOOS)
	return nil
}

// Kernel skips the test: there is no netlink here.
func Kernel(t testing.TB) {
	t.Helper()
	t.Skipf("netlink on %s: none", runtime.GOOS)
}

// FD returns -1.
func (ns *NS) FD() int { return -1 }

// Do does nothing.
func (ns *NS) Do(func()) {}

// Exec does nothing.
func (ns *NS) Exec(string, ...string) string { return "" }
