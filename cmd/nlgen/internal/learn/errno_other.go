//go:build !linux

package learn

import "errors"

// errNoData never happens where there is no netlink.
var errNoData = errors.New("no data")
