package nl

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"sync"
)

// traceHandler writes records for people: a line with the attributes, and below it, indented, those of several lines.
type traceHandler struct {
	mu sync.Mutex
	w  io.Writer
}

func (*traceHandler) Enabled(context.Context, slog.Level) bool { return true }

func (h *traceHandler) Handle(_ context.Context, r slog.Record) error {
	var line, below strings.Builder
	line.WriteString(r.Time.Format("15:04:05.000000 "))
	line.WriteString(r.Message)
	r.Attrs(func(a slog.Attr) bool {
		text := a.Value.String()
		if first, ok := strings.CutSuffix(text, "\n"); ok {
			for l := range strings.SplitSeq(first, "\n") {
				below.WriteString("    " + l + "\n")
			}
			return true
		}
		line.WriteString(" " + a.Key + "=" + text)
		return true
	})
	h.mu.Lock()
	defer h.mu.Unlock()
	_, err := io.WriteString(h.w, line.String()+"\n"+below.String())
	return err
}

// WithAttrs is not called: the tracer's logger is its own.
func (h *traceHandler) WithAttrs([]slog.Attr) slog.Handler { return h }

// WithGroup is not called either.
func (h *traceHandler) WithGroup(string) slog.Handler { return h }
