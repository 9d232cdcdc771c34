// Uapifacts writes the numbers and layouts of the kernel's user headers as a table.
//
// The table holds one fact a line, fields separated by tabs, sorted:
//
//	enum	NAME	VALUE           an enumerator
//	macro	NAME	VALUE           an object-like macro that is an integer constant expression
//	size	STRUCT	BYTES           a struct or union
//	member	STRUCT.MEMBER	OFFSET	BYTES
//
// Values are decimal and keep the sign that C gives them. Members of unnamed structs and unions count as
// members of the struct around them; bit-fields are left out. Facts hold for x86-64 and only for headers
// that netlink families use (headers.go). A name that two headers define differently has a line for each.
//
// To write it again for a newer kernel, from the repository's root, with the package linux-libc-dev of the
// wanted kernel at hand (tools/uapifacts/fetch.sh DIR downloads Debian unstable's and prints its path):
//
//	go -C tools run ./uapifacts -deb PACKAGE.deb >cmd/nlgen/internal/ir/testdata/uapi-7.2.tsv
//
// It needs gcc, the C library's headers and dpkg-deb.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	deb := flag.String("deb", "", "linux-libc-dev `package` to unpack and read")
	dir := flag.String("dir", "", "unpacked package: the `folder` that holds usr/include")
	version := flag.String("version", "", "version that the first line names, with -dir")
	flag.Parse()
	if err := run(os.Stdout, *deb, *dir, *version); err != nil {
		fmt.Fprintln(os.Stderr, "uapifacts:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, deb, dir, version string) error {
	if (deb == "") == (dir == "") {
		return fmt.Errorf("read arguments: exactly one of -deb and -dir is wanted")
	}
	tmp, err := os.MkdirTemp("", "uapifacts")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	if deb != "" {
		dir = filepath.Join(tmp, "root")
		if version, err = unpack(deb, dir); err != nil {
			return err
		}
	}
	include := filepath.Join(dir, "usr", "include")
	names, err := headers(os.DirFS(include))
	if err != nil {
		return err
	}
	cc := compiler{include: include, tmp: tmp}
	facts := make(map[string]bool)
	for _, h := range names {
		lines, err := cc.facts(h)
		if err != nil {
			return fmt.Errorf("read %s: %w", h, err)
		}
		for _, l := range lines {
			facts[l] = true
		}
	}
	return write(w, facts, version, len(names))
}

// unpack extracts a package into dir and returns its version.
func unpack(deb, dir string) (version string, err error) {
	out, err := exec.Command("dpkg-deb", "--show", "--showformat=${Version}", deb).Output()
	if err != nil {
		return "", fmt.Errorf("read version of %s: %w", deb, err)
	}
	if msg, err := exec.Command("dpkg-deb", "--extract", deb, dir).CombinedOutput(); err != nil {
		return "", fmt.Errorf("unpack %s: %w: %s", deb, err, msg)
	}
	return string(out), nil
}

// write prints the facts in order. A macro that only repeats an enumerator adds nothing and is left out.
func write(w io.Writer, facts map[string]bool, version string, headers int) error {
	var lines []string
	for l := range facts {
		if rest, ok := strings.CutPrefix(l, "macro\t"); ok && facts["enum\t"+rest] {
			continue
		}
		lines = append(lines, l)
	}
	slices.Sort(lines)
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "# linux-libc-dev %s, x86-64: %d facts of %d headers; written by tools/uapifacts\n", version, len(lines), headers)
	for _, l := range lines {
		fmt.Fprintln(b, l)
	}
	return b.Flush()
}
