package nl

// checkFilter fails a dump of routing objects that is to be filtered where the kernel would not look at the filter
// and list everything: before Linux 4.20. Who turns strict checking off gets what the kernel makes of it.
func (e *endpoint) checkFilter(op *Op) error {
	if !op.Dump || op.Family.protocol() != Route || e.shared.opts.NoStrictCheck {
		return nil
	}
	if s, ok := e.sock.(StrictSocket); !ok || s.Strict() {
		return nil
	}
	if isFiltered(op, e.request[headerLen:]) {
		return ErrFilterIgnored
	}
	return nil
}

// isFiltered reports whether a dump's request asks for more than all objects of an address family, which is the
// first byte of the fixed header and was always honoured.
func isFiltered(op *Op, msg []byte) bool {
	header := 0
	if set := op.set(op.RequestSet); set != nil {
		header = set.Header
	}
	if len(msg) > align(header) {
		return true
	}
	for i, b := range msg {
		if i > 0 && b != 0 {
			return true
		}
	}
	return false
}
