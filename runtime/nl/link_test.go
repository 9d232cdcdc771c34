package nl_test

import (
	"encoding/binary"

	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/wire"
)

// link is a small part of rtnetlink's link message, written as the generator would.
type link struct {
	Family  uint8
	Index   int32
	Flags   uint32
	Change  uint32
	Name    nl.Opt[string]
	MTU     nl.Opt[uint32]
	Master  nl.Opt[uint32]
	Info    *linkInfo
	NetNSFD nl.Opt[uint32]
	Unknown wire.Attrs
}

type linkInfo struct {
	Kind    nl.Opt[string]
	Data    []byte
	Unknown wire.Attrs
}

func (m *link) Encode(e *wire.Encoder) {
	h := e.Header(16)
	if m == nil {
		return
	}
	h[0] = m.Family
	binary.NativeEndian.PutUint32(h[4:], uint32(m.Index))
	binary.NativeEndian.PutUint32(h[8:], m.Flags)
	binary.NativeEndian.PutUint32(h[12:], m.Change)
	e.Unknown(m.Unknown)
	e.String(3, m.Name)
	e.U32(4, m.MTU)
	e.U32(10, m.Master)
	if m.Info != nil {
		n := e.Nest(18)
		e.String(1, m.Info.Kind)
		e.Bytes(2, m.Info.Data)
		e.End(n)
	}
	e.U32(28, m.NetNSFD)
}

func (m *link) Decode(d *wire.Decoder) {
	*m = link{}
	h := d.Header(16)
	m.Family = h[0]
	m.Index = int32(binary.NativeEndian.Uint32(h[4:]))
	m.Flags = binary.NativeEndian.Uint32(h[8:])
	m.Change = binary.NativeEndian.Uint32(h[12:])
	for d.Next() {
		switch d.Type() {
		case 3:
			m.Name = d.String()
		case 4:
			m.MTU = d.U32()
		case 10:
			m.Master = d.U32()
		case 18:
			m.Info = decodeLinkInfo(d)
		}
	}
}

func decodeLinkInfo(d *wire.Decoder) *linkInfo {
	lv := d.Enter()
	m := wire.New[linkInfo](d, 0)
	*m = linkInfo{}
	for d.Next() {
		switch d.Type() {
		case 1:
			m.Kind = d.String()
		case 2:
			m.Data = d.Bytes()
		}
	}
	if !d.Leave(lv) {
		return nil
	}
	return m
}

var linkFamily = nl.Family{Name: "rt-link", Protocol: nl.Route, Schema: &linkSchema}

var linkSchema = wire.Schema{Family: "rt-link", Sets: []wire.Set{
	{Name: "link-attrs", Header: 16, HeaderName: "ifinfomsg", Attrs: []wire.AttrInfo{
		{ID: 3, Name: "ifname", Kind: wire.KindString, Ref: -1},
		{ID: 4, Name: "mtu", Kind: wire.KindU32, Ref: -1},
		{ID: 10, Name: "master", Kind: wire.KindU32, Ref: -1},
		{ID: 18, Name: "linkinfo", Kind: wire.KindNest, Ref: 1},
		{ID: 28, Name: "net-ns-fd", Kind: wire.KindU32, Ref: -1},
	}},
	{Name: "linkinfo-attrs", Attrs: []wire.AttrInfo{
		{ID: 1, Name: "kind", Kind: wire.KindString, Ref: -1},
		{ID: 2, Name: "data", Kind: wire.KindNest, Ref: 2},
	}},
	{Name: "linkinfo-vxlan-attrs", Attrs: []wire.AttrInfo{
		{ID: 1, Name: "id", Kind: wire.KindU32, Ref: -1},
	}},
}}

var (
	newLink     = nl.Op{Family: &linkFamily, Name: "newlink", Request: 16, Reply: -1, ReplySet: -1}
	delLink     = nl.Op{Family: &linkFamily, Name: "dellink", Request: 17, Reply: -1, ReplySet: -1}
	getLink     = nl.Op{Family: &linkFamily, Name: "getlink", Request: 18, Reply: 16, Reads: true}
	getLinkDump = nl.Op{Family: &linkFamily, Name: "getlink", Request: 18, Reply: 16, Reads: true, Dump: true}
)

// newLinkEvent and delLinkEvent are notifications as the generator makes them.
type newLinkEvent struct {
	nl.Meta
	Link link
}

type delLinkEvent struct {
	nl.Meta
	Link link
}

const groupLink = 1

func linkEvents(groups ...nl.GroupRef) nl.EventSource {
	return nl.EventSource{Family: &linkFamily, Groups: groups, Decode: decodeLinkEvent}
}

func decodeLinkEvent(op uint16, m *nl.Meta, d *wire.Decoder, old nl.Notification) (nl.Notification, int) {
	switch op {
	case 16:
		n, _ := old.(*newLinkEvent)
		if n == nil {
			n = new(newLinkEvent)
		}
		n.Meta = *m
		n.Op = "newlink"
		n.Link.Decode(d)
		return n, 0
	case 17:
		n, _ := old.(*delLinkEvent)
		if n == nil {
			n = new(delLinkEvent)
		}
		n.Meta = *m
		n.Op = "dellink"
		n.Link.Decode(d)
		return n, 0
	}
	return nil, 0
}
