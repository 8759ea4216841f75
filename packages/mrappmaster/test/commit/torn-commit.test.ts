/**
 * A commit torn anywhere by the AM's death is finished by the next AM, with the very files it would have had; nothing is ever
 * presented as done that is not. Every change of a file is such a place: before it and in the middle of it.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applicationId, jobId, LocalFileSystem, taskAttemptId, taskId, type TaskAttemptId } from '@bobbin/common';
import { ControlledClock, recordingSink, tempDir } from '@bobbin/common/testing';
import { FileOutputCommitter } from '@bobbin/mapreduce/runtime';
import { CommitMarkers } from '../../src/commit/commit-markers.js';
import { CommitterEventHandler } from '../../src/commit/committer-event-handler.js';
import type { CommitterEvent, MRAppEvent } from '../../src/events.js';
import { inspectStaging, stagingPaths } from '../../src/staging.js';
import { DyingFileSystem, type Death } from '../support/dying-file-system.js';

jest.setTimeout(60_000);

const JOB = jobId(applicationId(1_700_000_000_000, 1));
const TASKS = [0, 1];
const attempt = (task: number, n = 0): TaskAttemptId => taskAttemptId(taskId(JOB, 'REDUCE', task), n);
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const WHOLE = ['_SUCCESS', ...TASKS.map((n) => `part-r-0000${n}`), 'side', ...TASKS.map((n) => `side/${n}`)].sort();
const contentOf = (task: number): string => `output of task ${task}\n`.repeat(task + 1);

/** One AM: its committer, on a file system that may die under it. */
class AM {
  private readonly sink = recordingSink<MRAppEvent>();
  private readonly committer: FileOutputCommitter;
  private readonly markers: CommitMarkers;
  private readonly handler: CommitterEventHandler;

  constructor(
    private readonly root: string,
    readonly number: number,
    readonly fs = new DyingFileSystem(),
    markSuccessfulJobs = true,
  ) {
    const clock = new ControlledClock();
    this.committer = new FileOutputCommitter({
      fs,
      outputDir: join(root, 'out'),
      amAttempt: number,
      markSuccessfulJobs,
    });
    this.markers = new CommitMarkers(fs, this.staging.folder);
    this.handler = new CommitterEventHandler({
      clock,
      dispatcher: this.sink,
      log: quiet,
      committer: this.committer,
      markers: this.markers,
      heartbeat: { lastHeardAtMs: () => clock.monotonic(), onNextHeartbeat: () => () => undefined },
      historyWritten: () => Promise.resolve(),
      hasSuccessor: () => Promise.resolve(false),
      commitWindowMs: 10_000,
      cancelTimeoutMs: 60_000,
    });
  }

  /**
   * What an AM does with a job of which all tasks have run, and the event it ends with; 'died' if that came first. Tasks whose
   * output is not there any more run again.
   */
  async run(): Promise<string> {
    return await Promise.race([this.live(), this.fs.died.then(() => 'died')]);
  }

  async abort(): Promise<string> {
    return await Promise.race([
      this.ask({ domain: 'committer', type: 'JOB_ABORT', finalState: 'FAILED' }),
      this.fs.died.then(() => 'died'),
    ]);
  }

  private async live(): Promise<string> {
    const forced = await inspectStaging(this.fs, this.staging, this.markers, this.committer.isCommitJobRepeatable);
    if (forced) {
      if (forced.status === 'SUCCEEDED') await this.handler.cleanUp();
      else await this.handler.abortOutput('FAILED');
      return `forced ${forced.status}`;
    }
    const winners: TaskAttemptId[] = [];
    for (const task of TASKS) winners.push(await this.outputOf(task));
    await this.committer.setupJob();
    return await this.ask({ domain: 'committer', type: 'JOB_COMMIT', attempts: winners });
  }

  private async outputOf(task: number): Promise<TaskAttemptId> {
    if (this.number > 1) {
      try {
        await this.committer.recoverTask(attempt(task));
        return attempt(task);
      } catch {
        // It runs again.
      }
    }
    const own = attempt(task, (this.number - 1) * 1000);
    const folder = this.committer.workPath(own);
    mkdirSync(join(folder, 'side'), { recursive: true });
    writeFileSync(join(folder, `part-r-0000${task}`), contentOf(task));
    writeFileSync(join(folder, 'side', String(task)), '');
    return own;
  }

