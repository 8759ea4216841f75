/** What the tests of the data path share: records as pairs of Buffers, a reader of finished files, and the sort to compare with. */
import fc from 'fast-check';
import { Merger } from '../../src/runtime/merge/merger.js';
import { fileSegment } from '../../src/runtime/merge/segment.js';
import { hasZstd, outputCodec, type OutputCodec } from '../../src/runtime/spill/output-codec.js';
import type { MapOutput } from '../../src/runtime/map/spill-files.js';

export type Pair = readonly [key: Buffer, value: Buffer];

const slice = (buffer: Buffer, start: number, length: number): Buffer =>
  Buffer.from(buffer.subarray(start, start + length));

/** Hadoop's classes of the codecs this Node has, and `none`. */
export const CODEC_NAMES = ['none', 'DefaultCodec', 'GzipCodec', ...(hasZstd ? ['ZStandardCodec'] : [])].map((name) =>
  name === 'none' ? name : `org.apache.hadoop.io.compress.${name}`,
);

export const codecOf = (name: string): OutputCodec | undefined =>
  name === 'none' ? undefined : outputCodec('mapreduce.map.output.compress.codec', name);

/** Records of each partition, as they lie in the file. Checksums are verified on the way. */
export function readOutput({ path, index }: Pick<MapOutput, 'path' | 'index'>, codec?: OutputCodec): Pair[][] {
  return index.map((record) => {
    const segments = [fileSegment(path, record)];
    return recordsOf(new Merger(Buffer.alloc(4096), 0, 4096 - 16, segments, () => undefined, codec));
  });
}

/** All records of a merge; closes it, also where it fails. */
export function recordsOf(merger: Merger): Pair[] {
  const records: Pair[] = [];
  try {
    while (merger.nextGroup()) {
      while (merger.nextValue()) {
        records.push([
          slice(merger.keyBuffer, merger.keyStart, merger.keyLength),
          slice(merger.buffer, merger.valueStart, merger.valueLength),
        ]);
      }
    }
  } finally {
    merger.close();
  }
  return records;
}

/** By key bytes, then by value bytes: the form in which outputs compare, since the order of a key's values is open. */
export function sorted(records: readonly Pair[]): Pair[] {
  return [...records].sort((a, b) => a[0].compare(b[0]) || a[1].compare(b[1]));
}

/** `sorted`, as texts: quick to compare, readable when they differ. */
export function hexOf(records: readonly Pair[]): string[] {
  return sorted(records).map(([key, value]) => `${key.toString('hex')}=${value.toString('hex')}`);
}

export function isSortedByKey(records: readonly Pair[]): boolean {
  return records.every(([key], i) => i === 0 || (records[i - 1]?.[0] ?? key).compare(key) <= 0);
}

const bytesOf = (maxLength: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));

/** Keys that meet: few distinct bytes, shared prefixes across the eight-byte borders, NULs, broken UTF-8, long and empty ones. */
export const anyKey: fc.Arbitrary<Buffer> = fc.oneof(
  bytesOf(4),
  fc.array(fc.constantFrom(0, 1, 0x61, 0xff), { maxLength: 20 }).map((array) => Buffer.from(array)),
  fc
    .tuple(fc.constantFrom('common-p', 'common-prefix-of-16', ''), bytesOf(3))
    .map(([a, b]) => Buffer.concat([Buffer.from(a), b])),
  fc.nat(300).map((length) => Buffer.alloc(length, 0x62)),
);

export const anyValue: fc.Arbitrary<Buffer> = fc.oneof(
  bytesOf(6),
  fc.nat(300).map((length) => Buffer.alloc(length, 0x76)),
);

export const anyRecords = (maxLength: number): fc.Arbitrary<Pair[]> =>
  fc.array(fc.tuple(anyKey, anyValue), { maxLength, size: 'max' });
