/**
 * YarnChild: the main thread of a task's process. Hadoop: mapred.YarnChild. It asks the AM for a task, runs it in a worker,
 * reports, and asks again until it is told to end; a new worker for each attempt is the full reset between tasks.
 * It never outlives its AM: without a connection for as long as it was told to wait it ends by itself.
 *
 * | exit | meaning (reference mapreduce.md 7) |
 * | ---- | ---------------------------------- |
 * | 0    | told to end, or a failure was reported to the AM |
 * | 65   | the AM could not be reached, or refused this process |
 * | 66   | the AM does not know the attempt |
 * | 67   | commitPending could not be delivered |
 * | 68   | canCommit could not be asked; the attempt's own output was discarded first |
 * | 69   | the attempt wrote more to local disks than it may |
 * | 255  | a failure could not be reported to the AM |
 */
import type { Clock, TaskAttemptCompletionEvent, TaskAttemptId } from '@bobbin/common';
import { messageOf, TaskProgress, type TaskSpec } from '@bobbin/mapreduce/runtime';
import type { TaskStatus } from '../task-status.js';
import type { UmbilicalClient } from '../umbilical/umbilical-client.js';
import type { Acknowledged } from '../umbilical/task-umbilical-protocol.js';
import { AttemptRunner, type AttemptOutcome, type AttemptSettings } from './attempt-runner.js';
import { AttemptUsage } from './attempt-usage.js';
import { TaskReporter } from './task-reporter.js';
import type { AttemptFailure, WorkerStart } from './worker-messages.js';

export interface YarnChildDeps {
  readonly clock: Clock;
  readonly umbilical: Pick<UmbilicalClient, 'call'>;
  readonly pid: number;
  /** The longest silence towards the AM, in milliseconds. */
  readonly reportIntervalMs: number;
  /** Bytes an attempt may write to local disks; -1: no limit. */
  readonly localWriteLimitBytes: number;
  /** What the worker of an attempt needs. */
  workerStart(spec: TaskSpec, progress: TaskProgress): WorkerStart;
  attemptSettings(spec: TaskSpec): AttemptSettings;
  /** Discards whatever an attempt has written, after its thread is gone. */
  discardOutput(spec: TaskSpec): Promise<void>;
  log(line: string): void;
}

/** Ends this process with a code, once what runs has been ended. */
class Exit extends Error {
  constructor(
    readonly code: number,
    why: string,
  ) {
    super(why);
  }
}

const LOST = 65;
const UNKNOWN_ATTEMPT = 66;
const COMMIT_PENDING_LOST = 67;
const CAN_COMMIT_LOST = 68;
const DISK_LIMIT = 69;
const FAILURE_LOST = 255;

export class YarnChild {
  constructor(private readonly deps: YarnChildDeps) {}

  /** Runs tasks until there are no more. Resolves with the exit code; 'KILL' where a thread of user code cannot be ended. */
  async run(): Promise<number | 'KILL'> {
    try {
      for (;;) {
        const { task, shouldDie } = await orExit(LOST, this.deps.umbilical.call('getTask', { pid: this.deps.pid }));
        if (shouldDie) return 0;
        if (!task) continue;
        const attempt = new RunningAttempt(task, this.deps);
        const end = await attempt.run();
        if (end !== 'NEXT') return end;
      }
    } catch (error) {
      if (!(error instanceof Exit)) throw error;
      this.deps.log(error.message);
      return error.code;
    }
  }
}

/** One attempt, from the task the AM gave to the last word about it. */
class RunningAttempt {
  private readonly progress = TaskProgress.create();
  private readonly usage: AttemptUsage;
  private readonly reporter: TaskReporter;
  private readonly runner: AttemptRunner;
  private readonly attemptId: TaskAttemptId;
  /** Settles, with an error, when the process has to end before the attempt does. */
  private readonly cutShort: Promise<never>;
  private cut: (exit: Exit) => void = () => undefined;
  /** What it means now to lose the AM. */
  private lostCode = LOST;

  constructor(
    private readonly spec: TaskSpec,
    private readonly deps: YarnChildDeps,
  ) {
    this.attemptId = spec.attemptId;
    this.cutShort = new Promise((_, reject) => {
      this.cut = reject;
    });
    this.cutShort.catch(() => undefined);
    this.usage = new AttemptUsage(spec.type);
    this.runner = new AttemptRunner(deps.workerStart(spec, this.progress), deps.attemptSettings(spec), {
      completionEvents: (from, max) => this.completionEvents(from, max),
      commitPermission: () => this.commitPermission(),
      fetchFailed: (map) => this.reporter.fetchFailed(map),
    });
    this.reporter = new TaskReporter({
      clock: deps.clock,
      attemptId: spec.attemptId,
      progress: this.progress,
      usage: this.usage,
      intervalMs: deps.reportIntervalMs,
      send: (status) => this.send(status),
    });
  }

