/**
 * From the mappers' emits to the reducer's groups: whatever the bytes, the buffers, the number of maps and reducers, with and without
 * combiner and compression, over memory and over files, what comes out is what a sort in memory gives.
 */
import { tempDir } from '@bobbin/common/testing';
import fc from 'fast-check';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { bytes } from '../../../src/job/codecs.js';
import { long } from '../../../src/job/number-codecs.js';
import { defineJob } from '../../../src/job/define-job.js';
import { sum } from '../../../src/job/aggregates.js';
import { hashBytes, partitionOf } from '../../../src/runtime/map/partitioner.js';
import { combinerOf, type Combiner } from '../../../src/runtime/spill/combiner.js';
import { anyKey, anyRecords, CODEC_NAMES, codecOf, hexOf, isSortedByKey, sorted, type Pair } from '../segments.js';
import { mapToFile, reduceFrom, type PathSettings } from './path-stand.js';

// Many small jobs with real files: a busy machine may take longer than jest's 5 s.
jest.setTimeout(120_000);

const anySettings = fc.record({
  bufferBytes: fc.integer({ min: 900, max: 12_000 }),
  partitions: fc.constantFrom(1, 2, 5),
  sortFactor: fc.integer({ min: 2, max: 5 }),
  arenaBytes: fc.constantFrom(0, 700, 5000, 1 << 20),
});

const ofPartition = (records: readonly Pair[], partition: number, partitions: number): Pair[] =>
  records.filter(([key]) => partitionOf(hashBytes(key, 0, key.length), partitions) === partition);

function run(dir: string, maps: readonly (readonly Pair[])[], settings: PathSettings): Promise<Pair[][]> {
  const outputs = maps.map((records, map) => {
    const folder = join(dir, `map${map}`);
    mkdirSync(folder);
    return mapToFile(folder, records, settings);
  });
  return Promise.all(
    Array.from({ length: settings.partitions }, (_, partition) => reduceFrom(dir, outputs, partition, settings)),
  );
}

test.each(CODEC_NAMES)('any records: compression %s', async (name) => {
  const codec = codecOf(name);
  await fc.assert(
    fc.asyncProperty(fc.array(anyRecords(80), { maxLength: 7 }), anySettings, async (maps, settings) => {
      using dir = tempDir();
      const reduced = await run(dir.path, maps, { ...settings, ...(codec && { codec }) });
      expect(reduced.every(isSortedByKey)).toBe(true);
      const all = maps.flat();
      expect(reduced.map(hexOf)).toEqual(
        reduced.map((_, partition) => hexOf(ofPartition(all, partition, settings.partitions))),
      );
    }),
    { numRuns: 25 },
  );
});

function summing(kind: 'library' | 'function'): Combiner {
  const job = defineJob({
    mapOutput: { key: bytes, value: long },
    mapper: () => undefined,
    combiner:
      kind === 'library'
        ? sum
        : (key, values, { emit }) => {
            let total = 0;
            for (const value of values) total += value;
            emit(key, total);
          },
    reducer: sum,
  });
  const combiner = combinerOf(job, { counter: () => undefined, status: () => undefined, conf: {} }, () => undefined);
  if (combiner === undefined) throw new Error('the job has a combiner');
  return combiner;
}

test.each(CODEC_NAMES.flatMap((name) => [[name, 'library'] as const, [name, 'function'] as const]))(
  'any records, summed on the way: compression %s, combiner %s',
  async (name, kind) => {
    const codec = codecOf(name);
    const number = fc.integer({ min: -5, max: 1000 });
    const records = fc.array(fc.tuple(anyKey, number), { maxLength: 80, size: 'max' });
    await fc.assert(
      fc.asyncProperty(fc.array(records, { maxLength: 6 }), anySettings, async (maps, settings) => {
        using dir = tempDir();
        const buffer = Buffer.alloc(16);
        const encoded = (n: number): Buffer => Buffer.from(buffer.subarray(0, long.encode(n, buffer, 0, 16)));
        const pairs = maps.map((map) => map.map(([key, n]): Pair => [key, encoded(n)]));
        const reduced = await run(dir.path, pairs, { ...settings, combiner: summing(kind), ...(codec && { codec }) });
        expect(reduced.every(isSortedByKey)).toBe(true);
        expect(totals(reduced.flat().map(([key, value]) => [key, long.decode(value, 0, value.length)]))).toEqual(
          totals(maps.flat()),
        );
      }),
      { numRuns: 12 },
    );
  },
);

function totals(records: readonly (readonly [Buffer, number])[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [key, n] of records) sums.set(key.toString('hex'), (sums.get(key.toString('hex')) ?? 0) + n);
  return sums;
}

test.each(['none', CODEC_NAMES.at(-1) ?? 'none'])('keys and values of 100 MB: compression %s', async (name) => {
  using dir = tempDir();
  const codec = codecOf(name);
  const large = (fill: string): Buffer => Buffer.alloc(100 << 20, fill);
  const records: Pair[] = [
    [Buffer.from('b'), large('value')],
    [large('a key of many bytes'), Buffer.from('of the long key')],
    [Buffer.from('a'), Buffer.alloc(0)],
    [Buffer.alloc(0), Buffer.from('of the empty key')],
  ];
  const settings = { bufferBytes: 1 << 20, partitions: 1, sortFactor: 3, arenaBytes: 1 << 20, ...(codec && { codec }) };
  const [reduced = []] = await run(dir.path, [records, []], settings);
  const shape = (pairs: readonly Pair[]): string[] => pairs.map(([k, v]) => `${k.length} ${v.length}`);
  expect(shape(reduced)).toEqual(shape(sorted(records)));
  expect(sorted(records).every(([k, v], i) => reduced[i]?.[0].equals(k) === true && reduced[i][1].equals(v))).toBe(
    true,
  );
});
