/** One bit that is not as it was written, anywhere between map and reduce: found, named by file and place, never part of a result. */
import { tempDir } from '@bobbin/common/testing';
import fc from 'fast-check';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChecksumError } from '../../../src/errors.js';
import type { MapOutput } from '../../../src/runtime/map/spill-files.js';
import { fileSegment } from '../../../src/runtime/merge/segment.js';
import { verifySegment } from '../../../src/runtime/merge/segment-reader.js';
import { SegmentFiller } from '../../../src/runtime/reduce/segment-filler.js';
import { readIndexFile } from '../../../src/runtime/spill/spill-index.js';
import { CODEC_NAMES, codecOf, readOutput, type Pair } from '../segments.js';
import { mapCollector, mapToFile } from './path-stand.js';

// Thousands of small files: a busy machine may take longer than jest's 5 s.
jest.setTimeout(120_000);

const RECORDS: Pair[] = Array.from({ length: 5 }, (_, i) => [
  Buffer.from(`key ${i % 3} long`),
  Buffer.from(`value ${i}`),
]);

function withBitFlipped(path: string, bit: number, look: () => void): void {
  const bytes = readFileSync(path);
  flip(bytes, bit);
  writeFileSync(path, bytes);
  look();
  flip(bytes, bit);
  writeFileSync(path, bytes);
}

function flip(bytes: Buffer, bit: number): void {
  bytes[bit >>> 3] = (bytes[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
}

function errorOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** Partition that a byte of the file belongs to. */
const partitionAt = ({ index }: MapOutput, at: number): number =>
  index.findIndex(({ start, partLength }) => at >= start && at < start + partLength);

test.each(CODEC_NAMES)(
  'each bit of a map output, compression %s: its partition cannot be read, the others can',
  (name) => {
    using dir = tempDir();
    const codec = codecOf(name);
    const settings = { bufferBytes: 20_000, partitions: 2, sortFactor: 3, arenaBytes: 0, ...(codec && { codec }) };
    const output = mapToFile(dir.path, RECORDS, settings);
    const whole = readOutput(output, codec);
    const bits = readFileSync(output.path).length * 8;
    for (let bit = 0; bit < bits; bit++) {
      withBitFlipped(output.path, bit, () => {
        const damaged = partitionAt(output, bit >>> 3);
        for (const [partition, record] of output.index.entries()) {
          const read = (): Pair[][] => readOutput({ path: output.path, index: [record] }, codec);
          const verify = (): void => verifySegment(fileSegment(output.path, record), Buffer.alloc(50), 0, 50);
          if (partition !== damaged) {
            expect(read()).toEqual([whole[partition]]);
            verify();
            continue;
          }
          for (const error of [errorOf(read), errorOf(verify)]) {
            expect(error).toBeInstanceOf(ChecksumError);
            expect((error as Error).message).toBe(`segment at byte ${record.start} of '${output.path}' is corrupt`);
          }
        }
      });
    }
  },
);

test.each(CODEC_NAMES)('each bit of a segment on the wire, compression %s', (name) => {
  using dir = tempDir();
  const codec = codecOf(name);
  const settings = { bufferBytes: 20_000, partitions: 1, sortFactor: 3, arenaBytes: 0, ...(codec && { codec }) };
  const { path, index } = mapToFile(dir.path, RECORDS, settings);
  const sent = readFileSync(path);
  const rawLength = index[0]?.rawLength ?? 0;
  const receive = (): Buffer => {
    const memory = Buffer.alloc(rawLength);
    const filler = new SegmentFiller('fetched output', memory, 0, rawLength, codec);
    filler.put(sent.subarray(0, -4));
    filler.finish(sent.readUInt32BE(sent.length - 4));
    return memory;
  };
  receive();
  for (let bit = 0; bit < sent.length * 8; bit++) {
    flip(sent, bit);
    expect(errorOf(receive)).toEqual(new ChecksumError('fetched output'));
    flip(sent, bit);
  }
});

test('each bit of an index', () => {
  using dir = tempDir();
  const settings = { bufferBytes: 20_000, partitions: 3, sortFactor: 3, arenaBytes: 0 };
  const { path, index } = mapToFile(dir.path, RECORDS, settings);
  const indexPath = `${path}.index`;
  expect(readIndexFile(indexPath)).toEqual(index);
  for (let bit = 0; bit < readFileSync(indexPath).length * 8; bit++) {
    withBitFlipped(indexPath, bit, () => {
      expect(() => readIndexFile(indexPath)).toThrow(`index file '${indexPath}' is corrupt`);
    });
  }
});

test.each(CODEC_NAMES)('any bit of any spill, compression %s: the map fails with the name of the file', (name) => {
  const codec = codecOf(name);
  const settings = { bufferBytes: 2000, partitions: 2, sortFactor: 2, arenaBytes: 0, ...(codec && { codec }) };
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(), (place, spill) => {
      using dir = tempDir();
      mkdirSync(join(dir.path, 'map'));
      const collector = mapCollector(join(dir.path, 'map'), settings);
      for (let i = 0; i < 150; i++) collector.collect(Buffer.from(`key ${i % 20}`), Buffer.from(`value ${i}`));
      const spills = readdirSync(join(dir.path, 'map'));
      expect(spills.length).toBeGreaterThan(2);
      const path = join(dir.path, 'map', spills[spill % spills.length] ?? '');
      const bytes = readFileSync(path);
      flip(bytes, Math.min(bytes.length * 8 - 1, Math.floor(place * bytes.length * 8)));
      writeFileSync(path, bytes);
      const error = errorOf(() => collector.finish());
      expect(error).toBeInstanceOf(ChecksumError);
      expect((error as Error).message).toMatch(new RegExp(`^segment at byte \\d+ of '${path}' is corrupt$`));
    }),
    { numRuns: 40 },
  );
});