  private async ask(event: CommitterEvent): Promise<string> {
    this.handler.handle(event);
    while (!this.fs.isDead) {
      const answer = this.sink.events.shift();
      if (answer) return answer.type;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return 'died';
  }

  private get staging() {
    return stagingPaths(this.root, 'ann', { jobId: JOB, attemptNumber: this.number });
  }
}

function fresh(root: string): string {
  mkdirSync(stagingPaths(root, 'ann', { jobId: JOB, attemptNumber: 1 }).folder, { recursive: true });
  return root;
}

const list = (root: string): string[] => (readdirSync(join(root, 'out'), { recursive: true }) as string[]).sort();

function expectWhole(root: string, withMarker = true): void {
  expect(list(root)).toEqual(withMarker ? WHOLE : WHOLE.filter((name) => name !== '_SUCCESS'));
  expectExactParts(root);
}

function expectExactParts(root: string): void {
  for (const task of TASKS) {
    expect(readFileSync(join(root, 'out', `part-r-0000${task}`), 'utf8')).toBe(contentOf(task));
  }
}

/** All places where the first of these lives can end. */
async function deaths(dir: string, live: (root: string, fs: DyingFileSystem) => Promise<unknown>): Promise<Death[]> {
  const fs = new DyingFileSystem();
  await live(fresh(join(dir, 'counted')), fs);
  expect(fs.changes).toBeGreaterThan(5);
  return Array.from({ length: fs.changes }, (_, at) =>
    (['before', 'middle'] as const).map((i) => ({ at, in: i })),
  ).flat();
}

test.each([true, false])(
  'an AM that dies at any change of its commit is followed by one that finishes it (marker: %s)',
  async (marker) => {
    using dir = tempDir();
    const places = await deaths(dir.path, (root, fs) => new AM(root, 1, fs, marker).run());
    for (const [n, death] of places.entries()) {
      const root = fresh(join(dir.path, String(n)));
      expect(await new AM(root, 1, new DyingFileSystem(death), marker).run()).toBe('died');
      if (existsSync(join(root, 'out', '_SUCCESS'))) expectExactParts(root);
      expect(await new AM(root, 2, undefined, marker).run()).toMatch(/^JOB_COMMIT_COMPLETED$|^forced SUCCEEDED$/);
      expectWhole(root, marker);
    }
  },
);

test('the same where the second AM dies too, anywhere, and the third finishes', async () => {
  using dir = tempDir();
  const places = await deaths(dir.path, (root, fs) => new AM(root, 1, fs).run());
  let roots = 0;
  for (const death of places.filter((_, n) => n % 15 === 0)) {
    for (let at = 0, died = true; died; at++) {
      const root = fresh(join(dir.path, `two${roots++}`));
      await new AM(root, 1, new DyingFileSystem(death)).run();
      died = (await new AM(root, 2, new DyingFileSystem({ at, in: 'middle' })).run()) === 'died';
      if (existsSync(join(root, 'out', '_SUCCESS'))) expectExactParts(root);
      if (died) expect(await new AM(root, 3).run()).toMatch(/^JOB_COMMIT_COMPLETED$|^forced SUCCEEDED$/);
      expectWhole(root);
    }
  }
  expect(roots).toBeGreaterThan(places.length);
});

test('a change that is refused fails the job with its reason, and nothing of its output is presented', async () => {
  using dir = tempDir();
  const places = await deaths(dir.path, (root, fs) => new AM(root, 1, fs).run());
  let failures = 0;
  for (const [n, death] of places.entries()) {
    const root = fresh(join(dir.path, String(n)));
    const am = new AM(root, 1, new DyingFileSystem(death, new Error('no space left on device')));
    const end = await am.run().catch((error: Error) => error.message);
    if (end === 'JOB_COMMIT_COMPLETED') {
      // It was the removal of what nobody needs any more.
      expect(existsSync(join(root, 'out', '_SUCCESS'))).toBe(true);
      continue;
    }
    failures++;
    expect(end).toMatch(/JOB_COMMIT_FAILED|no space left/);
    expect(await am.abort()).toBe('JOB_ABORT_COMPLETED');
    expect(existsSync(join(root, 'out'))).toBe(false);
    if (end === 'JOB_COMMIT_FAILED')
      expect(await new AM(root, 2).run()).toMatch(/^forced FAILED$|^JOB_COMMIT_COMPLETED$/);
  }
  expect(failures).toBeGreaterThan(10);
});

test('an abort that was cut short is repeated, and leaves nothing, wherever it and its commit were cut', async () => {
  using dir = tempDir();
  const full = new Error('no space left on device');
  let aborts = 0;
  for (let at = 0, committed = false; !committed; at++) {
    for (let cut = 0, died = true; died; cut++) {
      const root = fresh(join(dir.path, `${at}-${cut}`));
      const first = new AM(root, 1, new DyingFileSystem({ at, in: 'middle' }, full));
      committed = (await first.run().catch(() => 'failed')) === 'JOB_COMMIT_COMPLETED';
      if (committed) break;
      const second = new AM(root, 2, new DyingFileSystem({ at: cut, in: 'middle' }));
      died = (await second.abort()) === 'died';
      await new AM(root, 3).abort();
      expect(existsSync(join(root, 'out'))).toBe(false);
      aborts++;
    }
  }
  expect(aborts).toBeGreaterThan(20);
});

test('two AMs that commit at the same time make one output', async () => {
  using dir = tempDir();
  const root = fresh(dir.path);
  const [first, second] = [new AM(root, 1), new AM(root, 2)];
  const ends = await Promise.all([first.run(), second.run()]);
  expect(ends).toContain('JOB_COMMIT_COMPLETED');
  expectExactParts(root);
  expect(list(root).filter((name) => !name.startsWith('_temporary'))).toEqual(WHOLE);
});

test('a plan that is not whole is refused with its name', async () => {
  using dir = tempDir();
  mkdirSync(join(dir.path, 'out/_temporary'), { recursive: true });
  writeFileSync(
    join(dir.path, 'out/_temporary/commit-plan.jsonl'),
    '{"format":"bobbin-commit-plan","version":1}\n["a"',
  );
  const committer = new FileOutputCommitter({
    fs: new LocalFileSystem(),
    outputDir: join(dir.path, 'out'),
    amAttempt: 2,
  });
  await expect(committer.commitJob([])).rejects.toThrow(
    /commit plan \S+commit-plan.jsonl cannot be used: it is not whole/,
  );
});
