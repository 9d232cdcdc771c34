// Bench compares generated clients with a bare receive loop and with other libraries, on dumps of many
// routes and links and on single gets, and prints Markdown.
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
	routes, links, runs int
}

// inside is set in the environment of the process that runs in the namespace.
const inside = "NLGEN_BENCH_INSIDE"

func main() {
	var cfg config
	flag.IntVar(&cfg.routes, "routes", 100_000, "IPv4 routes to dump")
	flag.IntVar(&cfg.links, "links", 2_000, "links to dump")
	flag.IntVar(&cfg.runs, "runs", 10, "runs of each contender")
	flag.Parse()
	var err error
	if os.Getenv(inside) == "" {
		err = enter()
	} else {
		err = run(os.Stdout, cfg)
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
func enter() error {
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
	raw, err := dialRaw()
	if err != nil {
		return err
	}
	defer raw.close()
	if os.Getenv(tracedGet) != "" {
		r, err := dialRivals(raw)
		if err != nil {
			return err
		}
		return serveGets(r.gets(1))
	}
	if err := build(raw, cfg.links, cfg.routes); err != nil {
		return fmt.Errorf("build namespace: %w", err)
	}
	r, err := dialRivals(raw)
	if err != nil {
		return err
	}
	routes, err := race(r.routes(), cfg.runs, cfg.routes)
	if err != nil {
		return fmt.Errorf("dump routes: %w", err)
	}
	links, err := race(r.links(), cfg.runs, cfg.links)
	if err != nil {
		return fmt.Errorf("dump links: %w", err)
	}
	for i, g := range r.gets(1) {
		n, err := countCalls(i)
		fmt.Println(g.name, n, err)
	}
	for _, l := range [][]result{routes, links} {
		for _, x := range l {
			fmt.Fprintln(w, x)
		}
	}
	return nil
}
