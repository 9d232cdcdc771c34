package gogen

import (
	"fmt"
	"strings"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/ir"
	"github.com/nlgen/nlgen/cmd/nlgen/internal/spec"
)

// watch writes the table that a dump lists, and the method that keeps it up to date.
func (p *pkg) watch(w *file, o *opType) {
	t := o.op.Table
	v := "table" + strings.TrimPrefix(o.watch, "Watch")
	lines := []string{"var " + v + " = nl.Table{", fmt.Sprintf("List: &op%s,", o.dump), "Groups: []nl.GroupRef{"}
	for _, g := range t.Groups {
		l := fmt.Sprintf("{Name: %q", g.Name)
		if g.ID != 0 {
			l += fmt.Sprintf(", ID: %d", g.ID)
		}
		lines = append(lines, l+"},")
	}
	lines = append(lines, "},")
	for _, n := range []struct {
		field string
		all   []*ir.Notification
	}{{"New", t.New}, {"Deleted", t.Deleted}} {
		if n.all != nil {
			lines = append(lines, n.field+": "+numbersOf(n.all))
		}
	}
	lines = append(lines, "Keys: []nl.TableKey{")
	for _, k := range t.Keys {
		lines = append(append(append(lines, "{"), keyLines(k)...), "},")
	}
	w.decl(nil, "%s", strings.Join(append(lines, "},", "}"), "\n"))

	text := wrap(fmt.Sprintf("%s lists as [Client.%s] does, and then follows every change; see [nl.Watch].", o.watch, o.dump))
	for _, k := range t.Keys {
		text = append(append(text, ""), wrap(keyDoc(k))...)
	}
	w.fn(text, fmt.Sprintf("(c *Client) %s(ctx context.Context, req *%s, opts ...nl.WatchOption) iter.Seq2[nl.Change[%s], error]",
		o.watch, o.rec.name, o.rec.name), fmt.Sprintf("return nl.Watch[%s](ctx, c.conn, &%s, req, opts...)", o.rec.name, v))
}

func numbersOf(all []*ir.Notification) string {
	var ids []string
	seen := map[uint16]bool{}
	for _, n := range all {
		if !seen[n.ID] {
			ids = append(ids, fmt.Sprint(n.ID))
		}
		seen[n.ID] = true
	}
	return "[]uint16{" + strings.Join(ids, ", ") + "},"
}

func keyLines(k *ir.Key) []string {
	var lines []string
	if k.When != nil {
		lines = append(lines, "When: nl.Part"+part(ir.Part{Member: k.When})+",", "Values: []uint32{"+joinNumbers(k.Values)+"},")
	}
	if k.Asked {
		lines = append(lines, "Asked: true,")
	}
	lines = append(lines, "Parts: "+partList(k.Parts)+",")
	if k.Filters != nil {
		lines = append(lines, "Filters: "+partList(k.Filters)+",")
	}
	if k.Shared {
		lines = append(lines, "Shared: true,")
	}
	if k.Steady {
		lines = append(lines, "Steady: true,")
	}
	if k.Relist != nil {
		lines = append(lines, "Relist: []uint32{"+joinNumbers(k.Relist)+"},")
	}
	return lines
}

// partList writes parts, each with its name.
func partList(parts []ir.Part) string {
	lines := []string{"[]nl.Part{"}
	for _, p := range parts {
		lines = append(lines, part(p)+", // "+p.Name())
	}
	return strings.Join(append(lines, "}"), "\n")
}

func part(p ir.Part) string {
	if p.Member != nil {
		return fmt.Sprintf("{Offset: %d, Size: %d}", p.Member.Offset, p.Member.Size)
	}
	if p.Else != nil {
		return fmt.Sprintf("{Attr: %d, Else: %d}", p.Attr.ID, p.Else.ID)
	}
	return fmt.Sprintf("{Attr: %d}", p.Attr.ID)
}

func joinNumbers(all []uint32) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(all), " ", ", "), "[]")
}

// keyDoc says what identifies an object.
func keyDoc(k *ir.Key) string {
	s := "An object's key: "
	if k.When != nil {
		when := ir.Part{Member: k.When}.Name()
		s = fmt.Sprintf("An object's key where %s is %s: %s, ", when, strings.Join(valueNames(k), " or "), when)
	}
	s += partNames(k.Parts) + "."
	if k.Shared {
		s += " Several objects may share one."
	}
	if k.Asked {
		s += " Only a request with such a value lists them."
	}
	s += " A request may filter by these"
	if k.Filters != nil {
		s += " and by " + partNames(k.Filters)
	}
	s += "."
	return s
}

func partNames(parts []ir.Part) string {
	var names []string
	for _, p := range parts {
		names = append(names, strings.ReplaceAll(p.Name(), spec.Else, " or else "))
	}
	return strings.Join(names, ", ")
}

// valueNames are the values of a key as the member's enum calls them.
func valueNames(k *ir.Key) []string {
	var names []string
	for _, v := range k.Values {
		name := fmt.Sprint(v)
		if k.When.Enum != nil {
			for _, e := range k.When.Enum.Entries {
				if uint32(e.Value) == v && !k.When.Enum.Flags {
					name = e.Name
				}
			}
		}
		names = append(names, name)
	}
	return names
}
