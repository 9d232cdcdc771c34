package verify

import "testing"

// enumOf makes an enum of names and values.
func enumOf(tag string, values ...cValue) *cEnum { return &cEnum{tag: tag, values: values} }

func factsOf(enums ...*cEnum) *facts {
	return &facts{source: "the kernel", running: true, enums: enums, structs: map[string][]*cStruct{}}
}

// counted makes an enum whose names count up from first.
func counted(tag string, first uint64, names ...string) *cEnum {
	e := &cEnum{tag: tag}
	for i, n := range names {
		e.values = append(e.values, cValue{n, first + uint64(i)})
	}
	return e
}

const head = `# SPDX-License-Identifier: MIT
name: fam
protocol: genetlink-legacy
doc: A family.
`

const tail = `
operations: {list: []}
`

func TestGroups(t *testing.T) {
	for _, tc := range []struct {
		name      string
		schema    string
		facts     *facts
		want      []string
		unmatched []string
	}{
		{
			name: "by name: swapped numbers, a newer one, one that the schema lacks",
			schema: `attribute-sets:
  - name: fam
    attributes:
      - {name: one, type: u32}
      - {name: three, type: u32}
      - {name: two, type: u32}
      - {name: five, type: u32, value: 5}
`,
			facts: factsOf(counted("", 0, "FAM_A_UNSPEC", "FAM_A_ONE", "FAM_A_TWO", "FAM_A_THREE", "FAM_A_FOUR", "__FAM_A_MAX")),
			want: []string{
				"test.yaml:6:11: missing-in-schema: attribute set fam lacks what the kernel has: FAM_A_FOUR (4)",
				"test.yaml:9:16: attribute-id: fam.three is 2, the kernel has FAM_A_THREE = 3",
				"test.yaml:10:16: attribute-id: fam.two is 3, the kernel has FAM_A_TWO = 2",
				"test.yaml:11:16: newer-in-schema: the kernel has no FAM_A_FIVE (5)",
			},
			unmatched: []string{"test.yaml:11:16: unmatched: attribute five: the kernel: no FAM_A_FIVE"},
		},
		{
			name: "by name: another name for the number",
			schema: `attribute-sets:
  - name: fam
    attributes:
      - {name: one, type: u32}
      - {name: tow, type: u32}
      - {name: th-ree, type: u32}
`,
			facts: factsOf(counted("", 0, "FAM_A_UNSPEC", "FAM_A_ONE", "FAM_A_TWO", "FAM_A_THREE")),
			want:  []string{"test.yaml:9:16: other-name: the kernel has no FAM_A_TOW; 2 is FAM_A_TWO there"},
		},
		{
			name: "by likeness: a pad is missing",
			schema: `attribute-sets:
  - name: rule-attrs
    attributes:
      - {name: table, type: u32}
      - {name: chain, type: u32}
      - {name: id, type: u32}
`,
			facts: factsOf(counted("xt_rule_attributes", 0, "XTA_RULE_UNSPEC", "XTA_RULE_TABLE", "XTA_RULE_CHAIN", "XTA_RULE_PAD", "XTA_RULE_ID", "__XTA_RULE_MAX")),
			want:  []string{"test.yaml:10:16: attribute-id: rule-attrs.id is 3, the kernel has XTA_RULE_ID = 4"},
			unmatched: []string{
				"test.yaml:6:11: matched-by-likeness: attribute set rule-attrs matched with the kernel by likeness: enum xt_rule_attributes (XTA_RULE_*) has 3 of 3 names",
			},
		},
		{
			name: "likeness is not enough where values differ and the name is another's",
			schema: `definitions:
  - {name: color, type: enum, entries: [red, green, blue]}
`,
			facts: factsOf(counted("lamp_shade", 1, "LAMP_RED", "LAMP_GREEN", "LAMP_BLUE")),
			unmatched: []string{
				"test.yaml:6:41: unmatched: enum value red: the kernel: enum lamp_shade (LAMP_*) has 3 of its names, but may be something else",
				"test.yaml:6:46: unmatched: enum value green: the kernel: enum lamp_shade (LAMP_*) has 3 of its names, but may be something else",
				"test.yaml:6:53: unmatched: enum value blue: the kernel: enum lamp_shade (LAMP_*) has 3 of its names, but may be something else",
			},
		},
		{
			name: "two enums fit alike and say different things",
			schema: `definitions:
  - {name: color, type: enum, entries: [red, green]}
`,
			facts: factsOf(counted("a_color", 1, "A_COLOR_RED", "A_COLOR_GREEN"), counted("b_color", 2, "B_COLOR_RED", "B_COLOR_GREEN")),
			unmatched: []string{
				"test.yaml:6:41: unmatched: enum value red: the kernel: enum a_color (A_COLOR_*) and enum b_color (B_COLOR_*) fit alike",
				"test.yaml:6:46: unmatched: enum value green: the kernel: enum a_color (A_COLOR_*) and enum b_color (B_COLOR_*) fit alike",
			},
		},
		{
			name: "C numbers the bits of flags",
			schema: `definitions:
  - {name: feature, type: flags, entries: [a, b, c]}
`,
			facts: factsOf(counted("", 0, "FAM_FEATURE_A_BIT", "FAM_FEATURE_B_BIT", "FAM_FEATURE_C_BIT")),
			unmatched: []string{
				"test.yaml:6:12: matched-by-likeness: flags feature matched with the kernel by likeness: the enum of FAM_FEATURE_* has 3 of 3 names",
			},
		},
		{
			name: "flags: one bit is another",
			schema: `definitions:
  - {name: feature, type: flags, entries: [a, b, c]}
`,
			facts: factsOf(enumOf("", cValue{"FAM_FEATURE_A", 1}, cValue{"FAM_FEATURE_B", 2}, cValue{"FAM_FEATURE_C", 8}, cValue{"FAM_FEATURE_D", 16}, cValue{"FAM_FEATURE_MASK", 0x1f})),
			want: []string{
				"test.yaml:6:12: missing-in-schema: flags feature lacks what the kernel has: FAM_FEATURE_D (0x10)",
				"test.yaml:6:50: enum-value: feature.c is 0x4, the kernel has FAM_FEATURE_C = 0x8",
			},
		},
		{
			name: "negative in C, what travels in the schema",
			schema: `definitions:
  - {name: verdict, type: enum, entries: [{name: continue, value: 0xffffffff}, {name: drop, value: 0}]}
`,
			facts: factsOf(enumOf("", cValue{"FAM_VERDICT_CONTINUE", ^uint64(0)}, cValue{"FAM_VERDICT_DROP", 0})),
		},
		{
			name: "macros say nothing of what they lack",
			schema: `definitions:
  - {name: limit, type: const, value: 5}
  - {name: other, type: const, value: 6}
`,
			facts: factsOf(&cEnum{macros: true, values: []cValue{{"FAM_LIMIT", 7}, {"FAM_MORE", 8}}}),
			want:  []string{"test.yaml:6:12: constant-value: constant limit is 5, the kernel has FAM_LIMIT = 7"},
			unmatched: []string{
				"test.yaml:7:12: unmatched: constant other: the kernel: no FAM_OTHER",
			},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			text := head + tc.schema
			if tc.schema[0] == 'd' {
				text += "attribute-sets: []\n"
			}
			r := against(t, text+tail, tc.facts)
			wantLines(t, r.differences, tc.want...)
			wantLines(t, r.unmatched, tc.unmatched...)
		})
	}
}

