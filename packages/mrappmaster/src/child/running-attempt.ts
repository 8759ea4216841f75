/**
 * RunningAttempt: one attempt seen from the main thread, from the task the AM gave to the last word about it. Hadoop: the part of
 * YarnChild around task.run, and Task.done, commit, statusUpdate. Three things can end it: its worker, a limit it exceeds, and an
 * AM that is gone or knows it no more.
 */
import type { Clock, TaskAttemptCompletionEvent, TaskAttemptId } from '@bobbin/common';
import { messageOf, TaskProgress, type TaskSpec } from '@bobbin/mapreduce/runtime';
import type { TaskStatus } from '../task-status.js';
import type { Acknowledged } from '../umbilical/task-umbilical-protocol.js';
import type { UmbilicalClient } from '../umbilical/umbilical-client.js';
import { AttemptRunner, type AttemptOutcome, type AttemptSettings } from './attempt-runner.js';
import { AttemptUsage } from './attempt-usage.js';
import { Exit, ExitCode, orExit, type ProcessEnd } from './exit.js';
import { isOfUser } from './failure-text.js';
import { LimitWatch, type ExceededLimit } from './limit-watch.js';
import { heldBytes } from './proc-self.js';
import { TaskReporter } from './task-reporter.js';
import type { AttemptFailure, WorkerStart } from './worker-messages.js';

export interface RunningAttemptDeps {
  readonly clock: Clock;
  readonly umbilical: Pick<UmbilicalClient, 'call'>;
  /** The longest silence towards the AM, in milliseconds. */
  readonly reportIntervalMs: number;
  /** Bytes an attempt may write to local disks; -1: no limit. */
  readonly localWriteLimitBytes: number;
  /** What the worker of an attempt needs. */
  workerStart(spec: TaskSpec, progress: TaskProgress): WorkerStart;
  attemptSettings(spec: TaskSpec): AttemptSettings;
  /** Where user code is now, one frame a line; empty where that cannot be told. */
  stack(): Promise<readonly string[]>;
  /** Discards whatever an attempt has written, after its thread is gone. Never rejects. */
  discardOutput(spec: TaskSpec): Promise<void>;
  log(line: string): void;
}

type Succeeded = AttemptOutcome & { readonly type: 'SUCCEEDED' };
type Failed = AttemptOutcome & { readonly type: 'FAILED' };

export class RunningAttempt {
  private readonly attemptId: TaskAttemptId;
  private readonly progress = TaskProgress.create();
  private readonly usage: AttemptUsage;
  private readonly reporter: TaskReporter;
  private readonly runner: AttemptRunner;
  private readonly limits: LimitWatch;
  /** Rejects when the process has to end before the attempt does. */
  private readonly cutShort: Promise<never>;
  private cut: (exit: Exit) => void = () => undefined;
  private readonly exceeded: Promise<ExceededLimit>;
  /** What it means now to lose the AM. */
  private lostCode: number = ExitCode.LOST;

  constructor(
    private readonly spec: TaskSpec,
    private readonly deps: RunningAttemptDeps,
  ) {
    const { clock } = deps;
    const settings = deps.attemptSettings(spec);
    this.attemptId = spec.attemptId;
    this.cutShort = new Promise((_, reject) => {
      this.cut = reject;
    });
    this.cutShort.catch(() => undefined);
    this.usage = new AttemptUsage(spec.type);
    this.runner = new AttemptRunner(deps.workerStart(spec, this.progress), settings, {
      completionEvents: (from, max) => this.completionEvents(from, max),
      commitPermission: () => this.commitPermission(),
      fetchFailed: (map) => this.reporter.fetchFailed(map),
    });
    this.reporter = new TaskReporter({
      clock,
      attemptId: spec.attemptId,
      progress: this.progress,
      usage: this.usage,
      intervalMs: deps.reportIntervalMs,
      send: (status) => this.send(status),
    });
    const limits = {
      memoryMb: settings.containerMb,
      memoryKey: settings.memoryKey,
      localWriteBytes: deps.localWriteLimitBytes,
    };
    const watch = { clock, limits, snapshot: () => this.progress.snapshot(), heldBytes };
    let exceeded: (limit: ExceededLimit) => void = () => undefined;
    this.exceeded = new Promise((resolve) => {
      exceeded = resolve;
    });
    this.limits = new LimitWatch({ ...watch, exceeded });
  }

