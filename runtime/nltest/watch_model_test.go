package nltest_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nlgen/nlgen/generated/rtroute"
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/nltest"
)

// model is a table that behaves like the kernel's: a list takes several datagrams, between which things change;
// notifications get lost; some come before the change; and some changes have none.
type model struct {
	t    *testing.T
	rand *rand.Rand
	k    *nltest.Kernel

	several bool // several routes may have the same destination
	counts  bool // a list goes on by counting
	busy    int  // so many more lists are disturbed by changes

	lists   map[byte][]byte // gateways by destination
	pending func()          // a change that was told already
	marker  byte
	stamp   byte  // for gateways
	ends    []int // of the datagrams of the last list, by the number of messages before
	seen    map[string]int
}

const dsts = 6

func (m *model) chance(percent int) bool { return m.rand.IntN(100) < percent }

// text is the state of the table.
func (m *model) text() string {
	var b strings.Builder
	for _, dst := range slices.Sorted(maps.Keys(m.lists)) {
		if len(m.lists[dst]) > 0 {
			fmt.Fprintf(&b, " %d:%v", dst, m.lists[dst])
		}
	}
	return b.String()
}

// finish makes the change that was told before. The kernel holds a lock until it does.
func (m *model) finish() {
	if f := m.pending; f != nil {
		m.pending = nil
		f()
	}
}

func (m *model) tell(typ uint16, flags nl.Flags, dst, gateway byte) {
	if m.chance(3) {
		m.seen["lost"]++
		m.k.LoseEvents(nl.Route, groupRoute, 1)
		return
	}
	m.k.Emit(nl.Route, nltest.Event{Group: groupRoute, Type: typ, Flags: uint16(flags), Message: rt(dst, gateway)})
}

// mutate makes a change.
func (m *model) mutate() {
	m.finish()
	dst := byte(m.rand.IntN(dsts))
	list := m.lists[dst]
	m.stamp++
	switch {
	case len(list) == 0:
		m.lists[dst] = []byte{m.stamp}
		m.tell(newRoute, nl.Create|nl.Excl, dst, m.stamp)
	case m.several && m.chance(15):
		m.lists[dst] = append(list[:len(list):len(list)], m.stamp)
		m.tell(newRoute, nl.Create|nl.Append, dst, m.stamp)
	case m.several && m.chance(10):
		m.lists[dst] = append([]byte{m.stamp}, list...)
		m.tell(newRoute, nl.Create, dst, m.stamp)
	case m.chance(5): // silently; word of the cause comes first
		m.k.Emit(nl.Route, nltest.Event{Group: groupLink, Type: delLink, Message: link("eth0", 1)})
		m.pending = func() { m.lists[dst] = nil }
	case m.chance(40):
		m.lists[dst] = append([]byte{m.stamp}, list[1:]...)
		m.tell(newRoute, nl.Replace, dst, m.stamp)
	default:
		i := m.rand.IntN(len(list))
		m.tell(delRoute, 0, dst, list[i])
		rest := slices.Delete(slices.Clone(list), i, i+1)
		m.pending = func() { m.lists[dst] = rest }
	}
	if m.chance(50) {
		m.finish()
	}
}

// dump lists the table, with changes wherever a datagram ends.
func (m *model) dump(a *nltest.Answer, _ *nltest.Request) {
	m.seen["lists"]++
	m.ends = nil
	defer func() { m.busy-- }()
	sent, interrupted := 0, uint16(0)
	pause := func() {
		if !m.chance(40) {
			return
		}
		m.ends = append(m.ends, sent)
		for m.busy > 0 && m.chance(50) {
			m.seen["changes during lists"]++
			m.mutate()
			if m.chance(3) {
				interrupted = 0x10
			}
		}
	}
	send := func(dst, gateway byte) {
		b, _ := rt(dst, gateway).MarshalBinary()
		a.SendRaw(newRoute, interrupted, b)
		sent++
	}
	if m.counts {
		for n := 0; ; n++ {
			pause()
			at := n
			var found bool
			for _, dst := range slices.Sorted(maps.Keys(m.lists)) {
				list := m.lists[dst]
				if at < len(list) {
					send(dst, list[at])
					found = true
					break
				}
				at -= len(list)
			}
			if !found {
				break
			}
		}
	} else {
		for dst := range byte(dsts) {
			for i := 0; ; i++ {
				pause()
				if i >= len(m.lists[dst]) {
					break
				}
				send(dst, m.lists[dst][i])
			}
		}
		for _, dst := range slices.Sorted(maps.Keys(m.lists)) {
			if dst >= dsts {
				send(dst, m.lists[dst][0])
			}
		}
	}
}

