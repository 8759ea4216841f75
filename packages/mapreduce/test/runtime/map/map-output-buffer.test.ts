/** The map side from emit to file.out: whatever the buffer, it holds what a sort in memory gives. */
import { tempDir } from '@bobbin/common/testing';
import fc from 'fast-check';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { bytes } from '../../../src/job/codecs.js';
import { long } from '../../../src/job/number-codecs.js';
import { text } from '../../../src/job/text-codec.js';
import type { CombineFunction } from '../../../src/job/define-job.js';
import { ChecksumError } from '../../../src/errors.js';
import { SLOT, TASK_COUNTERS } from '../../../src/runtime/counters.js';
import { AggregatingBuffer } from '../../../src/runtime/map/aggregating-buffer.js';
import { MapOutputBuffer, type CollectorSettings } from '../../../src/runtime/map/map-output-buffer.js';
import { hashBytes, partitionOf } from '../../../src/runtime/map/partitioner.js';
import { combinerOf } from '../../../src/runtime/spill/combiner.js';
import { readIndexFile } from '../../../src/runtime/spill/spill-index.js';
import { defineJob } from '../../../src/job/define-job.js';
import { max, sum } from '../../../src/job/aggregates.js';
import { anyKey, anyRecords, hexOf, isSortedByKey, readOutput, sorted, type Pair } from '../segments.js';
import { UsedSlab } from '../used-slab.js';

const crcOf = (buffer: Buffer): string => crc32(buffer).toString(16).padStart(8, '0');
const context = { counter: () => undefined, status: () => undefined, conf: {} };

function settings(dir: string, over: Partial<CollectorSettings>): CollectorSettings {
  return {
    dir,
    slab: new UsedSlab(),
    partitions: 1,
    sortFactor: 10,
    minSpillsForCombine: 3,
    counters: new Float64Array(TASK_COUNTERS.length),
    touch: () => undefined,
    key: bytes,
    value: bytes,
    bufferBytes: 4096,
    ...over,
  };
}

const byPartition = (records: readonly Pair[], partitions: number): Pair[][] =>
  Array.from({ length: partitions }, (_, p) =>
    sorted(records.filter(([key]) => partitionOf(hashBytes(key, 0, key.length), partitions) === p)),
  );

test('any records, buffer, partitions and merge factor give the sort of each partition', () => {
  fc.assert(
    fc.property(
      anyRecords(250),
      fc.integer({ min: 900, max: 20_000 }),
      fc.constantFrom(1, 2, 7),
      fc.integer({ min: 2, max: 11 }),
      (records, bufferBytes, partitions, sortFactor) => {
        using dir = tempDir();
        const collector = new MapOutputBuffer(settings(dir.path, { bufferBytes, partitions, sortFactor }));
        for (const [key, value] of records) collector.collect(key, value);
        const output = readOutput(collector.finish());
        expect(output.every(isSortedByKey)).toBe(true);
        expect(output.map(hexOf)).toEqual(byPartition(records, partitions).map(hexOf));
        expect(readdirSync(dir.path).sort()).toEqual(['file.out', 'file.out.index']);
      },
    ),
    { numRuns: 40 },
  );
});

test('more partitions than a byte can number', () => {
  using dir = tempDir();
  const collector = new MapOutputBuffer(settings(dir.path, { partitions: 260, bufferBytes: 20_000 }));
  const records: Pair[] = Array.from({ length: 600 }, (_, i) => [Buffer.from(`key ${i % 400}`), Buffer.from(`${i}`)]);
  for (const [key, value] of records) collector.collect(key, value);
  expect(readOutput(collector.finish()).map(hexOf)).toEqual(byPartition(records, 260).map(hexOf));
});

test('a record larger than the buffer gets through, in the right place', () => {
  using dir = tempDir();
  const collector = new MapOutputBuffer(settings(dir.path, { bufferBytes: 1024, partitions: 2 }));
  const records: Pair[] = [1, 5000, 3, 70_000, 5].map((n) => [Buffer.alloc(n, n), Buffer.alloc(2 * n, 1)]);
  for (const [key, value] of records) collector.collect(key, value);
  expect(readOutput(collector.finish()).map(sorted)).toEqual(byPartition(records, 2));
});

const total: CombineFunction<Uint8Array, number> = (key, values, { emit }) => {
  let n = 0;
  for (const value of values) n += value;
  emit(key, n);
};

