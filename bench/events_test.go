package main

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// routeMessage is a message about a route with another attribute before its destination.
func routeMessage(last byte) []byte {
	m := make([]byte, unix.NLMSG_HDRLEN+unix.SizeofRtMsg)
	m = attr(m, unix.RTA_TABLE, u32(254))
	m = attr(m, unix.RTA_DST, []byte{10, 0, 0, last})
	return attr(m, unix.RTA_OIF, u32(1))
}

func TestSumOf(t *testing.T) {
	messages := [][]byte{routeMessage(3), routeMessage(20), routeMessage(100)}
	for n, want := range map[int]uint64{0: 0, 1: 3, 2: 23, 3: 123, 7: 249} {
		if got := sumOf(messages, n); got != want {
			t.Errorf("sum of %d is %d, want %d", n, got, want)
		}
	}
	if got := destinationIn(make([]byte, unix.NLMSG_HDRLEN+unix.SizeofRtMsg)); !slices.Equal(got, make([]byte, 4)) {
		t.Errorf("destination of a message without is %v", got)
	}
}

func TestReadMessages(t *testing.T) {
	in := slices.Concat(u32(2), u32(3), []byte("abc"), u32(1), []byte("d"), u32(77))
	r := bytes.NewReader(in)
	got, err := readMessages(r)
	if err != nil || len(got) != 2 || string(got[0]) != "abc" || string(got[1]) != "d" {
		t.Errorf("messages are %q, error %v", got, err)
	}
	if port, err := readU32(r); err != nil || port != 77 {
		t.Errorf("what follows is %d, error %v", port, err)
	}
	for end := range len(in) - 4 {
		if _, err := readMessages(bytes.NewReader(in[:end])); err == nil {
			t.Errorf("%d bytes are taken for all", end)
		}
	}
}

// TestDatagrams sends through the headers of sendmmsg and receives through those of recvmmsg.
func TestDatagrams(t *testing.T) {
	receiver, err := dialRaw(unix.NETLINK_USERSOCK)
	if err != nil {
		t.Skip(err)
	}
	defer receiver.close()
	sender, err := dialRaw(unix.NETLINK_USERSOCK)
	if err != nil {
		t.Fatal(err)
	}
	defer sender.close()
	port, err := receiver.port()
	if err != nil {
		t.Fatal(err)
	}
	if err := sendAll(sender.fd, [][]byte{[]byte("one"), []byte("three")}, port, 5); err != nil {
		t.Fatal(err)
	}
	buffers := [][]byte{make([]byte, 8), make([]byte, 8), make([]byte, 8)}
	var got []string
	for len(got) < 5 {
		headers := datagrams(buffers)
		n, err := receiveSome(receiver.fd, headers)
		if err != nil {
			t.Fatal(err)
		}
		for i := range n {
			got = append(got, string(buffers[i][:headers[i].size]))
		}
	}
	if want := []string{"one", "three", "one", "three", "one"}; !slices.Equal(got, want) {
		t.Errorf("received %q, want %q", got, want)
	}
}

func TestEventsReport(t *testing.T) {
	results := []result{
		{rawLoop, 1000 * time.Microsecond, 0, 0, 300 * time.Microsecond},
		{bulkLoop, 100 * time.Microsecond, 0, 0, 100 * time.Microsecond},
		{reused, 500 * time.Microsecond, 0.001, 1, 600 * time.Microsecond},
		{allEvents, 800 * time.Microsecond, 1, 512, 700 * time.Microsecond},
	}
	live := eventChapter(1000, false, results)
	wantGoals(t, live.goals, map[string]string{"replay, reused: as fast as the raw loop": "2.00 ×"})
	wantLines(t, live.text, "### 1000 notifications replayed", "| nlgen, All | 0.80 | 0.80 | 1.00 | 512 |")
	ahead := eventChapter(1000, true, results)
	wantGoals(t, ahead.goals, map[string]string{"queue, reused: as fast as the raw loop": "0.50 × missed"})
	wantLines(t, ahead.text, "### 1000 notifications that wait in the queue", "| nlgen, AllReused | 0.60 | 2.00 | 0.00 | 1 |")
}
