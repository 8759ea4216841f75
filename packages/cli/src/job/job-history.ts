/**
 * What is known of a job that is over, from its history file. Hadoop: mapred.ClientServiceDelegate asks the history server; ours is
 * a folder. An AppMaster that is gone before its last word was heard leaves nothing untold.
 */
import {
  findHistory,
  JobInfo,
  jobHistoryKeys,
  readHistoryEvents,
  type Configuration,
  type CounterGroups,
  type JobId,
  type JobReport,
  type JobState,
  type TaskInfo,
  type TaskReport,
} from '@bobbin/common';
import { isOver, type JobOutcome } from '@bobbin/client';

export interface FinishedJob {
  readonly job: JobReport;
  readonly counters: CounterGroups;
  readonly failedTasks: readonly TaskReport[];
}

/** The history of a job that is over; `undefined` where there is none. */
export async function findFinishedJob(conf: Configuration, jobId: JobId): Promise<FinishedJob | undefined> {
  const listing = await findHistory(conf.get(jobHistoryKeys.doneDir), jobId);
  if (!listing) return undefined;
  const info = new JobInfo(jobId);
  await readHistoryEvents(listing.path, (event) => info.add(event));
  const failed = [...info.tasks.values()].filter(({ state }) => state === 'FAILED');
  return { job: reportOf(info, listing.path), counters: info.totalCounters, failedTasks: failed.map(failedTaskReport) };
}

/** What the AppMaster did not get to say, from the history. */
export async function withHistory(conf: Configuration, jobId: JobId, outcome: JobOutcome): Promise<JobOutcome> {
  if (outcome.job && isOver(outcome.job.state) && outcome.counters) return outcome;
  const finished = await findFinishedJob(conf, jobId);
  return finished ? { ...outcome, ...finished } : outcome;
}

function reportOf(info: JobInfo, historyFile: string): JobReport {
  const mapsCompleted = info.count('MAP', 'SUCCEEDED');
  const reducesCompleted = info.count('REDUCE', 'SUCCEEDED');
  const fraction = (done: number, total: number): number => (total > 0 ? done / total : 1);
  return {
    jobId: info.jobId,
    jobName: info.jobName,
    user: info.user,
    queue: info.queue,
    state: info.status as JobState,
    mapProgress: fraction(mapsCompleted, info.totalMaps),
    reduceProgress: fraction(reducesCompleted, info.totalReduces),
    setupProgress: 1,
    cleanupProgress: 1,
    submitTimeMs: info.submitTimeMs,
    startTimeMs: info.launchTimeMs,
    finishTimeMs: info.finishTimeMs,
    diagnostics: info.diagnostics,
    isUber: info.uberized,
    trackingUrl: '',
    historyFile,
    mapsTotal: info.totalMaps,
    mapsCompleted,
    reducesTotal: info.totalReduces,
    reducesCompleted,
  };
}

function failedTaskReport({ taskId, startTimeMs, finishTimeMs, counters, attempts, error }: TaskInfo): TaskReport {
  const errors = [...attempts.values()].map((attempt) => attempt.error).filter((text) => text !== '');
  const diagnostics = errors.length > 0 ? errors : [error];
  return {
    taskId,
    state: 'FAILED',
    progress: 0,
    startTimeMs,
    finishTimeMs,
    counters,
    runningAttempts: [],
    diagnostics,
  };
}
