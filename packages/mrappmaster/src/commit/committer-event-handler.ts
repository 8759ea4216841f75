/**
 * CommitterEventHandler: sets up, commits and aborts the job's output, and discards what failed attempts wrote. Hadoop:
 * mapreduce.v2.app.commit.CommitterEventHandler (reference mapreduce.md 1.6). A job is committed only while this AM is sure
 * to be the only one: an RM heartbeat must lie less than the commit window back, or the commit waits for the next one.
 * Emits JOB_SETUP_*, JOB_COMMIT_*, JOB_ABORT_COMPLETED and, always, TA_CLEANUP_DONE.
 */
import { delay, messageOf, type Clock, type EventSink, type TaskAttemptId } from '@bobbin/common';
import type { AppLog } from '../app-context.js';
import type { CommitterEvent, MRAppEvent } from '../events.js';
import type { RMHeartbeatHandler } from '../rm/rm-communicator.js';
import type { CommitMarkers } from './commit-markers.js';

/** The job's side of an output committer. Hadoop: mapreduce.OutputCommitter. */
export interface JobCommitter {
  readonly isCommitJobRepeatable: boolean;
  readonly isRecoverySupported: boolean;
  /** Brings back what this attempt committed under the AM attempt before; comes before `setupJob`. Rejects where it is lost. */
  recoverTask(attemptId: TaskAttemptId): Promise<void>;
  setupJob(): Promise<void>;
  commitJob(): Promise<void>;
  abortJob(finalState: 'FAILED' | 'KILLED'): Promise<void>;
  abortTask(attemptId: TaskAttemptId): Promise<void>;
}

export interface CommitterEventHandlerDeps {
  readonly clock: Clock;
  readonly dispatcher: EventSink<MRAppEvent>;
  readonly log: AppLog;
  readonly committer: JobCommitter;
  readonly markers: CommitMarkers;
  readonly heartbeat: RMHeartbeatHandler;
  /** `yarn.app.mapreduce.am.job.committer.commit-window`. */
  readonly commitWindowMs: number;
  /** `yarn.app.mapreduce.am.job.committer.cancel-timeout`: how long an abort waits for a commit under way. */
  readonly cancelTimeoutMs: number;
}

class CommitCancelledError extends Error {}

export class CommitterEventHandler {
  private commit: { readonly done: Promise<void>; readonly cancel: () => void } | undefined;

  constructor(private readonly deps: CommitterEventHandlerDeps) {}

  /** Handler of the `committer` domain: begins the work; its end comes back as an event. */
  handle(event: CommitterEvent): void {
    switch (event.type) {
      case 'JOB_SETUP':
        void this.setUp();
        return;
      case 'JOB_COMMIT':
        this.startCommit();
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

  private async setUp(): Promise<void> {
    try {
      await this.deps.committer.setupJob();
      this.tell({ domain: 'job', type: 'JOB_SETUP_COMPLETED' });
    } catch (error) {
      const diagnostics = `Job setup failed : ${messageOf(error)}`;
      this.tell({ domain: 'job', type: 'JOB_SETUP_FAILED', diagnostics });
    }
  }

  private startCommit(): void {
    if (this.commit) {
      const diagnostics = 'Job commit failed: a commit of this job is under way already';
      this.tell({ domain: 'job', type: 'JOB_COMMIT_FAILED', diagnostics });
      return;
    }
    let cancel = (): void => undefined;
    const cancelled = new Promise<never>((_, reject) => {
      cancel = () => reject(new CommitCancelledError('the commit was cancelled'));
    });
    cancelled.catch(() => undefined);
    this.commit = { done: this.runCommit(cancelled), cancel };
  }

  private async runCommit(cancelled: Promise<never>): Promise<void> {
    const { committer, markers, log } = this.deps;
    try {
      await markers.started(committer.isCommitJobRepeatable);
      await Promise.race([this.commitWindow(), cancelled]);
      await committer.commitJob();
      await markers.succeeded();
      this.tell({ domain: 'job', type: 'JOB_COMMIT_COMPLETED' });
    } catch (error) {
      await markers.failed().catch((e: unknown) => log.error(`cannot mark the commit as failed: ${messageOf(e)}`));
      this.tell({ domain: 'job', type: 'JOB_COMMIT_FAILED', diagnostics: `Job commit failed: ${messageOf(error)}` });
    }
  }

  private async commitWindow(): Promise<void> {
    while (!this.inCommitWindow()) {
      await new Promise<void>((resolve) => void this.deps.heartbeat.onNextHeartbeat(resolve));
    }
  }

  private async abort(finalState: 'FAILED' | 'KILLED'): Promise<void> {
    const { committer, clock, cancelTimeoutMs, log } = this.deps;
    if (this.commit) {
      this.commit.cancel();
      await Promise.race([this.commit.done, delay(clock, cancelTimeoutMs)]);
    }
    try {
      await committer.abortJob(finalState);
    } catch (error) {
      log.error(`could not abort the job's output: ${messageOf(error)}`);
    }
    this.tell({ domain: 'job', type: 'JOB_ABORT_COMPLETED' });
  }

  private async abortTask(attemptId: TaskAttemptId): Promise<void> {
    try {
      await this.deps.committer.abortTask(attemptId);
    } catch (error) {
      this.deps.log.warn(`output of ${attemptId} could not be discarded: ${messageOf(error)}`);
    }
    this.tell({ domain: 'taskattempt', type: 'TA_CLEANUP_DONE', attemptId });
  }

  private tell(event: MRAppEvent): void {
    this.deps.dispatcher.dispatch(event);
  }
}
