/**
 * What an attempt that ended adds to the job's counters. Hadoop: TaskAttemptImpl.updateMillisCounters and
 * createJobCounterUpdateEventTA{Succeeded,Failed,Killed}.
 */
import type { Resource, TaskType } from '@bobbin/common';
import type { CounterUpdate } from '../../events.js';

export interface EndedAttempt {
  readonly taskType: TaskType;
  /** Of the container it ran in. */
  readonly resource: Resource;
  readonly durationMs: number;
  readonly minimumAllocationMb: number;
}

const suffix = (taskType: TaskType): string => (taskType === 'MAP' ? 'MAPS' : 'REDUCES');

/** Time, as such and weighted with what was held meanwhile. */
export function timeCounters({ taskType, resource, durationMs, minimumAllocationMb }: EndedAttempt): CounterUpdate[] {
  const kind = suffix(taskType);
  const slots = Math.ceil(resource.memoryMb / Math.max(1, minimumAllocationMb));
  return [
    { name: `SLOTS_MILLIS_${kind}`, delta: slots * durationMs },
    { name: `MILLIS_${kind}`, delta: durationMs },
    { name: `VCORES_MILLIS_${kind}`, delta: resource.vcores * durationMs },
    { name: `MB_MILLIS_${kind}`, delta: resource.memoryMb * durationMs },
  ];
}

/** One more attempt launched, failed, or killed. */
export function countOf(what: 'TOTAL_LAUNCHED' | 'NUM_FAILED' | 'NUM_KILLED', taskType: TaskType): CounterUpdate {
  return { name: `${what}_${suffix(taskType)}`, delta: 1 };
}
