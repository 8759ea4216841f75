/**
 * JobClient: a MapReduce job as its submitter sees it, wherever it can be seen: at the RM until its AppMaster is up, at the
 * AppMaster until it ends, in its history afterwards. Hadoop: mapreduce.Job.monitorAndPrintJob, mapred.ClientServiceDelegate,
 * YARNRunner.killJob. An AppMaster that goes away is looked for again through the RM.
 */
import {
  bobbinKeys,
  delay,
  jobId,
  mrClientKeys,
  YarnError,
  type ApplicationId,
  type ApplicationReport,
  type CallCredentials,
  type CounterGroups,
  type JobId,
  type JobReport,
  type JobState,
  type TaskAttemptCompletionEvent,
  type TaskReport,
} from '@bobbin/common';
import { awaitStateChange, isTerminal, killApplication, type WaitDeps } from './applications.js';
import type { MRClient } from './connections.js';

export interface JobClientDeps extends WaitDeps {
  /** Connects to an AppMaster; the client closes what it gets. */
  readonly connect: (address: string, credentials: CallCredentials) => MRClient;
}

/** An attempt that ended, with what it said where it failed. */
export interface AttemptEnd {
  readonly event: TaskAttemptCompletionEvent;
  readonly diagnostics: readonly string[];
}

export type JobUpdate =
  /** The RM tells of a new state of the application. */
  | { readonly type: 'APPLICATION'; readonly report: ApplicationReport }
  /** The AppMaster tells how far the job is. */
  | { readonly type: 'JOB'; readonly report: JobReport; readonly running: RunningTasks | undefined }
  | { readonly type: 'ATTEMPTS'; readonly ends: readonly AttemptEnd[] };

export interface RunningTasks {
  readonly maps: number;
  readonly reduces: number;
}

/** How a job ended. */
export interface JobOutcome {
  readonly application: ApplicationReport;
  /** The AppMaster's last word; absent where it never had one or went away before it. */
  readonly job?: JobReport;
  readonly counters?: CounterGroups;
  /** Tasks that failed, with what their attempts said. */
  readonly failedTasks: readonly TaskReport[];
}

/** Least time between two questions to an AppMaster that always has news. */
const PACE_MS = 20;
/** Jobs with more tasks are not asked task by task how many run. */
const MOST_TASKS_LISTED = 1000;
const LIST_TASKS_EVERY_MS = 500;
const EVENTS_AT_ONCE = 500;

interface Last {
  job?: JobReport;
  counters?: CounterGroups;
  failedTasks: readonly TaskReport[];
  /** Ends that were told: the next AppMaster counts its events anew, and tells again what it recovered. */
  readonly told: Set<string>;
}

export class JobClient {
  constructor(private readonly deps: JobClientDeps) {}

  /**
   * Follows a job to its end, telling what is new. `listTasks` also counts running tasks. Throws what the RM says where it
   * does not know the application, and UnreachableError where it does not answer.
   */
  async *follow(
    applicationId: ApplicationId,
    options: { readonly listTasks?: boolean } = {},
  ): AsyncGenerator<JobUpdate, JobOutcome> {
    const last: Last = { failedTasks: [], told: new Set() };
    let report = await awaitStateChange(this.deps, applicationId, undefined);
    for (;;) {
      yield { type: 'APPLICATION', report };
      if (isTerminal(report.state)) return { application: report, ...outcomeOf(last) };
      const am = this.connectTo(report);
      if (!am) {
        report = await this.awaitAppMaster(report);
        continue;
      }
      try {
        const over = yield* this.followAppMaster(am, applicationId, last, options.listTasks ?? false);
        if (over) return { application: report, ...outcomeOf(last) };
      } finally {
        am.close();
      }
      // The AppMaster went away. The RM may not know yet: give it a moment rather than calling a dead address in a circle.
      await delay(this.deps.clock, this.deps.conf.get(mrClientKeys.applicationPollIntervalMs));
      report = await awaitStateChange(this.deps, applicationId, undefined);
    }
  }

  /**
   * Ends a job: its AppMaster is asked first, so that it cleans up and writes its history; after
   * `yarn.app.mapreduce.am.hard-kill-timeout-ms` the RM ends it. Resolves when it is over.
   */
  async kill(applicationId: ApplicationId, diagnostics: string): Promise<void> {
    const { rm, clock, conf } = this.deps;
    const { applicationReport } = await rm.getApplicationReport({ applicationId });
    if (isTerminal(applicationReport.state)) return;
    const am = applicationReport.state === 'RUNNING' ? this.connectTo(applicationReport) : undefined;
    if (am) {
      const deadline = clock.monotonic() + conf.get(mrClientKeys.amHardKillTimeoutMs);
      try {
        await am.killJob({ jobId: jobId(applicationId) });
        if (await this.awaitEnd(applicationId, deadline)) return;
      } catch (error) {
        if (!isGone(error)) throw error;
      } finally {
        am.close();
      }
    }
    await killApplication(this.deps, applicationId, diagnostics);
  }

  /** A connection to the job's AppMaster, if the report says where it is. The caller closes it. */
  connectTo(report: ApplicationReport): MRClient | undefined {
    if (report.state !== 'RUNNING' || report.rpcPort <= 0 || report.host === 'N/A' || report.host === '')
      return undefined;
    const credentials = report.clientToAMToken ? { token: report.clientToAMToken } : { user: report.user };
    return this.deps.connect(`${report.host}:${report.rpcPort}`, credentials);
  }

