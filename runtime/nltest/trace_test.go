package nltest_test

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nlgen/nlgen/generated/mptcppm"
	"github.com/nlgen/nlgen/generated/rtlink"
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/nltest"
)

// numbers are what differs between two runs.
var numbers = regexp.MustCompile(`(time|seq|socket|port)=[^ ]+ ?|^[0-9:.]+ `)

// traced returns the lines of a trace without what differs between two runs.
func traced(text string) (lines []string) {
	for l := range strings.Lines(text) {
		lines = append(lines, strings.TrimSuffix(numbers.ReplaceAllString(l, ""), "\n"))
	}
	return lines
}

func TestLogger(t *testing.T) {
	w := newWorld(t)
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c := rtlink.New(nltest.Dial(t, w.k, nl.Route, func(o *nl.Options) { o.Logger = log }))
	w.k.Inject(nltest.Spoof(0, 4711), nltest.StrayAck(1), nltest.Foreign(2, 9))
	if _, err := c.GetLink(t.Context(), &rtlink.Link{Ifname: nl.Str("eth0")}); err != nil {
		t.Fatal(err)
	}
	want := []string{
		`level=DEBUG msg="netlink send" family=rt-link op=getlink type=18 flags=0x5 length=44 to=0 message="header ifinfomsg: 00000000000000000000000000000000\nifname: \"eth0\"\n"`,
		`level=DEBUG msg="netlink drop" reason=sender from=4711 length=52 type=16 `,
		`level=DEBUG msg="netlink drop" reason="sequence number" from=0 length=36 type=2 `,
		`level=DEBUG msg="netlink drop" reason=port from=0 length=52 type=16 `,
		`level=DEBUG msg="netlink receive" family=rt-link op=getlink type=16 flags=0x0 length=52 message="header ifinfomsg: 00000000000000000000000000000000\nifname: \"eth0\"\nmtu: 1500\n"`,
		`level=DEBUG msg="netlink receive" family=rt-link op=getlink type=ERROR flags=0x100 length=36 message="success\n"`,
	}
	if diff := cmp.Diff(sorted(want), sorted(traced(out.String()))); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

// sorted ends the lines alike.
func sorted(lines []string) (all []string) {
	for _, l := range lines {
		all = append(all, strings.TrimSpace(l))
	}
	return all
}

// What the program should know comes at the levels Info and Warn, without the messages.
func TestLoggerOfLosses(t *testing.T) {
	w := newWorld(t)
	var out bytes.Buffer
	quiet := func(o *nl.Options) { o.Logger = slog.New(slog.NewTextHandler(&out, nil)) }
	rc, gc := nltest.Dial(t, w.k, nl.Route, quiet), nltest.Dial(t, w.k, nl.Generic, quiet)
	links, mptcp := rtlink.New(rc), mptcppm.New(gc)
	if _, err := mptcp.GetLimits(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	w.family.Restore()
	if _, err := mptcp.GetLimits(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	w.k.Inject(nltest.Interrupt(0))
	if _, err := nl.Collect(links.GetLinkDump(t.Context(), nil)); err != nil {
		t.Fatal(err)
	}
	w.k.Inject(nltest.Lose())
	links.GetLink(t.Context(), nil)
	w.k.Inject(nltest.Oversize(0, 100_000))
	links.GetLink(t.Context(), nil)
	sub, err := nl.Subscribe(t.Context(), rc, rtlink.Events(rtlink.GroupLink))
	if err != nil {
		t.Fatal(err)
	}
	w.k.LoseEvents(nl.Route, 1, 1)
	for range sub.All() {
		break
	}
	w.k.Deliver(sub.Port(), nltest.Datagram{Data: make([]byte, 200_000), Group: 1})
	for range sub.All() {
		break
	}
	pin, err := rc.Pin(t.Context(), rtlink.Events(rtlink.GroupLink))
	if err != nil {
		t.Fatal(err)
	}
	w.k.LoseEvents(nl.Route, 1, 1)
	for range pin.Events(t.Context()) {
		break
	}
	want := []string{
		`level=INFO msg="netlink request sent again" family=mptcp_pm op=get-limits reason="family moved"`,
		`level=INFO msg="netlink request sent again" family=rt-link op=getlink reason="dump was interrupted"`,
		`level=WARN msg="netlink receive queue overrun"`,
		`level=WARN msg="netlink datagram truncated" length=100000 buffer=65536`,
		`level=WARN msg="netlink receive queue overrun"`,
		`level=WARN msg="netlink datagram truncated" length=200000 buffer=131072`,
		`level=WARN msg="netlink receive queue overrun"`,
	}
	if diff := cmp.Diff(want, sorted(traced(out.String()))); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

// NLGEN_TRACE writes to standard error.
func TestTraceVariable(t *testing.T) {
	for _, tt := range []struct {
		value string
		want  []string
	}{
		{"0", nil},
		{"1", []string{
			"netlink send family=mptcp_pm op=get-limits type=17 flags=0x5 length=20 to=0",
			"command: 6",
			"netlink receive family=mptcp_pm op=get-limits type=17 flags=0x0 length=28",
			"command: 6", "subflows: 2",
			"netlink receive family=mptcp_pm op=get-limits type=ERROR flags=0x100 length=36", "success",
			"netlink event family=mptcp_pm op=created type=17 flags=0x0 length=28 group=33",
			"command: 1", "token: 7",
			"netlink event family=unknown op= type=999 flags=0x0 length=16 group=33",
			"netlink send family=mptcp_pm op=flush-addrs type=17 flags=0x5 length=20 to=0",
			"command: 4",
			"netlink receive family=mptcp_pm op=flush-addrs type=ERROR flags=0x300 length=52",
			"operation not supported: no (offset 9)",
			"netlink send family=mptcp_pm op=get-addr type=17 flags=0x305 length=20 to=0",
			"command: 3",
			"netlink receive family=mptcp_pm op=get-addr type=17 flags=0x2 length=20", "command: 3",
			"netlink receive family=mptcp_pm op=get-addr type=17 flags=0x2 length=20", "command: 3",
			"netlink receive family=mptcp_pm op=get-addr type=DONE flags=0x2 length=20", "success",
		}},
		{"hex", []string{"hex=06010000", "hex=03020000", `family-name: "mptcp_pm"`, "mcast-groups:"}},
	} {
		t.Run(tt.value, func(t *testing.T) {
			got := sorted(traced(trace(t, tt.value)))
			if tt.value == "hex" {
				for _, want := range tt.want {
					if !strings.Contains(strings.Join(got, "\n"), want) {
						t.Errorf("no %s in\n%s", want, strings.Join(got, "\n"))
					}
				}
				return
			}
			// The lookup of the family comes first.
			for i, l := range got {
				if strings.Contains(l, "op=get-limits") {
					got = got[i:]
					break
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("trace (-want +got):\n%s", diff)
			}
		})
	}
}

// trace makes some calls and returns what they write to standard error.
func trace(t *testing.T, value string) string {
	t.Helper()
	t.Setenv("NLGEN_TRACE", value)
	name := t.TempDir() + "/trace"
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	stderr := os.Stderr
	os.Stderr = file
	defer func() { os.Stderr = stderr; file.Close() }()
	w := newWorld(t)
	conn := w.mptcp.Conn()
	if _, err := w.mptcp.GetLimits(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	sub, err := nl.Subscribe(t.Context(), conn, mptcppm.Events())
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Close()
	w.family.Emit("mptcp_pm_events", 1, &mptcppm.EventAttr{Token: nl.U32(7)})
	w.k.Emit(nl.Generic, nltest.Event{Group: 33, Type: 999})
	n := 0
	for range sub.All() {
		if n++; n == 2 {
			break
		}
	}
	w.k.Inject(nltest.Refuse(&nltest.Refusal{Errno: syscall.EOPNOTSUPP, Message: "no", Offset: 9}))
	if err := w.mptcp.FlushAddrs(t.Context(), nil); !errors.Is(err, syscall.EOPNOTSUPP) {
		t.Fatal(err)
	}
	if _, err := nl.Collect(w.mptcp.GetAddrDump(t.Context(), nil)); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
