//go:build !linux

package nl

import (
	"errors"
	"fmt"
	"runtime"
	"syscall"
)

// kernel reports that there is no netlink here.
func kernel(NetNS) (Transport, error) {
	return nil, fmt.Errorf("netlink on %s: %w", runtime.GOOS, errors.ErrUnsupported)
}

// errRestart is Linux's ERESTART, which the system may not have.
const errRestart = syscall.Errno(85)
