/** FileOutputCommitter: only what was committed is in the output, whatever else was written, died or was repeated. */
import { LocalFileSystem, applicationId, jobId, taskAttemptId, taskId } from '@bobbin/common';
import { tempDir } from '@bobbin/common/testing';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  checkOutputSpecs,
  FileOutputCommitter,
  LostOutputError,
  OutputClosedError,
} from '../../../src/runtime/index.js';

const JOB = jobId(applicationId(1, 1));
const attempt = (task: number, n: number): ReturnType<typeof taskAttemptId> =>
  taskAttemptId(taskId(JOB, 'REDUCE', task), n);

function stand(root: string, amAttempt = 1, markSuccessfulJobs = true): FileOutputCommitter {
  return new FileOutputCommitter({
    fs: new LocalFileSystem(),
    outputDir: join(root, 'out'),
    amAttempt,
    markSuccessfulJobs,
  });
}

async function write(
  committer: FileOutputCommitter,
  id: ReturnType<typeof attempt>,
  files: Record<string, string>,
): Promise<void> {
  await committer.setupTask(id);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(committer.workPath(id), name, '..'), { recursive: true });
    writeFileSync(join(committer.workPath(id), name), content);
  }
}

async function commit(committer: FileOutputCommitter, ...winners: ReturnType<typeof attempt>[]): Promise<void> {
  await committer.commitJob(winners);
  await committer.cleanupJob();
}

const list = (root: string): string[] => (readdirSync(join(root, 'out'), { recursive: true }) as string[]).sort();

test('committed attempts make the output; aborted and forgotten ones leave nothing', async () => {
  using dir = tempDir();
  const committer = stand(dir.path);
  await committer.setupJob();
  await write(committer, attempt(0, 0), { 'part-r-00000': 'lost' });
  await committer.abortTask(attempt(0, 0));
  await write(committer, attempt(0, 1), { 'part-r-00000': 'kept', 'side/odd name %41': 'x' });
  await write(committer, attempt(1, 0), { 'part-r-00001': 'never committed' });
  expect(await committer.needsTaskCommit(attempt(0, 1))).toBe(true);
  expect(await committer.needsTaskCommit(attempt(0, 7))).toBe(false);
  await committer.commitTask(attempt(0, 1));
  await commit(committer, attempt(0, 1));
  expect(list(dir.path)).toEqual(['_SUCCESS', 'part-r-00000', 'side', 'side/odd name %41']);
  expect(readFileSync(join(dir.path, 'out', 'part-r-00000'), 'utf8')).toBe('kept');
});

test('the same with an output folder given as a URL', async () => {
  using dir = tempDir();
  const outputDir = pathToFileURL(join(dir.path, 'out put')).href;
  const committer = new FileOutputCommitter({ fs: new LocalFileSystem(), outputDir: `${outputDir}/`, amAttempt: 1 });
  await committer.setupJob();
  await committer.setupTask(attempt(0, 0));
  writeFileSync(new URL(`${committer.workPath(attempt(0, 0))}/a b`), '');
  await committer.commitTask(attempt(0, 0));
  await commit(committer, attempt(0, 0));
  expect(readdirSync(join(dir.path, 'out put')).sort()).toEqual(['_SUCCESS', 'a b']);
});

test('of two attempts of a task that may both have committed, the one that the AM names counts', async () => {
  using dir = tempDir();
  const committer = stand(dir.path, 1, false);
  await committer.setupJob();
  for (const n of [0, 1]) {
    await write(committer, attempt(0, n), { 'part-r-00000': `attempt ${n}` });
    await committer.commitTask(attempt(0, n));
  }
  await commit(committer, attempt(0, 0));
  expect(list(dir.path)).toEqual(['part-r-00000']);
  expect(readFileSync(join(dir.path, 'out', 'part-r-00000'), 'utf8')).toBe('attempt 0');
});

test('merging: files replace files, folders join, a folder and a file replace each other', async () => {
  using dir = tempDir();
  const committer = stand(dir.path);
  await committer.setupJob();
  await write(committer, attempt(0, 0), { both: 'old', 'd/one': '1', 'x/y': '', z: '' });
  await write(committer, attempt(1, 0), { both: 'new', 'd/two': '2', x: 'now a file', 'z/now': 'a folder' });
  await committer.commitTask(attempt(0, 0));
  await committer.commitTask(attempt(1, 0));
  await commit(committer, attempt(0, 0), attempt(1, 0));
  expect(list(dir.path)).toEqual(['_SUCCESS', 'both', 'd', 'd/one', 'd/two', 'x', 'z', 'z/now']);
  expect(readFileSync(join(dir.path, 'out', 'both'), 'utf8')).toBe('new');
});

test('a later attempt of the application takes over what any before it committed', async () => {
  using dir = tempDir();
  const first = stand(dir.path, 1);
  await first.setupJob();
  await write(first, attempt(0, 0), { 'part-r-00000': 'from the first' });
  await first.commitTask(attempt(0, 0));
  const third = stand(dir.path, 3);
  await third.setupJob();
  await third.recoverTask(attempt(0, 0));
  await expect(third.recoverTask(attempt(1, 0))).rejects.toThrow(LostOutputError);
  await write(third, attempt(1, 2000), { 'part-r-00001': 'from the third' });
  await commit(third, attempt(0, 0), attempt(1, 2000));
  expect(list(dir.path)).toEqual(['_SUCCESS', 'part-r-00000', 'part-r-00001']);
});

