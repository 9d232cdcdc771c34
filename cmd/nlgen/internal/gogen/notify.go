package gogen

import (
	"fmt"
	"strings"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/ir"
)

// notifyFile writes multicast groups, notifications and what decodes them.
func (p *pkg) notifyFile() *file {
	w := p.file()
	p.groupDecls(w)
	for _, n := range p.notes {
		first := fmt.Sprintf("%s is the notification %s.", n.name, n.n.Name)
		if n.n.Group != nil {
			first += fmt.Sprintf(" It comes in group %s.", n.n.Group.Name)
		}
		w.decl(doc(first, n.n.Doc), "type %s struct {\nnl.Meta\n%s %s // the message\n}", n.name, n.field, n.rec.name)
	}
	body := []string{"return nil, -1"}
	if cases := p.noteCases(); cases != nil {
		body = append(append([]string{"switch op {"}, cases...), "}", "return nil, -1")
	}
	w.fn(wrap("decodeNotification reads a message from the kernel that nobody asked for. It returns nil where the schema has none of that number, else also the message's place in the schema table. old is filled anew where it is of the right type."),
		"decodeNotification(op uint16, m *nl.Meta, d *wire.Decoder, old nl.Notification) (nl.Notification, int)", body...)
	return w
}

// noteCases is the switch of decodeNotification. Where several notifications share a number, the first
// stands for all.
func (p *pkg) noteCases() []string {
	var out []string
	seen := map[uint16]bool{}
	for _, n := range p.notes {
		if seen[n.n.ID] {
			continue
		}
		seen[n.n.ID] = true
		out = append(out, fmt.Sprintf("case %d:", n.n.ID), "n, _ := old.(*"+n.name+")",
			"if n == nil {", "n = new("+n.name+")", "}", "n.Meta = *m",
			fmt.Sprintf("n.Meta.Op = %q", n.n.Name), fmt.Sprintf("n.%s.Decode(d)", n.field), fmt.Sprintf("return n, %d", n.rec.index))
	}
	return out
}

// groupNames gives the groups of a classic family, which are numbers, their names.
func (p *pkg) groupNames(w *file) {
	e := &ir.Enum{}
	for _, g := range p.fam.Groups {
		if g.ID != 0 {
			e.Entries = append(e.Entries, ir.Entry{Name: g.Name, Value: uint64(g.ID)})
		}
	}
	w.decl(nil, "%s", p.nameTable(e, "groupNames"))
	w.fn([]string{"String returns the name of the group, or its number where it has none."}, "(g Group) String() string",
		"return wire.EnumString(groupNames, uint64(g))")
}

func (p *pkg) groupDecls(w *file) {
	kind := "uint32"
	if p.fam.Generic {
		kind = "string"
	}
	w.decl(wrap("Group is a multicast group of the family, for [Events]."), "type Group %s", kind)
	var lines, all []string
	for i, g := range p.fam.Groups {
		if strings.TrimSpace(g.Doc) != "" {
			lines = append(lines, commented(wrap(g.Doc))...)
		}
		v := fmt.Sprintf("%q", g.Name)
		if !p.fam.Generic {
			v = fmt.Sprint(g.ID)
			if g.ID == 0 {
				continue // the schema does not know its number
			}
		}
		lines = append(lines, fmt.Sprintf("%s Group = %s // %s", p.groups[i], v, g.Name))
		all = append(all, p.groups[i])
	}
	if lines != nil {
		w.decl([]string{"Multicast groups."}, "%s", "const (\n"+strings.Join(lines, "\n")+"\n)")
	}
	if !p.fam.Generic {
		p.groupNames(w)
	}
	ref := "nl.GroupRef{Name: g.String(), ID: uint32(g)}"
	if p.fam.Generic {
		ref = "nl.GroupRef{Name: string(g)}"
	}
	body := []string{}
	if all != nil {
		body = append(body, "if len(groups) == 0 {", "groups = []Group{"+strings.Join(all, ", ")+"}", "}")
	}
	body = append(body, "s := nl.EventSource{Family: &family, Decode: decodeNotification}",
		"for _, g := range groups {", "s.Groups = append(s.Groups, "+ref+")", "}", "return s")
	w.fn(wrap("Events subscribes to groups, for [nl.Subscribe]; without an argument, to all groups that the schema lists."),
		"Events(groups ...Group) nl.EventSource", body...)
}
