/**
 * The history of a job whose end was decided by an earlier AM attempt: what that attempt wrote, this attempt's start, and an
 * end if there is none yet. Hadoop: MRAppMaster's JobHistoryCopyService (reference mapreduce.md 1.4).
 */
import {
  JobInfo,
  messageOf,
  readHistoryEvents,
  type AMStartedRecord,
  type FinalApplicationStatus,
  type HistoryEvent,
  type JobId,
} from '@bobbin/common';
import type { AppLog } from '../app-context.js';
import { sumCounters } from '../job/counters.js';

const ENDS: ReadonlySet<string> = new Set(['JOB_FINISHED', 'JOB_FAILED', 'JOB_KILLED', 'JOB_ERROR']);

export interface CompletedHistory {
  readonly jobId: JobId;
  /** The earlier attempt's file; what cannot be read of it is left out, with a warning. */
  readonly previousFile: string;
  readonly amStarted: AMStartedRecord;
  readonly status: FinalApplicationStatus;
  readonly diagnostics: string;
  readonly nowMs: number;
}

/** The events, in order; the last one is the job's end. */
export async function completedHistory(how: CompletedHistory, log: AppLog): Promise<readonly HistoryEvent[]> {
  const info = new JobInfo(how.jobId);
  const events: HistoryEvent[] = [];
  let end: HistoryEvent | undefined;
  try {
    const { truncated } = await readHistoryEvents(how.previousFile, (event) => {
      info.add(event);
      if (ENDS.has(event.type)) end = event;
      else events.push(event);
    });
    if (truncated !== undefined) log.warn(`history of an earlier attempt is incomplete: ${truncated}`);
  } catch (error) {
    log.warn(messageOf(error));
  }
  return [...events, how.amStarted, end ?? jobEnd(info, how)];
}

function jobEnd(info: JobInfo, { jobId, status, diagnostics, nowMs }: CompletedHistory): HistoryEvent {
  const tally = {
    jobId,
    finishTimeMs: nowMs,
    finishedMaps: info.count('MAP', 'SUCCEEDED'),
    finishedReduces: info.count('REDUCE', 'SUCCEEDED'),
    failedMaps: info.count('MAP', 'FAILED'),
    failedReduces: info.count('REDUCE', 'FAILED'),
    killedMaps: info.count('MAP', 'KILLED'),
    killedReduces: info.count('REDUCE', 'KILLED'),
  };
  if (status !== 'SUCCEEDED') return { type: 'JOB_FAILED', ...tally, jobStatus: 'FAILED', diagnostics };
  const tasks = [...info.tasks.values()];
  const sum = (type: 'MAP' | 'REDUCE') =>
    sumCounters(tasks.filter(({ taskType }) => taskType === type).map(({ counters }) => counters));
  const mapCounters = sum('MAP');
  const reduceCounters = sum('REDUCE');
  const totalCounters = sumCounters([mapCounters, reduceCounters]);
  return { type: 'JOB_FINISHED', ...tally, totalCounters, mapCounters, reduceCounters };
}
