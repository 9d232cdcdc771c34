package main

import "errors"

// A bench is what the parts share.
type bench struct {
	cfg       config
	raw       *rawConn
	ours      *ours
	rivals    *rivals
	oif       int  // link that routes lead through
	populated bool // links and routes are there
}

func newBench(cfg config) (b *bench, err error) {
	b = &bench{cfg: cfg}
	if b.raw, err = dialRaw(0); err != nil {
		return nil, err
	}
	if b.ours, err = dialOurs(); err != nil {
		return nil, err
	}
	b.rivals, err = dialRivals(b.raw)
	return b, err
}

func (b *bench) close() error {
	b.rivals.close()
	return errors.Join(b.ours.conn.Close(), b.raw.close())
}
