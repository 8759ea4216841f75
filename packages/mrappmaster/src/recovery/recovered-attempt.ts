/**
 * An attempt of an earlier AppMaster, from its two records in the history: what TA_RECOVER carries. Hadoop: TaskAttemptInfo, as
 * TaskAttemptImpl.recover reads it. Pure.
 */
import {
  DEFAULT_RACK,
  parseNodeId,
  type AttemptTimes,
  type MapAttemptFinishedRecord,
  type NodeId,
  type ReduceAttemptFinishedRecord,
  type TaskAttemptStartedRecord,
  type TaskAttemptUnsuccessfulCompletionRecord,
} from '@bobbin/common';
import type { RecoveredAttempt } from '../app-context.js';

/** The last record of an attempt. */
export type AttemptEnd =
  MapAttemptFinishedRecord | ReduceAttemptFinishedRecord | TaskAttemptUnsuccessfulCompletionRecord;

/** How the attempt ended, by its own record. */
export const stateOf = (end: AttemptEnd): RecoveredAttempt['state'] => ('status' in end ? end.status : 'SUCCEEDED');

/** `nodeId`: where it ran, of which a tracker's name may tell the host only. `state`, where it counts as something else than its record says. */
export function recoveredAttempt(
  start: TaskAttemptStartedRecord,
  end: AttemptEnd,
  nodeId: NodeId,
  state = stateOf(end),
): RecoveredAttempt {
  return {
    ...begun(start, nodeId),
    state,
    finishTimeMs: end.finishTimeMs,
    shuffleFinishTimeMs: 'shuffleFinishTimeMs' in end ? end.shuffleFinishTimeMs : 0,
    sortFinishTimeMs: 'sortFinishTimeMs' in end ? end.sortFinishTimeMs : 0,
    ...('mapFinishTimeMs' in end && { mapFinishTimeMs: end.mapFinishTimeMs }),
    times: timesOf(start, end),
    ...('state' in end && { stateString: end.state }),
    ...(end.splits && { splits: end.splits }),
    rackName: end.rackname,
    counters: end.counters ?? {},
    diagnostics: 'error' in end ? end.error : '',
  };
}

/** One whose end is not told. `why` it cannot run any more, where that is known. */
export function runningAttempt(start: TaskAttemptStartedRecord, nodeId: NodeId, why?: string): RecoveredAttempt {
  return { ...begun(start, nodeId), ...(why !== undefined && { state: 'KILLED', diagnostics: why }) };
}

/** What the first record tells, and nothing of the end. */
function begun(start: TaskAttemptStartedRecord, nodeId: NodeId): RecoveredAttempt {
  return {
    attemptId: start.attemptId,
    state: 'RUNNING',
    startTimeMs: start.startTimeMs,
    finishTimeMs: 0,
    shuffleFinishTimeMs: 0,
    sortFinishTimeMs: 0,
    times: timesOf(start),
    containerId: start.containerId,
    nodeId,
    nodeHttpAddress: `${parseNodeId(nodeId).host}:${start.httpPort}`,
    rackName: DEFAULT_RACK,
    shufflePort: start.shufflePort,
    counters: {},
    diagnostics: '',
    avataar: start.avataar ?? 'VIRGIN',
  };
}

function timesOf({ askTimeMs, grantTimeMs }: TaskAttemptStartedRecord, end?: AttemptEnd): AttemptTimes {
  return {
    ...(askTimeMs !== undefined && { askTimeMs }),
    ...(grantTimeMs !== undefined && { grantTimeMs }),
    ...(end?.processStartTimeMs !== undefined && { processStartTimeMs: end.processStartTimeMs }),
    ...(end?.takeTimeMs !== undefined && { takeTimeMs: end.takeTimeMs }),
    ...(end?.loadTimeMs !== undefined && { loadTimeMs: end.loadTimeMs }),
    ...(end?.commitTimeMs !== undefined && { commitTimeMs: end.commitTimeMs }),
  };
}
