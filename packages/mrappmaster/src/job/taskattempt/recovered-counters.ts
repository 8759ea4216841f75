/**
 * What an attempt of an earlier AM had added to the job's counters by the time it ended, so that a job's counters are the same
 * whether its AM died or not. Hadoop forgets the times and places of recovered attempts (reference mapreduce.md 6.7, rule 8). Pure.
 */
import type { Locality, Resource, TaskType } from '@bobbin/common';
import type { CounterUpdate } from '../../events.js';
import { countOf, timeCounters } from './time-counters.js';

export interface RecoveredPlace {
  readonly taskType: TaskType;
  /** It ran in its AM's own container. */
  readonly isUber: boolean;
  readonly locality: Locality;
  /** An attempt before it had failed: it was asked for anywhere. */
  readonly afterFailure: boolean;
}

export interface RecoveredCount extends RecoveredPlace {
  readonly outcome: 'SUCCEEDED' | 'FAILED' | 'KILLED';
  readonly durationMs: number;
  /** Of the container it ran in. */
  readonly resource: Resource;
  readonly minimumAllocationMb: number;
}

const LOCALITY_COUNTERS: Readonly<Record<Locality, string>> = {
  NODE_LOCAL: 'DATA_LOCAL_MAPS',
  RACK_LOCAL: 'RACK_LOCAL_MAPS',
  OFF_SWITCH: 'OTHER_LOCAL_MAPS',
};

/** All but the count of launched attempts. */
export function recoveredCounters(attempt: RecoveredCount): CounterUpdate[] {
  const { outcome, taskType } = attempt;
  return [
    ...placeCounters(attempt),
    ...timeCounters(attempt),
    ...(outcome === 'SUCCEEDED' ? [] : [countOf(outcome === 'FAILED' ? 'NUM_FAILED' : 'NUM_KILLED', taskType)]),
    ...(outcome !== 'SUCCEEDED' && attempt.isUber ? [one('NUM_FAILED_UBERTASKS')] : []),
  ];
}

/** What allocator and launcher count of an attempt when they place it. */
export function placeCounters({ taskType, isUber, locality, afterFailure }: RecoveredPlace): CounterUpdate[] {
  const isElsewhere = isUber || afterFailure;
  const place = taskType === 'MAP' ? [one(isElsewhere ? 'OTHER_LOCAL_MAPS' : LOCALITY_COUNTERS[locality])] : [];
  if (!isUber) return place;
  return [
    ...place,
    one('TOTAL_LAUNCHED_UBERTASKS'),
    one(taskType === 'MAP' ? 'NUM_UBER_SUBMAPS' : 'NUM_UBER_SUBREDUCES'),
  ];
}

const one = (name: string): CounterUpdate => ({ name, delta: 1 });
