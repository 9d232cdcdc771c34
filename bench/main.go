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
	o, err := dialOurs()
	if err != nil {
		return err
	}
	defer o.conn.Close()
	r, err := dialRivals(raw)
	if err != nil {
		return err
	}
	defer r.close()
	if os.Getenv(tracedGet) != "" {
		return serveGets(gets(o, r))
	}
	if err := build(raw, cfg.links, cfg.routes); err != nil {
		return fmt.Errorf("build namespace: %w", err)
	}
	rep, err := measure(cfg, raw, o, r)
	if err != nil {
		return err
	}
	rep.write(w, cfg)
	return nil
}

func measure(cfg config, raw *rawConn, o *ours, r *rivals) (rep report, err error) {
	if rep.routes, err = race(append(r.routes(), o.routeDumps()...), cfg.runs, cfg.routes); err != nil {
		return rep, fmt.Errorf("dump routes: %w", err)
	}
	if rep.links, err = race(append(r.links(), o.linkDumps()...), cfg.runs, cfg.links); err != nil {
		return rep, fmt.Errorf("dump links: %w", err)
	}
	if rep.decodings, err = decodings(raw); err != nil {
		return rep, err
	}
	rep.gets, err = measureGets(gets(o, r))
	return rep, err
}
