/**
 * RunningAttempt: one attempt seen from the main thread, from the task the AM gave to the last word about it. Hadoop: the part of
 * YarnChild around task.run, and Task.done, commit, statusUpdate. Three things can end it: its worker, a limit it exceeds, and an
 * AM that is gone or knows it no more.
 */
import type { Clock, Phase, TaskAttemptCompletionEvent, TaskAttemptId, TaskType } from '@bobbin/common';
import { messageOf, TaskProgress, type TaskSpec } from '@bobbin/mapreduce/runtime';
import type { TaskStatus } from '../task-status.js';
import type { Acknowledged } from '../umbilical/task-umbilical-protocol.js';
import type { UmbilicalClient } from '../umbilical/umbilical-client.js';
import type { AttemptCalls, AttemptOutcome, AttemptRun } from './attempt-runner.js';
import type { AttemptUsage } from './attempt-usage.js';
import { Exit, ExitCode, orExit, type ProcessEnd } from './exit.js';
import { isOfUser } from './failure-text.js';
import { LimitWatch, type ExceededLimit } from './limit-watch.js';
import { TaskReporter } from './task-reporter.js';
import type { AttemptFailure } from './worker-messages.js';

export interface RunningAttemptDeps {
  readonly clock: Clock;
  readonly umbilical: Pick<UmbilicalClient, 'call'>;
  /** When this process began, ms since 1970. */
  readonly processStartTimeMs?: number;
  /** The longest silence towards the AM, in milliseconds. */
  readonly reportIntervalMs: number;
  /** Bytes an attempt may write to local disks; -1: no limit. */
  readonly localWriteLimitBytes: number;
  /** Begins an attempt's work, which tells how it gets on in `progress`. */
  begin(spec: TaskSpec, progress: TaskProgress, calls: AttemptCalls): AttemptRun;
  /** What this process uses from now on. */
  usage(type: TaskType): Pick<AttemptUsage, 'addTo' | 'ended'>;
  /** Memory of this container, MiB, and the key that sets it. */
  memoryOf(type: TaskType): { readonly key: string; readonly memoryMb: number };
  /** Memory that this process holds now, bytes. */
  heldBytes(): number;
  /** Where user code is now, one frame a line; empty where that cannot be told. */
  stack(): Promise<readonly string[]>;
  /** Discards whatever an attempt has written, after its thread is gone. Never rejects. */
  discardOutput(spec: TaskSpec): Promise<void>;
  log(line: string): void;
}

type Succeeded = AttemptOutcome & { readonly type: 'SUCCEEDED' };
type Failed = AttemptOutcome & { readonly type: 'FAILED' };

const AFTER_SHUFFLE: ReadonlySet<Phase> = new Set(['SORT', 'REDUCE', 'CLEANUP']);

export class RunningAttempt {
  readonly attemptId: TaskAttemptId;
  private readonly progress = TaskProgress.create();
  private readonly usage: Pick<AttemptUsage, 'addTo' | 'ended'>;
  private readonly reporter: TaskReporter;
  private readonly runner: AttemptRun;
  private readonly limits: LimitWatch;
  /** Rejects when the process has to end before the attempt does. */
  private readonly cutShort: Promise<never>;
  private cut: (exit: Exit) => void = () => undefined;
  private readonly exceeded: Promise<ExceededLimit>;
  /** Whose completion events are read, and how many were read before its first. */
  private list = { amAttempt: 0, begin: 0 };
  private isOver = false;
  /** What it means now to lose the AM. */
  private lostCode: number = ExitCode.LOST;

  constructor(
    private readonly spec: TaskSpec,
    private readonly deps: RunningAttemptDeps,
  ) {
    const { clock } = deps;
    this.attemptId = spec.attemptId;
    this.cutShort = new Promise((_, reject) => {
      this.cut = reject;
    });
    this.cutShort.catch(() => undefined);
    this.usage = deps.usage(spec.type);
    this.runner = deps.begin(spec, this.progress, {
      completionEvents: (from, max) => this.completionEvents(from, max),
      commitPermission: () => this.commitPermission(),
      fetchFailed: (map) => this.reporter.fetchFailed(map),
    });
    this.reporter = new TaskReporter({
      clock,
      attemptId: spec.attemptId,
      progress: this.progress,
      usage: this.usage,
      ...(deps.processStartTimeMs !== undefined && { processStartTimeMs: deps.processStartTimeMs }),
      intervalMs: deps.reportIntervalMs,
      send: (status) => this.send(status),
    });
    const { key: memoryKey, memoryMb } = deps.memoryOf(spec.type);
    const limits = { memoryMb, memoryKey, localWriteBytes: deps.localWriteLimitBytes };
    const watch = { clock, limits, snapshot: () => this.progress.snapshot(), heldBytes: () => deps.heldBytes() };
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
    this.isOver = true;
    this.reporter.stop();
    this.limits.stop();
  }

  private async succeeded({ heapBytes, gcMs }: Succeeded): Promise<ProcessEnd | 'NEXT'> {
    this.usage.ended(heapBytes, gcMs);
    const told = this.tellDone();
    const ended = this.runner.end();
    const end = await told;
    return (await ended) ? end : 'KILL';
  }

  /** Tells the AM that the attempt has succeeded; to be told again to a later AM that does not know. */
  async tellDone(): Promise<ProcessEnd | 'NEXT'> {
    const { attemptId } = this;
    const { umbilical } = this.deps;
    const status = umbilical.call('statusUpdate', { attemptId, status: this.reporter.status(true) });
    const done = umbilical.call('done', { attemptId });
    const [, { taskFound }] = await orExit(ExitCode.LOST, Promise.all([status, done]));
    if (taskFound) return 'NEXT';
    this.deps.log(`${attemptId} was done, but the AM had given it up`);
    return ExitCode.UNKNOWN_ATTEMPT;
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

  /**
   * `from` counts what the worker was given, over the lists of all AMs; a later AM tells its list from the beginning. Nothing, once the
   * attempt shuffles no more: a question is a sign of progress, so one that is left open would keep a reduce that hangs alive.
   */
  private async completionEvents(from: number, max: number): Promise<readonly TaskAttemptCompletionEvent[]> {
    const { attemptId } = this;
    for (;;) {
      const params = { attemptId, fromEventId: from - this.list.begin, amAttempt: this.list.amAttempt, maxEvents: max };
      const answer = await this.orCut(this.deps.umbilical.call('getMapCompletionEvents', params));
      const { events, shouldReset, amAttempt } = answer;
      if (shouldReset) this.list = { amAttempt, begin: from };
      else this.list = { ...this.list, amAttempt };
      if (events.length > 0 || this.isPastShuffle) return events;
    }
  }

  private get isPastShuffle(): boolean {
    return this.isOver || AFTER_SHUFFLE.has(this.progress.snapshot().phase);
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
