/**
 * The history of a job whose end was decided by an earlier AM attempt: what earlier attempts wrote, this attempt's start, and an
 * end if there is none yet. Hadoop: MRAppMaster's JobHistoryCopyService (reference mapreduce.md 1.4), which copies the last file
 * only. That one may be a copy that was cut short, or missing, where the attempt before this one died, too; or it may end in another way than the
 * job did: an attempt that is given up while it commits writes JOB_ERROR, and its commit may be complete all the same.
 */
import {
  JobInfo,
  messageOf,
  readHistoryEvents,
  taskTypeOf,
  type AMStartedRecord,
  type FileSystem,
  type FinalApplicationStatus,
  type HistoryEvent,
  type CounterGroups,
  type JobId,
  type TaskAttemptId,
  type TaskAttemptStartedRecord,
  type TaskId,
} from '@bobbin/common';
import type { AppLog, JobConf } from '../app-context.js';
import type { CounterUpdate } from '../events.js';
import { JOB_COUNTER_GROUP, sumCounters } from '../job/counters.js';
import { recoveredCounters } from '../job/taskattempt/recovered-counters.js';
import { countOf } from '../job/taskattempt/time-counters.js';

const ENDS: ReadonlySet<string> = new Set(['JOB_FINISHED', 'JOB_FAILED', 'JOB_KILLED', 'JOB_ERROR']);

export interface CompletedHistory {
  readonly jobId: JobId;
  /** Files of the attempts before, the newest first; what cannot be read is left out, with a warning. */
  readonly earlierFiles: readonly string[];
  readonly fs: Pick<FileSystem, 'stream'>;
  readonly amStarted: AMStartedRecord;
  readonly status: FinalApplicationStatus;
  readonly diagnostics: string;
  readonly nowMs: number;
  readonly conf: Pick<JobConf, 'map' | 'reduce' | 'minimumAllocationMb'>;
}

/** The record of a job that ended so. */
const END_OF: Readonly<Partial<Record<FinalApplicationStatus, HistoryEvent['type']>>> = {
  SUCCEEDED: 'JOB_FINISHED',
  FAILED: 'JOB_FAILED',
};

/** The events, in order; the last one is the job's end. */
export async function completedHistory(how: CompletedHistory, log: AppLog): Promise<readonly HistoryEvent[]> {
  const told: Told[] = [];
  for (const file of how.earlierFiles) told.push(await read(file, how, log));
  const { info, events, end } = tellsMost(told) ?? { info: new JobInfo(how.jobId), events: [], end: undefined };
  const known = new Set(events.flatMap((event) => (event.type === 'AM_STARTED' ? event.applicationAttemptId : [])));
  const others = told
    .flatMap((one) => one.events)
    .filter((event) => event.type === 'AM_STARTED')
    .filter(({ applicationAttemptId }) => !known.has(applicationAttemptId));
  const masters = new Map(others.reverse().map((am) => [am.applicationAttemptId, am]));
  return [...events, ...masters.values(), how.amStarted, end ?? jobEnd(info, events, how)];
}

/** What one file tells. */
interface Told {
  readonly info: JobInfo;
  /** Without any end. */
  readonly events: readonly HistoryEvent[];
  /** The job's, as it was decided. */
  readonly end: HistoryEvent | undefined;
}

async function read(file: string, { jobId, fs, status }: CompletedHistory, log: AppLog): Promise<Told> {
  const info = new JobInfo(jobId);
  const events: HistoryEvent[] = [];
  let end: HistoryEvent | undefined;
  try {
    const visit = (event: HistoryEvent): void => {
      info.add(event);
      if (!ENDS.has(event.type)) events.push(event);
      else if (event.type === END_OF[status]) end = event;
    };
    const { truncated } = await readHistoryEvents(file, visit, fs);
    if (truncated !== undefined) log.warn(`history of an earlier attempt is incomplete: ${truncated}`);
  } catch (error) {
    log.warn(messageOf(error));
  }
  return { info, events, end };
}

/** The newest that comes to the job's end; where none does, the newest of those that have most to tell. */
function tellsMost(told: readonly Told[]): Told | undefined {
  const whole = told.find(({ end }) => end !== undefined);
  if (whole) return whole;
  const most = Math.max(...told.map(({ events }) => events.length));
  return told.find(({ events }) => events.length === most);
}

function jobEnd(info: JobInfo, events: readonly HistoryEvent[], how: CompletedHistory): HistoryEvent {
  const { jobId, status, diagnostics, nowMs, conf } = how;
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
  const totalCounters = sumCounters([jobCounters(events, conf), mapCounters, reduceCounters]);
  return { type: 'JOB_FINISHED', ...tally, totalCounters, mapCounters, reduceCounters };
}

/** What the attempts had added to the job's own counters. */
function jobCounters(events: readonly HistoryEvent[], conf: CompletedHistory['conf']): CounterGroups {
  const counters: Record<string, number> = {};
  const starts = new Map<TaskAttemptId, TaskAttemptStartedRecord>();
  const withFailures = new Set<TaskId>();
  const add = ({ name, delta }: CounterUpdate): void => void (counters[name] = (counters[name] ?? 0) + delta);
  for (const event of events) {
    if (!('attemptId' in event)) continue;
    const taskType = taskTypeOf(event.taskId);
    if (event.type === 'MAP_ATTEMPT_STARTED' || event.type === 'REDUCE_ATTEMPT_STARTED') {
      starts.set(event.attemptId, event);
      add(countOf('TOTAL_LAUNCHED', taskType));
      continue;
    }
    const start = starts.get(event.attemptId);
    if (!start || !('finishTimeMs' in event)) continue;
    const { startTimeMs, shufflePort, locality = 'OFF_SWITCH' } = start;
    const outcome = 'status' in event ? event.status : 'SUCCEEDED';
    const { resource } = taskType === 'MAP' ? conf.map : conf.reduce;
    const where = { isUber: shufflePort < 0, locality, afterFailure: withFailures.has(event.taskId) };
    const held = {
      resource,
      minimumAllocationMb: conf.minimumAllocationMb,
      durationMs: event.finishTimeMs - startTimeMs,
    };
    for (const update of recoveredCounters({ taskType, outcome, ...where, ...held })) add(update);
    if (outcome === 'FAILED') withFailures.add(event.taskId);
  }
  return Object.keys(counters).length === 0 ? {} : { [JOB_COUNTER_GROUP]: counters };
}
