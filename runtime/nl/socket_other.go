//go:build !linux

package nl

import (
	"errors"
	"fmt"
	"runtime"
)

// kernel reports that there is no netlink here.
func kernel(NetNS) (Transport, error) {
	return nil, fmt.Errorf("netlink on %s: %w", runtime.GOOS, errors.ErrUnsupported)
}
