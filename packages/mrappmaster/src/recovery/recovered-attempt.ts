/**
 * An attempt of an earlier AppMaster, from its two records in the history: what TA_RECOVER carries. Hadoop: TaskAttemptInfo, as
 * TaskAttemptImpl.recover reads it. Pure.
 */
import {
  parseNodeId,
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

/** `nodeId`: where it ran, of which a tracker's name may tell the host only. */
export function recoveredAttempt(
  start: TaskAttemptStartedRecord,
  end: AttemptEnd,
  nodeId: NodeId,
  state = stateOf(end),
): RecoveredAttempt {
  return {
    attemptId: start.attemptId,
    state,
    startTimeMs: start.startTimeMs,
    finishTimeMs: end.finishTimeMs,
    shuffleFinishTimeMs: 'shuffleFinishTimeMs' in end ? end.shuffleFinishTimeMs : 0,
    sortFinishTimeMs: 'sortFinishTimeMs' in end ? end.sortFinishTimeMs : 0,
    containerId: start.containerId,
    nodeId,
    nodeHttpAddress: `${parseNodeId(nodeId).host}:${start.httpPort}`,
    rackName: end.rackname,
    shufflePort: start.shufflePort,
    counters: end.counters ?? {},
    diagnostics: 'error' in end ? end.error : '',
    avataar: start.avataar ?? 'VIRGIN',
  };
}
