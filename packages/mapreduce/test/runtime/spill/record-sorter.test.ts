/** RecordSorter against Buffer.compare, on all its paths: insertion, first byte, radix on four and on eight bytes, ties. */
import fc from 'fast-check';
import { ENTRY_WORDS, KEY_LENGTH, KEY_START, RecordSorter } from '../../../src/runtime/spill/record-sorter.js';
import { anyKey } from '../segments.js';

function sortKeys(keys: readonly Buffer[]): Buffer[] {
  const keyBytes = keys.reduce((sum, key) => sum + key.length, 0);
  const entries = (keyBytes + 16) >>> 2;
  const slab = Buffer.alloc((entries + 2 * keys.length * ENTRY_WORDS) * 4 + 16);
  const words = new Int32Array(slab.buffer, slab.byteOffset, slab.length >>> 2);
  const sorter = new RecordSorter(slab);
  let at = 0;
  keys.forEach((key, i) => {
    key.copy(slab, at);
    sorter.putEntry(entries + i * ENTRY_WORDS, at, key.length);
    at += key.length;
  });
  const from = sorter.sort(entries, keys.length, entries + keys.length * ENTRY_WORDS);
  return keys.map((_, i) => {
    const start = words[from + i * ENTRY_WORDS + KEY_START] ?? 0;
    return slab.subarray(start, start + (words[from + i * ENTRY_WORDS + KEY_LENGTH] ?? 0));
  });
}

const hex = (keys: readonly Buffer[]): string => keys.map((key) => key.toString('hex')).join();
const expected = (keys: readonly Buffer[]): string => hex([...keys].sort((a, b) => a.compare(b)));

test('any keys come out in the order of their bytes, shorter first', () => {
  fc.assert(
    fc.property(fc.array(anyKey, { maxLength: 1500, size: 'max' }), (keys) => {
      expect(hex(sortKeys(keys))).toBe(expected(keys));
    }),
    { numRuns: 60 },
  );
});

const random = (seed: number): (() => number) => {
  let state = seed;
  return () => (state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff) / 0x80000000;
};

test.each([
  ['random bytes', (next: () => number) => Buffer.from(Array.from({ length: 10 }, () => Math.floor(next() * 256)))],
  ['few words', (next: () => number) => Buffer.from(`word${Math.floor(next() * 500)}`)],
  [
    'long common prefixes',
    (next: () => number) => Buffer.from(`/a/long/common/prefix/${Math.floor(next() ** 3 * 9999)}`),
  ],
  ['one key', () => Buffer.from('the same everywhere')],
  ['short keys and NULs', (next: () => number) => Buffer.alloc(Math.floor(next() * 12))],
])('many keys take the radix path: %s', (_name, make) => {
  const next = random(7);
  const keys = Array.from({ length: 30_000 }, () => make(next));
  expect(hex(sortKeys(keys))).toBe(expected(keys));
});
