package nl_test

import (
	"github.com/nlgen/nlgen/runtime/nl"
	"github.com/nlgen/nlgen/runtime/wire"
)

// datum is a message with one number.
type datum struct{ Value nl.Opt[uint32] }

func (m *datum) Encode(e *wire.Encoder) {
	if m != nil {
		e.U32(1, m.Value)
	}
}

func (m *datum) Decode(d *wire.Decoder) {
	*m = datum{}
	for d.Next() {
		if d.Type() == 1 {
			m.Value = d.U32()
		} else {
			d.Keep()
		}
	}
	d.Finish(&testSchema.Sets[0])
}

var (
	testFamily = nl.Family{Name: "test", Protocol: nl.UserSock, Schema: &testSchema}
	testSchema = wire.Schema{Sets: []wire.Set{{Name: "datum", Attrs: []wire.AttrInfo{
		{ID: 1, Name: "value", Kind: wire.KindU32, Ref: -1}}}}}

	testDo   = nl.Op{Family: &testFamily, Name: "do", Request: 32, Reply: -1, ReplySet: -1}
	testGet  = nl.Op{Family: &testFamily, Name: "get", Request: 33, Reply: 40, Reads: true}
	testList = nl.Op{Family: &testFamily, Name: "list", Request: 34, Reply: 40, Reads: true, Dump: true}
)