test.each(['library', 'function', 'table'] as const)('sums are right with a combiner: %s', (kind) => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(anyKey, fc.integer({ min: -5, max: 1e6 })), { maxLength: 300, size: 'max' }),
      fc.integer({ min: 4096, max: 30_000 }),
      fc.constantFrom(1, 3),
      (records, bufferBytes, partitions) => {
        using dir = tempDir();
        const job = defineJob({
          mapOutput: { key: bytes, value: long },
          mapper: () => undefined,
          combiner: kind === 'function' ? total : sum,
          reducer: sum,
        });
        const combiner = combinerOf(job, context, () => undefined);
        const given = settings(dir.path, {
          bufferBytes,
          partitions,
          value: long,
          ...(combiner ? { combiner } : {}),
        });
        const collector =
          kind === 'table' ? new AggregatingBuffer({ ...given, aggregate: sum }) : new MapOutputBuffer(given);
        const expected = new Map<string, number>();
        for (const [key, value] of records) {
          collector.collect(key, value);
          expected.set(key.toString('hex'), (expected.get(key.toString('hex')) ?? 0) + value);
        }
        const output = readOutput(collector.finish());
        expect(output.every(isSortedByKey)).toBe(true);
        const sums = new Map<string, number>();
        for (const [key, value] of output.flat()) {
          const hex = key.toString('hex');
          sums.set(hex, (sums.get(hex) ?? 0) + long.decode(value, 0, value.length));
        }
        expect(sums).toEqual(expected);
      },
    ),
    { numRuns: 40 },
  );
});

test('the table folds maxima, counts what came in and what went out, and grows', () => {
  using dir = tempDir();
  const counters = new Float64Array(TASK_COUNTERS.length);
  const given = settings(dir.path, { bufferBytes: 4 << 20, key: text, value: long, counters });
  const collector = new AggregatingBuffer({ ...given, aggregate: max });
  for (let i = 0; i < 30_000; i++) collector.collect(`key-${i % 10_000}`, i);
  const output = readOutput(collector.finish()).flat();
  expect(output).toHaveLength(10_000);
  expect(
    new Map(output.map(([key, value]) => [key.toString(), long.decode(value, 0, value.length)])).get('key-7'),
  ).toBe(20_007);
  expect(counters[SLOT.combineInputRecords]).toBe(30_000);
  expect(counters[SLOT.combineOutputRecords]).toBe(10_000);
  expect(counters[SLOT.mapOutputRecords]).toBe(30_000);
});

test('a combiner that emits under another key is refused', () => {
  using dir = tempDir();
  const job = defineJob({
    mapOutput: { key: text, value: long },
    mapper: () => undefined,
    combiner: (_key, values, { emit }) => emit('other', [...values].length),
    reducer: sum,
  });
  const combiner = combinerOf(job, context, () => undefined);
  const collector = new MapOutputBuffer(
    settings(dir.path, { key: text, value: long, ...(combiner ? { combiner } : {}) }),
  );
  collector.collect('key', 1);
  expect(() => collector.finish()).toThrow(
    'combiner failed at key "key": a combiner must emit under the key it was given, not other',
  );
});

test('the index holds start, raw length and part length of each segment and its own checksum', () => {
  using dir = tempDir();
  const collector = new MapOutputBuffer(settings(dir.path, { partitions: 2 }));
  collector.collect(Buffer.from('k'), Buffer.from('v'));
  const { path, index } = collector.finish();
  expect(readIndexFile(`${path}.index`)).toEqual(index);
  const filled = '0000000000000000' + '0000000000000006' + '000000000000000a';
  const empty = '000000000000000a' + '0000000000000002' + '0000000000000006';
  const body = Buffer.from(filled + empty, 'hex');
  const indexBytes = readFileSync(`${path}.index`);
  expect(indexBytes.toString('hex')).toBe(filled + empty + '00000000' + crcOf(body));
  // One record: lengths 1 and 1, 'k', 'v'; end mark, CRC-32. Then a segment without records.
  const record = Buffer.from('01016b76ffff', 'hex');
  const end = Buffer.from('ffff', 'hex');
  expect(readFileSync(path).toString('hex')).toBe(record.toString('hex') + crcOf(record) + 'ffff' + crcOf(end));
});

test('a flipped bit anywhere in a map output is noticed', () => {
  using dir = tempDir();
  const collector = new MapOutputBuffer(settings(dir.path, {}));
  for (let i = 0; i < 20; i++) collector.collect(Buffer.from(`key${i}`), Buffer.alloc(i));
  const output = collector.finish();
  const good = readFileSync(output.path);
  for (let bit = 0; bit < good.length * 8; bit += 3) {
    const bad = Buffer.from(good);
    bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    writeFileSync(output.path, bad);
    expect(() => readOutput(output)).toThrow(ChecksumError);
  }
  writeFileSync(join(dir.path, 'file.out.index'), Buffer.alloc(32));
  expect(() => readIndexFile(join(dir.path, 'file.out.index'))).toThrow('is corrupt');
});
