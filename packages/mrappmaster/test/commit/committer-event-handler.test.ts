/** CommitterEventHandler: every request is answered, a commit waits for its window, markers tell how far it came. */
import { readdirSync } from 'node:fs';
import { applicationId, jobId, LocalFileSystem, taskAttemptId, taskId } from '@bobbin/common';
import { ControlledClock, recordingSink, tempDir } from '@bobbin/common/testing';
import { CommitMarkers } from '../../src/commit/commit-markers.js';
import { CommitterEventHandler, type JobCommitter } from '../../src/commit/committer-event-handler.js';
import type { MRAppEvent } from '../../src/events.js';

const attemptId = taskAttemptId(taskId(jobId(applicationId(1_700_000_000_000, 1)), 'MAP', 0), 0);
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const WINDOW_MS = 10_000;

function aStand(folder: string, committer: Partial<JobCommitter> = {}, hasSuccessor = false) {
  const clock = new ControlledClock();
  const sink = recordingSink<MRAppEvent>();
  const calls: string[] = [];
  const note = (what: string) => (): Promise<void> => {
    calls.push(what);
    return Promise.resolve();
  };
  let heardAtMs = clock.monotonic();
  const waiters = new Set<() => void>();
  const markers = new CommitMarkers(new LocalFileSystem(), folder);
  const handler = new CommitterEventHandler({
    clock,
    dispatcher: sink,
    log: quiet,
    committer: {
      isCommitJobRepeatable: false,
      isRecoverySupported: true,
      recoverTask: () => Promise.resolve(),
      setupJob: note('setup'),
      commitJob: note('commit'),
      cleanupJob: note('cleanup'),
      abortJob: note('abort'),
      abortTask: note('abortTask'),
      ...committer,
    },
    markers,
    heartbeat: {
      lastHeardAtMs: () => heardAtMs,
      onNextHeartbeat: (callback) => {
        waiters.add(callback);
        return () => void waiters.delete(callback);
      },
    },
    historyWritten: note('history'),
    hasSuccessor: () => Promise.resolve(hasSuccessor),
    commitWindowMs: WINDOW_MS,
    cancelTimeoutMs: 60_000,
  });
  const hear = (): void => {
    heardAtMs = clock.monotonic();
    for (const waiter of [...waiters]) waiter();
  };
  /** The next event; file system calls lie in between. */
  const next = async (): Promise<MRAppEvent> => {
    for (;;) {
      const event = sink.events.shift();
      if (event) return event;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const waiting = async (): Promise<void> => {
    while (waiters.size === 0) await new Promise((resolve) => setImmediate(resolve));
  };
  return { clock, handler, calls, hear, next, waiting, sink, markers };
}

it('setup, and its failure, are told to the job', async () => {
  using dir = tempDir();
  const { handler, next } = aStand(dir.path);
  handler.handle({ domain: 'committer', type: 'JOB_SETUP' });
  expect(await next()).toEqual({ domain: 'job', type: 'JOB_SETUP_COMPLETED' });
  const failing = aStand(dir.path, { setupJob: () => Promise.reject(new Error('no permission')) });
  failing.handler.handle({ domain: 'committer', type: 'JOB_SETUP' });
  expect(await failing.next()).toMatchObject({
    type: 'JOB_SETUP_FAILED',
    diagnostics: 'Job setup failed : no permission',
  });
});

it('a commit within the window leaves both markers', async () => {
  using dir = tempDir();
  const { handler, next, calls, markers } = aStand(dir.path);
  expect(await markers.read()).toBe('NONE');
  handler.handle({ domain: 'committer', type: 'JOB_COMMIT', attempts: [attemptId] });
  expect(await next()).toEqual({ domain: 'job', type: 'JOB_COMMIT_COMPLETED' });
  expect(calls).toEqual(['history', 'commit', 'cleanup']);
  expect(readdirSync(dir.path).sort()).toEqual(['COMMIT_STARTED', 'COMMIT_SUCCESS']);
  expect(await markers.read()).toBe('SUCCEEDED');
});

it('a commit outside the window waits for the next word of the RM', async () => {
  using dir = tempDir();
  const { handler, next, calls, clock, hear, waiting, markers } = aStand(dir.path);
  clock.advance(WINDOW_MS);
  expect(handler.inCommitWindow()).toBe(true);
  clock.advance(1);
  expect(handler.inCommitWindow()).toBe(false);
  handler.handle({ domain: 'committer', type: 'JOB_COMMIT', attempts: [attemptId] });
  await waiting();
  expect(calls).toEqual(['history']);
  expect(await markers.read()).toBe('NONE');
  hear();
  expect(await next()).toEqual({ domain: 'job', type: 'JOB_COMMIT_COMPLETED' });
});

it('a commit that fails leaves its marker and is told with its reason', async () => {
  using dir = tempDir();
  const { handler, next, markers } = aStand(dir.path, { commitJob: () => Promise.reject(new Error('disk full')) });
  handler.handle({ domain: 'committer', type: 'JOB_COMMIT', attempts: [attemptId] });
  expect(await next()).toMatchObject({ type: 'JOB_COMMIT_FAILED', diagnostics: 'Job commit failed: disk full' });
  expect(await markers.read()).toBe('FAILED');
});

it('a commit over the marker of an earlier one is refused, unless it may be repeated', async () => {
  using dir = tempDir();
  const first = aStand(dir.path);
  await first.markers.started(false);
  first.handler.handle({ domain: 'committer', type: 'JOB_COMMIT', attempts: [attemptId] });
  expect((await first.next()).type).toBe('JOB_COMMIT_FAILED');
  expect(first.calls).toEqual(['history']);
  using other = tempDir();
  const repeatable = aStand(other.path, { isCommitJobRepeatable: true });
  await repeatable.markers.started(true);
  repeatable.handler.handle({ domain: 'committer', type: 'JOB_COMMIT', attempts: [attemptId] });
  expect((await repeatable.next()).type).toBe('JOB_COMMIT_COMPLETED');
});

it('a second commit while one is under way is refused', async () => {
  using dir = tempDir();
  const { handler, next, clock, waiting } = aStand(dir.path);
  clock.advance(WINDOW_MS + 1);
  handler.handle({ domain: 'committer', type: 'JOB_COMMIT', attempts: [attemptId] });
  await waiting();
  handler.handle({ domain: 'committer', type: 'JOB_COMMIT', attempts: [attemptId] });
  expect(await next()).toMatchObject({ type: 'JOB_COMMIT_FAILED' });
});

it('an abort cancels a commit that waits, then, in the window, discards the output', async () => {
  using dir = tempDir();
  const { handler, next, clock, calls, waiting, hear } = aStand(dir.path);
  clock.advance(WINDOW_MS + 1);
  handler.handle({ domain: 'committer', type: 'JOB_COMMIT', attempts: [attemptId] });
  await waiting();
  handler.handle({ domain: 'committer', type: 'JOB_ABORT', finalState: 'KILLED' });
  expect(await next()).toMatchObject({ type: 'JOB_COMMIT_FAILED', diagnostics: 'Job commit failed: it was cancelled' });
  expect(calls).toEqual(['history']);
  hear();
  expect(await next()).toEqual({ domain: 'job', type: 'JOB_ABORT_COMPLETED' });
  expect(calls).toEqual(['history', 'abort']);
});

it('an abort ends a commit between two of its steps, and is answered even where the output cannot be discarded', async () => {
  using dir = tempDir();
  let steps = 0;
  const { handler, next } = aStand(dir.path, {
    commitJob: async (_, beforeStep) => {
      for (; steps < 100; steps++) {
        if (steps === 3) handler.handle({ domain: 'committer', type: 'JOB_ABORT', finalState: 'KILLED' });
        await beforeStep();
      }
    },
    abortJob: () => Promise.reject(new Error('no')),
  });
  handler.handle({ domain: 'committer', type: 'JOB_COMMIT', attempts: [attemptId] });
  expect(await next()).toMatchObject({ type: 'JOB_COMMIT_FAILED' });
  expect(steps).toBe(3);
  expect(await next()).toEqual({ domain: 'job', type: 'JOB_ABORT_COMPLETED' });
});

it('what has been committed is not discarded', async () => {
  using dir = tempDir();
  const { handler, next, calls } = aStand(dir.path);
  handler.handle({ domain: 'committer', type: 'JOB_COMMIT', attempts: [attemptId] });
  await next();
  handler.handle({ domain: 'committer', type: 'JOB_ABORT', finalState: 'KILLED' });
  expect(await next()).toEqual({ domain: 'job', type: 'JOB_ABORT_COMPLETED' });
  expect(calls).not.toContain('abort');
});

describe('an AM that was stopped in the middle of a commit and wakes when another may run', () => {
  const NEVER_MS = 60_001;
  it('takes no further step, marks nothing and discards nothing', async () => {
    using dir = tempDir();
    let steps = 0;
    const { handler, clock, calls, waiting, markers, next } = aStand(dir.path, {
      commitJob: async (_, beforeStep) => {
        for (; steps < 100; steps++) {
          if (steps === 3) clock.advance(WINDOW_MS + 1);
          await beforeStep();
        }
      },
    });
    handler.handle({ domain: 'committer', type: 'JOB_COMMIT', attempts: [attemptId] });
    await waiting();
    expect(steps).toBe(3);
    handler.handle({ domain: 'committer', type: 'TASK_ABORT', attemptId });
    expect((await next()).type).toBe('TA_CLEANUP_DONE');
    handler.handle({ domain: 'committer', type: 'JOB_ABORT', finalState: 'FAILED' });
    expect((await next()).type).toBe('JOB_COMMIT_FAILED');
    clock.advance(NEVER_MS);
    expect((await next()).type).toBe('JOB_ABORT_COMPLETED');
    expect(calls).toEqual(['history']);
    expect(await markers.read()).toBe('STARTED');
  });
});

it('with a later attempt there, no commit begins, and nothing is marked or discarded, however fresh the word of the RM is', async () => {
  using dir = tempDir();
  const { handler, next, calls, markers, sink } = aStand(dir.path, {}, true);
  handler.handle({ domain: 'committer', type: 'JOB_COMMIT', attempts: [attemptId] });
  handler.handle({ domain: 'committer', type: 'TASK_ABORT', attemptId });
  expect((await next()).type).toBe('TA_CLEANUP_DONE');
  expect(sink.events).toEqual([]);
  handler.handle({ domain: 'committer', type: 'JOB_ABORT', finalState: 'KILLED' });
  expect(await next()).toMatchObject({ type: 'JOB_COMMIT_FAILED', diagnostics: 'Job commit failed: it was cancelled' });
  expect((await next()).type).toBe('JOB_ABORT_COMPLETED');
  expect(calls).toEqual(['history', 'abortTask']);
  expect(await markers.read()).toBe('NONE');
});

describe('a job that an attempt given up for dead has committed', () => {
  it('before: is not committed again', async () => {
    using dir = tempDir();
    const { handler, next, calls, markers } = aStand(dir.path);
    await markers.started(false);
    await markers.succeeded();
    handler.handle({ domain: 'committer', type: 'JOB_COMMIT', attempts: [attemptId] });
    expect((await next()).type).toBe('JOB_COMMIT_COMPLETED');
    expect(calls).toEqual(['history', 'cleanup']);
  });

  it('meanwhile: is committed, though what is left to do cannot be found any more', async () => {
    using dir = tempDir();
    const { handler, next, markers } = aStand(dir.path, {
      commitJob: async () => {
        await markers.succeeded();
        throw new Error('output is lost');
      },
    });
    handler.handle({ domain: 'committer', type: 'JOB_COMMIT', attempts: [attemptId] });
    expect((await next()).type).toBe('JOB_COMMIT_COMPLETED');
    expect(await markers.read()).toBe('SUCCEEDED');
  });
});

it('the abort of a task is always answered', async () => {
  using dir = tempDir();
  const { handler, next } = aStand(dir.path, { abortTask: () => Promise.reject(new Error('no')) });
  handler.handle({ domain: 'committer', type: 'TASK_ABORT', attemptId });
  expect(await next()).toEqual({ domain: 'taskattempt', type: 'TA_CLEANUP_DONE', attemptId });
});

it('output is discarded once, however many ask for it at a time', async () => {
  using dir = tempDir();
  const { handler, calls } = aStand(dir.path);
  await Promise.all([handler.abortOutput('KILLED'), handler.abortOutput('FAILED')]);
  expect(calls).toEqual(['abort']);
  await handler.abortOutput('FAILED');
  expect(calls).toEqual(['abort', 'abort']);
});
