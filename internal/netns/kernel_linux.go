package netns

import (
	"testing"

	"golang.org/x/sys/unix"
)

// Kernel skips a test where netlink does not reach a kernel as it is, which is so in user-mode emulators: they
// translate a few protocols and refuse the others.
func Kernel(t testing.TB) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_GENERIC)
	if err != nil {
		t.Skipf("no generic netlink, perhaps an emulator: %v", err)
	}
	unix.Close(fd)
}
