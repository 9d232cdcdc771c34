package nl_test

import (
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/internal/netns"
	"github.com/nlgen/nlgen/runtime/nl"
	"golang.org/x/sys/unix"
)

// A type with the fields of golang.org/x/net/bpf.RawInstruction converts.
var _ = nl.BPFInstruction(struct {
	Op     uint16
	Jt, Jf uint8
	K      uint32
}{})

// linkRemovals lets messages of type RTM_DELLINK through.
func linkRemovals() []nl.BPFInstruction {
	typ := binary.BigEndian.Uint16(binary.NativeEndian.AppendUint16(nil, unix.RTM_DELLINK))
	return []nl.BPFInstruction{
		{Op: unix.BPF_LD | unix.BPF_H | unix.BPF_ABS, K: 4},
		{Op: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: uint32(typ), Jf: 1},
		{Op: unix.BPF_RET | unix.BPF_K, K: 1<<32 - 1},
		{Op: unix.BPF_RET | unix.BPF_K, K: 0},
	}
}

func TestEventFilter(t *testing.T) {
	ns := netns.New(t)
	c := dialIn(t, ns, nl.Route)
	sub := subscribe(t, c, linkEvents(links), nl.EventFilter(linkRemovals()))
	for _, name := range []string{"ifb0", "ifb1", "ifb2"} {
		addLink(t, c, "ifb", name)
		if err := nl.Do(t.Context(), c, &delLink, &link{Name: nl.Str(name)}); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for n, err := range sub.AllReused() {
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, describe(n)); len(got) == 3 {
			break
		}
	}
	want := []string{"dellink ifb0 in link", "dellink ifb1 in link", "dellink ifb2 in link"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// On a pinned socket the filter is in force, too, and stands between a call and its answer.
func TestFilterOfPin(t *testing.T) {
	ns := netns.New(t)
	c := dialIn(t, ns, nl.Route)
	drop := nl.EventFilter([]nl.BPFInstruction{{Op: unix.BPF_RET | unix.BPF_K}})
	pin, err := c.Pin(t.Context(), linkEvents(links), nl.EventFilter(linkRemovals()))
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range pin.Events(t.Context(), drop) {
		if want := "events: EventBuffer, EventFilter and AllNSID are options of Pin"; err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
		break
	}
	addLink(t, c, "ifb", "ifb0")
	if err := nl.Do(t.Context(), c, &delLink, &link{Name: nl.Str("ifb0")}); err != nil {
		t.Fatal(err)
	}
	for n, err := range pin.Events(t.Context()) {
		if err != nil || describe(n) != "dellink ifb0 in link" {
			t.Errorf("got %v, error %v, want dellink ifb0", n, err)
		}
		break
	}
}

func TestBadFilter(t *testing.T) {
	ns := netns.New(t)
	c := dialIn(t, ns, nl.Route)
	ret := nl.BPFInstruction{Op: unix.BPF_RET | unix.BPF_K, K: 1}
	long := make([]nl.BPFInstruction, 4097)
	for i := range long {
		long[i] = ret
	}
	for _, tt := range []struct {
		program []nl.BPFInstruction
		want    string
	}{
		{nil, "filter of 0 instructions: the kernel takes 1 to 4096"},
		{long, "filter of 4097 instructions: the kernel takes 1 to 4096"},
		{[]nl.BPFInstruction{{Op: 0xffff}}, "open netlink socket: attach filter of 1 instructions: invalid argument"},
	} {
		if _, err := nl.Subscribe(t.Context(), c, nl.EventFilter(tt.program)); err == nil || err.Error() != "subscribe: "+tt.want {
			t.Errorf("got %v, want %s", err, tt.want)
		}
		if _, err := c.Pin(t.Context(), nl.EventFilter(tt.program)); err == nil || err.Error() != "pin socket: "+tt.want {
			t.Errorf("got %v, want %s", err, tt.want)
		}
	}
	subscribe(t, c, nl.EventFilter(long[:4096]))
}
