/** FileOutputCommitter: only what was committed is in the output, whatever else was written, died or was repeated. */
import { LocalFileSystem, applicationId, jobId, taskAttemptId, taskId } from '@bobbin/common';
import { tempDir } from '@bobbin/common/testing';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkOutputSpecs, FileOutputCommitter, LostOutputError } from '../../../src/runtime/index.js';

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
  await committer.commitJob();
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
  await committer.commitJob();
  expect(readdirSync(join(dir.path, 'out put')).sort()).toEqual(['_SUCCESS', 'a b']);
});

test('a task committed twice counts once, with the later output', async () => {
  using dir = tempDir();
  const committer = stand(dir.path, 1, false);
  await committer.setupJob();
  for (const n of [0, 1]) {
    await write(committer, attempt(0, n), { 'part-r-00000': `attempt ${n}` });
    await committer.commitTask(attempt(0, n));
  }
  await committer.commitJob();
  expect(list(dir.path)).toEqual(['part-r-00000']);
  expect(readFileSync(join(dir.path, 'out', 'part-r-00000'), 'utf8')).toBe('attempt 1');
});

test('merging: files replace files, folders join, a folder and a file replace each other', async () => {
  using dir = tempDir();
  const committer = stand(dir.path);
  await committer.setupJob();
  await write(committer, attempt(0, 0), { both: 'old', 'd/one': '1', 'x/y': '', z: '' });
  await write(committer, attempt(1, 0), { both: 'new', 'd/two': '2', x: 'now a file', 'z/now': 'a folder' });
  await committer.commitTask(attempt(0, 0));
  await committer.commitTask(attempt(1, 0));
  await committer.commitJob();
  expect(list(dir.path)).toEqual(['_SUCCESS', 'both', 'd', 'd/one', 'd/two', 'x', 'z', 'z/now']);
  expect(readFileSync(join(dir.path, 'out', 'both'), 'utf8')).toBe('new');
});

test('the next attempt of the application takes over what the last one committed', async () => {
  using dir = tempDir();
  const first = stand(dir.path, 1);
  await first.setupJob();
  await write(first, attempt(0, 0), { 'part-r-00000': 'from the first' });
  await first.commitTask(attempt(0, 0));
  const second = stand(dir.path, 2);
  await second.setupJob();
  await second.recoverTask(attempt(0, 0));
  await second.recoverTask(attempt(1, 0));
  await second.commitJob();
  expect(list(dir.path)).toEqual(['_SUCCESS', 'part-r-00000']);
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
