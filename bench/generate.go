package main

//go:generate go -C .. run ./cmd/nlgen generate -q --package nft -o bench/nft bench/schema/nftables.yaml
//go:generate go -C .. run ./cmd/nlgen generate -q --package ct -o bench/ct bench/schema/conntrack.yaml
