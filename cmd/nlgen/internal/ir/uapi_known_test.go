package ir

var knownWrong = []struct{ spec, what, why string }{}
var kernelFloors = map[string]int{}
var ownFloors = map[string]int{}