func TestMessages(t *testing.T) {
	r := against(t, head+`attribute-sets:
  - name: fam
    attributes: [{name: x, type: u32}]
operations:
  enum-model: directional
  list:
    - name: get
      doc: Gets.
      attribute-set: fam
      do: {request: {value: 1, attributes: [x]}, reply: {value: 1, attributes: [x]}}
    - name: item-get
      doc: Gets.
      attribute-set: fam
      do: {request: {value: 4, attributes: [x]}, reply: {value: 6, attributes: [x]}}
    - {name: item-ntf, doc: Tells., notify: item-get, value: 9}
`, factsOf(
		counted("", 0, "FAM_CMD_UNSPEC", "FAM_CMD_GET", "FAM_CMD_SET", "FAM_CMD_ITEM_GET"),
		counted("", 5, "FAM_CMD_ITEM_GET_REPLY", "FAM_CMD_ITEM_NTF"),
		counted("", 1, "FAM_A_X")))
	wantLines(t, r.differences,
		"test.yaml:15:13: operation-id: answer to item-get is 6, the kernel has FAM_CMD_ITEM_GET_REPLY = 5",
		"test.yaml:15:13: operation-id: item-get is 4, the kernel has FAM_CMD_ITEM_GET = 3",
		"test.yaml:19:14: operation-id: item-ntf is 9, the kernel has FAM_CMD_ITEM_NTF = 6",
	)
	if percent, seen, total := r.share(); percent != 100 || seen != 5 || total != 5 {
		t.Errorf("share is %d %%, %d of %d, want 5 of 5", percent, seen, total)
	}
}
