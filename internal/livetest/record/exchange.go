package record

import (
	"encoding/binary"
	"fmt"
)

// Numbers of linux/netlink.h.
const (
	typeError = 2
	typeDone  = 3

	flagAck  = 4
	flagDump = 0x300
)

// Faults tells what is wrong with the exchange of one program, without reading what the messages are about: requests
// without the acknowledgement that they ask for, dumps without end, refusals, and answers to what nobody asked. What
// comes with a sequence number of 0 that nobody sent is a notification. A program may stop at the answer to a get, and
// leave its acknowledgement behind.
func Faults(list []Message) []string {
	var found []string
	fault := func(i int, m Message, what string) {
		found = append(found, fmt.Sprintf("message %d (type %#x, sequence number %d): %s", i, m.Type, m.Seq, what))
	}
	asked := map[uint32]bool{}
	pending := map[uint32]int{} // the request that must be acknowledged or come to an end
	for i, m := range list {
		switch {
		case m.Sent:
			asked[m.Seq] = true
			if m.Flags&flagAck != 0 || m.Flags&flagDump == flagDump {
				pending[m.Seq] = i
			}
		case !asked[m.Seq]:
			if m.Seq != 0 {
				fault(i, m, "answers no request")
			}
		case m.Type == typeError || m.Type == typeDone:
			if len(m.Body) < 4 {
				fault(i, m, "has no error number")
			} else if errno := int32(binary.NativeEndian.Uint32(m.Body)); errno < 0 {
				fault(i, m, fmt.Sprintf("refuses with errno %d", -errno))
			}
			delete(pending, m.Seq)
		default:
			if i, ok := pending[m.Seq]; ok && list[i].Flags&flagDump != flagDump {
				delete(pending, m.Seq)
			}
		}
	}
	for i, m := range list {
		if at, ok := pending[m.Seq]; ok && at == i {
			fault(i, m, "has no end or acknowledgement")
		}
	}
	return found
}
