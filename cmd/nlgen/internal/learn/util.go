package learn

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
)

func itoa[T ~int | ~int64 | ~uint32](n T) string { return strconv.FormatInt(int64(n), 10) }

func uitoa(n uint64) string { return strconv.FormatUint(n, 10) }

func compare[T cmp.Ordered](a, b T) int { return cmp.Compare(a, b) }

// enumsOf lists the enums that sets have been made of, always in the same order.
func enumsOf(m map[*cEnum]*set) []*cEnum {
	all := slices.Collect(maps.Keys(m))
	slices.SortFunc(all, func(a, b *cEnum) int { return compare(a.values[0].name, b.values[0].name) })
	return all
}

// sortedIDs lists the keys of a map in order.
func sortedIDs[T any](m map[int]T) []int { return slices.Sorted(maps.Keys(m)) }
