/**
 * What a history says of its job as a whole: the settings the machines need and the file does not hold (how many attempts, how many
 * failed tasks), read from how things went, and what is still to come of an attempt or a task. Pure; for HistoryReplay.
 */
import {
  jobId as jobIdOf,
  nodeId,
  parseApplicationAttemptId,
  parseNodeId,
  parseTaskAttemptId,
  taskId as taskIdOf,
  taskTypeOf,
  type AMStartedRecord,
  type ApplicationAttemptId,
  type HistoryEvent,
  type HistoryEventType,
  type JobId,
  type NodeId,
  type TaskAttemptId,
  type TaskAttemptStartedRecord,
  type TaskId,
  type TaskType,
} from '@bobbin/common';
import type { RecoveredAttempt, RecoveredTask, TaskSplit } from '../app-context.js';
import { recoveredAttempt, runningAttempt, type AttemptEnd } from '../recovery/recovered-attempt.js';

export type RecordOf<T extends HistoryEventType> = Extract<HistoryEvent, { readonly type: T }>;
type JobEnd = RecordOf<'JOB_FINISHED' | 'JOB_FAILED' | 'JOB_KILLED' | 'JOB_ERROR'>;

const isStart = (event: HistoryEvent): event is TaskAttemptStartedRecord => event.type.endsWith('_ATTEMPT_STARTED');
const isAttemptEnd = (event: HistoryEvent): event is AttemptEnd => 'attemptId' in event && 'finishTimeMs' in event;

/** The last record of a job. */
export const isJobEnd = (event: HistoryEvent): event is JobEnd =>
  /^JOB_(FINISHED|FAILED|KILLED|ERROR)$/.test(event.type);

export class HistoryFacts {
  readonly submitted: RecordOf<'JOB_SUBMITTED'> | undefined;
  readonly inited: RecordOf<'JOB_INITED'> | undefined;
  readonly end: JobEnd | undefined;
  readonly am: AMStartedRecord | undefined;
  /** A later AppMaster copied the file and ended the job without running it. */
  readonly endedByLaterAM: boolean;
  private readonly starts = new Map<TaskAttemptId, TaskAttemptStartedRecord>();
  private readonly firstEnds = new Map<TaskAttemptId, AttemptEnd>();
  private readonly lastStarted = new Map<TaskId, TaskAttemptId>();
  private readonly taskStarts = new Map<TaskId, RecordOf<'TASK_STARTED'>>();
  private readonly taskEnds = new Map<TaskId, RecordOf<'TASK_FINISHED' | 'TASK_FAILED'>>();
  private readonly failures = new Map<TaskId, number>();
  /** Attempts that failed their task. */
  private readonly fatal = new Set<TaskAttemptId>();

  constructor(readonly events: readonly HistoryEvent[]) {
    const find = <T extends HistoryEventType>(type: T) =>
      events.find((event): event is RecordOf<T> => event.type === type);
    this.submitted = find('JOB_SUBMITTED');
    this.inited = find('JOB_INITED');
    this.end = events.find(isJobEnd);
    const submittedAt = events.findIndex(({ type }) => type === 'JOB_SUBMITTED');
    const isAM = (event: HistoryEvent): event is AMStartedRecord => event.type === 'AM_STARTED';
    this.am = (submittedAt < 0 ? events : events.slice(0, submittedAt)).filter(isAM).at(-1);
    this.endedByLaterAM = submittedAt >= 0 && events.slice(submittedAt).some(isAM);
    for (const event of events) this.note(event);
  }

  get jobId(): JobId | undefined {
    if (this.submitted) return this.submitted.jobId;
    return this.am && jobIdOf(parseApplicationAttemptId(this.am.applicationAttemptId).applicationId);
  }

  get applicationAttemptId(): ApplicationAttemptId | undefined {
    return this.am?.applicationAttemptId;
  }

  start(attemptId: TaskAttemptId): TaskAttemptStartedRecord | undefined {
    return this.starts.get(attemptId);
  }

  /** Whether the next attempt of the task that is told was made in its place: one after it, and not to speculate. */
  isSucceededBy(attemptId: TaskAttemptId): boolean {
    const { taskId, attempt } = parseTaskAttemptId(attemptId);
    for (const start of this.starts.values()) {
      if (start.taskId !== taskId || parseTaskAttemptId(start.attemptId).attempt <= attempt) continue;
      return start.avataar !== 'SPECULATIVE';
    }
    return false;
  }

  /** What was told first of how an attempt ended; a success may be taken back later. */
  firstEnd(attemptId: TaskAttemptId): AttemptEnd | undefined {
    return this.firstEnds.get(attemptId);
  }

  taskEnd(taskId: TaskId): RecordOf<'TASK_FINISHED' | 'TASK_FAILED'> | undefined {
    return this.taskEnds.get(taskId);
  }

  /** Whether the job ran and ended, or ran on, without a word of this task. */
  neverStarts(taskId: TaskId): boolean {
    return !this.taskStarts.has(taskId) && (this.end !== undefined || this.starts.size > 0);
  }

  /** Whether the first that is told of a task after this record is that it was killed. */
  isKilledNext(record: HistoryEvent & { readonly taskId: TaskId }): boolean {
    const from = this.events.indexOf(record) + 1;
    const next = this.events.find((event, at) => at >= from && 'taskId' in event && event.taskId === record.taskId);
    return next?.type === 'TASK_FAILED' && next.status === 'KILLED';
  }

  /** Whether nothing more is told of a task after this end of an attempt than that it was killed too. */
  endsItsTask({ attemptId, taskId }: AttemptEnd): boolean {
    const end = this.taskEnds.get(taskId);
    return this.lastStarted.get(taskId) === attemptId && end?.type === 'TASK_FAILED' && end.status === 'KILLED';
  }

