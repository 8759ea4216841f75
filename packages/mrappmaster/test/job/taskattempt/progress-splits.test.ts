/** Progress splits: what is spent adds up, what is held is averaged. */
import fc from 'fast-check';
import { ProgressSplitsBlock } from '../../../src/job/taskattempt/progress-splits.js';
import { MRApp } from '../../support/mr-app.js';

const usage = (wallClockMs: number, physicalKb = 0) => ({ wallClockMs, cpuMs: 0, virtualKb: 0, physicalKb });

test('what is spent evenly is shared evenly, and what was not reached is -1', () => {
  const block = new ProgressSplitsBlock();
  block.extend(0.5, usage(600));
  expect(block.splits().clockSplits).toEqual([100, 100, 100, 100, 100, 100, -1, -1, -1, -1, -1, -1]);
});

test('what is held counts by how long it was held', () => {
  const block = new ProgressSplitsBlock();
  block.extend(0, usage(0, 1200));
  block.extend(1, usage(0, 1200));
  expect(new Set(block.splits().physMemKbytes)).toEqual(new Set([1200]));
});

test('a reading that goes back is left out', () => {
  const block = new ProgressSplitsBlock();
  block.extend(0.5, usage(600));
  block.extend(0.1, usage(9999));
  block.extend(1, usage(1200));
  expect(block.splits().clockSplits).toEqual(Array(12).fill(100));
});

test('all that was spent is in the splits of a finished attempt, but for rounding', () => {
  const reading = fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(10_000));
  fc.assert(
    fc.property(fc.array(reading), fc.integer({ min: 10_000, max: 20_000 }), (readings, end) => {
      const block = new ProgressSplitsBlock();
      const times = readings.map(([, time]) => time).sort((a, b) => a - b);
      const points = readings.map(([progress]) => progress).sort((a, b) => a - b);
      points.forEach((progress, i) => block.extend(progress, usage(times[i] ?? 0)));
      block.extend(1, usage(end));
      const { clockSplits } = block.splits();
      expect(Math.min(...clockSplits)).toBeGreaterThanOrEqual(0);
      expect(Math.abs(end - clockSplits.reduce((sum, value) => sum + value, 0))).toBeLessThanOrEqual(6);
    }),
  );
});

test('history has them when the attempt ends', async () => {
  const app = await new MRApp({ reduces: 0, behaviour: () => 'hang' }).run();
  const attemptId = app.attemptId('MAP', 0);
  app.clock.advance(600);
  app.status(attemptId, {
    progress: 0.5,
    counters: { 'org.apache.hadoop.mapreduce.TaskCounter': { CPU_MILLISECONDS: 60, PHYSICAL_MEMORY_BYTES: 1024 } },
  });
  await app.settle();
  app.fail(attemptId);
  await app.settle();
  expect(app.history.find(({ type }) => type === 'MAP_ATTEMPT_FAILED')).toMatchObject({
    splits: {
      clockSplits: [100, 100, 100, 100, 100, 100, -1, -1, -1, -1, -1, -1],
      cpuUsages: [10, 10, 10, 10, 10, 10, -1, -1, -1, -1, -1, -1],
    },
  });
});
