// Nlgen compiles netlink family schemas to Go. Run it without arguments for its commands.
package main

import (
	"fmt"
	"os"

	"github.com/nlgen/nlgen/cmd/nlgen/internal/generate"
	"github.com/nlgen/nlgen/cmd/nlgen/internal/input"
	"github.com/nlgen/nlgen/cmd/nlgen/internal/lint"
)

const usage = `nlgen compiles netlink family schemas (YNL YAML) to Go.

usage: nlgen COMMAND [arguments]

commands:
  generate   write a Go package for each schema
  lint       check schemas
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
