/**
 * JobInfo: a job as its history tells it. Hadoop: mapreduce.jobhistory.JobHistoryParser.JobInfo (reference mapreduce.md 6.6).
 * Feed it the events in order, at any point of a growing file; it holds tasks and attempts with their last word. An attempt
 * that fails or is killed after it had been its task's success takes that success back (a map whose output was lost).
 */
import type { ContainerId, JobId, TaskAttemptId, TaskId, TaskType } from '../records/ids.js';
import type { CounterGroups, TaskAttemptState, TaskState } from '../records/protocols.js';
import { assertNever } from '../errors.js';
import type {
  AMStartedRecord,
  HistoryEvent,
  MapAttemptFinishedRecord,
  ReduceAttemptFinishedRecord,
  TaskAttemptStartedRecord,
  TaskAttemptUnsuccessfulCompletionRecord,
} from './history-events.js';

export interface AttemptInfo {
  readonly attemptId: TaskAttemptId;
  /** RUNNING until its end stands in the history. */
  state: TaskAttemptState;
  readonly startTimeMs: number;
  /** When a later AppMaster took it over while it ran; 0 if none did. */
  adoptTimeMs: number;
  /** 0 while it runs. */
  finishTimeMs: number;
  shuffleFinishTimeMs: number;
  sortFinishTimeMs: number;
  readonly trackerName: string;
  readonly httpPort: number;
  readonly shufflePort: number;
  readonly containerId: ContainerId;
  counters: CounterGroups;
  error: string;
}

export interface TaskInfo {
  readonly taskId: TaskId;
  readonly taskType: TaskType;
  state: TaskState;
  readonly startTimeMs: number;
  finishTimeMs: number;
  readonly attempts: Map<TaskAttemptId, AttemptInfo>;
  successfulAttemptId: TaskAttemptId | undefined;
  failedDueToAttempt: TaskAttemptId | undefined;
  counters: CounterGroups;
  error: string;
}

export class JobInfo {
  jobName = '';
  user = '';
  queue = '';
  /** Hadoop's word: PREP-like states until the end, then SUCCEEDED, FAILED, KILLED or ERROR. */
  status = 'RUNNING';
  submitTimeMs = 0;
  launchTimeMs = 0;
  /** 0 while it runs. */
  finishTimeMs = 0;
  totalMaps = 0;
  totalReduces = 0;
  uberized = false;
  diagnostics = '';
  totalCounters: CounterGroups = {};
  mapCounters: CounterGroups = {};
  reduceCounters: CounterGroups = {};
  readonly amInfos: AMStartedRecord[] = [];
  readonly tasks = new Map<TaskId, TaskInfo>();

  constructor(readonly jobId: JobId) {}

  /** Tasks of a kind that ended in this state. */
  count(type: TaskType, state: TaskState): number {
    let n = 0;
    for (const task of this.tasks.values()) if (task.taskType === type && task.state === state) n++;
    return n;
  }

