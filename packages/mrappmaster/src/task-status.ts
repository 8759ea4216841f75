/**
 * What a running attempt tells the AM, and the slot that keeps only its newest word.
 * Hadoop: mapred.TaskStatus and TaskAttemptListenerImpl's AtomicReference per attempt (MAPREDUCE-5124): the listener
 * offers each status, queues one TA_UPDATE when the slot was empty, and the attempt takes whatever is newest then. So a
 * slow dispatcher never sees more than one update queued for an attempt.
 */
import type { CounterGroups, Phase, TaskAttemptId } from '@bobbin/common';

/** One status of an attempt. Times are wall clock milliseconds of the task's machine; 0 or absent: not yet. */
export interface TaskStatus {
  readonly attemptId: TaskAttemptId;
  /** 0..1 over all phases. */
  readonly progress: number;
  readonly phase: Phase;
  /** What the task says it does, at most 1024 characters. */
  readonly stateString: string;
  /** At most 1024 characters, new since the last status. */
  readonly diagnosticInfo?: string;
  /** Ours: of the process, and of the job's code in it. */
  readonly processStartTimeMs?: number;
  readonly startTimeMs?: number;
  readonly loadTimeMs?: number;
  readonly finishTimeMs?: number;
  /** Map: when the last record was mapped. */
  readonly mapFinishTimeMs?: number;
  /** Reduce: when the last map output was copied, and merged. */
  readonly shuffleFinishTimeMs?: number;
  readonly sortFinishTimeMs?: number;
  /** Absolute values, not deltas. */
  readonly counters?: CounterGroups;
  /** Maps whose output this reduce could not fetch, new since the last status. */
  readonly failedFetchTasks?: readonly TaskAttemptId[];
}

/** Holds at most one status. Statuses that were never taken are merged: nothing but outdated progress is lost. */
export class StatusSlot {
  private newest: TaskStatus | undefined;

  /** Keeps `status`. True when the slot was empty: the caller then dispatches one TA_UPDATE with this slot. */
  offer(status: TaskStatus): boolean {
    const waiting = this.newest;
    this.newest = waiting ? merge(waiting, status) : status;
    return waiting === undefined;
  }

  /** The newest status, at most once. */
  take(): TaskStatus | undefined {
    const taken = this.newest;
    this.newest = undefined;
    return taken;
  }
}

function merge(older: TaskStatus, newer: TaskStatus): TaskStatus {
  const failed = [...(older.failedFetchTasks ?? []), ...(newer.failedFetchTasks ?? [])];
  const info = [older.diagnosticInfo, newer.diagnosticInfo].filter((text) => text !== undefined && text !== '');
  const counters = newer.counters ?? older.counters;
  return {
    ...newer,
    ...(counters ? { counters } : {}),
    ...(failed.length > 0 ? { failedFetchTasks: failed } : {}),
    ...(info.length > 0 ? { diagnosticInfo: info.join('\n') } : {}),
  };
}
