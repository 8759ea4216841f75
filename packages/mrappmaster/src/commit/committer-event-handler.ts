/**
 * CommitterEventHandler: sets up, commits and aborts the job's output, and discards what failed attempts wrote. Hadoop:
 * mapreduce.v2.app.commit.CommitterEventHandler (reference mapreduce.md 1.6). Output is changed only while this AM is sure to be
 * the only one: an RM heartbeat must lie less than the commit window back, or each step waits for the next one. An AM that was
 * given up for dead and wakes in the middle of a commit thus changes nothing more. And no commit begins once a later attempt is there: that one has
 * read a history in which tasks may be missing, and runs them again.
 * Emits JOB_SETUP_*, JOB_COMMIT_*, JOB_ABORT_COMPLETED and, always, TA_CLEANUP_DONE.
 */
import type { AMRMConversation } from '@bobbin/client';
import { delay, messageOf, type Clock, type EventSink, type TaskAttemptId } from '@bobbin/common';
import type { AppLog } from '../app-context.js';
import type { CommitterEvent, MRAppEvent } from '../events.js';
import type { CommitMarkers } from './commit-markers.js';

/** The job's side of an output committer. Hadoop: mapreduce.OutputCommitter. */
export interface JobCommitter {
  /** `commitJob` may come again, also under another AM, whatever the first one left. */
  readonly isCommitJobRepeatable: boolean;
  readonly isRecoverySupported: boolean;
  /** Brings back what this attempt committed under an earlier AM attempt; comes before `setupJob`. Rejects where it is lost. */
  recoverTask(attemptId: TaskAttemptId): Promise<void>;
  setupJob(): Promise<void>;
  /** Of what these attempts wrote. To await `beforeStep` before each change; it rejects when the commit is to end there. */
  commitJob(attempts: readonly TaskAttemptId[], beforeStep: () => Promise<void>): Promise<void>;
  /** After the commit was marked as done: what only a repetition would need goes. */
  cleanupJob?(): Promise<void>;
  abortJob(finalState: 'FAILED' | 'KILLED'): Promise<void>;
  abortTask(attemptId: TaskAttemptId): Promise<void>;
}

/** When the RM was last heard; a commit is allowed only shortly after. Hadoop: RMHeartbeatHandler. */
export type RMHeartbeatHandler = Pick<AMRMConversation, 'lastHeardAtMs' | 'onNextHeartbeat'>;

export interface CommitterEventHandlerDeps {
  readonly clock: Clock;
  readonly dispatcher: EventSink<MRAppEvent>;
  readonly log: AppLog;
  readonly committer: JobCommitter;
  readonly markers: CommitMarkers;
  readonly heartbeat: RMHeartbeatHandler;
  /** Resolves when all that was told of the job's tasks is in its history: a commit must not know more than the next AM. */
  readonly historyWritten: () => Promise<void>;
  /** Whether a later attempt of the AM has made itself known, which it does before it reads our history, or has ended the job. */
  readonly hasSuccessor: () => Promise<boolean>;
  /** `yarn.app.mapreduce.am.job.committer.commit-window`. */
  readonly commitWindowMs: number;
  /** `yarn.app.mapreduce.am.job.committer.cancel-timeout`: how long an abort waits for a commit under way. */
  readonly cancelTimeoutMs: number;
}

export class CommitterEventHandler {
  private commit: { readonly done: Promise<'COMMITTED' | 'FAILED'>; readonly cancel: () => void } | undefined;

  private discard: Promise<void> | undefined;

  constructor(private readonly deps: CommitterEventHandlerDeps) {}

  /** Handler of the `committer` domain: begins the work; its end comes back as an event. */
  handle(event: CommitterEvent): void {
    switch (event.type) {
      case 'JOB_SETUP':
        void this.setUp();
        return;
      case 'JOB_COMMIT':
        this.startCommit(event.attempts);
        return;
      case 'JOB_ABORT':
        void this.abort(event.finalState);
        return;
      case 'TASK_ABORT':
        void this.abortTask(event.attemptId);
        return;
    }
  }

  /** Whether a task may commit now: the last word of the RM is fresh enough. */
  inCommitWindow(): boolean {
    const { clock, heartbeat, commitWindowMs } = this.deps;
    return clock.monotonic() - heartbeat.lastHeardAtMs() <= commitWindowMs;
  }

  /**
   * Discards the job's output, after a commit under way has been stopped; what was committed stays. Does nothing outside the commit
   * window, or where a later attempt of the AM is there: the output may be another AM's by now. Whoever asks while it is under way waits
   * for the same one. Never rejects.
   */
  abortOutput(finalState: 'FAILED' | 'KILLED'): Promise<void> {
    this.discard ??= this.discardOutput(finalState).finally(() => (this.discard = undefined));
    return this.discard;
  }

