package spec

// OpNumbers are the numbers of one operation; -1 stands for none.
type OpNumbers struct {
	Request   int64 // of a request, do or dump
	Reply     int64 // of what the kernel sends: replies, notifications and events
	DumpReply int64 // of the replies to a dump, which rarely differ from those to a do
}

// Numbers returns the numbers of the operations, in the order of the list.
//
// In the unified model each entry takes the next number, from one. In the directional model requests and
// messages from the kernel are counted apart; the do part gives the numbers where an operation has both do
// and dump, except that a number written under the dump's reply counts. Operations that only reserve a
// number have none.
func (o *Operations) Numbers() []OpNumbers {
	if o.EnumModel.V == "directional" {
		return o.directional()
	}
	all := make([]OpNumbers, len(o.List))
	next := int64(1)
	for i, op := range o.List {
		if op.Value.Set() {
			next = op.Value.V
		}
		switch {
		case op.Do != nil || op.Dump != nil:
			all[i] = OpNumbers{next, next, next}
		case op.Notify.Set() || op.Event != nil:
			all[i] = OpNumbers{-1, next, -1}
		default:
			all[i] = OpNumbers{-1, -1, -1}
		}
		next++
	}
	return all
}

func (o *Operations) directional() []OpNumbers {
	all := make([]OpNumbers, len(o.List))
	request, reply := int64(1), int64(1)
	for i, op := range o.List {
		all[i] = OpNumbers{-1, -1, -1}
		mode := op.Do
		if mode == nil {
			mode = op.Dump
		}
		if mode == nil {
			if op.Notify.Set() || op.Event != nil {
				if op.Value.Set() {
					reply = op.Value.V
				}
				all[i].Reply = reply
				reply++
			}
			continue
		}
		if mode.Request != nil && mode.Request.Value.Set() {
			request = mode.Request.Value.V
		}
		all[i].Request = request
		request++
		if mode.Reply != nil {
			if mode.Reply.Value.Set() {
				reply = mode.Reply.Value.V
			}
			all[i].Reply = reply
			all[i].DumpReply = reply
			reply++
		}
		if op.Dump != nil && op.Dump.Reply != nil && op.Dump.Reply.Value.Set() {
			all[i].DumpReply = op.Dump.Reply.Value.V
		}
	}
	return all
}
