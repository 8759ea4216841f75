/**
 * Twenty times as much data as memory, on both sides: spills and merges in several passes, the result a sort in memory would give,
 * and never more buffers than the settings say. `npm run soak:memory` shows the same with real sizes and processes.
 */
import { tempDir } from '@bobbin/common/testing';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sort from '../../../../../examples/sort/sort.js';
import { TaskProgress } from '../../../src/runtime/task-progress.js';
import { CODEC_NAMES } from '../segments.js';
import { StandShuffleServer, TaskStand } from '../task-stand.js';

// Hundreds of spills and passes: a busy machine may take longer than jest's 5 s.
jest.setTimeout(120_000);

const MIB = 1 << 20;
const LINES = 220_000;
/** Beside the buffer: reading, writing and sorting have a MiB each at most, and a reduce its windows. */
const REST_BYTES = 6 * MIB;

const line = (i: number): string => createHash('md5').update(String(i)).digest('hex').repeat(3);

/** Most bytes that ArrayBuffers took beyond what they take now, looked at whenever a task gives a sign of life. */
function watchBuffers(): () => number {
  const before = process.memoryUsage().arrayBuffers;
  let peak = 0;
  let calls = 0;
  const touch = TaskProgress.prototype.touch;
  jest.spyOn(TaskProgress.prototype, 'touch').mockImplementation(function (this: TaskProgress) {
    if (calls++ % 64 === 0) peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
    touch.call(this);
  });
  return () => peak;
}
afterEach(() => jest.restoreAllMocks());

const codec = CODEC_NAMES.at(-1) ?? 'none';

test.each([
  ['one map, opened as a file', String(64 * MIB), false, 'none', 0],
  // What a codec has given waits for the garbage collector, which in a process without a limit takes its time.
  ['one map, opened as a file, compressed', String(64 * MIB), false, codec, 120 * MIB],
  // The tests' server keeps whole answers in memory: nothing is said of the reduce's.
  ['many maps, over HTTP', String(MIB), true, 'none', Infinity],
  ['many maps, over HTTP, compressed', String(MIB), true, codec, Infinity],
])('%s', async (_name, blockBytes, overHttp, codec, garbageBytes) => {
  using dir = tempDir();
  const input = join(dir.path, 'in.txt');
  const lines = Array.from({ length: LINES }, (_, i) => line(i));
  writeFileSync(input, `${lines.join('\n')}\n`);
  await using server = await StandShuffleServer.start(join(dir.path, 'local'));
  const conf = {
    'bobbin.fs.local.block-size': blockBytes,
    'mapreduce.task.io.sort.mb': '1',
    'mapreduce.task.io.sort.factor': '4',
    'mapreduce.reduce.memory.totalbytes': String(1.4 * MIB),
    ...(codec !== 'none' && { 'mapreduce.map.output.compress': 'true', 'mapreduce.map.output.compress.codec': codec }),
  };
  const address = overHttp ? { shuffleAddress: server.address } : {};
  const stand = new TaskStand({ dir: dir.path, input, job: sort, conf, ...address });
  const peak = watchBuffers();
  const { parts, maps, reduces } = await stand.run();

  expect(parts.join('')).toBe(`${lines.sort().join('\n')}\n`);
  const spilled = [...maps, ...reduces].map(
    ({ counters }) => counters['org.apache.hadoop.mapreduce.TaskCounter']?.['SPILLED_RECORDS'] ?? 0,
  );
  const passes = spilled.reduce((sum, n) => sum + n, 0) / LINES;
  // Over one map's merge, or over the reduce's, each record is written at least twice.
  expect(passes).toBeGreaterThan(2);
  expect(peak()).toBeLessThan(2 * MIB + REST_BYTES + garbageBytes);
});
