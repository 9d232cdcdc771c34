package wire_test

import (
	"bytes"
	"encoding/hex"
	"testing"
)

// checkTables makes the walkers look at any bytes.
func checkTables(t *testing.T, b []byte, off int) {
	t.Helper()
	for set := range schema.Sets {
		path, ok := schema.Path(set, b, off)
		if ok == (path == "") {
			t.Errorf("Path at %d of %x: %q, %t", off, b, path, ok)
		}
		if path, inner, ok := schema.NestPath(set, b, off); inner < -1 || inner >= len(schema.Sets) || ok && path == "" {
			t.Errorf("NestPath at %d of %x: %q, set %d, %t", off, b, path, inner, ok)
		}
		if schema.MissingPath(set, b, off, 3) == "" {
			t.Errorf("MissingPath at %d of %x is empty", off, b)
		}
		var out bytes.Buffer
		if err := schema.Dump(&out, set, b); err != nil || out.Len() > 2100*400 {
			t.Errorf("Dump of %x: %d bytes, %v", b, out.Len(), err)
		}
	}
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }
