//go:build linux

package livetest

import (
	"net/netip"

	"github.com/google/go-cmp/cmp"
)

// equal lets cmp compare generated messages.
var equal = cmp.Comparer(func(a, b netip.Addr) bool { return a == b })
