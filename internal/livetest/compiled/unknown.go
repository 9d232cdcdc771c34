package compiled

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Unknown lists what a message holds that its schema does not describe, by path: attributes by their number,
// sub-messages of an unknown kind, bytes behind a struct.
func (r Result) Unknown() []string {
	var found []string
	unknown(r.Value, "", &found)
	return found
}

func unknown(v any, path string, found *[]string) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			unknown(e, path+"[]", found)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			below := strings.TrimPrefix(path+"."+key, ".")
			switch list, many := v[key].([]any); {
			case key == "unknown" && many:
				for _, a := range list {
					*found = append(*found, fmt.Sprintf("%s%v", strings.TrimSuffix(below, key), a.(map[string]any)["type"]))
				}
			case key == "raw":
				*found = append(*found, path)
			case key == "tail":
				*found = append(*found, below)
			default:
				unknown(v[key], below, found)
			}
		}
	}
}
