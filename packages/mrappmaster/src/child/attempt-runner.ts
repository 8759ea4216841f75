/**
 * AttemptRunner: has one attempt carried out by a thread, passes on what it asks, and says how it ended, also when it could not say so
 * itself. Hadoop: the part of YarnChild that runs the task and sorts what it throws.
 */
import type { Worker } from 'node:worker_threads';
import type { Clock, TaskAttemptCompletionEvent, TaskAttemptId } from '@bobbin/common';
import { messageOf } from '@bobbin/mapreduce/runtime';
import type { MemoryPlan } from './memory-plan.js';
import type { TaskThreads } from './task-threads.js';
import type { AttemptFailure, FromWorker, ToWorker, WorkerStart } from './worker-messages.js';

/** A worker that does not end within this time cannot be ended, and its process has to go; nor does one wait longer to hear what was left. */
const TERMINATE_TIMEOUT_MS = 2000;

export interface AttemptSettings {
  readonly threads: TaskThreads;
  readonly memory: MemoryPlan;
  /** Memory of the container, and the key that sets it. */
  readonly containerMb: number;
  readonly memoryKey: string;
  readonly clock: Clock;
  /** The worker runs the job's code: the time to get ready for the attempt after this one. */
  prepareNext(): void;
  log(line: string): void;
}

/** What the worker asks of the AM. */
export interface AttemptCalls {
  completionEvents(from: number, max: number): Promise<readonly TaskAttemptCompletionEvent[]>;
  /** Resolves when granted; rejects when it never will be. */
  commitPermission(): Promise<void>;
  fetchFailed(map: TaskAttemptId): void;
}

export type AttemptOutcome =
  | { readonly type: 'SUCCEEDED'; readonly heapBytes: number; readonly gcMs: number }
  /** `cleanedUp`: the runtime saw the end and discarded the attempt's output itself. */
  | { readonly type: 'FAILED'; readonly failure: AttemptFailure; readonly cleanedUp: boolean };

type WorkerError = Error & { readonly code?: string };

/** The work of an attempt, wherever it is done. */
export interface AttemptRun {
  readonly outcome: Promise<AttemptOutcome>;
  /** Ends it; resolves with false where that takes the end of the process. Safe to call twice. */
  end(): Promise<boolean>;
}

export class AttemptRunner implements AttemptRun {
  private readonly worker: Worker;
  private exitCalled: { readonly code: string; readonly at: string } | undefined;
  /** Resolves when it is known what the attempt has left in its thread: true where that is nothing. */
  private readonly isAsBefore: Promise<boolean>;
  private toldTrace: (isAsBefore: boolean) => void = () => undefined;
  /** Hears the worker no more. */
  private leave: () => void = () => undefined;
  private ending: Promise<boolean> | undefined;
  private succeeded = false;
  readonly outcome: Promise<AttemptOutcome>;

  constructor(
    private readonly start: WorkerStart,
    private readonly settings: AttemptSettings,
    private readonly calls: AttemptCalls,
  ) {
    this.worker = settings.threads.take(start.spec.type, settings.memory);
    this.isAsBefore = new Promise((resolve) => (this.toldTrace = resolve));
    this.outcome = new Promise((resolve) => {
      const received = (message: FromWorker): void => this.received(message, resolve);
      const broke = (error: WorkerError): void => this.brokeOff(this.explain(error), resolve);
      const exited = (): void => this.brokeOff(this.explainExit(), resolve);
      this.worker.on('message', received).on('error', broke).on('exit', exited);
      this.leave = () => void this.worker.off('message', received).off('error', broke).off('exit', exited);
    });
    this.worker.postMessage(start);
  }

  /**
   * Ends the worker, whatever it does, or gives back the thread of an attempt that has left it as it was; resolves when no code of the user
   * runs any more. A worker cannot be ended in a system call that does not return, nor (V8 13.6) in an optimised loop that calls
   * nothing but built-in functions: then false, and only the end of the process helps. Safe to call twice.
   */
  end(): Promise<boolean> {
    this.ending ??= this.endOnce();
    return this.ending;
  }

  private async endOnce(): Promise<boolean> {
    const { threads, memory } = this.settings;
    const mayStay = this.succeeded && this.start.mayStay;
    const isAsBefore = mayStay && (await this.within(this.isAsBefore, false));
    if (isAsBefore) {
      this.leave();
      threads.giveBack(this.worker, memory);
      return true;
    }
    threads.lost(mayStay);
    return this.within(
      this.worker.terminate().then(() => true),
      false,
    );
  }

  private received(message: FromWorker, resolve: (outcome: AttemptOutcome) => void): void {
    switch (message.type) {
      case 'COMPLETION_EVENTS':
        void this.answer(message.id, async () => ({
          events: await this.calls.completionEvents(message.from, message.max),
        }));
        return;
      case 'COMMIT_PERMISSION':
        void this.answer(message.id, async () => {
          await this.calls.commitPermission();
          return {};
        });
        return;
      case 'FETCH_FAILURE':
        this.calls.fetchFailed(message.map);
        return;
      case 'RUNNING':
        this.settings.prepareNext();
        return;
      case 'EXIT_CALLED':
        this.exitCalled = message;
        return;
      case 'FAILED':
        resolve(message);
        return;
      case 'DONE':
        this.succeeded = true;
        resolve({ type: 'SUCCEEDED', heapBytes: message.heapBytes, gcMs: message.gcMs });
        return;
      case 'LEFT':
        if (message.trace !== undefined)
          this.settings.log(`a new thread for the next task: this one left ${message.trace}`);
        this.toldTrace(message.trace === undefined);
    }
  }

  private brokeOff(text: string, resolve: (outcome: AttemptOutcome) => void): void {
    resolve(this.failed(text));
    this.toldTrace(false);
  }

  /** What the promise gives, or `otherwise` where that takes too long. */
  private within<T>(promise: Promise<T>, otherwise: T): Promise<T> {
    return new Promise((resolve) => {
      const timer = this.settings.clock.after(TERMINATE_TIMEOUT_MS, () => resolve(otherwise));
      void promise.then((value) => {
        timer.cancel();
        resolve(value);
      });
    });
  }

  private async answer(id: number, ask: () => Promise<Omit<ToWorker, 'id'>>): Promise<void> {
    const answer = await ask().catch((error: unknown) => ({ error: messageOf(error) }));
    const message: ToWorker = { id, ...answer };
    this.worker.postMessage(message);
  }

  private failed(text: string): AttemptOutcome {
    return { type: 'FAILED', failure: { report: 'fatalError', text }, cleanedUp: false };
  }

  /** An error event of the worker: out of memory, or something of ours that nobody caught. */
  private explain(error: WorkerError): string {
    if (error.code !== 'ERR_WORKER_OUT_OF_MEMORY') return error.stack ?? error.message;
    const limitMb = this.settings.memory.maxOldGenerationSizeMb;
    return (
      `out of memory: the task's JavaScript heap reached its limit of ${limitMb} MiB; ` +
      `keep less in memory, or raise ${this.settings.memoryKey} (now ${this.settings.containerMb})`
    );
  }

  private explainExit(): string {
    if (this.exitCalled)
      return `user code called process.exit(${this.exitCalled.code})\n${this.exitCalled.at}`.trimEnd();
    return 'the task ended without a result: its code waits for a promise that nothing will ever settle';
  }
}