  async run(): Promise<number | 'KILL' | 'NEXT'> {
    try {
      const outcome = await Promise.race([this.runner.outcome, this.cutShort]);
      this.reporter.stop();
      if (!(await this.runner.end())) return await this.cannotEnd(outcome);
      return outcome.type === 'SUCCEEDED' ? await this.succeeded(outcome) : await this.failed(outcome);
    } catch (error) {
      this.reporter.stop();
      if (!(error instanceof Exit)) throw error;
      this.deps.log(error.message);
      if (!(await this.runner.end())) return 'KILL';
      if (error.code === CAN_COMMIT_LOST || error.code === DISK_LIMIT) await this.discard();
      return error.code;
    }
  }

  private async succeeded(outcome: AttemptOutcome & { type: 'SUCCEEDED' }): Promise<'NEXT'> {
    this.usage.ended(outcome.heapBytes, outcome.gcMs);
    const { umbilical } = this.deps;
    const status = umbilical.call('statusUpdate', { attemptId: this.attemptId, status: this.reporter.status(true) });
    const done = umbilical.call('done', { attemptId: this.attemptId });
    await orExit(LOST, Promise.all([status, done]));
    return 'NEXT';
  }

  private async failed(outcome: AttemptOutcome & { type: 'FAILED' }): Promise<number> {
    if (!outcome.cleanedUp) await this.discard();
    await this.report(outcome.failure, false);
    return 0;
  }

  /** The attempt may have succeeded, but its thread sits in a system call: the next task cannot have this process. */
  private async cannotEnd(outcome: AttemptOutcome): Promise<'KILL'> {
    if (outcome.type === 'SUCCEEDED') await this.succeeded(outcome);
    else await this.report(outcome.failure, false);
    return 'KILL';
  }

  private async report({ report, text }: AttemptFailure, fastFail: boolean): Promise<void> {
    const { umbilical } = this.deps;
    const attemptId = this.attemptId;
    const status = umbilical.call('statusUpdate', { attemptId, status: this.reporter.status() });
    const failure =
      report === 'fsError'
        ? umbilical.call('fsError', { attemptId, text })
        : umbilical.call('fatalError', { attemptId, text, fastFail });
    await orExit(FAILURE_LOST, Promise.all([status, failure]));
  }

  private send(status: TaskStatus | undefined): void {
    const params = { attemptId: this.attemptId, ...(status && { status }) };
    this.deps.umbilical.call('statusUpdate', params).then(
      (answer) => this.mustBeKnown(answer),
      (error: unknown) => this.cut(new Exit(this.lostCode, messageOf(error))),
    );
    if (status) this.checkDiskLimit(status);
  }

  private mustBeKnown(answer: Acknowledged): void {
    if (!answer.taskFound) this.cut(new Exit(UNKNOWN_ATTEMPT, `the AM does not know ${this.attemptId} any more`));
  }

  private checkDiskLimit(status: TaskStatus): void {
    const limit = this.deps.localWriteLimitBytes;
    const written = status.counters?.['org.apache.hadoop.mapreduce.FileSystemCounter']?.['FILE_BYTES_WRITTEN'] ?? 0;
    if (limit < 0 || written <= limit) return;
    const text = `wrote ${written} bytes to local disks, more than the ${limit} of mapreduce.task.local-fs.write-limit.bytes`;
    void this.report({ report: 'fatalError', text }, true).then(
      () => this.cut(new Exit(DISK_LIMIT, text)),
      (error: Exit) => this.cut(error),
    );
  }

  private async completionEvents(from: number, max: number): Promise<readonly TaskAttemptCompletionEvent[]> {
    for (;;) {
      const params = { attemptId: this.attemptId, fromEventId: from, maxEvents: max };
      const { events } = await this.orCut(this.deps.umbilical.call('getMapCompletionEvents', params));
      if (events.length > 0) return events;
    }
  }

  private async commitPermission(): Promise<void> {
    const attemptId = this.attemptId;
    const { umbilical } = this.deps;
    this.lostCode = COMMIT_PENDING_LOST;
    this.mustBeKnown(await this.orCut(umbilical.call('commitPending', { attemptId, status: this.reporter.status() })));
    this.lostCode = CAN_COMMIT_LOST;
    for (;;) {
      const answer = await this.orCut(umbilical.call('canCommit', { attemptId }));
      this.mustBeKnown(answer);
      if (!answer.taskFound) throw new Error(`${attemptId} may not commit: the AM does not know it any more`);
      if (answer.canCommit) break;
    }
    this.lostCode = LOST;
  }

  private async orCut<T>(call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (error) {
      this.cut(new Exit(this.lostCode, messageOf(error)));
      throw error;
    }
  }

  private async discard(): Promise<void> {
    try {
      await this.deps.discardOutput(this.spec);
    } catch (error) {
      this.deps.log(`output of ${this.attemptId} could not be discarded: ${messageOf(error)}`);
    }
  }
}

async function orExit<T>(code: number, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw new Exit(code, messageOf(error));
  }
}
