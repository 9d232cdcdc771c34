package nl

import "fmt"

// A BPFInstruction is an instruction of a classic BPF program, laid out as the kernel's struct sock_filter. It has the
// fields of RawInstruction in golang.org/x/net/bpf, so that each converts into the other.
type BPFInstruction struct {
	Op     uint16
	Jt, Jf uint8
	K      uint32
}

// maxFilter is how many instructions the kernel takes.
const maxFilter = 4096

type eventFilter struct{ program []BPFInstruction }

// EventFilter runs a classic BPF program in the kernel over each datagram, before it is queued: what the program drops
// costs the reader nothing and takes no room in the queue. The filter is in force before the groups are joined, so
// nothing comes past it. Of several filters the last counts.
//
// The program's data is the datagram, from struct nlmsghdr on; if it has several messages, the program sees them one
// behind the other. Loads of two and four bytes read big-endian, while netlink's fields are in the machine's
// order: on a little-endian machine constants that a load is compared with must have their bytes swapped. A result of
// 0 drops the datagram, another is how many bytes of it are kept, such as 0xffffffff for all.
//
// The filter of a [Pinned] also sees the answers to its calls, and has to let them through. A program without
// instructions, with more than 4096, or that the kernel finds unsafe is an error of Subscribe and Pin, as is a filter
// under a [Transport] that cannot filter.
func EventFilter(program []BPFInstruction) SubscribeOption { return &eventFilter{program} }

func (*eventFilter) subscribeOption() {}

// check tells what the kernel would only call invalid.
func (f *eventFilter) check() error {
	if n := len(f.program); n == 0 || n > maxFilter {
		return fmt.Errorf("filter of %d instructions: the kernel takes 1 to %d", n, maxFilter)
	}
	return nil
}
