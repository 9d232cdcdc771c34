package verify

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/ir"
)

// A layout is a struct of a schema, with an item for it and for each member.
type layout struct {
	*ir.Struct
	of      string
	self    *item
	members []*memberItem // without padding
}

type memberItem struct {
	*item
	*ir.Member
	packed int // offset in a struct without holes, as the language of schemas wants it
}

// layoutsOf lists what a family's schema says of structs.
func layoutsOf(f *ir.Family) []*layout {
	var all []*layout
	for _, s := range f.Structs {
		l := &layout{Struct: s, of: f.Name, self: &item{kind: structs, name: s.Name, cnames: []string{s.CName}, pos: s.Pos}}
		at := 0
		for _, m := range s.Members {
			if !m.Pad {
				l.members = append(l.members, &memberItem{
					item:   &item{kind: members, name: s.Name + "." + m.Name, cnames: []string{cIdent(m.Name)}, pos: m.Pos},
					Member: m, packed: at,
				})
			}
			at += packedSize(m)
		}
		all = append(all, l)
	}
	return all
}

// packedSize is the size of a member without holes inside.
func packedSize(m *ir.Member) int {
	if m.Struct == nil {
		return m.Size
	}
	n := 0
	for _, in := range m.Struct.Members {
		n += packedSize(in)
	}
	return n
}

// A pairing says which member of a C struct is which of a schema's.
type pairing struct {
	c      *cStruct
	prefix string
	of     map[*memberItem]cMember
	named  int // pairs that are alike by name, the others only by place
	placed int // pairs with the same place
}

// struct finds the C struct of a layout.
func (ix *index) structOf(l *layout) (p *pairing, how string) {
	for _, name := range []string{l.CName, strings.TrimLeft(l.CName, "_"), cIdent(l.of) + "_" + l.CName} {
		if p := bestPairing(l, ix.structs[name]); p != nil {
			return p, "by name"
		}
	}
	// A struct with the same members, and a name that has the schema's in it or the other way round.
	var alike []*cStruct
	for _, name := range ix.structNames {
		if akin(name, l.CName) {
			alike = append(alike, ix.structs[name]...)
		}
	}
	p = bestPairing(l, alike)
	if p == nil || p.named < len(l.members) || len(l.members) < minHits {
		return nil, ""
	}
	return p, "by likeness: struct " + p.c.name + " has all of its members"
}

// akin tells whether one name is the other with something before or behind it.
func akin(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	return strings.HasPrefix(b, a+"_") || strings.HasSuffix(b, "_"+a) || strings.Contains(b, "_"+a+"_")
}

// bestPairing pairs a layout with the struct whose members are most like its own.
func bestPairing(l *layout, all []*cStruct) *pairing {
	var best *pairing
	for _, c := range all {
		p := pair(l, c)
		if best == nil || cmp.Or(cmp.Compare(p.named, best.named), cmp.Compare(p.placed, best.placed)) > 0 {
			best = p
		}
	}
	return best
}

// pair finds the members of a layout in a C struct: by name, behind the prefix that most of them have, else by
// place.
func pair(l *layout, c *cStruct) *pairing {
	p := &pairing{c: c, of: map[*memberItem]cMember{}}
	p.prefix = memberPrefix(l, c)
	byName := map[string]cMember{}
	for _, m := range c.members() {
		if _, ok := byName[m.name]; !ok && !m.inner {
			byName[m.name] = m
		}
	}
	taken := map[string]bool{}
	for _, m := range l.members {
		cm, ok := byName[p.prefix+m.cnames[0]]
		if !ok {
			cm, ok = byName[m.cnames[0]]
		}
		if ok && !taken[cm.name] {
			p.of[m], taken[cm.name] = cm, true
			p.named++
		}
	}
	for _, m := range l.members {
		if _, ok := p.of[m]; ok {
			continue
		}
		for _, cm := range c.members() {
			if !taken[cm.name] && cm.offset == m.Offset && cm.size == m.Member.Size {
				p.of[m], taken[cm.name] = cm, true
				break
			}
		}
	}
	for m, cm := range p.of {
		if cm.offset == m.Offset && cm.size == m.Member.Size {
			p.placed++
		}
	}
	return p
}

// memberPrefix is what stands before most of a layout's members in C.
func memberPrefix(l *layout, c *cStruct) string {
	tally := map[string]int{}
	for _, m := range l.members {
		for _, cm := range c.members() {
			if rest, ok := strings.CutSuffix(cm.name, m.cnames[0]); ok && !cm.inner && (rest == "" || strings.HasSuffix(rest, "_")) {
				tally[rest]++
			}
		}
	}
	best := ""
	for _, prefix := range slices.Sorted(maps.Keys(tally)) {
		if tally[prefix] > tally[best] {
			best = prefix
		}
	}
	return best
}

