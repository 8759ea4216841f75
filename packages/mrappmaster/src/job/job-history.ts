/**
 * The job's own records in its history. Hadoop: Job{Submitted,Inited,InfoChange,Finished,UnsuccessfulCompletion}Event as
 * JobImpl fills them. Pure: facts in, dispatcher event out.
 */
import type { CounterGroups, JobId } from '@bobbin/common';
import type { JobConf } from '../app-context.js';
import type { JobHistoryEvent } from '../events.js';
import type { JobContext, JobEndState } from './job-machine.js';

/** Counters at the end of a job. */
export interface FinalCounters {
  readonly total: CounterGroups;
  readonly map: CounterGroups;
  readonly reduce: CounterGroups;
}

export function jobSubmitted(jobId: JobId, conf: JobConf): JobHistoryEvent {
  return {
    domain: 'history',
    type: 'JOB_SUBMITTED',
    jobId,
    jobName: conf.jobName,
    userName: conf.user,
    submitTimeMs: conf.submitTimeMs,
    jobConfPath: conf.jobConfPath,
    acls: conf.acls,
    jobQueueName: conf.queue,
  };
}

/** Two records: what the job is, and when it began. */
export function jobStarted(
  jobId: JobId,
  { submitTimeMs }: JobConf,
  { numMaps, numReduces }: JobContext,
  launchTimeMs: number,
  uberized: boolean,
): JobHistoryEvent[] {
  const domain = 'history';
  return [
    {
      domain,
      type: 'JOB_INITED',
      jobId,
      launchTimeMs,
      totalMaps: numMaps,
      totalReduces: numReduces,
      jobStatus: 'INITED',
      uberized,
    },
    { domain, type: 'JOB_INFO_CHANGED', jobId, submitTimeMs, launchTimeMs },
  ];
}

export function jobFinished(
  jobId: JobId,
  finishTimeMs: number,
  counts: JobContext,
  commitTimeMs: number,
  counters: FinalCounters,
): JobHistoryEvent {
  return {
    domain: 'history',
    type: 'JOB_FINISHED',
    jobId,
    finishTimeMs,
    ...(commitTimeMs > 0 && { commitTimeMs }),
    ...tally(counts),
    totalCounters: counters.total,
    mapCounters: counters.map,
    reduceCounters: counters.reduce,
  };
}

/** A job that is to be taken up by another AM attempt (REBOOT) is recorded as ERROR. */
export function jobUnsuccessful(
  jobId: JobId,
  finishTimeMs: number,
  counts: JobContext,
  state: Exclude<JobEndState, 'SUCCEEDED'>,
  diagnostics: readonly string[],
): JobHistoryEvent {
  const jobStatus = state === 'REBOOT' ? 'ERROR' : state;
  return {
    domain: 'history',
    type: `JOB_${jobStatus}`,
    jobId,
    finishTimeMs,
    ...tally(counts),
    jobStatus,
    diagnostics: diagnostics.join('\n'),
  };
}

function tally(counts: JobContext) {
  const { succeededMaps, succeededReduces, failedMaps, failedReduces, killedMaps, killedReduces } = counts;
  return {
    finishedMaps: succeededMaps,
    finishedReduces: succeededReduces,
    failedMaps,
    failedReduces,
    killedMaps,
    killedReduces,
  };
}
