/**
 * A disk that is full at any one write: the attempt fails with a message that says so, leaves no file and no open descriptor behind, and
 * the next attempt, on a disk with room, gives the whole result.
 */
import { tempDir } from '@bobbin/common/testing';
import type * as fs from 'node:fs';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import wordcount from '../../../../../examples/wordcount/wordcount.js';
import { defineMapJob, words } from '../../../src/index.js';
import { LocalDiskError } from '../../../src/errors.js';
import type { Job } from '../../../src/job/define-job.js';
import { TaskStand } from '../task-stand.js';

// Whole jobs, one for each write of theirs: a busy machine may take longer than jest's 5 s.
jest.setTimeout(120_000);

/** The write that fails, counted from 1; 0: none does. */
const disk = { failAt: 0, writes: 0 };

jest.mock('node:fs', () => {
  const actual = jest.requireActual<typeof fs>('node:fs');
  const writeSync = (fd: number, buffer: Uint8Array, at: number, length: number): number => {
    disk.writes++;
    if (disk.writes === disk.failAt)
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    return actual.writeSync(fd, buffer, at, length);
  };
  return { ...actual, writeSync };
});

const withoutReduce = defineMapJob({
  mapper: (line, { emit }) => {
    for (const word of words(line)) emit(word, 1);
  },
});
const CASES: [name: string, job: Job, numReduces: number, conf: Record<string, string>][] = [
  ['one spill a map', wordcount, 2, {}],
  [
    'several spills and passes',
    { ...wordcount, combiner: undefined } as unknown as Job,
    1,
    { 'mapreduce.task.io.sort.factor': '2' },
  ],
  ['segments merged to disk by the reduce', wordcount, 1, { 'mapreduce.reduce.memory.totalbytes': '60000' }],
  ['no reduce', withoutReduce, 0, {}],
];

function openFiles(): number {
  return readdirSync('/proc/self/fd').length;
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
}

test.each(CASES)('%s', async (_name, job, numReduces, properties) => {
  using dir = tempDir();
  const input = join(dir.path, 'in.txt');
  writeFileSync(input, Array.from({ length: 30_000 }, (_, i) => `word${i % 9000} line${i}\n`).join(''));
  const conf = { 'bobbin.fs.local.block-size': '250000', 'mapreduce.task.io.sort.mb': '1', ...properties };
  const attempt = (run: string): TaskStand => new TaskStand({ dir: join(dir.path, run), input, job, numReduces, conf });

  disk.failAt = 0;
  disk.writes = 0;
  const whole = await attempt('whole').run();
  const { writes } = disk;
  expect(writes).toBeGreaterThan(2);

  for (let failAt = 1; failAt <= writes; failAt++) {
    const stand = attempt(`run${failAt}`);
    Object.assign(disk, { failAt, writes: 0 });
    const before = openFiles();
    const error = await stand.run().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LocalDiskError);
    expect((error as Error).message).toMatch(/^no space left on the disk of '\/.*' \(write\)$/);
    expect(openFiles()).toBe(before);
    // What was done before keeps its output; what failed leaves nothing.
    const failed = String((error as Error).message).match(/attempt_\w+/)?.[0] ?? 'none';
    expect(filesBelow(join(stand.localDir, 'output', failed))).toEqual([]);
    expect(filesBelow(join(stand.outputDir, '_temporary', '1', '_temporary', failed))).toEqual([]);
  }

  disk.failAt = 0;
  expect((await attempt('again').run()).parts).toEqual(whole.parts);
});
