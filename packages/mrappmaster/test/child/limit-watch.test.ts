/** An attempt that takes more than its container has is noticed from outside its thread, once. */
import { ControlledClock } from '@bobbin/common/testing';
import { TaskProgress, type TaskSnapshot } from '@bobbin/mapreduce/runtime';
import { LimitWatch, type ExceededLimit } from '../../src/child/limit-watch.js';

function aWatch(localWriteBytes = -1) {
  const clock = new ControlledClock();
  const exceeded: ExceededLimit[] = [];
  const machine = { heldMb: 100, writtenBytes: 0 };
  const snapshot = (): TaskSnapshot => ({
    ...TaskProgress.create().snapshot(),
    counters: { 'org.apache.hadoop.mapreduce.FileSystemCounter': { FILE_BYTES_WRITTEN: machine.writtenBytes } },
  });
  const watch = new LimitWatch({
    clock,
    limits: { memoryMb: 256, memoryKey: 'mapreduce.map.memory.mb', localWriteBytes },
    snapshot,
    heldBytes: () => machine.heldMb * 1024 * 1024,
    exceeded: (limit) => void exceeded.push(limit),
  });
  return { clock, exceeded, machine, watch };
}

test('memory above the container is told once, with usage, limit and setting', () => {
  const { clock, exceeded, machine } = aWatch();
  clock.advance(1000);
  expect(exceeded).toEqual([]);
  machine.heldMb = 300;
  clock.advance(1000);
  expect(exceeded).toEqual([
    {
      limit: 'MEMORY',
      text: "out of memory: the task's process holds 300 MiB, its container has 256; keep less in memory, or raise mapreduce.map.memory.mb (now 256)",
    },
  ]);
});

test('more bytes on local disks than allowed are told', () => {
  const { clock, machine, exceeded } = aWatch(1000);
  machine.writtenBytes = 1001;
  clock.advance(250);
  expect(exceeded).toEqual([
    {
      limit: 'LOCAL_DISK',
      text: 'the task wrote 1001 bytes to local disks; mapreduce.task.local-fs.write-limit.bytes allows 1000',
    },
  ]);
});

test('a watch that was stopped says nothing', () => {
  const { clock, exceeded, machine, watch } = aWatch();
  watch.stop();
  machine.heldMb = 300;
  clock.advance(10_000);
  expect(exceeded).toEqual([]);
});
