/**
 * AttemptRunner: starts the worker of one attempt, passes on what it asks, and says how it ended, also when it could not say so
 * itself. Hadoop: the part of YarnChild that runs the task and sorts what it throws.
 */
import type { Worker } from 'node:worker_threads';
import type { Clock, TaskAttemptCompletionEvent, TaskAttemptId } from '@bobbin/common';
import { messageOf } from '@bobbin/mapreduce/runtime';
import type { MemoryPlan } from './memory-plan.js';
import type { SpareWorker } from './spare-worker.js';
import type { AttemptFailure, FromWorker, ToWorker, WorkerStart } from './worker-messages.js';

/** A worker that does not end within this time cannot be ended; its process has to go. */
const TERMINATE_TIMEOUT_MS = 2000;

export interface AttemptSettings {
  readonly workers: SpareWorker;
  readonly memory: MemoryPlan;
  /** Memory of the container, and the key that sets it. */
  readonly containerMb: number;
  readonly memoryKey: string;
  readonly clock: Clock;
  /** The worker runs the job's code: the time to get ready for the attempt after this one. */
  prepareNext(): void;
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
  readonly outcome: Promise<AttemptOutcome>;

  constructor(
    start: WorkerStart,
    private readonly settings: AttemptSettings,
    private readonly calls: AttemptCalls,
  ) {
    this.worker = settings.workers.take(start.spec.type, settings.memory);
    this.outcome = new Promise((resolve) => {
      this.worker.on('message', (message: FromWorker) => this.received(message, resolve));
      this.worker.on('error', (error: WorkerError) => resolve(this.failed(this.explain(error))));
      this.worker.on('exit', () => resolve(this.failed(this.explainExit())));
    });
    this.worker.postMessage(start);
  }

  /**
   * Ends the worker, whatever it does; resolves when no code of the user runs any more. A worker cannot be ended in a system call
   * that does not return, nor (V8 13.6) in an optimised loop that calls nothing but built-in functions: then false, and only
   * the end of the process helps. Safe to call twice.
   */
  end(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = this.settings.clock.after(TERMINATE_TIMEOUT_MS, () => resolve(false));
      void this.worker.terminate().then(() => {
        timer.cancel();
        resolve(true);
      });
    });
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
        resolve({ type: 'SUCCEEDED', heapBytes: message.heapBytes, gcMs: message.gcMs });
    }
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
