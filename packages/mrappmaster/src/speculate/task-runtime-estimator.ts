/**
 * TaskRuntimeEstimator: how long a running attempt will take in all, and how long a new one would. Hadoop: mapreduce.v2.app.
 * speculate.{TaskRuntimeEstimator,LegacyTaskRuntimeEstimator,DataStatistics} (reference mapreduce.md 4.2). Pure: every
 * instant is an argument.
 */
import { taskOf, taskTypeOf, type TaskAttemptId, type TaskType } from '@bobbin/common';

export interface TaskRuntimeEstimator {
  attemptStarted(id: TaskAttemptId, atMs: number): void;
  /** 0..1 at that instant. */
  progressed(id: TaskAttemptId, progress: number, atMs: number): void;
  /** Only the first success of a task counts. */
  succeeded(id: TaskAttemptId, atMs: number): void;
  ended(id: TaskAttemptId): void;
  /** When the attempt was first heard of; undefined if never. */
  enrolledAtMs(id: TaskAttemptId): number | undefined;
  /** Whole run time in ms; undefined while nothing can be said. */
  estimatedRuntimeMs(id: TaskAttemptId): number | undefined;
  /** Run time of a new attempt of a kind, in ms; undefined until one has succeeded. */
  estimatedNewAttemptRuntimeMs(type: TaskType): number | undefined;
}

/** The least progress that is believed: below it an estimate would be for ever. */
const LEAST_PROGRESS = 0.0001;

/** Run time so far over progress so far; a new attempt takes the mean of those that succeeded. */
export class LegacyTaskRuntimeEstimator implements TaskRuntimeEstimator {
  private readonly startedAtMs = new Map<TaskAttemptId, number>();
  private readonly estimates = new Map<TaskAttemptId, number>();
  private readonly finished = { MAP: { count: 0, sumMs: 0 }, REDUCE: { count: 0, sumMs: 0 } };

  attemptStarted(id: TaskAttemptId, atMs: number): void {
    if (!this.startedAtMs.has(id)) this.startedAtMs.set(id, atMs);
  }

  progressed(id: TaskAttemptId, progress: number, atMs: number): void {
    const startedAtMs = this.startedAtMs.get(id);
    if (startedAtMs === undefined) return;
    this.estimates.set(id, (atMs - startedAtMs) / Math.max(LEAST_PROGRESS, progress));
  }

  succeeded(id: TaskAttemptId, atMs: number): void {
    const startedAtMs = this.startedAtMs.get(id);
    if (startedAtMs === undefined) return;
    const kind = this.finished[taskTypeOf(taskOf(id))];
    kind.count++;
    kind.sumMs += atMs - startedAtMs;
  }

  ended(id: TaskAttemptId): void {
    this.startedAtMs.delete(id);
    this.estimates.delete(id);
  }

  enrolledAtMs(id: TaskAttemptId): number | undefined {
    return this.startedAtMs.get(id);
  }

  estimatedRuntimeMs(id: TaskAttemptId): number | undefined {
    return this.estimates.get(id);
  }

  estimatedNewAttemptRuntimeMs(type: TaskType): number | undefined {
    const { count, sumMs } = this.finished[type];
    return count === 0 ? undefined : sumMs / count;
  }
}
