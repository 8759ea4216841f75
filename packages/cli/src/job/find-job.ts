/**
 * findJob: a job's report and counters from whoever knows: its AppMaster while it runs, its history afterwards, and at least the
 * ResourceManager. Hadoop: mapred.ClientServiceDelegate.
 */
import {
  parseJobId,
  YarnError,
  type ApplicationReport,
  type CounterGroups,
  type JobId,
  type JobReport,
  type JobState,
} from '@bobbin/common';
import { isTerminal } from '@bobbin/client';
import { CommandError } from '../errors.js';
import type { Session } from '../session.js';
import { findFinishedJob } from './job-history.js';
import { jobStateOf } from './job-lines.js';

export interface FoundJob {
  readonly job: JobReport;
  /** Absent where only the RM knows of the job. */
  readonly counters?: CounterGroups;
}

/** Throws CommandError where nobody knows the job. */
export async function findJob(session: Session, id: JobId): Promise<FoundJob> {
  const application = await applicationOfJob(session, id);
  if (application && !isTerminal(application.state)) {
    const live = await fromAppMaster(session, id, application);
    if (live) return live;
  }
  const finished = await findFinishedJob(session.conf, id);
  if (finished) return { job: finished.job, counters: finished.counters };
  if (application) return { job: reportOfApplication(id, application) };
  throw new CommandError(`Could not find job ${id}`);
}

/** What the RM says; `undefined` where it does not know the application. */
export async function applicationOfJob({ rm }: Session, id: JobId): Promise<ApplicationReport | undefined> {
  try {
    const { applicationId } = parseJobId(id);
    return (await rm.getApplicationReport({ applicationId })).applicationReport;
  } catch (error) {
    if (error instanceof YarnError && error.code === 'APPLICATION_NOT_FOUND') return undefined;
    throw error;
  }
}

async function fromAppMaster(
  { jobs }: Session,
  id: JobId,
  application: ApplicationReport,
): Promise<FoundJob | undefined> {
  const am = jobs.connectTo(application);
  if (!am) return undefined;
  try {
    const [{ jobReport }, { counters }] = await Promise.all([
      am.getJobReport({ jobId: id }),
      am.getCounters({ jobId: id }),
    ]);
    return { job: jobReport, counters };
  } catch (error) {
    // It ended just now, or is between two attempts.
    if (error instanceof YarnError && error.retriable) return undefined;
    throw error;
  } finally {
    am.close();
  }
}

function reportOfApplication(id: JobId, application: ApplicationReport): JobReport {
  const state = jobStateOf(application);
  return {
    jobId: id,
    jobName: application.name,
    user: application.user,
    queue: application.queue,
    state: state === 'PREP' ? 'NEW' : (state as JobState),
    mapProgress: 0,
    reduceProgress: 0,
    setupProgress: 0,
    cleanupProgress: 0,
    submitTimeMs: application.submitTimeMs,
    startTimeMs: application.startTimeMs,
    finishTimeMs: application.finishTimeMs,
    diagnostics: application.diagnostics,
    isUber: false,
    trackingUrl: application.trackingUrl,
    historyFile: '',
    mapsTotal: 0,
    mapsCompleted: 0,
    reducesTotal: 0,
    reducesCompleted: 0,
  };
}
