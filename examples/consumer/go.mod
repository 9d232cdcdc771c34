module example/consumer

go 1.25.0

tool github.com/nlgen/nlgen/cmd/nlgen

require github.com/nlgen/nlgen v0.0.0

require (
	github.com/cilium/ebpf v0.22.0 // indirect
	github.com/dave/jennifer v1.7.1 // indirect
	golang.org/x/sys v0.45.0 // indirect
	gopkg.in/yaml.v3 v3.0.1 // indirect
)

replace github.com/nlgen/nlgen => ../..
