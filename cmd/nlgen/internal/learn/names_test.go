package learn

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// enum makes an enum of names that count from 0; a name = sets the number of the next one.
func enum(tag string, names ...string) *cEnum {
	e := &cEnum{tag: tag}
	for i, n := range names {
		e.values = append(e.values, cValue{n, int64(i)})
	}
	return e
}

func TestEnumNames(t *testing.T) {
	for _, tt := range []struct {
		name         string
		enum         *cEnum
		prefix, stem string
		role         role
	}{
		{"attributes", enum("", "SEG6_ATTR_UNSPEC", "SEG6_ATTR_DST", "SEG6_ATTR_DSTLEN", "__SEG6_ATTR_MAX"), "SEG6_ATTR_", "SEG6_ATTR", attributes},
		{"commands", enum("", "SEG6_CMD_UNSPEC", "SEG6_CMD_SETHMAC", "__SEG6_CMD_MAX"), "SEG6_CMD_", "SEG6_CMD", commands},
		{"attributes of commands", enum("", "T_CMD_ATTR_UNSPEC", "T_CMD_ATTR_PID", "__T_CMD_ATTR_MAX"), "T_CMD_ATTR_", "T_CMD_ATTR", attributes},
		{"a common word", enum("", "F_ATTR_IP_SRC", "F_ATTR_IP_DST", "__F_ATTR_MAX"), "F_ATTR_", "F_ATTR", attributes},
		{"a stem that is longer", enum("", "L_ATTR_STATS_NONE", "L_ATTR_TX", "__L_ATTR_STATS_MAX"), "L_ATTR_", "L_ATTR_STATS", attributes},
		{"one", enum("", "F_ENDPOINT_ADDR", "__F_ENDPOINT_MAX"), "F_ENDPOINT_", "F_ENDPOINT", values},
		{"one without an end", enum("", "F_GROUP_EVENTS"), "F_GROUP_", "", values},
		{"by the tag", enum("gtp_attrs", "GTPX_UNSPEC", "GTPX_LINK", "GTPX_MAX"), "GTPX_", "GTPX", attributes},
		{"classic", enum("", "NHA_UNSPEC", "NHA_ID", "__NHA_MAX"), "NHA_", "NHA", attributes},
		{"no end in A", enum("", "F_MODE_NONE", "F_MODE_ON", "__F_MODE_MAX"), "F_MODE_", "F_MODE", values},
		{"no prefix", enum("", "ALPHA", "BETA"), "", "", values},
		{"after last", enum("", "M_ATTR_UNSPEC", "M_ATTR_ADDR", "__M_ATTR_AFTER_LAST"), "M_ATTR_", "M_ATTR", attributes},
		{"a name that counts in the middle", enum("", "F_A_MAX", "F_A_MIN", "F_A_NUM"), "F_A_", "", attributes},
		{"empty", &cEnum{}, "", "", values},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.enum.prefix(); got != tt.prefix {
				t.Errorf("prefix %q, want %q", got, tt.prefix)
			}
			if got := tt.enum.stem(); tt.stem != "" && got != tt.stem {
				t.Errorf("stem %q, want %q", got, tt.stem)
			}
			if got := tt.enum.role(); got != tt.role {
				t.Errorf("role %d, want %d", got, tt.role)
			}
		})
	}
}

func TestKinship(t *testing.T) {
	for _, tt := range []struct {
		prefix, family string
		score          int
		rest           []string
	}{
		{"MPTCP_PM_ATTR", "mptcp_pm", 3, []string{"ATTR"}},
		{"SEG6_CMD", "SEG6", 3, []string{"CMD"}},
		{"NLBL_UNLABEL_A", "NLBL_UNLBL", 2, []string{"A"}},
		{"NLBL_MGMT_A", "NLBL_UNLBL", 1, []string{"MGMT", "A"}},
		{"ACPI_GENL_ATTR", "acpi_event", 1, []string{"GENL", "ATTR"}},
		{"CTRL_ATTR", "nlctrl", 1, []string{"ATTR"}},
		{"QUOTA_NL_A", "VFS_DQUOT", 0, nil},
		{"", "SEG6", 0, nil},
	} {
		score, rest := kinship(words(tt.prefix), words(tt.family))
		if score != tt.score || !cmp.Equal(rest, tt.rest) {
			t.Errorf("%s of %s: %d %v, want %d %v", tt.prefix, tt.family, score, rest, tt.score, tt.rest)
		}
	}
}

func TestNaming(t *testing.T) {
	n := naming{}
	for _, want := range []string{"version", "gtp-version", "gtp-version-2", "gtp-version-3"} {
		if got := n.take("-", "version", "gtp-version"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"dst": "dst", "no": `"no"`, "off": `"off"`, "null": `"null"`, "2ghz": `"2ghz"`, "12": `"12"`, "--pad": `"--pad"`,
		"mptcp_pm": "mptcp_pm", "an apple a day": `"an apple a day"`, `say "hi"`: `"say \"hi\""`, "": `""`,
	} {
		if got := text(in); got != want {
			t.Errorf("%q is %s, want %s", in, got, want)
		}
	}
}

func TestComments(t *testing.T) {
	const header = `
enum {
	A_ONE,		/* u32; the first */
	A_TWO = 2,	/* be16 */
	/* nested; what
	 * is inside */
	A_THREE,

	/* about all that follows */

	A_FOUR,
	/**
	 * @A_FIVE: string
	 */
	A_FIVE,		// u8
	A_SIX,		/* in
			 * seconds */
	A_SEVEN /* struct foo_bar, see there */
};`
	got := comments(header)
	want := map[string]string{
		"A_ONE": "u32; the first", "A_TWO": "be16", "A_THREE": "nested; what is inside", "A_FIVE": "u8", "A_SIX": "in seconds",
		"A_SEVEN": "struct foo_bar, see there",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestReadHint(t *testing.T) {
	for comment, want := range map[string]hint{
		"u32; an id":                       {typ: "u32"},
		"__u64":                            {typ: "u64"},
		"clock_t as u32; a timer":          {typ: "u32"},
		"u16, enum l2tp_pwtype":            {typ: "u16", enum: "l2tp_pwtype"},
		"be32":                             {typ: "u32", order: "big-endian"},
		"int":                              {typ: "s32"},
		"flag; only groups":                {typ: "flag"},
		"Flag indicating something":        {typ: "flag"},
		"nested":                           {typ: "nest"},
		"struct in6_addr":                  {typ: "binary", show: "ipv6", exact: 16},
		"struct in_addr":                   {typ: "u32", show: "ipv4", order: "big-endian"},
		"struct nhmsg":                     {typ: "binary", structs: "nhmsg"},
		"be32 (IPv4) or in6_addr (IPv6) x": {typ: "binary", show: "ipv4-or-v6"},
		"Flags of the entry":               {},
		"integers":                         {},
		"in msec":                          {},
		"":                                 {},
	} {
		if got, _ := readHint(comment); got != want {
			t.Errorf("%q: %+v, want %+v", comment, got, want)
		}
	}
}
