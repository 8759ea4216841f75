/** Settings of a task: defaults, what is refused, and that the buffers of both kinds fit the container. */
import { offHeapBytes } from '../../src/runtime/index.js';
import { parseTaskConf } from '../../src/runtime/task-conf.js';

const MIB = 1 << 20;

test('defaults are Hadoop’s', () => {
  expect(parseTaskConf({}, 1024)).toMatchObject({
    sortBufferBytes: 100 * MIB,
    sortFactor: 10,
    minSpillsForCombine: 3,
    parallelCopies: 5,
    markSuccessfulJobs: true,
    fetch: { connectTimeoutMs: 180_000, maxRetryDelayMs: 60_000, maxFetchFailures: 10, maxHostFailures: 5 },
  });
});

test.each([64, 128, 256, 512, 1024, 8192])(
  'the buffers fit a container of %d MB, whatever io.sort.mb says',
  (memoryMb) => {
    const conf = { 'mapreduce.task.io.sort.mb': '2047' };
    for (const type of ['MAP', 'REDUCE'] as const) {
      expect(offHeapBytes(type, conf, memoryMb)).toBeLessThanOrEqual(Math.max(80, memoryMb) * MIB);
    }
  },
);

test('shuffle memory is a share of the heap Hadoop would give, and its limits shares of that', () => {
  const { shuffleMemoryBytes, maxSingleShuffleBytes, shuffleMergeBytes } = parseTaskConf(
    { 'mapreduce.reduce.memory.totalbytes': '1000' },
    256,
  );
  expect([shuffleMemoryBytes, maxSingleShuffleBytes, shuffleMergeBytes]).toEqual([700, 175, 462]);
});

test.each([
  ['mapreduce.task.io.sort.mb', '2048', 'mapreduce.task.io.sort.mb is 2048; it must be from 1 to 2047'],
  ['mapreduce.task.io.sort.mb', 'much', "mapreduce.task.io.sort.mb is 'much'; it must be a number from 0 on"],
  ['mapreduce.reduce.shuffle.parallelcopies', '-1', "parallelcopies is '-1'; it must be a number from 0 on"],
])('%s=%s is refused', (key, value, message) => {
  expect(() => parseTaskConf({ [key]: value }, 256)).toThrow(message);
});
