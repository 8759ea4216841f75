/** Compressed segments: streams that the plain tools of each format read, in members of bounded size. */
import { tempDir } from '@bobbin/common/testing';
import fc from 'fast-check';
import { createCipheriv } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import { LocalFile } from '../../../src/runtime/local-file.js';
import { BLOCK_BYTES, hasZstd, MAX_MEMBER_BYTES, outputCodec } from '../../../src/runtime/spill/output-codec.js';
import { SegmentWriter } from '../../../src/runtime/spill/segment-writer.js';
import { CODEC_NAMES, codecOf, readOutput, type Pair } from '../segments.js';

const compressed = CODEC_NAMES.filter((name) => name !== 'none');
/** Nothing makes it shorter. */
const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), Buffer.alloc(16)).update(Buffer.alloc(BLOCK_BYTES));

test.each(compressed)('%s: members come back one by one, and what follows them is left alone', (name) => {
  const codec = outputCodec('key', name);
  const block = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.integer({ min: 1, max: BLOCK_BYTES }).map((length) => Buffer.alloc(length, 'abc')),
    fc.constant(noise),
  );
  fc.assert(
    fc.property(block, fc.uint8Array({ maxLength: 40 }), (raw, after) => {
      const member = codec.compress(raw);
      expect(member.length).toBeLessThanOrEqual(MAX_MEMBER_BYTES);
      const read = codec.decompress(Buffer.concat([member, after]));
      expect(read.length).toBe(member.length);
      expect(read.raw.equals(raw)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test.each(compressed)('%s: a block is one member, also where it ends with a buffer of Node', (name) => {
  const codec = outputCodec('key', name);
  for (const buffer of [16_384, 65_536]) {
    for (let length = buffer - 40; length <= buffer + 1; length++) {
      const member = codec.compress(noise.subarray(0, length));
      expect(codec.decompress(member)).toMatchObject({ length: member.length });
    }
  }
});

test('gzip headers with every field are understood', () => {
  const raw = Buffer.from('some text');
  const plain = zlib.gzipSync(raw);
  const extra = Buffer.concat([
    plain.subarray(0, 3),
    Buffer.from([2 | 4 | 8 | 16]),
    plain.subarray(4, 10),
    Buffer.from([2, 0, 0xaa, 0xbb]),
    Buffer.from('name\0comment\0'),
    Buffer.from([0, 0]),
    plain.subarray(10),
  ]);
  const codec = outputCodec('key', 'org.apache.hadoop.io.compress.GzipCodec');
  expect(codec.decompress(extra)).toEqual({ raw, length: extra.length });
});

const UNPACK: Record<string, (bytes: Buffer) => Buffer> = {
  'org.apache.hadoop.io.compress.DefaultCodec': (bytes) => zlib.inflateSync(bytes),
  'org.apache.hadoop.io.compress.GzipCodec': (bytes) => zlib.gunzipSync(bytes),
  ...(hasZstd && { 'org.apache.hadoop.io.compress.ZStandardCodec': (bytes: Buffer) => zlib.zstdDecompressSync(bytes) }),
};

test.each(compressed)('%s: a segment is a stream of the format, behind it the checksum of its bytes', (name) => {
  using dir = tempDir();
  const path = join(dir.path, 'file.out');
  const writer = new SegmentWriter(LocalFile.create(path), Buffer.alloc(4096), 0, 4096, codecOf(name));
  writer.append(Buffer.from('key'), 0, 3, Buffer.from('value'), 0, 5);
  writer.endSegment();
  writer.endSegment();
  const index = writer.finish();
  const bytes = readFileSync(path);
  // Lengths as Hadoop's: raw with the end mark, part as it lies in the file.
  expect(index.map(({ rawLength }) => rawLength)).toEqual([12, 2]);
  expect(index[1]?.start).toBe(index[0]?.partLength);
  expect(index.reduce((sum, { partLength }) => sum + partLength, 0)).toBe(bytes.length);
  const first = bytes.subarray(0, (index[0]?.partLength ?? 0) - 4);
  expect(UNPACK[name]?.(first)).toEqual(Buffer.from('\x03\x05keyvalue\xff\xff', 'latin1'));
  expect(bytes.readUInt32BE(first.length)).toBe(zlib.crc32(first));
});

test.each(compressed)('%s: records larger than a member', (name) => {
  using dir = tempDir();
  const path = join(dir.path, 'file.out');
  const codec = codecOf(name);
  const writer = new SegmentWriter(LocalFile.create(path), Buffer.alloc(4096), 0, 4096, codec);
  const records: Pair[] = [
    [Buffer.alloc(3 * BLOCK_BYTES, 'a'), Buffer.from('1')],
    [Buffer.from('b'), Buffer.concat([noise, noise, noise])],
  ];
  for (const [key, value] of records) writer.append(key, 0, key.length, value, 0, value.length);
  writer.endSegment();
  expect(readOutput({ path, index: writer.finish() }, codec)).toEqual([records]);
});

test('a codec that is not there is refused by name', () => {
  expect(() => outputCodec('the.key', 'org.apache.hadoop.io.compress.SnappyCodec')).toThrow(
    /^the\.key is 'org\.apache\.hadoop\.io\.compress\.SnappyCodec', which this Node cannot do; it can do \S+DefaultCodec, /,
  );
});
