package main

import (
	"fmt"
	"strconv"
	"strings"
)

// sizes is a flag of several numbers in rising order.
type sizes []int

func (s *sizes) String() string {
	var words []string
	for _, n := range *s {
		words = append(words, strconv.Itoa(n))
	}
	return strings.Join(words, ",")
}

func (s *sizes) Set(list string) error {
	var all sizes
	for word := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 {
			return fmt.Errorf("%q is no number of things", word)
		}
		if len(all) > 0 && n <= all[len(all)-1] {
			return fmt.Errorf("%d does not rise", n)
		}
		all = append(all, n)
	}
	*s = all
	return nil
}