// cut gives the answer the datagrams that dump has decided on.
func (m *model) cut(x *nltest.Exchange) {
	var whole []byte
	for _, d := range x.Answer {
		whole = append(whole, d.Data...)
	}
	x.Answer = nil
	n := 0
	var part []byte
	for len(whole) > 0 {
		if slices.Contains(m.ends, n) && len(part) > 0 {
			x.Answer = append(x.Answer, nltest.Datagram{Data: part, NSID: -1})
			part = nil
		}
		size := (int(binary.NativeEndian.Uint32(whole)) + 3) &^ 3
		part = append(part, whole[:size]...)
		whole = whole[size:]
		n++
	}
	x.Answer = append(x.Answer, nltest.Datagram{Data: part, NSID: -1})
}

// TestWatchModel lets a watch follow random changes of a model. In every round the program's copy must become equal
// to the model, without a further event.
func TestWatchModel(t *testing.T) {
	seeds := uint64(12)
	if testing.Short() {
		seeds = 5
	}
	for _, kind := range []struct {
		name            string
		several, counts bool
	}{{"single", false, false}, {"several", true, false}, {"counted", false, true}, {"several counted", true, true}} {
		t.Run(kind.name, func(t *testing.T) {
			seen := map[string]int{}
			for seed := range seeds {
				m := &model{t: t, rand: rand.New(rand.NewPCG(seed, 7)), k: nltest.New(), several: kind.several, counts: kind.counts,
					lists: map[byte][]byte{}, seen: seen}
				if m.run(); t.Failed() {
					t.Fatalf("seed %d", seed)
				}
			}
			t.Log(seen)
			for _, what := range []string{"lists", "lost", "changes during lists", "stale", "synced", "added", "changed", "removed"} {
				if seen[what] == 0 {
					t.Errorf("no %s: the test proves little", what)
				}
			}
		})
	}
}

func (m *model) run() {
	ctx, cancel := context.WithCancel(m.t.Context())
	defer cancel()
	c := nltest.Dial(m.t, m.k, nl.Route)
	defer c.Close()
	m.k.HandleDump(nl.Route, getRoute, m.dump)
	m.k.InjectWhen(isDump, -1, nltest.Custom("datagrams", m.cut))
	m.k.Handle(nl.Route, getLink, func(*nltest.Answer, *nltest.Request) { m.finish() })
	table := routeTable(func(k *nl.TableKey) { k.Shared, k.Steady = m.several, !m.counts })
	next, stop := iter.Pull2(nl.Watch[rtroute.Route](ctx, c, table, nil))
	defer stop()
	program := map[string]string{}
	for range 3 {
		m.mutate()
	}
	synced := false
	for round := range 40 {
		for range m.rand.IntN(6) {
			m.mutate()
		}
		m.finish()
		m.marker = byte(100 + round)
		m.lists[m.marker] = []byte{1}
		m.k.Emit(nl.Route, nltest.Event{Group: groupRoute, Type: newRoute, Flags: uint16(nl.Create | nl.Excl), Message: rt(m.marker, 1)})
		m.busy = m.rand.IntN(4)
		watchdog := time.AfterFunc(10*time.Second, cancel)
		for {
			change, err, ok := next()
			if err != nil || !ok {
				m.t.Errorf("round %d: the copy is %s, the table%s: %v", round, textOf(program), m.text(), err)
				return
			}
			m.seen[change.Kind.String()]++
			switch change.Kind {
			case nl.Synced:
				synced = true
			case nl.Stale:
				synced = false
			case nl.Added, nl.Changed:
				if _, known := program[change.Key]; known == (change.Kind == nl.Added) {
					m.t.Errorf("round %d: %v %s, known before: %v", round, change.Kind, routeText(change.Object), known)
				}
				program[change.Key] = routeText(change.Object)
			case nl.Removed:
				if _, known := program[change.Key]; !known {
					m.t.Errorf("round %d: removed %s, which is not known", round, routeText(change.Object))
				}
				delete(program, change.Key)
			}
			if m.finish(); synced && textOf(program) == m.text() {
				break
			}
		}
		watchdog.Stop()
	}
}

// textOf writes a program's copy as the model writes its table.
func textOf(program map[string]string) string {
	lists := map[byte][]byte{}
	for _, key := range slices.Sorted(maps.Keys(program)) {
		var dst, gateway byte
		fmt.Sscanf(program[key], "%d/%d", &dst, &gateway)
		lists[dst] = append(lists[dst], gateway)
	}
	return (&model{lists: lists}).text()
}
