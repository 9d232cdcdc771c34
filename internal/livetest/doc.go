// Package livetest holds the generated packages against the running kernel and against tools that others wrote.
//
// Each test works in a network namespace of its own. A World has that namespace, a typed client for every family
// and a runner for the tools; a Table compares a message with a tool's JSON, key by key; Unknown walks a message
// for what its schema does not know.
package livetest
