package wire

import "testing"

// TestChunk checks how much memory one value that is kept may hold on to.
func TestChunk(t *testing.T) {
	var small chunk[uint32]
	var large chunk[[5000]byte]
	var huge chunk[[50000]byte]
	var empty chunk[struct{}]
	for n := range 300 {
		s := append(small.cut(2, chunkElems), uint32(n), uint32(n))
		if len(s) != 2 || cap(s) != 2 {
			t.Fatalf("cut %d of %d", len(s), cap(s))
		}
		large.cut(1, chunkElems)
		huge.cut(1, chunkElems)
		empty.cut(1, chunkElems)
	}
	if small.size != chunkElems || large.size != 1 || huge.size != 1 || empty.size != chunkElems {
		t.Errorf("chunks of %d, %d, %d and %d elements", small.size, large.size, huge.size, empty.size)
	}
	for _, n := range []int{0, chunkElems/2 + 1, 5 * chunkElems} {
		before := len(small.free)
		if s := small.cut(n, chunkElems); s == nil || len(s) != 0 || cap(s) != n || len(small.free) != before {
			t.Errorf("cut of %d: capacity %d", n, cap(s))
		}
	}
	var first chunk[uint32]
	if first.cut(3, chunkElems); first.size != 3 {
		t.Errorf("first chunk has %d elements, want 3", first.size)
	}
}
