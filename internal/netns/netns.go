// Package netns gives a test a network namespace of its own.
package netns

import (
	"os"
	"testing"
)

// Require skips a test that needs root. Where CI=true it fails it: a check that nobody ran proves nothing.
func Require(t testing.TB) {
	t.Helper()
	if os.Geteuid() == 0 {
		return
	}
	unavailable(t, "needs root")
}

// unavailable ends the test for a reason that lies in the machine.
func unavailable(t testing.TB, reason string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("network namespace: %s", reason)
	}
	t.Skipf("network namespace: %s", reason)
}
