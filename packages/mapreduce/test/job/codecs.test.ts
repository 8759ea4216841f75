/** Codecs: what goes in comes out, and the order of the bytes is the order of the values. */
import fc from 'fast-check';
import type { Codec } from '../../src/job/codec.js';
import { bytes, double, json, long, text } from '../../src/index.js';

function encode<T>(codec: Codec<T>, value: T): Buffer {
  for (let size = 1; ; size *= 2) {
    // Room that is just too small is refused, never overrun.
    const buffer = Buffer.alloc(size + 4, 0xee);
    const end = codec.encode(value, buffer, 2, size);
    expect(buffer.subarray(size).every((byte) => byte === 0xee)).toBe(true);
    if (end >= 0) return buffer.subarray(2, end);
  }
}

const decode = <T>(codec: Codec<T>, encoded: Buffer): T =>
  codec.decode(Buffer.concat([Buffer.from('before'), encoded, Buffer.from('after')]), 6, 6 + encoded.length);

const safeIntegers = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -300, max: 600 }));

test('long keeps whole numbers and sorts as they do', () => {
  fc.assert(
    fc.property(safeIntegers, safeIntegers, (a, b) => {
      expect(decode(long, encode(long, a))).toBe(a + 0);
      expect(Math.sign(encode(long, a).compare(encode(long, b)))).toBe(Math.sign(a - b));
    }),
  );
});

test.each([
  [0, 1],
  [240, 1],
  [-1, 1],
  [241, 2],
  [496, 2],
  [497, 3],
  [-2, 2],
  [-257, 2],
  [-258, 3],
  [Number.MAX_SAFE_INTEGER, 8],
  [Number.MIN_SAFE_INTEGER, 8],
])('long writes %d in %d bytes', (value, size) => {
  expect(encode(long, value)).toHaveLength(size);
  expect(decode(long, encode(long, value))).toBe(value);
});

test('double keeps numbers and sorts as they do, NaN last', () => {
  const ordered = [-Infinity, -1e300, -1.5, -5e-324, -0, 0, 5e-324, 1.5, 1e300, Infinity, NaN].map((n) =>
    encode(double, n),
  );
  expect([...ordered].sort((a, b) => a.compare(b))).toEqual(ordered);
  fc.assert(fc.property(fc.double(), (n) => expect(decode(double, encode(double, n))).toBe(n)));
});

test('text keeps every string that UTF-8 can hold, and every sequence of bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (s) => {
      expect(decode(text, encode(text, s))).toBe(s);
      expect(encode(text, s)).toEqual(Buffer.from(s));
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (array) => {
      const raw = Buffer.from(array);
      expect(encode(text, decode(text, raw))).toEqual(raw);
    }),
  );
  expect(decode(text, Buffer.from('caf\xe9 \xff', 'latin1'))).toBe('caf\udce9 \udcff');
  expect(encode(text, 'a\ufffdb')).toEqual(Buffer.from('a\ufffdb'));
});

test('json keeps JSON values, bytes keep bytes and give a copy', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const same = JSON.parse(JSON.stringify(value)) as unknown;
      expect(decode(json<unknown>(), encode(json<unknown>(), value))).toEqual(same);
    }),
  );
  const source = Buffer.from('abc');
  const copy = bytes.decode(source, 1, 3);
  source.fill(0);
  expect(Buffer.from(copy).toString()).toBe('bc');
});

test.each([
  [long as Codec<unknown>, '1', 'long holds whole numbers within 2^53, not "1"'],
  [long as Codec<unknown>, 0.5, 'long holds whole numbers within 2^53, not 0.5; double does'],
  [long as Codec<unknown>, 2 ** 53, 'long holds whole numbers within 2^53, not 9007199254740992'],
  [double as Codec<unknown>, null, 'double holds numbers, not null'],
  [text as Codec<unknown>, 7, 'text holds strings, not 7'],
  [bytes as Codec<unknown>, [1], 'bytes holds Uint8Arrays, not an array'],
  [json<unknown>(), () => 1, 'json cannot hold function '],
])('a value of another type is refused by name: %#', (codec, value, message) => {
  expect(() => codec.encode(value, Buffer.alloc(100), 0, 100)).toThrow(message);
});