  /** Attempts whose start is told after this record. */
  startsAfter(record: HistoryEvent): TaskAttemptId[] {
    return this.events
      .slice(this.events.indexOf(record))
      .filter(isStart)
      .map(({ attemptId }) => attemptId);
  }

  /** The node of an attempt: Hadoop's trackers are hosts, the port stands where the attempt ends. */
  nodeOf(start: TaskAttemptStartedRecord): NodeId {
    const { trackerName } = start;
    if (/:\d+$/.test(trackerName)) return nodeId(parseNodeId(trackerName).host, portOf(trackerName));
    return nodeId(trackerName, Math.max(0, this.firstEnds.get(start.attemptId)?.port ?? 0));
  }

  /** One for each map, with the hosts the file tells. */
  splits(jobId: JobId): TaskSplit[] {
    return Array.from({ length: this.inited?.totalMaps ?? 0 }, (_, n) => {
      const hosts = this.taskStarts.get(taskIdOf(jobId, 'MAP', n))?.splitLocations.split(',') ?? [];
      return { path: '', start: 0, length: 0, hosts: hosts.filter((host) => host !== '') };
    });
  }

  /** The smallest limit under which every task that failed may have failed and no other had to. */
  maxAttempts(type: TaskType): number {
    let limit = 1;
    for (const [taskId, failures] of this.failures) {
      if (taskTypeOf(taskId) !== type) continue;
      limit = Math.max(limit, this.hasFailed(taskId) ? failures : failures + 1);
    }
    return limit;
  }

  /** Whether an attempt failed its task before the limit was reached: it asked for that. */
  isFastFail(attemptId: TaskAttemptId): boolean {
    const { taskId } = parseTaskAttemptId(attemptId);
    return this.fatal.has(attemptId) && (this.failures.get(taskId) ?? 0) < this.maxAttempts(taskTypeOf(taskId));
  }

  /** The percentage of failed tasks that the job bore: all of them, unless the last was the one that failed the job. */
  failuresMaxPercent(type: TaskType, total: number): number {
    const failed = [...this.taskEnds.values()].filter(
      ({ type: end, taskId }) => end === 'TASK_FAILED' && this.hasFailed(taskId),
    );
    const count = failed.filter(({ taskId }) => taskTypeOf(taskId) === type).length;
    const [last] = failed.slice(-1);
    const isToBlame = this.end?.type === 'JOB_FAILED' && this.end.diagnostics.includes('Job failed as tasks failed');
    const borne = isToBlame && last && taskTypeOf(last.taskId) === type ? count - 1 : count;
    return total === 0 ? 0 : (borne * 100) / total;
  }

  /** Whether maps went on when all reduces were done. */
  get mapsOutliveReduces(): boolean {
    const reduceEnds = this.events.findLastIndex(({ type }) => type === 'REDUCE_ATTEMPT_FINISHED');
    const mapEnds = this.events.findLastIndex(({ type }) => type === 'MAP_ATTEMPT_FINISHED');
    return reduceEnds >= 0 && mapEnds > reduceEnds;
  }

  /** Tasks that an earlier AppMaster had begun: they have attempts numbered below `firstAttempt`. */
  recovered(firstAttempt: number): ReadonlyMap<TaskId, RecoveredTask> {
    const tasks = new Map<TaskId, RecoveredTask>();
    for (const start of this.starts.values()) {
      const { taskId, attempt } = parseTaskAttemptId(start.attemptId);
      if (attempt >= firstAttempt) continue;
      const startTimeMs = this.taskStarts.get(taskId)?.startTimeMs ?? 0;
      const earlier = tasks.get(taskId)?.attempts ?? [];
      const attempts = [...earlier, ...this.recoveredAttempt(start)];
      const status = attempts.some(({ state }) => state === 'SUCCEEDED') ? 'SUCCEEDED' : 'RUNNING';
      tasks.set(taskId, { taskId, status, startTimeMs, attempts });
    }
    return tasks;
  }

  private recoveredAttempt(start: TaskAttemptStartedRecord): RecoveredAttempt[] {
    const end = this.firstEnds.get(start.attemptId);
    // Of a file that was cut, the end of one that had ended may be what is missing.
    const mayRun = start.awaited === true || (!end && !this.end);
    if (mayRun) return [runningAttempt(start, this.nodeOf(start))];
    return end ? [recoveredAttempt(start, end, this.nodeOf(start))] : [];
  }

  private hasFailed(taskId: TaskId): boolean {
    const end = this.taskEnds.get(taskId);
    return end?.type === 'TASK_FAILED' && end.status === 'FAILED';
  }

  private note(event: HistoryEvent): void {
    if (isStart(event)) {
      this.starts.set(event.attemptId, event);
      this.lastStarted.set(event.taskId, event.attemptId);
    } else if (isAttemptEnd(event)) {
      if (!this.firstEnds.has(event.attemptId)) this.firstEnds.set(event.attemptId, event);
      if ('status' in event && event.status === 'FAILED') {
        this.failures.set(event.taskId, (this.failures.get(event.taskId) ?? 0) + 1);
      }
    } else if (event.type === 'TASK_STARTED') {
      this.taskStarts.set(event.taskId, event);
    } else if (event.type === 'TASK_FINISHED' || event.type === 'TASK_FAILED') {
      this.taskEnds.set(event.taskId, event);
      if (event.type === 'TASK_FAILED' && event.failedDueToAttempt) this.fatal.add(event.failedDueToAttempt);
    }
  }
}

const portOf = (tracker: string): number => Number(tracker.slice(tracker.lastIndexOf(':') + 1));
