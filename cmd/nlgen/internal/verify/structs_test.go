package verify

import "testing"

func structFacts(all ...*cStruct) *facts {
	f := factsOf()
	for _, s := range all {
		f.structs[s.name] = append(f.structs[s.name], s)
	}
	return f
}

func TestStructs(t *testing.T) {
	const abc = `definitions:
  - name: msg
    type: struct
    members:
      - {name: a, type: u8}
      - {name: b, type: u32}
      - {name: c, type: u16}
attribute-sets: []
`
	for _, tc := range []struct {
		name   string
		schema string
		facts  *facts
		want   []string
		notes  []string // of --unmatched
	}{
		{
			name: "padding that is not written",
			schema: `definitions:
  - name: msg
    type: struct
    members:
      - {name: b, type: u32}
      - {name: a, type: u8}
attribute-sets: []
`,
			facts: structFacts(&cStruct{name: "msg", size: 8, list: []cMember{{"m_b", 0, 4, false}, {"m_a", 4, 1, false}}}),
			want: []string{
				"test.yaml:6:11: unwritten-padding: the schema does not write the 3 bytes of padding at the end of struct msg: packed it has 5 bytes, the kernel has 8 bytes",
			},
		},
		{
			name:   "a hole, a width, a size",
			schema: abc,
			facts:  structFacts(&cStruct{name: "msg", size: 16, list: []cMember{{"a", 0, 1, false}, {"b", 4, 4, false}, {"c", 8, 4, false}, {"d", 12, 4, false}}}),
			want: []string{
				"test.yaml:6:11: struct-size: struct msg has 12 bytes, the kernel has 16 bytes in struct msg; at its end are d",
				"test.yaml:10:16: unwritten-padding: the schema does not write the 3 bytes of padding before msg.b: packed, the member is at offset 1, the kernel has it at 4",
				"test.yaml:11:16: member-width: msg.c is 2 bytes wide, the kernel has 4 bytes in msg.c",
			},
		},
		{
			name:   "members in another order",
			schema: abc,
			facts:  structFacts(&cStruct{name: "msg", size: 12, list: []cMember{{"b", 0, 4, false}, {"a", 4, 1, false}, {"c", 8, 2, false}}}),
			want: []string{
				"test.yaml:9:16: member-offset: msg.a is at offset 0, the kernel has msg.a at 4",
				"test.yaml:10:16: member-offset: msg.b is at offset 4, the kernel has msg.b at 0",
			},
		},
		{
			name:   "a member that is newer",
			schema: abc,
			facts:  structFacts(&cStruct{name: "msg", size: 8, list: []cMember{{"a", 0, 1, false}, {"b", 4, 4, false}}}),
			want: []string{
				"test.yaml:10:16: unwritten-padding: the schema does not write the 3 bytes of padding before msg.b: packed, the member is at offset 1, the kernel has it at 4",
				"test.yaml:11:16: newer-in-schema: the kernel has no c in struct msg, which ends before it",
			},
			notes: []string{"test.yaml:11:16: unmatched: member msg.c: the kernel: struct msg has no member c, nor another at its place"},
		},
		{
			name:   "the family's name before the struct's",
			schema: abc,
			facts:  structFacts(&cStruct{name: "fam_msg", size: 2, list: []cMember{{"a", 0, 1, false}}}, &cStruct{name: "other_msg", size: 99}),
			want: []string{
				"test.yaml:10:16: newer-in-schema: the kernel has no b in struct fam_msg, which ends before it",
				"test.yaml:11:16: newer-in-schema: the kernel has no c in struct fam_msg, which ends before it",
			},
			notes: []string{
				"test.yaml:10:16: unmatched: member msg.b: the kernel: struct fam_msg has no member b, nor another at its place",
				"test.yaml:11:16: unmatched: member msg.c: the kernel: struct fam_msg has no member c, nor another at its place",
			},
		},
		{
			name:   "by likeness, and a member by its place in an inner struct",
			schema: abc,
			facts:  structFacts(&cStruct{name: "the_msg", size: 12, list: []cMember{{"x_a", 0, 1, false}, {"x_b", 4, 4, false}, {"x_c", 8, 2, false}}}),
			want: []string{
				"test.yaml:10:16: unwritten-padding: the schema does not write the 3 bytes of padding before msg.b: packed, the member is at offset 1, the kernel has it at 4",
			},
			notes: []string{"test.yaml:6:11: matched-by-likeness: struct msg matched with the kernel by likeness: struct the_msg has all of its members"},
		},
		{
			name: "array elements",
			schema: `definitions:
  - name: msg
    type: struct
    members:
      - {name: first, type: u32}
      - {name: second, type: u32}
attribute-sets: []
`,
			facts: structFacts(&cStruct{name: "msg", size: 8, list: []cMember{{"v", 0, 8, false}, {"v[0]", 0, 4, true}, {"v[1]", 4, 4, true}}}),
		},
		{
			name:   "nothing like it",
			schema: abc,
			facts:  structFacts(&cStruct{name: "other", size: 12}),
			notes: []string{
				"test.yaml:6:11: unmatched: struct msg: the kernel: no struct msg",
				"test.yaml:9:16: unmatched: member msg.a: the kernel: no struct msg",
				"test.yaml:10:16: unmatched: member msg.b: the kernel: no struct msg",
				"test.yaml:11:16: unmatched: member msg.c: the kernel: no struct msg",
			},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := against(t, head+tc.schema+tail, tc.facts)
			wantLines(t, r.differences, tc.want...)
			wantLines(t, r.unmatched, tc.notes...)
		})
	}
}

// What two sources say alike is said once.
func TestTwoSources(t *testing.T) {
	const schema = `attribute-sets:
  - name: fam
    attributes:
      - {name: one, type: u32, value: 4}
      - {name: two, type: u32, value: 2}
      - {name: new, type: u32, value: 9}
`
	kernel := factsOf(counted("", 1, "FAM_A_ONE", "FAM_A_TWO"))
	header := factsOf(enumOf("", cValue{"FAM_A_ONE", 1}, cValue{"FAM_A_TWO", 2}, cValue{"FAM_A_NEW", 9}))
	header.source, header.running = "the header", false
	r := against(t, head+schema+tail, kernel, header)
	wantLines(t, r.differences,
		"test.yaml:8:16: attribute-id: fam.one is 4, the kernel has FAM_A_ONE = 1",
		"test.yaml:10:16: newer-in-schema: the kernel has no FAM_A_NEW (9)",
	)
	if percent, seen, total := r.share(); percent != 100 || seen != 3 || total != 3 {
		t.Errorf("share is %d %%, %d of %d, want 3 of 3", percent, seen, total)
	}
}
