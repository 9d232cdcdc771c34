package nl

import "context"

// maxDrain is how many datagrams of an abandoned answer are read to keep the socket.
const maxDrain = 4

// drain reads what is left of an abandoned answer, at most that many datagrams and without waiting. If it comes
// to the end, the endpoint is no longer busy.
func (e *endpoint) drain(datagrams int) {
	for range datagrams {
		for len(e.rest) > 0 {
			h, body, rest, ok := split(e.rest)
			if !ok {
				return
			}
			whole := e.rest[:headerLen+len(body)]
			e.rest = rest
			e.tally.messages++
			switch {
			case !e.expects(h):
				e.stray(h, whole)
			case h.typ == typeDone, h.typ == typeError:
				e.busy = false
			}
		}
		if !e.busy || e.receive(context.Background(), false) != nil {
			return
		}
	}
}

// readAhead is an answer that was read to its end before the first message is given.
type readAhead struct {
	data []byte
	ends []int // of the messages in data
	at   int   // of the next message
	err  error // after the last message
}

func (d *dump) readAll() *readAhead {
	a := &readAhead{data: []byte{}} // not nil, for bodies without bytes
	for {
		body, err := d.read()
		if body == nil {
			a.err = err
			return a
		}
		a.data = append(a.data, body...)
		a.ends = append(a.ends, len(a.data))
	}
}

func (a *readAhead) next() ([]byte, error) {
	if len(a.ends) == 0 {
		return nil, a.err
	}
	body := a.data[a.at:a.ends[0]:a.ends[0]]
	a.at, a.ends = a.ends[0], a.ends[1:]
	return body, nil
}
