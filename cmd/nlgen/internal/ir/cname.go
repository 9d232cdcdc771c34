package ir

import "strings"

// cName is the C constant for a schema name.
func cName(s string) string {
	return strings.ToUpper(cIdent(s))
}

// cIdent is the C identifier for a schema name.
func cIdent(s string) string {
	return strings.ReplaceAll(s, "-", "_")
}
