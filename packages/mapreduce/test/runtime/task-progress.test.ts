/** TaskProgress: what one thread writes, another reads at any time. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { SLOT } from '../../src/runtime/counters.js';
import { TaskProgress } from '../../src/runtime/task-progress.js';

test('phase, fraction, status, counters, times and signs of life are seen through the same buffer', () => {
  const mine = TaskProgress.create();
  const theirs = TaskProgress.attach(mine.buffer);
  const before = theirs.snapshot();
  expect(before).toEqual({
    phase: 'STARTING',
    progress: 0,
    stateString: '',
    counters: {},
    liveness: 0,
    mapFinishTimeMs: 0,
    loadTimeMs: 0,
    shuffleFinishTimeMs: 0,
    sortFinishTimeMs: 0,
  });
  mine.beginPhase('REDUCE', 2 / 3, 1 / 3, 200);
  mine.advance(100);
  mine.setFinishTime('SHUFFLE', 17);
  mine.setStatus('half way: ½');
  mine.counters[SLOT.reduceInputGroups] = 5;
  mine.addToUserCounter('Mine', 'ODD', 2);
  mine.addToUserCounter('Mine', 'ODD', 3);
  const after = theirs.snapshot();
  expect(after).toMatchObject({ phase: 'REDUCE', stateString: 'half way: ½', shuffleFinishTimeMs: 17 });
  expect(after.progress).toBeCloseTo(5 / 6);
  expect(after.counters).toEqual({
    'org.apache.hadoop.mapreduce.TaskCounter': { REDUCE_INPUT_GROUPS: 5 },
    Mine: { ODD: 5 },
  });
  expect(after.liveness).not.toBe(before.liveness);
});

test('long texts are cut, and the 121st counter of a task is refused', () => {
  const progress = TaskProgress.create();
  progress.setStatus('ä'.repeat(2000));
  expect(Buffer.byteLength(progress.snapshot().stateString)).toBe(1024);
  for (let i = 0; i < 120; i++) progress.addToUserCounter('g'.repeat(500), `${i}${'n'.repeat(100)}`, 1);
  expect(() => progress.addToUserCounter('g', 'one more', 1)).toThrow(
    "Too many counters: 'g:one more' would be number 121, the limit is 120 in a task",
  );
  const [group = ''] = Object.keys(progress.snapshot().counters);
  expect(group).toHaveLength(128);
  expect(Object.keys(progress.snapshot().counters[group] ?? {}).every((name) => name.length === 64)).toBe(true);
});

test('a thread that blocks is still read', async () => {
  const progress = TaskProgress.create();
  progress.beginPhase('MAP', 0, 1, 2);
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(
    `const { parentPort, workerData: { buffer, gate } } = require('node:worker_threads');
     new Float64Array(buffer, 32, 1)[0] = 1;
     parentPort.postMessage('about to block');
     Atomics.wait(gate, 0, 0);`,
    { eval: true, workerData: { buffer: progress.buffer, gate } },
  );
  await once(worker, 'message');
  expect(progress.snapshot()).toMatchObject({ phase: 'MAP', progress: 0.5 });
  Atomics.store(gate, 0, 1);
  Atomics.notify(gate, 0);
  await once(worker, 'exit');
});
