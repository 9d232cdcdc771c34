package main

import (
	"fmt"
	"strings"
)

// A part is a comparison that can be run without the others.
type part struct {
	name string
	run  func(b *bench) (chapter, error)
}

// A chapter is what a part has to say.
type chapter struct {
	text  string // Markdown
	goals []goal
}

// parts are all there are, in the order of the report.
var parts = []part{
	{"routes", routeDumps},
	{"links", linkDumps},
	{"decode", decoders},
	{"gets", singleGets},
	{"batch", routeBatches},
	{"nft", ruleTransactions},
	{"conntrack", connectionDumps},
	{"events", replays},
	{"memory", streams},
}

// chosen returns the parts that a list names, all of them for an empty list.
func chosen(list string) ([]part, error) {
	if list == "" {
		return parts, nil
	}
	var some []part
	for name := range strings.SplitSeq(list, ",") {
		p, err := find(name)
		if err != nil {
			return nil, err
		}
		some = append(some, p)
	}
	return some, nil
}

func find(name string) (part, error) {
	var names []string
	for _, p := range parts {
		if p.name == name {
			return p, nil
		}
		names = append(names, p.name)
	}
	return part{}, fmt.Errorf("no comparison is called %q; there are %s", name, strings.Join(names, ", "))
}
