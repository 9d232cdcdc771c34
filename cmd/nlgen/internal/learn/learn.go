// Package learn is the command `nlgen learn`: it writes a schema to start from, of a family that the running kernel
// has, or of a uapi header.
//
// What the kernel or the header says is written as it is: numbers, names, types, limits, layouts. What they leave
// open is guessed, and the line says so: `# inferred`.
package learn

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/input"
)

const usage = `usage: nlgen learn [-o FILE] [-f] [-I DIR]... FAMILY|HEADER...

Writes a schema to start from. FAMILY is a generic netlink family that the
running kernel has: its operations, groups and policies come from the kernel,
names, enums and structs from the kernel's type information. HEADER is a uapi
header, such as linux/seg6_genl.h; a C compiler reads it. With a family and
its headers, names come from the headers, and types that no policy has from
their comments.

Lines with "# inferred" are guesses. "nlgen lint" tells what is left to write.

  -o FILE  write the schema there, not to standard output
  -f       replace FILE
  -I DIR   look for headers there; /usr/include comes last
`

type options struct {
	out     string
	replace bool
	dirs    []string
}

// Run runs the command and returns its exit code: 0, 1 when there is no such family or header or the schema cannot
// be written, 2 on wrong usage.
func Run(args []string, stdout, stderr io.Writer) int {
	var o options
	fl := flag.NewFlagSet("nlgen learn", flag.ContinueOnError)
	fl.SetOutput(stderr)
	fl.Usage = func() { fmt.Fprint(stderr, usage) }
	fl.StringVar(&o.out, "o", "", "")
	fl.BoolVar(&o.replace, "f", false, "")
	fl.Func("I", "", func(dir string) error { o.dirs = append(o.dirs, dir); return nil })
	names, err := input.ParseFlags(fl, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case len(names) == 0:
		fmt.Fprint(stderr, usage)
		return 2
	}
	var families, headers []string
	for _, n := range names {
		if strings.HasSuffix(n, ".h") {
			headers = append(headers, n)
		} else {
			families = append(families, n)
		}
	}
	if len(families) > 1 {
		fmt.Fprintf(stderr, "nlgen: a schema is of one family, not of %s\n", strings.Join(families, " and "))
		return 2
	}
	s, err := learn(context.Background(), families, headers, o.dirs)
	if err == nil {
		err = o.write(s.yaml(), stdout)
	}
	if err != nil {
		fmt.Fprintf(stderr, "nlgen: %v\n", err)
		return 1
	}
	return 0
}

// learn reads the sources and makes the schema.
func learn(ctx context.Context, families, headers, dirs []string) (*schema, error) {
	var own *facts
	var include []string
	if len(headers) > 0 {
		var paths []string
		for _, h := range headers {
			p, name, err := findHeader(h, dirs)
			if err != nil {
				return nil, err
			}
			paths, include = append(paths, p), append(include, name)
		}
		var err error
		if own, err = headerFacts(paths, dirs); err != nil {
			return nil, err
		}
	}
	if len(families) == 0 {
		return fromHeaders(own, include), nil
	}
	fam, err := askKernel(ctx, families[0])
	if err != nil {
		return nil, err
	}
	f, err := kernelFacts(btfDir)
	if err != nil {
		return nil, err
	}
	if own != nil {
		f = own.join(f)
	}
	s := fromFamily(fam, f, own)
	if len(include) > 0 {
		s.header = include[0]
	}
	return s, nil
}

// findHeader finds a header: a file, or one that is included by its name. It returns both.
func findHeader(arg string, dirs []string) (path, name string, err error) {
	if _, err := os.Stat(arg); err == nil {
		abs, err := filepath.Abs(arg)
		return abs, includeName(abs), err
	}
	if !filepath.IsAbs(arg) {
		for _, d := range append(dirs[:len(dirs):len(dirs)], "/usr/include") {
			p, err := filepath.Abs(filepath.Join(d, arg))
			if err != nil {
				return "", "", err
			}
			if _, err := os.Stat(p); err == nil {
				return p, filepath.ToSlash(arg), nil
			}
		}
	}
	return "", "", fmt.Errorf("read header %s: %w", arg, fs.ErrNotExist)
}

// includeName is the name that a file is included by: from the last folder include or uapi on, else its own.
func includeName(path string) string {
	all := strings.Split(filepath.ToSlash(path), "/")
	for i := len(all) - 2; i >= 0; i-- {
		if all[i] == "include" || all[i] == "uapi" {
			return strings.Join(all[i+1:], "/")
		}
	}
	return all[len(all)-1]
}

func (o options) write(data []byte, stdout io.Writer) error {
	if o.out == "" {
		_, err := stdout.Write(data)
		return err
	}
	mode := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if o.replace {
		mode = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(o.out, mode, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("write schema: %w; -f replaces it", err)
	}
	if err != nil {
		return fmt.Errorf("write schema: %w", err)
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}