// compareStruct holds a struct against one source and reports the differences.
func (ix *index) compareStruct(l *layout, r *report) {
	p, how := ix.structOf(l)
	if p == nil {
		l.self.how = append(l.self.how, ix.source+": no struct "+l.CName)
		for _, m := range l.members {
			m.how = append(m.how, ix.source+": no struct "+l.CName)
		}
		return
	}
	l.self.seen = true
	if how != "by name" {
		r.add(l.Pos, ruleMatched, "struct %s matched with %s %s", l.Name, ix.source, how)
	}
	newer := ix.compareMembers(l, p, r)
	ix.compareSize(l, p, newer, r)
	ix.padding(l, p, r)
}

// compareMembers reports members that are elsewhere or of another size, and tells whether the schema has
// members behind the end of the C struct.
func (ix *index) compareMembers(l *layout, p *pairing, r *report) (newer bool) {
	for _, m := range l.members {
		cm, ok := p.of[m]
		if !ok {
			m.how = append(m.how, fmt.Sprintf("%s: struct %s has no member %s, nor another at its place", ix.source, p.c.name, p.prefix+m.cnames[0]))
			if m.Offset >= p.c.size {
				newer = true
				r.add(m.item.pos, RuleNewerInSchema, "%s has no %s in struct %s, which ends before it", ix.source, p.prefix+m.cnames[0], p.c.name)
			}
			continue
		}
		m.seen = true
		if cm.name != p.prefix+m.cnames[0] && cm.name != m.cnames[0] {
			m.how = append(m.how, fmt.Sprintf("%s: by its place, where struct %s has %s", ix.source, p.c.name, cm.name))
		}
		if cm.size != m.Member.Size {
			r.add(m.item.pos, RuleMemberWidth, "%s is %s wide, %s has %s in %s.%s", m.item.name, inBytes(m.Member.Size), ix.source, inBytes(cm.size), p.c.name, cm.name)
		}
		if cm.offset != m.Offset {
			r.add(m.item.pos, RuleMemberOffset, "%s is at offset %d, %s has %s.%s at %d", m.item.name, m.Offset, ix.source, p.c.name, cm.name, cm.offset)
		}
	}
	return newer
}

// compareSize reports a size that is not C's, unless the schema is longer by members that are newer.
func (ix *index) compareSize(l *layout, p *pairing, newer bool, r *report) {
	if p.c.size == l.Size || newer && l.Size > p.c.size {
		return
	}
	have := map[string]bool{}
	for _, cm := range p.of {
		have[cm.name] = true
	}
	var names []string
	for _, cm := range p.c.members() {
		if !have[cm.name] && !cm.inner && cm.offset >= l.end() {
			names = append(names, cm.name)
		}
	}
	text := fmt.Sprintf("struct %s has %s, %s has %s in struct %s", l.Name, inBytes(l.Size), ix.source, inBytes(p.c.size), p.c.name)
	if len(names) > 0 && l.Size < p.c.size {
		text += "; at its end are " + listing(names)
	}
	r.add(l.Pos, RuleStructSize, "%s", text)
}

// end is where the last member ends.
func (l *layout) end() int {
	end := 0
	for _, m := range l.Members {
		end = max(end, m.Offset+m.Size)
	}
	return end
}

// padding reports the holes of a C struct that the schema does not write out: the first inside, else that at
// the end. Holes that C does not have because something else is wrong are not reported.
func (ix *index) padding(l *layout, p *pairing, r *report) {
	for _, m := range l.members {
		if m.packed == m.Offset {
			continue
		}
		if cm, ok := p.of[m]; ok && cm.offset == m.Offset {
			r.add(m.item.pos, RuleUnwrittenPadding, "the schema does not write the %s of padding before %s: packed, the member is at offset %d, %s has it at %d",
				inBytes(m.Offset-m.packed), m.item.name, m.packed, ix.source, m.Offset)
		}
		return
	}
	size := 0
	for _, m := range l.Members {
		size += packedSize(m)
	}
	if size != l.Size && p.c.size == l.Size {
		r.add(l.Pos, RuleUnwrittenPadding, "the schema does not write the %s of padding at the end of struct %s: packed it has %s, %s has %s",
			inBytes(l.Size-size), l.Name, inBytes(size), ix.source, inBytes(l.Size))
	}
}

// inBytes counts bytes for people.
func inBytes(n int) string {
	if n == 1 {
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", n)
}
