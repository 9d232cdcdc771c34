package wiretest

import (
	"bytes"
	"encoding"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/nlgen/nlgen/runtime/wire"
)

// rounds is how many messages each check makes.
const rounds = 24

// Check runs RoundTrip, Recycle, JSON and Damage as a subtest. Random makes a value, fresh an empty one of
// the same type.
func Check(t *testing.T, name string, seed uint64, random func(*Rand) wire.Message, fresh func() wire.Message) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		RoundTrip(t, seed, random, fresh)
		Recycle(t, seed, random, fresh)
		JSON(t, seed, random, fresh)
		Damage(t, seed, random, fresh)
	})
}

// RoundTrip checks that what was encoded decodes to an equal value, which shares no memory with the message.
func RoundTrip(t *testing.T, seed uint64, random func(*Rand) wire.Message, fresh func() wire.Message) {
	t.Helper()
	for n := range uint64(rounds) {
		want := random(NewRand(seed, n))
		b := mustEncode(t, n, want)
		if a, ok := want.(encoding.BinaryAppender); ok {
			if c, err := a.AppendBinary(nil); err != nil || !bytes.Equal(b, c) {
				t.Fatalf("message %d: AppendBinary: %x, %v; Encode: %x", n, c, err, b)
			}
		}
		if again := mustEncode(t, n, want); !bytes.Equal(b, again) {
			t.Fatalf("message %d: encoded twice: %x, then %x", n, b, again)
		}
		got := fresh()
		if err := decode(got, b, nil); err != nil {
			t.Fatalf("message %d: %v in %x", n, err, b)
		}
		if u, ok := fresh().(encoding.BinaryUnmarshaler); ok {
			if err := u.UnmarshalBinary(b); err != nil || !reflect.DeepEqual(u, got) {
				t.Fatalf("message %d: UnmarshalBinary: %v, %s", n, err, Diff(u, got))
			}
		}
		for i := range b {
			b[i] = 0xa5
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("message %d: decoded is not what was encoded: %s", n, Diff(got, want))
		}
		chunked := fresh()
		b = mustEncode(t, n, want)
		if err := decode(chunked, b, wire.NewSpare(false)); err != nil || !reflect.DeepEqual(chunked, want) {
			t.Fatalf("message %d: decoded in chunks: %v, %s", n, err, Diff(chunked, want))
		}
	}
}

// Recycle checks that a stream of messages, decoded one after the other from one buffer into one value with
// recycled memory, gives what they give by themselves.
func Recycle(t *testing.T, seed uint64, random func(*Rand) wire.Message, fresh func() wire.Message) {
	t.Helper()
	var buf []byte
	d := wire.NewDecoder(nil, wire.NewSpare(true))
	into := fresh()
	for n := range uint64(rounds) {
		want := random(NewRand(seed, n))
		buf = append(buf[:0], mustEncode(t, n, want)...)
		d.Reset(buf)
		into.Decode(&d)
		if err := d.Err(nil, 0); err != nil {
			t.Fatalf("message %d: %v in %x", n, err, buf)
		}
		if !reflect.DeepEqual(into, want) {
			t.Fatalf("message %d of a stream: %s", n, Diff(into, want))
		}
	}
}

// JSON checks that a value's JSON gives an equal value.
func JSON(t *testing.T, seed uint64, random func(*Rand) wire.Message, fresh func() wire.Message) {
	t.Helper()
	for n := range uint64(rounds) {
		want := random(NewRand(seed, n))
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatalf("message %d: %v", n, err)
		}
		got := fresh()
		if err := json.Unmarshal(text, got); err != nil {
			t.Fatalf("message %d: %v in %.1000s", n, err, text)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("message %d: after JSON: %s in %.1000s", n, Diff(got, want), text)
		}
	}
}

// Damage checks messages whose bytes were changed at random. They must decode without panic, owned and
// recycled to equal values; and where that is no error, encoding the value must be a fixpoint.
func Damage(t *testing.T, seed uint64, random func(*Rand) wire.Message, fresh func() wire.Message) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 0xdead))
	spare := wire.NewSpare(true)
	for n := range uint64(rounds) {
		whole := mustEncode(t, n, random(NewRand(seed, n)))
		for range 4 {
			CheckBytes(t, damage(rng, whole), spare, fresh)
		}
	}
}

// CheckBytes checks any bytes as Damage does; fuzz targets call it.
func CheckBytes(t *testing.T, b []byte, spare *wire.Spare, fresh func() wire.Message) {
	t.Helper()
	first, recycled := fresh(), fresh()
	err := decode(first, b, nil)
	errRecycled := decode(recycled, b, spare)
	if (err == nil) != (errRecycled == nil) || !reflect.DeepEqual(first, recycled) {
		t.Fatalf("decode %x: owned: %v; recycled: %v; %s", b, err, errRecycled, Diff(recycled, first))
	}
	if err != nil {
		return
	}
	b1, err := encode(first)
	if err != nil {
		if len(b) < 1<<15 { // reading tolerates more than writing; a large message may outgrow its limits
			t.Fatalf("encode what decoded from %x: %v", b, err)
		}
		return
	}
	second := fresh()
	if err := decode(second, b1, nil); err != nil {
		t.Fatalf("decode %x, which was encoded after decoding %x: %v", b1, b, err)
	}
	if !reflect.DeepEqual(first, second) {
		t.Fatalf("decode %x, then encode and decode: %s", b, Diff(second, first))
	}
	if b2, err := encode(second); err != nil || !bytes.Equal(b1, b2) {
		t.Fatalf("decode %x: encodes to %x, then to %x (%v)", b, b1, b2, err)
	}
}

func mustEncode(t *testing.T, n uint64, m wire.Message) []byte {
	t.Helper()
	b, err := encode(m)
	if err != nil {
		t.Fatalf("message %d: %v", n, err)
	}
	return b
}

func encode(m wire.Message) ([]byte, error) {
	e := wire.NewEncoder(nil)
	m.Encode(&e)
	return e.Done(nil, 0)
}

func decode(m wire.Message, b []byte, spare *wire.Spare) error {
	d := wire.NewDecoder(b, spare)
	m.Decode(&d)
	return d.Err(nil, 0)
}