test('what a commit under way has taken from its folder is not lost, before the plan is looked for or after', async () => {
  using dir = tempDir();
  const first = stand(dir.path, 1);
  await first.setupJob();
  await write(first, attempt(0, 0), { 'part-r-00000': '' });
  const fs = new LocalFileSystem();
  const exists = jest.spyOn(fs, 'exists').mockImplementationOnce(async (path) => {
    await first.commitJob([attempt(0, 0)]);
    return LocalFileSystem.prototype.exists.call(fs, path);
  });
  const second = new FileOutputCommitter({ fs, outputDir: join(dir.path, 'out'), amAttempt: 2 });
  await second.recoverTask(attempt(0, 0));
  expect(exists).toHaveBeenCalledTimes(2);
});

test.each(['committed', 'aborted'] as const)(
  'a task that begins late leaves nothing in the output of a job that was %s',
  async (end) => {
    using dir = tempDir();
    const committer = stand(dir.path);
    await committer.setupJob();
    if (end === 'committed') await commit(committer);
    else await committer.abortJob();
    await expect(committer.setupTask(attempt(0, 0))).rejects.toThrow(OutputClosedError);
    expect(readdirSync(dir.path, { recursive: true })).toEqual(end === 'committed' ? ['out', 'out/_SUCCESS'] : []);
  },
);

test('what vanishes as a plan is made has been moved by the plan of another AM, which is carried out', async () => {
  using dir = tempDir();
  const zombie = stand(dir.path);
  await zombie.setupJob();
  await write(zombie, attempt(0, 0), { 'part-r-00000': 'once' });
  // The other one commits between the look for a plan and the look into the folders.
  class Slow extends LocalFileSystem {
    override async exists(path: string): Promise<boolean> {
      const isThere = await super.exists(path);
      if (path.endsWith('.jsonl') && !isThere) await zombie.commitJob([attempt(0, 0)]);
      return isThere;
    }
  }
  const next = new FileOutputCommitter({ fs: new Slow(), outputDir: join(dir.path, 'out'), amAttempt: 2 });
  await commit(next, attempt(0, 0));
  expect(list(dir.path)).toEqual(['_SUCCESS', 'part-r-00000']);
});

test('what another AM has put in its place, by the plan that it settled meanwhile, is not removed', async () => {
  using dir = tempDir();
  const zombie = stand(dir.path);
  await zombie.setupJob();
  await write(zombie, attempt(0, 0), { 'part-r-00000': 'once' });
  await stand(dir.path, 2).setupJob();
  // The other one commits after the look into the folders.
  class Slow extends LocalFileSystem {
    private isLate = false;
    override async list(path: string): ReturnType<LocalFileSystem['list']> {
      const found = await super.list(path);
      if (!this.isLate) await zombie.commitJob([attempt(0, 0)]);
      this.isLate = true;
      return found;
    }
  }
  const next = new FileOutputCommitter({ fs: new Slow(), outputDir: join(dir.path, 'out'), amAttempt: 2 });
  await commit(next, attempt(0, 0));
  expect(list(dir.path)).toEqual(['_SUCCESS', 'part-r-00000']);
  expect(readFileSync(join(dir.path, 'out', 'part-r-00000'), 'utf8')).toBe('once');
});

test('a file of somebody else in the output folder fails the commit, with its name, and stays', async () => {
  using dir = tempDir();
  const committer = stand(dir.path);
  await committer.setupJob();
  await write(committer, attempt(0, 0), { 'part-r-00000': 'ours' });
  writeFileSync(join(dir.path, 'out', 'part-r-00000'), 'theirs');
  const foreign = `${join(dir.path, 'out', 'part-r-00000')} was put there by somebody else while the job ran`;
  await expect(committer.commitJob([attempt(0, 0)])).rejects.toThrow(foreign);
  await committer.abortJob();
  expect(list(dir.path)).toEqual(['part-r-00000']);
  expect(readFileSync(join(dir.path, 'out', 'part-r-00000'), 'utf8')).toBe('theirs');
});

test('a task whose output is gone fails the commit, with its name', async () => {
  using dir = tempDir();
  const committer = stand(dir.path);
  await committer.setupJob();
  await expect(committer.commitJob([attempt(0, 0)])).rejects.toThrow(/Output of attempt_\S+_r_000000_0 is lost/);
  await committer.abortJob();
  expect(existsSync(join(dir.path, 'out'))).toBe(false);
});

test('output of a task whose AppMaster discarded everything on its way out is lost, and known to be', async () => {
  using dir = tempDir();
  const first = stand(dir.path, 1);
  await first.setupJob();
  await write(first, attempt(0, 0), { 'part-r-00000': 'from the first' });
  await first.commitTask(attempt(0, 0));
  await first.abortJob();
  await expect(stand(dir.path, 2).recoverTask(attempt(0, 0))).rejects.toThrow(LostOutputError);
});

test('an aborted job leaves no output, nor a folder that would block the next try', async () => {
  using dir = tempDir();
  const committer = stand(dir.path);
  await committer.setupJob();
  await write(committer, attempt(0, 0), { 'part-r-00000': '' });
  await committer.abortJob();
  await committer.abortJob();
  expect(existsSync(join(dir.path, 'out'))).toBe(false);
  await checkOutputSpecs(new LocalFileSystem(), join(dir.path, 'out'));
  mkdirSync(join(dir.path, 'out'));
  await expect(checkOutputSpecs(new LocalFileSystem(), join(dir.path, 'out'))).rejects.toThrow(
    `Output directory ${join(dir.path, 'out')} already exists; remove it or name another one`,
  );
});
