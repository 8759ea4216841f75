/** Ranges for the reducers: sampled cuts divide the keys in shares, and the parts one after the other are the sorted whole. */
import { tempDir } from '@bobbin/common/testing';
import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sort from '../../../../../examples/sort/sort.js';
import { defineJob, identity, none, text, totalOrder } from '../../../src/index.js';
import { computeSplits, sampledProperties } from '../../../src/runtime/index.js';
import { CUT_POINTS_KEY, encodeCutPoints, totalOrderPartitioner } from '../../../src/runtime/map/total-order.js';
import { anyKey } from '../segments.js';
import { TaskStand } from '../task-stand.js';

// Whole jobs, some of them many times over: a busy machine may take longer than jest's 5 s.
jest.setTimeout(120_000);

const onStrings = defineJob({
  mapOutput: { key: text, value: none },
  mapper: (line, { emit }) => emit(line, null),
  partitioner: totalOrder,
  reducer: identity,
});

test('a key belongs to the range that begins at or before it', () => {
  fc.assert(
    fc.property(fc.array(anyKey, { maxLength: 12 }), anyKey, (keys, key) => {
      const cuts = keys
        .sort((a, b) => a.compare(b))
        .filter((cut, i) => cut.length > 0 && keys[i - 1]?.equals(cut) !== true);
      const partition = totalOrderPartitioner({ [CUT_POINTS_KEY]: encodeCutPoints(cuts) }, cuts.length + 1);
      expect(partition(key, 0, key.length)).toBe(cuts.filter((cut) => cut.compare(key) <= 0).length);
    }),
  );
});

test.each([
  [{}, /is not set: a job with totalOrder is sampled when it is submitted$/],
  [{ [CUT_POINTS_KEY]: 'YQ==,Yg==' }, /has 2 cut points, too many for 2 reducers$/],
])('properties %j are refused', (conf, message) => {
  expect(() => totalOrderPartitioner(conf, 2)).toThrow(message);
});

test.each([
  ['on bytes', sort],
  ['on strings', onStrings],
])('any lines and reducers give the sorted whole: %s', async (_name, job) => {
  const line = fc.oneof(
    fc.string({ maxLength: 12 }).map((s) => s.replace(/[\r\n]/g, '')),
    fc.constantFrom('', 'same', 'same', 'samer'),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 400, size: 'max' }),
      fc.integer({ min: 1, max: 5 }),
      async (lines, numReduces) => {
        using dir = tempDir();
        const input = join(dir.path, 'in.txt');
        writeFileSync(input, lines.map((l) => `${l}\n`).join(''));
        const properties = { 'mapreduce.input.fileinputformat.inputdir': input, 'bobbin.fs.local.block-size': '700' };
        const { splits } = await computeSplits(properties);
        const conf = { ...properties, ...(await sampledProperties(job, splits, numReduces, properties)) };
        const { parts } = await new TaskStand({ dir: dir.path, input, job, numReduces, conf }).run();
        const expected = lines
          .map((l) => Buffer.from(`${l}\n`))
          .sort((a, b) => a.subarray(0, -1).compare(b.subarray(0, -1)));
        expect(parts.join('')).toBe(Buffer.concat(expected).toString('latin1'));
      },
    ),
    { numRuns: 20 },
  );
});

test('a sample of a few places gives shares of like size', async () => {
  using dir = tempDir();
  const input = join(dir.path, 'in.txt');
  const lines = Array.from(
    { length: 60_000 },
    (_, i) => `${(Math.imul(i, 2654435761) >>> 0).toString(36)} ${'x'.repeat(60)}`,
  );
  writeFileSync(input, `${lines.join('\n')}\n`);
  const { splits } = await computeSplits({ 'mapreduce.input.fileinputformat.inputdir': input });
  const conf = await sampledProperties(sort, splits, 4, {});
  const partition = totalOrderPartitioner(conf, 4);
  const shares = [0, 0, 0, 0];
  for (const line of lines) {
    const p = partition(Buffer.from(line), 0, line.length);
    shares[p] = (shares[p] ?? 0) + 1;
  }
  for (const share of shares) expect(Math.abs(share / lines.length - 0.25)).toBeLessThan(0.05);
});