  private async awaitAppMaster(report: ApplicationReport): Promise<ApplicationReport> {
    // RUNNING without an address is between two attempts; the state alone would not change.
    if (report.state === 'RUNNING')
      await delay(this.deps.clock, this.deps.conf.get(mrClientKeys.applicationPollIntervalMs));
    return awaitStateChange(this.deps, report.applicationId, report.state === 'RUNNING' ? undefined : report.state);
  }

  /** Until the job is over (true) or the AppMaster is gone (false). */
  private async *followAppMaster(
    am: MRClient,
    applicationId: ApplicationId,
    last: Last,
    listTasks: boolean,
  ): AsyncGenerator<JobUpdate, boolean> {
    const { clock, conf } = this.deps;
    const job = jobId(applicationId);
    let knownVersion: number | undefined;
    let nextEvent = 0;
    let listedAtMs = -Infinity;
    let running: RunningTasks | undefined;
    try {
      for (;;) {
        const askedAtMs = clock.monotonic();
        const hold = knownVersion === undefined ? {} : { waitMs: conf.get(bobbinKeys.heldCallMs), knownVersion };
        const { jobReport, version } = await am.getJobReport({ jobId: job, ...hold });
        last.job = jobReport;
        nextEvent = yield* this.newEvents(am, job, nextEvent, last);
        if (listTasks && clock.monotonic() - listedAtMs >= LIST_TASKS_EVERY_MS) {
          listedAtMs = clock.monotonic();
          running = await countRunning(am, jobReport);
        }
        yield { type: 'JOB', report: jobReport, running };
        if (isOver(jobReport.state)) {
          await keepLastWords(am, jobReport, last);
          return true;
        }
        const news = version !== knownVersion;
        knownVersion = version;
        const pauseMs = news ? PACE_MS : conf.get(mrClientKeys.progressMonitorPollIntervalMs);
        const restMs = askedAtMs + pauseMs - clock.monotonic();
        if (restMs > 0) await delay(clock, restMs);
      }
    } catch (error) {
      if (isGone(error)) return last.job !== undefined && isOver(last.job.state);
      throw error;
    }
  }

  /** The number of the event after the last. */
  private async *newEvents(am: MRClient, job: JobId, first: number, last: Last): AsyncGenerator<JobUpdate, number> {
    for (let next = first; ;) {
      const { completionEvents } = await am.getTaskAttemptCompletionEvents({
        jobId: job,
        fromEventId: next,
        maxEvents: EVENTS_AT_ONCE,
      });
      if (completionEvents.length === 0) return next;
      next += completionEvents.length;
      const ends: AttemptEnd[] = [];
      for (const event of completionEvents) {
        const name = `${event.attemptId} ${event.status}`;
        if (last.told.has(name)) continue;
        last.told.add(name);
        const failed = event.status === 'FAILED' || event.status === 'TIPFAILED';
        const diagnostics = failed ? (await am.getDiagnostics({ taskAttemptId: event.attemptId })).diagnostics : [];
        ends.push({ event, diagnostics });
      }
      if (ends.length > 0) yield { type: 'ATTEMPTS', ends };
    }
  }

  private async awaitEnd(applicationId: ApplicationId, deadlineMs: number): Promise<boolean> {
    const { rm, clock, conf } = this.deps;
    for (;;) {
      const leftMs = deadlineMs - clock.monotonic();
      if (leftMs <= 0) return false;
      const waitMs = Math.min(leftMs, conf.get(bobbinKeys.heldCallMs));
      const { applicationReport } = await rm.getApplicationReport({ applicationId, waitMs, knownState: 'RUNNING' });
      if (isTerminal(applicationReport.state)) return true;
      await delay(clock, Math.min(leftMs, PACE_MS));
    }
  }
}

function outcomeOf({ job, counters, failedTasks }: Last): Omit<JobOutcome, 'application'> {
  return { failedTasks, ...(job && { job }), ...(counters && { counters }) };
}

/** Whether a job in this state is over. */
export function isOver(state: JobState): boolean {
  return state === 'SUCCEEDED' || state === 'FAILED' || state === 'KILLED' || state === 'ERROR';
}

/** Not there any more, or one of another attempt, whose tokens are others. */
function isGone(error: unknown): boolean {
  return error instanceof YarnError && (error.code === 'UNREACHABLE' || error.code === 'INVALID_TOKEN');
}

async function countRunning(am: MRClient, report: JobReport): Promise<RunningTasks | undefined> {
  if (report.mapsTotal + report.reducesTotal > MOST_TASKS_LISTED) return undefined;
  const count = async (taskType: 'MAP' | 'REDUCE'): Promise<number> => {
    const { taskReports } = await am.getTaskReports({ jobId: report.jobId, taskType });
    return taskReports.filter(({ state }) => state === 'RUNNING').length;
  };
  return { maps: await count('MAP'), reduces: await count('REDUCE') };
}

/** What only the AppMaster can tell, while it lingers. */
async function keepLastWords(am: MRClient, report: JobReport, last: Last): Promise<void> {
  const { jobId: job } = report;
  last.counters = (await am.getCounters({ jobId: job })).counters;
  if (report.state !== 'FAILED') return;
  const reports = await Promise.all(
    (['MAP', 'REDUCE'] as const).map((taskType) => am.getTaskReports({ jobId: job, taskType })),
  );
  last.failedTasks = reports.flatMap(({ taskReports }) => taskReports.filter(({ state }) => state === 'FAILED'));
}
