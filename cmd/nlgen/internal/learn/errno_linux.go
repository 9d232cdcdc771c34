package learn

import "golang.org/x/sys/unix"

// errNoData is the kernel's answer to a question for policies where there are none.
var errNoData error = unix.ENODATA
