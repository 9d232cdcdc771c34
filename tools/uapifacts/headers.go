package main

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
)

// patterns name the headers that netlink families take their numbers from, relative to usr/include.
// Each must match something, so that a renamed header is noticed.
var patterns = []string{
	"drm/drm_ras.h",
	"linux/acct.h",
	"linux/amt.h",
	"linux/android/binder_netlink.h",
	"linux/audit.h",
	"linux/batman_adv.h",
	"linux/can/gw.h",
	"linux/can/netlink.h",
	"linux/can/vxcan.h",
	"linux/cfm_bridge.h",
	"linux/cgroupstats.h",
	"linux/cn_proc.h",
	"linux/connector.h",
	"linux/dcbnl.h",
	"linux/dev_energymodel.h",
	"linux/devlink.h",
	"linux/dpll.h",
	"linux/errqueue.h",
	"linux/ethtool.h",
	"linux/ethtool_netlink*.h",
	"linux/fib_rules.h",
	"linux/fou.h",
	"linux/gen_stats.h",
	"linux/genetlink.h",
	"linux/gtp.h",
	"linux/handshake.h",
	"linux/hsr_netlink.h",
	"linux/icmpv6.h",
	"linux/if.h",
	"linux/if_addr.h",
	"linux/if_addrlabel.h",
	"linux/if_arp.h",
	"linux/if_bonding.h",
	"linux/if_bridge.h",
	"linux/if_ether.h",
	"linux/if_link.h",
	"linux/if_macsec.h",
	"linux/if_packet.h",
	"linux/if_team.h",
	"linux/if_tun.h",
	"linux/if_tunnel.h",
	"linux/if_xdp.h",
	"linux/ife.h",
	"linux/ila.h",
	"linux/inet_diag.h",
	"linux/ioam6*.h",
	"linux/ip.h",
	"linux/ip6_tunnel.h",
	"linux/ip_vs.h",
	"linux/ipv6.h",
	"linux/ipv6_route.h",
	"linux/l2tp.h",
	"linux/lockd_netlink.h",
	"linux/lwtunnel.h",
	"linux/mctp.h",
	"linux/mpls*.h",
	"linux/mptcp*.h",
	"linux/mroute.h",
	"linux/mroute6.h",
	"linux/mrp_bridge.h",
	"linux/nbd-netlink.h",
	"linux/neighbour.h",
	"linux/net_dropmon.h",
	"linux/net_namespace.h",
	"linux/net_shaper.h",
	"linux/net_tstamp.h",
	"linux/netconf.h",
	"linux/netdev.h",
	"linux/netfilter*.h",
	"linux/netfilter/ipset/*.h",
	"linux/netfilter/nf*.h",
	"linux/netlink.h",
	"linux/netlink_diag.h",
	"linux/nexthop.h",
	"linux/nfc.h",
	"linux/nfsd_netlink.h",
	"linux/nl80211.h",
	"linux/openvswitch.h",
	"linux/ovpn.h",
	"linux/packet_diag.h",
	"linux/pkt_cls.h",
	"linux/pkt_sched.h",
	"linux/psample.h",
	"linux/psp.h",
	"linux/quota.h",
	"linux/rpl*.h",
	"linux/rtnetlink.h",
	"linux/seg6*.h",
	"linux/selinux_netlink.h",
	"linux/smc.h",
	"linux/smc_diag.h",
	"linux/snmp.h",
	"linux/sock_diag.h",
	"linux/sunrpc_netlink.h",
	"linux/taskstats.h",
	"linux/tc_act/*.h",
	"linux/tc_ematch/*.h",
	"linux/tcp.h",
	"linux/tcp_metrics.h",
	"linux/thermal.h",
	"linux/time_types.h",
	"linux/tipc_config.h",
	"linux/tipc_netlink.h",
	"linux/tipc_sockets_diag.h",
	"linux/tls.h",
	"linux/unix_diag.h",
	"linux/vdpa.h",
	"linux/veth.h",
	"linux/vm_sockets_diag.h",
	"linux/wireguard.h",
	"linux/wwan.h",
	"linux/xdp_diag.h",
	"linux/xfrm.h",
}

// headers lists the files under dir that the patterns match, each once, sorted.
func headers(dir fs.FS) ([]string, error) {
	var all []string
	for _, p := range patterns {
		found, err := fs.Glob(dir, p)
		if err != nil {
			return nil, fmt.Errorf("match %s: %w", p, err)
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("match %s: no such header", p)
		}
		for _, f := range found {
			all = append(all, path.Clean(f))
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}
