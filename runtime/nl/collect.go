package nl

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"
)

// A CollectOption changes how [Collect] tries again.
type CollectOption func(*collecting)

type collecting struct {
	attempts       int
	unlimited      bool // in place of attempts
	count          *int
	within         context.Context
	pause, longest time.Duration
}

// Attempts sets how often Collect ranges over a dump that is interrupted again and again, 10 times by default.
func Attempts(n int) CollectOption { return func(c *collecting) { c.attempts, c.unlimited = n, false } }

// Within makes Collect try until the context ends, which ends the pauses, too, in place of a number of times. The
// attempt that is running then goes on until the dump's own context ends.
func Within(ctx context.Context) CollectOption {
	return func(c *collecting) { c.within, c.unlimited = ctx, true }
}

// Backoff sets the pause after the first attempt, which doubles after each further one, and the longest pause: 1 and
// 50 milliseconds by default.
func Backoff(first, longest time.Duration) CollectOption {
	return func(c *collecting) { c.pause, c.longest = first, longest }
}

// CountAttempts makes Collect store how often it has tried.
func CountAttempts(n *int) CollectOption { return func(c *collecting) { c.count = n } }

const (
	defaultAttempts = 10
	firstPause      = time.Millisecond
	longestPause    = 50 * time.Millisecond
)

// Collect ranges over a dump and returns its values. When the dump is interrupted by a change it ranges again,
// with growing pauses, and returns an [InterruptedError] with the last whole attempt's values when it gives up: after
// some attempts, when the context of [Within] ends, or when a further attempt fails. Other errors, too, come with the
// values that arrived before. Messages that could not be read do not end it: their errors are joined and come with all
// the other values.
func Collect[T any](seq iter.Seq2[*T, error], opts ...CollectOption) ([]*T, error) {
	c := collecting{attempts: defaultAttempts, within: context.Background(), pause: firstPause, longest: longestPause}
	for _, o := range opts {
		o(&c)
	}
	var partial []*T
	var interrupted error
	for n := 1; ; n++ {
		if c.count != nil {
			*c.count = n
		}
		values, err := collect(seq)
		switch {
		case errors.Is(err, ErrDumpInterrupted):
			partial, interrupted = values, err
		case err != nil && interrupted != nil && !isUnreadable(err):
			return partial, &InterruptedError{Attempts: n, Err: fmt.Errorf("%w, then: %w", interrupted, err)}
		default:
			return values, err
		}
		if !c.unlimited && n >= c.attempts {
			return partial, &InterruptedError{Attempts: n, Err: interrupted}
		}
		if err := c.wait(); err != nil {
			return partial, &InterruptedError{Attempts: n, Err: fmt.Errorf("%w, then: %w", interrupted, err)}
		}
	}
}

// wait pauses between two attempts.
func (c *collecting) wait() error {
	if c.within.Err() == nil {
		t := time.NewTimer(c.pause)
		defer t.Stop()
		select {
		case <-t.C:
		case <-c.within.Done():
		}
		c.pause = min(2*c.pause, c.longest)
	}
	return c.within.Err()
}

// isUnreadable reports whether an error is only about single messages.
func isUnreadable(err error) bool {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range many.Unwrap() {
			if !isUnreadable(e) {
				return false
			}
		}
		return true
	}
	_, ok := err.(*DecodeError)
	return ok
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
