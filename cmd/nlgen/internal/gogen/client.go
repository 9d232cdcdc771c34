package gogen

import (
	"fmt"
	"strings"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/ir"
)

// clientFile writes the client: a method a do, two a dump.
func (p *pkg) clientFile() *file {
	w := p.file()
	p.numbers(w)
	w.decl(wrap(fmt.Sprintf("A Client calls the operations of %s. It is safe for concurrent use.", p.fam.Name)), "type Client struct {\nconn *nl.Conn\n}")
	w.fn(wrap("New returns a client that uses c, which many clients can share."), "New(c *nl.Conn) *Client", "return &Client{c}")
	w.fn(wrap("Dial opens a connection of its own for a client. Close it when done."), "Dial(o nl.Options) (*Client, error)",
		"c, err := nl.Dial(family.Protocol, o)", "if err != nil {", "return nil, err", "}", "return &Client{c}, nil")
	w.fn([]string{"Conn returns the connection that the client uses."}, "(c *Client) Conn() *nl.Conn", "return c.conn")
	w.fn(wrap("Close closes the client's connection, for all clients that share it."), "(c *Client) Close() error", "return c.conn.Close()")
	for _, o := range p.ops {
		if o.op.Do != nil {
			p.do(w, o)
		}
		if o.op.Dump != nil {
			p.dump(w, o)
		}
		if o.op.Table != nil {
			p.watch(w, o)
		}
	}
	return w
}

// numbers writes the constants of the operations, which servers and filters want.
func (p *pkg) numbers(w *file) {
	if len(p.ops) == 0 {
		return
	}
	what := "Message types of the requests."
	if p.fam.Generic {
		what = "Commands of the requests."
	}
	lines := []string{"const ("}
	for _, o := range p.ops {
		m := o.op.Do
		if m == nil {
			m = o.op.Dump
		}
		lines = append(lines, fmt.Sprintf("%s = %d // %s", o.number, m.Request, o.op.CName))
	}
	w.decl([]string{what}, "%s", strings.Join(append(lines, ")"), "\n"))
}

// doc is the comment of an operation's method.
func (p *pkg) opDoc(o *opType, first string, m *ir.Mode) []string {
	lines := wrap(first)
	if strings.TrimSpace(o.op.Doc) != "" {
		lines = append(append(lines, ""), wrap(o.op.Doc)...)
	}
	if o.op.AdminPerm {
		lines = append(lines, "", "The caller needs CAP_NET_ADMIN.")
	}
	for _, l := range []struct {
		what  string
		attrs []*ir.Attr
	}{{"The schema names for the request: ", m.RequestAttrs}, {"The schema names for the reply: ", m.ReplyAttrs}} {
		if len(l.attrs) == 0 {
			continue
		}
		var names []string
		for _, a := range l.attrs {
			for _, f := range o.rec.fields {
				if f.attr == a && f.name != "" {
					names = append(names, "["+o.rec.name+"."+f.name+"]")
				}
			}
		}
		if names != nil {
			lines = append(append(lines, ""), wrap(l.what+strings.Join(names, ", ")+".")...)
		}
	}
	return lines
}

func (p *pkg) opVar(w *file, name string, o *opType, m *ir.Mode, dump bool) {
	lines := []string{"var " + name + " = nl.Op{", "Family: &family,", fmt.Sprintf("Name: %q,", o.op.Name),
		fmt.Sprintf("Request: %d,", m.Request), fmt.Sprintf("Reply: %d,", m.Reply)}
	if dump {
		lines = append(lines, "Dump: true,")
	}
	if dump || o.op.Reads {
		lines = append(lines, "Reads: true,")
	}
	if !dump && m.Reply >= 0 && o.op.Echoes {
		lines = append(lines, "Echo: true,")
	}
	lines = append(lines, fmt.Sprintf("RequestSet: %d,", o.rec.index), fmt.Sprintf("ReplySet: %d,", o.rec.index), "}")
	w.decl(nil, "%s", strings.Join(lines, "\n"))
}

func (p *pkg) do(w *file, o *opType) {
	v := "op" + o.do
	t := o.rec.name
	m := o.op.Do
	p.opVar(w, v, o, m, false)
	if m.Reply < 0 {
		w.fn(p.opDoc(o, fmt.Sprintf("%s sends %s (%s) and waits for the acknowledgement.", o.do, o.op.Name, o.op.CName), m),
			fmt.Sprintf("(c *Client) %s(ctx context.Context, req *%s, opts ...nl.CallOption) error", o.do, t),
			fmt.Sprintf("return nl.Do(ctx, c.conn, &%s, req, opts...)", v))
		p.request(w, o, "", "NewRequest", "req")
		return
	}
	w.fn(p.opDoc(o, fmt.Sprintf("%s sends %s (%s) and returns the answer.", o.do, o.op.Name, o.op.CName), m),
		fmt.Sprintf("(c *Client) %s(ctx context.Context, req *%s, opts ...nl.CallOption) (*%s, error)", o.do, t, t),
		fmt.Sprintf("return nl.Get[%s](ctx, c.conn, &%s, req, opts...)", t, v))
	p.request(w, o, "; the answer goes into into, which may be nil", "NewGet", "req, into")
}

// request writes what makes a do a call of a batch.
func (p *pkg) request(w *file, o *opType, more, maker, params string) {
	w.fn([]string{fmt.Sprintf("%s is [Client.%s] for an [nl.Batch]%s.", o.request, o.do, more)},
		fmt.Sprintf("%s(%s *%s, opts ...nl.CallOption) nl.Request", o.request, params, o.rec.name),
		fmt.Sprintf("return nl.%s(&op%s, %s, opts...)", maker, o.do, params))
}

func (p *pkg) dump(w *file, o *opType) {
	v := "op" + o.dump
	t := o.rec.name
	p.opVar(w, v, o, o.op.Dump, true)
	w.fn(p.opDoc(o, fmt.Sprintf("%s dumps %s (%s). Each range over the result sends the request anew; the values are the caller's.",
		o.dump, o.op.Name, o.op.CName), o.op.Dump),
		fmt.Sprintf("(c *Client) %s(ctx context.Context, req *%s, opts ...nl.CallOption) iter.Seq2[*%s, error]", o.dump, t, t),
		fmt.Sprintf("return nl.Dump[%s](ctx, c.conn, &%s, req, opts...)", t, v))
	w.fn(wrap(fmt.Sprintf("%sInto is %s without an allocation a message: each step overwrites into, whose contents are valid until the next step.",
		o.dump, o.dump)),
		fmt.Sprintf("(c *Client) %sInto(ctx context.Context, req, into *%s, opts ...nl.CallOption) iter.Seq[error]", o.dump, t),
		fmt.Sprintf("return nl.DumpInto(ctx, c.conn, &%s, req, into, opts...)", v))
}
