package nl

// A NetNS names the network namespace that a Conn opens its sockets in. The zero NetNS is the namespace
// of the thread that calls [Dial].
type NetNS struct {
	path string
	fd   int
	kind nsKind
}

type nsKind uint8

const (
	nsCurrent nsKind = iota
	nsPath
	nsFD
)

// NetNSPath names a namespace by a file, such as /run/netns/blue or /proc/1/ns/net.
func NetNSPath(path string) NetNS { return NetNS{path: path, kind: nsPath} }

// NetNSFD names a namespace by an open file descriptor. Dial duplicates it: the caller may close its own
// afterwards.
func NetNSFD(fd int) NetNS { return NetNS{fd: fd, kind: nsFD} }
