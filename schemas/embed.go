// Package schemas holds nlgen's own netlink family schemas, one YAML file a family, in the kernel's YNL
// format.
package schemas

import "embed"

// FS holds the schema files, by their base names.
//
//go:embed *.yaml
var FS embed.FS
