/**
 * MRClientService: what clients may ask of a running job, and tell it. Hadoop: mapreduce.v2.app.client.MRClientService.
 * Reads go to the job's views; kills become events, with a diagnostic before each that names the caller. `getJobReport` may be
 * held until the report differs from the one the client has (`knownVersion`); progress is seen at most every so often, so
 * that a busy job does not answer thousands of times a second.
 */
import {
  BadRequestError,
  parseJobId,
  parseTaskAttemptId,
  parseTaskId,
  type Caller,
  type Clock,
  type Empty,
  type EventSink,
  type Handlers,
  type JobId,
  type MRClientProtocol,
  type TaskAttemptId,
  type TaskId,
} from '@bobbin/common';
import type { JobView, TaskAttemptView, TaskView } from '../app-context.js';
import { UnknownInJobError } from '../errors.js';
import type { MRAppEvent } from '../events.js';

export interface MRClientServiceDeps {
  readonly clock: Clock;
  readonly dispatcher: EventSink<MRAppEvent>;
  readonly job: () => JobView;
  /** Shortest time between two answers of a held getJobReport, in milliseconds. Terminal states are told at once. */
  readonly reportPaceMs?: number;
  /** Longest hold, in milliseconds, whatever the client asks for. */
  readonly maxHoldMs?: number;
}

const DEFAULT_PACE_MS = 100;
const DEFAULT_MAX_HOLD_MS = 60_000;
const MAX_EVENTS = 10_000;

type Request<M extends keyof MRClientProtocol> = Parameters<MRClientProtocol[M]>[0];
type Answer<M extends keyof MRClientProtocol> = Awaited<ReturnType<MRClientProtocol[M]>>;

const who = (caller: Caller): string => (caller.kind === 'user' ? caller.user : caller.kind);

export class MRClientService implements Handlers<MRClientProtocol> {
  private readonly releases = new Set<() => void>();

  constructor(private readonly deps: MRClientServiceDeps) {}

  /** Answers what is held, at the end of the AM. */
  stop(): void {
    for (const release of [...this.releases]) release();
  }

  async getJobReport({ jobId, waitMs, knownVersion }: Request<'getJobReport'>): Promise<Answer<'getJobReport'>> {
    const job = this.jobOf(jobId);
    if (waitMs !== undefined && waitMs > 0 && knownVersion === job.version) await this.changed(job, waitMs);
    return { jobReport: job.report(), version: job.version };
  }

  getCounters({ jobId }: Request<'getCounters'>): Answer<'getCounters'> {
    return { counters: this.jobOf(jobId).counters() };
  }

  getTaskReport({ taskId }: Request<'getTaskReport'>): Answer<'getTaskReport'> {
    return { taskReport: this.taskOf(taskId).report() };
  }

  getTaskReports({ jobId, taskType }: Request<'getTaskReports'>): Answer<'getTaskReports'> {
    return { taskReports: Array.from(this.jobOf(jobId).tasks(taskType), (task) => task.report()) };
  }

  getTaskAttemptReport({ taskAttemptId }: Request<'getTaskAttemptReport'>): Answer<'getTaskAttemptReport'> {
    return { taskAttemptReport: this.attemptOf(taskAttemptId).report() };
  }

  getTaskAttemptCompletionEvents({
    jobId,
    fromEventId,
    maxEvents,
  }: Request<'getTaskAttemptCompletionEvents'>): Answer<'getTaskAttemptCompletionEvents'> {
    const job = this.jobOf(jobId);
    if (!(fromEventId >= 0)) throw new BadRequestError(`fromEventId is ${fromEventId}; event ids start at 0`);
    return { completionEvents: job.completionEvents(fromEventId, Math.min(Math.max(0, maxEvents), MAX_EVENTS)) };
  }

  getDiagnostics({ taskAttemptId }: Request<'getDiagnostics'>): Answer<'getDiagnostics'> {
    return { diagnostics: this.attemptOf(taskAttemptId).diagnostics };
  }

  killJob({ jobId }: Request<'killJob'>, caller: Caller): Empty {
    this.jobOf(jobId);
    const diagnostics = `Kill job ${jobId} received from ${who(caller)}`;
    this.tell({ domain: 'job', type: 'JOB_DIAGNOSTIC_UPDATE', diagnostics });
    this.tell({ domain: 'job', type: 'JOB_KILL' });
    return {};
  }

  killTask({ taskId }: Request<'killTask'>, caller: Caller): Empty {
    this.taskOf(taskId);
    const diagnostics = `Kill task ${taskId} received from ${who(caller)}`;
    this.tell({ domain: 'task', type: 'T_KILL', taskId, diagnostics });
    return {};
  }

  killTaskAttempt({ taskAttemptId: attemptId }: Request<'killTaskAttempt'>, caller: Caller): Empty {
    this.attemptOf(attemptId);
    const diagnostics = `Kill task attempt ${attemptId} received from ${who(caller)}`;
    this.tell({ domain: 'taskattempt', type: 'TA_KILL', attemptId, diagnostics });
    return {};
  }

  failTaskAttempt({ taskAttemptId: attemptId }: Request<'failTaskAttempt'>, caller: Caller): Empty {
    this.attemptOf(attemptId);
    const diagnostics = `Fail task attempt ${attemptId} received from ${who(caller)}`;
    this.tell({ domain: 'taskattempt', type: 'TA_DIAGNOSTICS_UPDATE', attemptId, diagnostics });
    this.tell({ domain: 'taskattempt', type: 'TA_FAILMSG_BY_CLIENT', attemptId });
    return {};
  }

  /** Resolves after the next change, not earlier than the pace allows; or when the hold is over, or at `stop`. */
  private changed(job: JobView, waitMs: number): Promise<void> {
    const { clock, reportPaceMs = DEFAULT_PACE_MS, maxHoldMs = DEFAULT_MAX_HOLD_MS } = this.deps;
    return new Promise((resolve) => {
      let pace = false;
      let due = false;
      const state = job.state;
      const end = (): void => {
        unsubscribe();
        hold.cancel();
        pacing.cancel();
        this.releases.delete(end);
        resolve();
      };
      const unsubscribe = job.onChange(() => {
        due = true;
        if (pace || job.state !== state) end();
      });
      const pacing = clock.after(reportPaceMs, () => {
        pace = true;
        if (due) end();
      });
      const hold = clock.after(Math.min(waitMs, maxHoldMs), end);
      this.releases.add(end);
    });
  }

  private jobOf(id: JobId): JobView {
    parseJobId(id);
    const job = this.deps.job();
    if (job.id !== id) throw new UnknownInJobError('job', id, job.id);
    return job;
  }

  private taskOf(id: TaskId): TaskView {
    const job = this.jobOf(parseTaskId(id).jobId);
    const task = job.task(id);
    if (!task) throw new UnknownInJobError('task', id, job.id);
    return task;
  }

  private attemptOf(id: TaskAttemptId): TaskAttemptView {
    const job = this.jobOf(parseTaskId(parseTaskAttemptId(id).taskId).jobId);
    const attempt = job.attempt(id);
    if (!attempt) throw new UnknownInJobError('task attempt', id, job.id);
    return attempt;
  }

  private tell(event: MRAppEvent): void {
    this.deps.dispatcher.dispatch(event);
  }
}
