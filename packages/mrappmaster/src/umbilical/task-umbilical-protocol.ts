/**
 * The calls of a task's process to its AM. Hadoop: mapred.TaskUmbilicalProtocol (version 21), reference mapreduce.md 7.
 * The container is the connection's own (handshake), so no call names it. Every call may come twice: a child repeats what
 * was unanswered when a connection broke. `held` calls are answered when there is something to say, at the latest after
 * HOLD_MS with nothing; the child then asks again. Left out: what Hadoop's own AM refuses or nothing here triggers
 * (reportNextRecordRange, checkpoints).
 */
import type { TaskAttemptCompletionEvent, TaskAttemptId } from '@bobbin/common';
import type { TaskSpec } from '@bobbin/mapreduce/runtime';
import type { TaskStatus } from '../task-status.js';

/** The longest time the AM keeps a held call, in milliseconds. */
export const HOLD_MS = 10_000;

export interface JvmTask {
  /** Absent: nothing yet, ask again. */
  readonly task?: TaskSpec;
  /** Nothing more will come; exit with 0. */
  readonly shouldDie: boolean;
  /** True: this AM does not know that the last task is done: an AM that had been given up took that word. To be told again, before the next question. */
  readonly tellDone?: boolean;
}

export interface AttemptParams {
  readonly attemptId: TaskAttemptId;
}

export interface ReportParams extends AttemptParams {
  readonly text: string;
}

export interface Acknowledged {
  /** False: the AM does not know the attempt (any more), so the child must end. */
  readonly taskFound: boolean;
}

export interface MapCompletionEvents {
  readonly events: readonly TaskAttemptCompletionEvent[];
  readonly shouldReset: boolean;
  /** Whose list this is. */
  readonly amAttempt: number;
}

/** Parameters and answer of each call. */
export interface TaskUmbilicalProtocol {
  /** Held. `pid` tells a repeated call from a new process in the same container; `done` is what this process has finished last. */
  getTask(params: { readonly pid: number; readonly done?: TaskAttemptId }): Promise<JvmTask>;
  /** Without a status: a sign of life that is no progress. */
  statusUpdate(params: AttemptParams & { readonly status?: TaskStatus }): Promise<Acknowledged>;
  reportDiagnosticInfo(params: ReportParams): Promise<Acknowledged>;
  /** The attempt's work is done, its output waits to be committed. */
  commitPending(params: AttemptParams & { readonly status: TaskStatus }): Promise<Acknowledged>;
  /** Held while another attempt has the grant, or while the AM is not sure to be the only one. */
  canCommit(params: AttemptParams): Promise<Acknowledged & { readonly canCommit: boolean }>;
  /** Answered when the history has it; `taskFound` is false also for an attempt that was given up before. */
  done(params: AttemptParams): Promise<Acknowledged>;
  /** `fastFail`: the task fails without another attempt. */
  fatalError(params: ReportParams & { readonly fastFail: boolean }): Promise<Acknowledged>;
  fsError(params: ReportParams): Promise<Acknowledged>;
  /** Logged only, as in Hadoop. */
  shuffleError(params: ReportParams): Promise<Acknowledged>;
  /**
   * Held while there is none after `fromEventId`, which counts in the list of this AM attempt. `shouldReset`: that list is gone;
   * begin anew with the one of `amAttempt`, which tells what the other told and more.
   */
  getMapCompletionEvents(
    params: AttemptParams & { readonly amAttempt: number; readonly fromEventId: number; readonly maxEvents: number },
  ): Promise<MapCompletionEvents>;
  preempted(params: AttemptParams & { readonly status: TaskStatus }): Promise<Acknowledged>;
}

export type UmbilicalMethod = keyof TaskUmbilicalProtocol;
export type UmbilicalParams<M extends UmbilicalMethod> = Parameters<TaskUmbilicalProtocol[M]>[0];
export type UmbilicalResult<M extends UmbilicalMethod> = Awaited<ReturnType<TaskUmbilicalProtocol[M]>>;