  /** The next event of the file. */
  add(event: HistoryEvent): void {
    switch (event.type) {
      case 'AM_STARTED':
        this.amInfos.push(event);
        return;
      case 'JOB_SUBMITTED':
        this.jobName = event.jobName;
        this.user = event.userName;
        this.queue = event.jobQueueName;
        this.submitTimeMs = event.submitTimeMs;
        return;
      case 'JOB_INITED':
        this.launchTimeMs = event.launchTimeMs;
        this.totalMaps = event.totalMaps;
        this.totalReduces = event.totalReduces;
        this.uberized = event.uberized;
        return;
      case 'JOB_INFO_CHANGED':
        this.submitTimeMs = event.submitTimeMs;
        this.launchTimeMs = event.launchTimeMs;
        return;
      case 'JOB_QUEUE_CHANGED':
        this.queue = event.jobQueueName;
        return;
      case 'JOB_PRIORITY_CHANGED':
        return;
      case 'JOB_STATUS_CHANGED':
        this.status = event.jobStatus;
        return;
      case 'JOB_FINISHED':
        this.status = 'SUCCEEDED';
        this.finishTimeMs = event.finishTimeMs;
        this.totalCounters = event.totalCounters;
        this.mapCounters = event.mapCounters;
        this.reduceCounters = event.reduceCounters;
        return;
      case 'JOB_FAILED':
      case 'JOB_KILLED':
      case 'JOB_ERROR':
        this.status = event.jobStatus;
        this.finishTimeMs = event.finishTimeMs;
        this.diagnostics = event.diagnostics;
        return;
      case 'TASK_STARTED':
        this.tasks.set(event.taskId, aTask(event.taskId, event.taskType, event.startTimeMs));
        return;
      case 'TASK_UPDATED':
        this.change(event.taskId, { finishTimeMs: event.finishTimeMs });
        return;
      case 'TASK_FINISHED':
        this.change(event.taskId, {
          state: 'SUCCEEDED',
          finishTimeMs: event.finishTimeMs,
          counters: event.counters,
          successfulAttemptId: event.successfulAttemptId,
        });
        return;
      case 'TASK_FAILED':
        this.change(event.taskId, {
          state: event.status,
          finishTimeMs: event.finishTimeMs,
          error: event.error,
          failedDueToAttempt: event.failedDueToAttempt,
          ...(event.counters ? { counters: event.counters } : {}),
        });
        return;
      case 'MAP_ATTEMPT_STARTED':
      case 'REDUCE_ATTEMPT_STARTED':
        this.attemptStarted(event);
        return;
      case 'MAP_ATTEMPT_ADOPTED':
      case 'REDUCE_ATTEMPT_ADOPTED': {
        const attempt = this.tasks.get(event.taskId)?.attempts.get(event.attemptId);
        if (attempt) attempt.adoptTimeMs = event.adoptTimeMs;
        return;
      }
      case 'MAP_ATTEMPT_FINISHED':
      case 'REDUCE_ATTEMPT_FINISHED':
        this.attemptFinished(event);
        return;
      case 'MAP_ATTEMPT_FAILED':
      case 'MAP_ATTEMPT_KILLED':
      case 'REDUCE_ATTEMPT_FAILED':
      case 'REDUCE_ATTEMPT_KILLED':
        this.attemptUnsuccessful(event);
        return;
      default:
        assertNever(event, 'history event');
    }
  }

  private change(id: TaskId, by: Partial<TaskInfo>): void {
    const task = this.tasks.get(id);
    if (task) Object.assign(task, by);
  }

  private attemptStarted(event: TaskAttemptStartedRecord): void {
    this.tasks.get(event.taskId)?.attempts.set(event.attemptId, {
      attemptId: event.attemptId,
      state: 'RUNNING',
      startTimeMs: event.startTimeMs,
      adoptTimeMs: 0,
      finishTimeMs: 0,
      shuffleFinishTimeMs: 0,
      sortFinishTimeMs: 0,
      trackerName: event.trackerName,
      httpPort: event.httpPort,
      shufflePort: event.shufflePort,
      containerId: event.containerId,
      counters: {},
      error: '',
    });
  }

  private attemptFinished(event: MapAttemptFinishedRecord | ReduceAttemptFinishedRecord): void {
    const attempt = this.tasks.get(event.taskId)?.attempts.get(event.attemptId);
    if (!attempt) return;
    attempt.state = 'SUCCEEDED';
    attempt.finishTimeMs = event.finishTimeMs;
    attempt.counters = event.counters;
    if (event.type === 'REDUCE_ATTEMPT_FINISHED') {
      attempt.shuffleFinishTimeMs = event.shuffleFinishTimeMs;
      attempt.sortFinishTimeMs = event.sortFinishTimeMs;
    }
  }

  private attemptUnsuccessful(event: TaskAttemptUnsuccessfulCompletionRecord): void {
    const task = this.tasks.get(event.taskId);
    const attempt = task?.attempts.get(event.attemptId);
    if (!task || !attempt) return;
    attempt.state = event.status;
    attempt.finishTimeMs = event.finishTimeMs;
    attempt.error = event.error;
    if (event.counters) attempt.counters = event.counters;
    if (task.successfulAttemptId !== event.attemptId) return;
    task.successfulAttemptId = undefined;
    task.state = 'RUNNING';
    task.finishTimeMs = 0;
  }
}

function aTask(taskId: TaskId, taskType: TaskType, startTimeMs: number): TaskInfo {
  return {
    taskId,
    taskType,
    state: 'SCHEDULED',
    startTimeMs,
    finishTimeMs: 0,
    attempts: new Map(),
    successfulAttemptId: undefined,
    failedDueToAttempt: undefined,
    counters: {},
    error: '',
  };
}
