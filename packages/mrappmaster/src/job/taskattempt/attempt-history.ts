/**
 * An attempt's records in the job's history. Hadoop: TaskAttempt{Started,Finished,UnsuccessfulCompletion}Event as TaskAttemptImpl
 * fills them. Pure: facts in, dispatcher event out.
 */
import { parseNodeId } from '@bobbin/common';
import type {
  AttemptTimes,
  Avataar,
  ContainerId,
  CounterGroups,
  Locality,
  NodeId,
  ProgressSplits,
  TaskAttemptId,
  TaskId,
  TaskType,
} from '@bobbin/common';
import type { JobHistoryEvent } from '../../events.js';
import type { TaskStatus } from '../../task-status.js';

/** Where an attempt ran, or was to run. */
export interface Placement {
  readonly containerId: ContainerId;
  readonly nodeId: NodeId;
  /** `host:port` of the node's web pages. */
  readonly nodeHttpAddress: string;
  readonly rackName: string;
  readonly locality: Locality;
}

/** What history tells of an attempt. */
export interface AttemptFacts {
  readonly attemptId: TaskAttemptId;
  readonly taskId: TaskId;
  readonly taskType: TaskType;
  readonly avataar: Avataar;
  /** It ran under an earlier AM, and has not been heard by this one. */
  readonly awaited: boolean;
  readonly placement: Placement;
  /** -1 where no shuffle server holds the output. */
  readonly shufflePort: number;
  readonly launchTimeMs: number;
  readonly finishTimeMs: number;
  readonly status: TaskStatus | undefined;
  readonly diagnostics: readonly string[];
  readonly splits: ProgressSplits | undefined;
  readonly times: AttemptTimes;
}

const NO_COUNTERS: CounterGroups = {};

/** Port of the node's web pages, -1 where there are none. */
export function httpPort(placement: Placement): number {
  const port = Number(placement.nodeHttpAddress.split(':').at(-1));
  return Number.isInteger(port) ? port : -1;
}

export function attemptStarted(facts: AttemptFacts): JobHistoryEvent {
  const { askTimeMs, grantTimeMs } = facts.times;
  return {
    domain: 'history',
    type: `${facts.taskType}_ATTEMPT_STARTED`,
    taskId: facts.taskId,
    attemptId: facts.attemptId,
    startTimeMs: facts.launchTimeMs,
    trackerName: facts.placement.nodeId,
    httpPort: httpPort(facts.placement),
    shufflePort: facts.shufflePort,
    containerId: facts.placement.containerId,
    locality: facts.placement.locality,
    avataar: facts.avataar,
    ...(facts.awaited ? { awaited: true } : {}),
    ...(askTimeMs !== undefined && { askTimeMs }),
    ...(grantTimeMs !== undefined && { grantTimeMs }),
  };
}

export function attemptAdopted(
  attemptId: TaskAttemptId,
  taskId: TaskId,
  taskType: TaskType,
  adoptTimeMs: number,
): JobHistoryEvent {
  return { domain: 'history', type: `${taskType}_ATTEMPT_ADOPTED`, taskId, attemptId, adoptTimeMs };
}

/** Phases whose end the task did not report end with the attempt. */
export function attemptFinished(facts: AttemptFacts): JobHistoryEvent {
  const { status } = facts;
  const orEnd = (timeMs: number | undefined): number => (timeMs ? timeMs : facts.finishTimeMs);
  const finished = {
    ...ended(facts),
    taskStatus: 'SUCCEEDED',
    state: status?.stateString ?? '',
    counters: status?.counters ?? NO_COUNTERS,
  };
  return facts.taskType === 'MAP'
    ? { ...finished, type: 'MAP_ATTEMPT_FINISHED', mapFinishTimeMs: orEnd(status?.mapFinishTimeMs) }
    : {
        ...finished,
        type: 'REDUCE_ATTEMPT_FINISHED',
        shuffleFinishTimeMs: orEnd(status?.shuffleFinishTimeMs),
        sortFinishTimeMs: orEnd(status?.sortFinishTimeMs),
      };
}

export function attemptUnsuccessful(facts: AttemptFacts, status: 'FAILED' | 'KILLED'): JobHistoryEvent {
  return {
    ...ended(facts),
    type: `${facts.taskType}_ATTEMPT_${status}`,
    status,
    error: facts.diagnostics.join('\n'),
    counters: facts.status?.counters ?? NO_COUNTERS,
  };
}

function ended({ taskId, attemptId, finishTimeMs, placement, splits, times }: AttemptFacts) {
  const { askTimeMs: _ask, grantTimeMs: _grant, ...timesAtEnd } = times;
  const { host, port } = parseNodeId(placement.nodeId);
  return {
    domain: 'history',
    taskId,
    attemptId,
    finishTimeMs,
    hostname: host,
    port,
    rackname: placement.rackName,
    ...(splits ? { splits } : {}),
    ...timesAtEnd,
  } as const;
}
