package nl

import (
	"errors"
	"iter"
	"time"
)

// A CollectOption changes how [Collect] tries again.
type CollectOption func(*collecting)

type collecting struct {
	attempts int
	count    *int
}

// Attempts sets how often Collect ranges over a dump that is interrupted again and again, 10 times by default.
func Attempts(n int) CollectOption { return func(c *collecting) { c.attempts = n } }

// CountAttempts makes Collect store how often it has tried.
func CountAttempts(n *int) CollectOption { return func(c *collecting) { c.count = n } }

const (
	defaultAttempts = 10
	firstPause      = time.Millisecond
	longestPause    = 50 * time.Millisecond
)

// Collect ranges over a dump and returns its values. When the dump is interrupted by a change it ranges again,
// with growing pauses, and returns an [InterruptedError] with the last attempt's values when it gives up. Other
// errors, too, come with the values that arrived before. Messages that could not be read do not end it: their
// errors are joined and come with all the other values.
func Collect[T any](seq iter.Seq2[*T, error], opts ...CollectOption) ([]*T, error) {
	c := collecting{attempts: defaultAttempts}
	for _, o := range opts {
		o(&c)
	}
	pause := firstPause
	for n := 1; ; n++ {
		if c.count != nil {
			*c.count = n
		}
		values, err := collect(seq)
		if !errors.Is(err, ErrDumpInterrupted) {
			return values, err
		}
		if n >= c.attempts {
			return values, &InterruptedError{Attempts: n, Err: err}
		}
		time.Sleep(pause)
		pause = min(2*pause, longestPause)
	}
}

// maxDecodeErrors is how many errors of single messages Collect keeps.
const maxDecodeErrors = 16

func collect[T any](seq iter.Seq2[*T, error]) (values []*T, err error) {
	var bad []error
	for v, err := range seq {
		var decode *DecodeError
		switch {
		case err == nil:
			values = append(values, v)
		case !errors.As(err, &decode):
			return values, join(append(bad, err))
		case len(bad) < maxDecodeErrors:
			bad = append(bad, err)
		}
	}
	return values, join(bad)
}

// join returns a single error as it is.
func join(errs []error) error {
	if len(errs) == 1 {
		return errs[0]
	}
	return errors.Join(errs...)
}
