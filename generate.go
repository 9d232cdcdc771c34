// Package nlgen is typed netlink for Go, compiled from YAML schemas. See the README.
package nlgen

//go:generate go run ./cmd/nlgen generate -q --tests -o generated schemas
