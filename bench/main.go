// Bench compares generated clients with bare loops and with other libraries: on dumps of many routes, links and
// connections, on single gets, on batches of requests, on replayed notifications and in memory. It prints Markdown.
//
// It needs root: it starts itself again in a network namespace of its own, which goes away with it. README.md
// has results.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
)

// config is what the command line sets.
type config struct {
	only                       string
	routes, links, runs        int
	batch, rules, events, many int
	connections                sizes
}

// inside is set in the environment of the process that runs in the namespace.
const inside = "NLGEN_BENCH_INSIDE"

func main() {
	cfg := config{connections: sizes{20_000, 100_000}}
	flag.StringVar(&cfg.only, "only", "", "comparisons to run, separated by commas; all by default")
	flag.IntVar(&cfg.routes, "routes", 100_000, "IPv4 routes to dump")
	flag.IntVar(&cfg.links, "links", 2_000, "links to dump")
	flag.IntVar(&cfg.batch, "batch", 100_000, "IPv4 routes to add and remove")
	flag.IntVar(&cfg.rules, "rules", 32_768, "nftables rules of a transaction")
	flag.Var(&cfg.connections, "connections", "connections to dump, several numbers in rising order")
	flag.IntVar(&cfg.events, "events", 1_000_000, "notifications to replay")
	flag.IntVar(&cfg.many, "many", 1_000_000, "IPv4 routes to stream while memory is watched")
	flag.IntVar(&cfg.runs, "runs", 10, "runs of each contender")
	flag.Parse()
	var err error
	switch {
	case os.Getenv(sending) != "":
		err = serveSender(os.Stdin, os.Stdout)
	case os.Getenv(inside) != "":
		err = run(os.Stdout, cfg)
	default:
		err = enter(cfg)
	}
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			os.Exit(exit.ExitCode())
		}
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// enter runs this program again in a new network namespace.
func enter(cfg config) error {
	if _, err := chosen(cfg.only); err != nil {
		return err
	}
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(exe, os.Args[1:]...)
	cmd.Env = append(os.Environ(), inside+"=yes")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	return cmd.Run()
}

func run(w io.Writer, cfg config) error {
	b, err := newBench(cfg)
	if err != nil {
		return err
	}
	defer b.close()
	if os.Getenv(tracedGet) != "" {
		return serveGets(gets(b.ours, b.rivals))
	}
	some, err := chosen(cfg.only)
	if err != nil {
		return err
	}
	if err := b.connect(); err != nil {
		return fmt.Errorf("build namespace: %w", err)
	}
	var chapters []chapter
	for _, p := range some {
		c, err := p.run(b)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		chapters = append(chapters, c)
	}
	report(w, cfg, chapters)
	return nil
}
