module github.com/nlgen/nlgen

go 1.25.0

require (
	github.com/cilium/ebpf v0.22.0
	github.com/dave/jennifer v1.7.1
	github.com/google/go-cmp v0.7.0
	golang.org/x/sys v0.45.0
	gopkg.in/yaml.v3 v3.0.1
)