  private async discardOutput(finalState: 'FAILED' | 'KILLED'): Promise<void> {
    const { committer, clock, cancelTimeoutMs, log } = this.deps;
    this.commit?.cancel();
    const outcome = await Promise.race([this.commit?.done, this.commit && delay(clock, cancelTimeoutMs)]);
    if (outcome === 'COMMITTED') return;
    if (!(await this.isInCharge())) {
      log.warn('output is left as it is: the AppMaster may have been given up, and another attempt be in charge of it');
      return;
    }
    try {
      await committer.abortJob(finalState);
    } catch (error) {
      log.error(`could not abort the job's output: ${messageOf(error)}`);
    }
  }

  private async setUp(): Promise<void> {
    try {
      await this.deps.committer.setupJob();
      this.tell({ domain: 'job', type: 'JOB_SETUP_COMPLETED' });
    } catch (error) {
      const diagnostics = `Job setup failed : ${messageOf(error)}`;
      this.tell({ domain: 'job', type: 'JOB_SETUP_FAILED', diagnostics });
    }
  }

  private startCommit(attempts: readonly TaskAttemptId[]): void {
    if (this.commit) {
      const diagnostics = 'Job commit failed: a commit of this job is under way already';
      this.tell({ domain: 'job', type: 'JOB_COMMIT_FAILED', diagnostics });
      return;
    }
    const cancellation = new AbortController();
    const done = this.runCommit(attempts, cancellation.signal);
    this.commit = { done, cancel: () => cancellation.abort(new Error('it was cancelled')) };
  }

  private async runCommit(attempts: readonly TaskAttemptId[], cancelled: AbortSignal): Promise<'COMMITTED' | 'FAILED'> {
    const { hasSuccessor, historyWritten, markers, log } = this.deps;
    try {
      await historyWritten();
      if (await hasSuccessor()) {
        log.warn('the commit is left to a later attempt of the AppMaster, which runs');
        await aborted(cancelled);
        cancelled.throwIfAborted();
      }
      await this.commitUnlessDone(attempts, () => this.nextStep(cancelled));
      await this.cleanUp();
      this.tell({ domain: 'job', type: 'JOB_COMMIT_COMPLETED' });
      return 'COMMITTED';
    } catch (error) {
      // Another AM's commit is not ours to mark.
      if (await this.isInCharge()) {
        await markers.failed().catch((e: unknown) => log.error(`cannot mark the commit as failed: ${messageOf(e)}`));
      }
      this.tell({ domain: 'job', type: 'JOB_COMMIT_FAILED', diagnostics: `Job commit failed: ${messageOf(error)}` });
      return 'FAILED';
    }
  }

  /** An attempt that was given up, and did not know, may have committed the job, or do so meanwhile: then it is. */
  private async commitUnlessDone(attempts: readonly TaskAttemptId[], beforeStep: () => Promise<void>): Promise<void> {
    const { committer, markers } = this.deps;
    if ((await markers.read()) === 'SUCCEEDED') return;
    try {
      await beforeStep();
      await markers.started(committer.isCommitJobRepeatable);
      await committer.commitJob(attempts, beforeStep);
      await beforeStep();
      await markers.succeeded();
    } catch (error) {
      if ((await markers.read()) !== 'SUCCEEDED') throw error;
    }
  }

  /** No other attempt of the AM can be, as far as that can be told. */
  private async isInCharge(): Promise<boolean> {
    return this.inCommitWindow() && !(await this.deps.hasSuccessor());
  }

  /** Resolves in the commit window only; rejects once the commit is cancelled. */
  private async nextStep(cancelled: AbortSignal): Promise<void> {
    cancelled.throwIfAborted();
    if (this.inCommitWindow()) return;
    await Promise.race([this.commitWindow(), aborted(cancelled)]);
    cancelled.throwIfAborted();
  }

  private async commitWindow(): Promise<void> {
    while (!this.inCommitWindow()) {
      await new Promise<void>((resolve) => void this.deps.heartbeat.onNextHeartbeat(resolve));
    }
  }

  /** The job is committed, whatever comes of this. Never rejects. */
  async cleanUp(): Promise<void> {
    try {
      await this.deps.committer.cleanupJob?.();
    } catch (error) {
      this.deps.log.warn(`what the commit left could not be removed: ${messageOf(error)}`);
    }
  }

  private async abort(finalState: 'FAILED' | 'KILLED'): Promise<void> {
    const { clock, cancelTimeoutMs } = this.deps;
    this.commit?.cancel();
    await Promise.race([this.commitWindow(), delay(clock, cancelTimeoutMs)]);
    await this.abortOutput(finalState);
    this.tell({ domain: 'job', type: 'JOB_ABORT_COMPLETED' });
  }

  private async abortTask(attemptId: TaskAttemptId): Promise<void> {
    try {
      // What is left here goes with the rest at the end of the job.
      if (this.inCommitWindow()) await this.deps.committer.abortTask(attemptId);
    } catch (error) {
      this.deps.log.warn(`output of ${attemptId} could not be discarded: ${messageOf(error)}`);
    }
    this.tell({ domain: 'taskattempt', type: 'TA_CLEANUP_DONE', attemptId });
  }

  private tell(event: MRAppEvent): void {
    this.deps.dispatcher.dispatch(event);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
