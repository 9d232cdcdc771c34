package wiretest

import (
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// seedDir is where a package may keep captured messages, one a file: the name up to the first dot is the message's
// type and the last is ".hex", as in Link.01.hex. The text is the message in hexadecimal, blanks and lines ignored.
const seedDir = "testdata/captured"

// A seed is a message of a codec.
type seed struct {
	which uint16 // codec
	body  []byte
}

// seeds reads the messages of a folder, none if there is no such folder.
func seeds(dir string, codecs []Codec) ([]seed, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.hex"))
	if err != nil {
		return nil, fmt.Errorf("read seeds: %w", err)
	}
	byName := map[string]uint16{}
	for i, c := range codecs {
		byName[c.Name] = uint16(i)
	}
	var list []seed
	for _, file := range files {
		name, _, _ := strings.Cut(filepath.Base(file), ".")
		which, ok := byName[name]
		if !ok {
			return nil, fmt.Errorf("read seed %s: no message type %s", file, name)
		}
		b, err := ReadHex(file)
		if err != nil {
			return nil, err
		}
		list = append(list, seed{which, b})
	}
	return list, nil
}

// ReadHex returns the bytes of a file that holds them in hexadecimal. Blanks and lines are ignored.
func ReadHex(file string) ([]byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read seed: %w", err)
	}
	b, err := hex.DecodeString(strings.Join(strings.Fields(string(text)), ""))
	if err != nil {
		return nil, fmt.Errorf("read seed %s: %w", file, err)
	}
	return b, nil
}
