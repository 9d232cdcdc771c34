package verify

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// A headerDir is a folder of uapi headers, such as /usr/include or what a kernel's headers_install makes.
type headerDir struct {
	include string // holds linux/
	arch    string // holds asm/ for this machine; may be the same
}

// openHeaders finds the headers in a folder, which may also be one that holds usr/include.
func openHeaders(dir string) (headerDir, error) {
	for _, d := range []string{dir, filepath.Join(dir, "include"), filepath.Join(dir, "usr", "include")} {
		if !isFile(filepath.Join(d, "linux", "netlink.h")) {
			continue
		}
		arch, err := archDir(d)
		return headerDir{d, arch}, err
	}
	return headerDir{}, fmt.Errorf("find headers: no linux/netlink.h in %s, nor in its include or usr/include folder", dir)
}

// cpus are the names that folders of one architecture's headers begin with.
var cpus = map[string]string{
	"amd64": "x86_64-", "386": "i386-", "arm64": "aarch64-", "arm": "arm-linux-gnueabihf", "s390x": "s390x-",
	"ppc64le": "powerpc64le-", "riscv64": "riscv64-", "loong64": "loongarch64-", "mips64le": "mips64el-",
}

// archDir finds the folder with asm/types.h: the folder itself, else that of this machine's architecture.
func archDir(include string) (string, error) {
	if isFile(filepath.Join(include, "asm", "types.h")) {
		return include, nil
	}
	found, err := filepath.Glob(filepath.Join(include, "*", "asm", "types.h"))
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("find headers: no asm/types.h below %s", include)
	}
	for _, f := range found {
		dir := filepath.Dir(filepath.Dir(f))
		if cpu := cpus[runtime.GOARCH]; cpu != "" && strings.HasPrefix(filepath.Base(dir), cpu) {
			return dir, nil
		}
	}
	return "", fmt.Errorf("find headers: no asm/types.h for %s below %s", runtime.GOARCH, include)
}

func isFile(name string) bool {
	st, err := os.Stat(name)
	return err == nil && st.Mode().IsRegular()
}

// usualHeaders are read always: schemas of classic families name none.
var usualHeaders = []string{
	"linux/amt.h", "linux/can/netlink.h", "linux/can/vxcan.h", "linux/dcbnl.h", "linux/errqueue.h",
	"linux/ethtool.h", "linux/ethtool_netlink*.h", "linux/fib_rules.h", "linux/gen_stats.h",
	"linux/genetlink.h", "linux/hsr_netlink.h", "linux/icmpv6.h", "linux/if.h", "linux/if_*.h",
	"linux/ila.h", "linux/inet_diag.h", "linux/ioam6*.h", "linux/ip.h", "linux/ip6_tunnel.h",
	"linux/ipv6.h", "linux/ipv6_route.h", "linux/lwtunnel.h", "linux/mpls*.h", "linux/mptcp*.h",
	"linux/mroute*.h", "linux/neighbour.h", "linux/net_namespace.h", "linux/net_tstamp.h",
	"linux/netconf.h", "linux/netfilter.h", "linux/netfilter/nf*.h", "linux/netlink.h",
	"linux/netlink_diag.h", "linux/nexthop.h", "linux/packet_diag.h", "linux/pkt_cls.h",
	"linux/pkt_sched.h", "linux/rpl*.h", "linux/rtnetlink.h", "linux/seg6*.h", "linux/snmp.h",
	"linux/sock_diag.h", "linux/tc_act/*.h", "linux/tc_ematch/*.h", "linux/tcp.h", "linux/time_types.h",
	"linux/unix_diag.h", "linux/veth.h", "linux/vm_sockets_diag.h", "linux/xfrm.h",
}

// files lists the usual headers that there are, and those that schemas name, each once.
func (d headerDir) files(named []string) ([]string, error) {
	var all []string
	dir := os.DirFS(d.include)
	for _, p := range usualHeaders {
		found, err := fs.Glob(dir, p)
		if err != nil {
			return nil, fmt.Errorf("find headers: %w", err)
		}
		all = append(all, found...)
	}
	for _, n := range named {
		if n = path.Clean(n); fs.ValidPath(n) && isFile(filepath.Join(d.include, n)) {
			all = append(all, n)
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}