  /** Runs the attempt to its end. 'NEXT': it succeeded, and the process is fit for another. */
  async run(): Promise<ProcessEnd | 'NEXT'> {
    try {
      const outcome = await Promise.race([this.runner.outcome, this.exceeded, this.cutShort]);
      this.stopWatching();
      if ('limit' in outcome) return await this.limitExceeded(outcome);
      return outcome.type === 'SUCCEEDED' ? await this.succeeded(outcome) : await this.failed(outcome);
    } catch (error) {
      this.stopWatching();
      const ended = await this.runner.end();
      if (!(error instanceof Exit)) throw error;
      this.deps.log(error.message);
      if (!ended) return 'KILL';
      if (error.code === ExitCode.CAN_COMMIT_LOST) await this.deps.discardOutput(this.spec);
      return error.code;
    }
  }

  /** Tells the AM where user code is: somebody wonders why it takes so long. */
  async tellStack(): Promise<void> {
    const frames = (await this.deps.stack()).filter((frame) => isOfUser(frame, ''));
    const text =
      frames.length > 0
        ? `the task's code was here:\n${frames.join('\n')}`
        : "the task's code could not be interrupted to see where it was";
    this.deps.log(`${this.attemptId}: ${text}`);
    await this.deps.umbilical.call('reportDiagnosticInfo', { attemptId: this.attemptId, text });
  }

  private stopWatching(): void {
    this.reporter.stop();
    this.limits.stop();
  }

  private async succeeded({ heapBytes, gcMs }: Succeeded): Promise<ProcessEnd | 'NEXT'> {
    this.usage.ended(heapBytes, gcMs);
    const { attemptId } = this;
    const { umbilical } = this.deps;
    const status = umbilical.call('statusUpdate', { attemptId, status: this.reporter.status(true) });
    const done = umbilical.call('done', { attemptId });
    const ended = this.runner.end();
    await orExit(ExitCode.LOST, Promise.all([status, done]));
    return (await ended) ? 'NEXT' : 'KILL';
  }

  private async failed({ failure, cleanedUp }: Failed): Promise<ProcessEnd> {
    const ended = this.runner.end();
    await this.report(failure, false);
    if (!(await ended)) return 'KILL';
    if (!cleanedUp) await this.deps.discardOutput(this.spec);
    return 0;
  }

  /** A task that fills the disk would fill it again: it is not tried again. */
  private async limitExceeded({ limit, text }: ExceededLimit): Promise<ProcessEnd> {
    const ended = this.runner.end();
    await this.report({ report: 'fatalError', text }, limit === 'LOCAL_DISK');
    if (!(await ended)) return 'KILL';
    await this.deps.discardOutput(this.spec);
    return limit === 'LOCAL_DISK' ? ExitCode.LOCAL_DISK_LIMIT : 0;
  }

  private async report({ report, text }: AttemptFailure, fastFail: boolean): Promise<void> {
    const { attemptId } = this;
    const { umbilical } = this.deps;
    const status = umbilical.call('statusUpdate', { attemptId, status: this.reporter.status() });
    const failure =
      report === 'fsError'
        ? umbilical.call('fsError', { attemptId, text })
        : umbilical.call('fatalError', { attemptId, text, fastFail });
    await orExit(ExitCode.FAILURE_LOST, Promise.all([status, failure]));
  }

  private send(status: TaskStatus | undefined): void {
    const params = { attemptId: this.attemptId, ...(status && { status }) };
    this.deps.umbilical.call('statusUpdate', params).then(
      (answer) => this.mustBeKnown(answer),
      (error: unknown) => this.cut(new Exit(this.lostCode, messageOf(error))),
    );
  }

  private mustBeKnown(answer: Acknowledged): void {
    if (answer.taskFound) return;
    this.cut(new Exit(ExitCode.UNKNOWN_ATTEMPT, `the AM does not know ${this.attemptId} any more`));
  }

  private async completionEvents(from: number, max: number): Promise<readonly TaskAttemptCompletionEvent[]> {
    for (;;) {
      const params = { attemptId: this.attemptId, fromEventId: from, maxEvents: max };
      const { events } = await this.orCut(this.deps.umbilical.call('getMapCompletionEvents', params));
      if (events.length > 0) return events;
    }
  }

  private async commitPermission(): Promise<void> {
    const { attemptId } = this;
    const { umbilical } = this.deps;
    this.lostCode = ExitCode.COMMIT_PENDING_LOST;
    const pending = umbilical.call('commitPending', { attemptId, status: this.reporter.status() });
    this.mustBeKnown(await this.orCut(pending));
    this.lostCode = ExitCode.CAN_COMMIT_LOST;
    for (;;) {
      const answer = await this.orCut(umbilical.call('canCommit', { attemptId }));
      this.mustBeKnown(answer);
      if (!answer.taskFound) throw new Error(`${attemptId} may not commit: the AM does not know it any more`);
      if (answer.canCommit) break;
    }
    this.lostCode = ExitCode.LOST;
  }

  private async orCut<T>(call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (error) {
      this.cut(new Exit(this.lostCode, messageOf(error)));
      throw error;
    }
  }
}
