// Nlgen compiles netlink family schemas to Go. Run it without arguments for its commands.
package main

import (
	"fmt"
	"os"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/generate"
	"github.com/nlgen/nlgen/cmd/nlgen/internal/input"
	"github.com/nlgen/nlgen/cmd/nlgen/internal/learn"
	"github.com/nlgen/nlgen/cmd/nlgen/internal/lint"
	"github.com/nlgen/nlgen/cmd/nlgen/internal/verify"
)

const usage = `nlgen compiles netlink family schemas (YNL YAML) to Go.

usage: nlgen COMMAND [arguments]

commands:
  generate   write a Go package for each schema
  lint       check schemas
  verify     compare schemas with the running kernel, or with headers
  learn      write the first version of a schema from a live family or a header
  schemas    list the schemas that nlgen carries

nlgen COMMAND -h tells more.
`

func main() {
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	if len(args) == 0 {
		fmt.Fprint(os.Stderr, usage)
		return 2
	}
	switch args[0] {
	case "generate":
		return generate.Run(args[1:], os.Stdout, os.Stderr)
	case "lint":
		return lint.Run(args[1:], os.Stdout, os.Stderr)
	case "verify":
		return verify.Run(args[1:], os.Stdout, os.Stderr)
	case "learn":
		return learn.Run(args[1:], os.Stdout, os.Stderr)
	case "schemas":
		for _, name := range input.Embedded() {
			fmt.Println(name)
		}
		return 0
	case "help", "-h", "--help":
		fmt.Print(usage)
		return 0
	}
	fmt.Fprintf(os.Stderr, "nlgen: unknown command %q\n\n%s", args[0], usage)
	return 2
}
