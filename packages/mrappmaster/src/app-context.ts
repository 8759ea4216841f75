/**
 * AppContext: what the AM's rooms may ask of each other, and the records they share. Hadoop: v2.app.AppContext, plus the
 * narrow sides of TaskAttemptListener and TaskAttemptFinishingMonitor that an attempt calls. Everything else travels as
 * an event. Job and its tasks are read here through views; only the dispatcher's handlers change them.
 */
import type {
  AttemptTimes,
  ProgressSplits,
  ApplicationAttemptId,
  ApplicationId,
  Avataar,
  Clock,
  ContainerId,
  CounterGroups,
  EventSink,
  JobId,
  JobReport,
  JobState,
  NodeId,
  Phase,
  Resource,
  TaskAttemptCompletionEvent,
  TaskAttemptId,
  TaskAttemptReport,
  TaskAttemptState,
  TaskId,
  TaskReport,
  TaskState,
  TaskType,
  UberConf,
} from '@bobbin/common';
import type { InputSplit, TaskSpec } from '@bobbin/mapreduce/runtime';
import type { MRAppEvent } from './events.js';

/** One line of `job.splits.jsonl`. */
export type TaskSplit = InputSplit;

/** What `getTask` hands to a child: which attempt it is, and its share of the input. */
export type RemoteTask = TaskSpec;

/** What the history of an earlier AM attempt says of an attempt of a task. */
export interface RecoveredAttempt {
  readonly attemptId: TaskAttemptId;
  /** RUNNING: its end is not told, and its process may still be at work. */
  readonly state: 'SUCCEEDED' | 'FAILED' | 'KILLED' | 'RUNNING';
  readonly startTimeMs: number;
  /** 0 where no end is told. */
  readonly finishTimeMs: number;
  readonly shuffleFinishTimeMs: number;
  readonly sortFinishTimeMs: number;
  readonly mapFinishTimeMs?: number;
  readonly times?: AttemptTimes;
  /** The task's own last status text. */
  readonly stateString?: string;
  readonly splits?: ProgressSplits;
  readonly containerId: ContainerId;
  readonly nodeId: NodeId;
  readonly nodeHttpAddress: string;
  readonly rackName: string;
  readonly shufflePort: number;
  readonly counters: CounterGroups;
  readonly diagnostics: string;
  readonly avataar: Avataar;
}

/** A task that was begun; its attempts in the order they finished, those that ran at the end. */
export interface RecoveredTask {
  readonly taskId: TaskId;
  readonly status: 'SUCCEEDED' | 'FAILED' | 'KILLED' | 'RUNNING';
  readonly startTimeMs: number;
  readonly attempts: readonly RecoveredAttempt[];
}

/** The settings of one kind of task. Hadoop's keys, with `map` or `reduce` for `*`. */
export interface TaskConf {
  /** `mapreduce.*.memory.mb`, `mapreduce.*.cpu.vcores`. */
  readonly resource: Resource;
  /** `mapreduce.*.maxattempts`, at least 1. */
  readonly maxAttempts: number;
  /** `mapreduce.*.failures.maxpercent`, 0..100: more failed tasks than this fail the job. */
  readonly failuresMaxPercent: number;
  /** `mapreduce.*.speculative`. */
  readonly speculative: boolean;
}

/** What the job, its tasks and attempts need of the configuration; made once from `job.json` by the composition. */
export interface JobConf {
  readonly jobName: string;
  readonly user: string;
  readonly queue: string;
  readonly submitTimeMs: number;
  readonly jobConfPath: string;
  readonly numReduces: number;
  readonly inputBytes: number;
  readonly map: TaskConf;
  readonly reduce: TaskConf;
  readonly uber: UberConf;
  /** `mapreduce.reduce.shuffle.max-fetch-failures-notifications`. */
  readonly maxFetchFailureNotifications: number;
  /** `mapreduce.reduce.shuffle.max-fetch-failures-fraction`, 0..1. */
  readonly maxFetchFailuresFraction: number;
  /** `mapreduce.job.finish-when-all-reducers-done`. */
  readonly finishWhenAllReducersDone: boolean;
  /** `yarn.app.mapreduce.am.job.committer.cancel-timeout`: how long FAIL_WAIT waits for killed tasks. */
  readonly failWaitTimeoutMs: number;
  /** `yarn.scheduler.minimum-allocation-mb`: the unit of the SLOTS_MILLIS counters. */
  readonly minimumAllocationMb: number;
  /** Who may view and modify the job, by ACL name. */
  readonly acls: Readonly<Record<string, string>>;
  /** The AM's own pages, or empty. */
  readonly trackingUrl: string;
  /** Where this attempt's history is written. */
  readonly historyFile: string;
}

/** The umbilical's side that an attempt calls. Hadoop: TaskAttemptListener. Safe to call for unknown ids. */
export interface TaskAttemptRegistry {
  /** Before launch: when a child of this container asks, this is its task, once `registerLaunchedTask` was called. */
  registerPendingTask(containerId: ContainerId, task: RemoteTask): void;
  /** The container runs: hand out the task, watch its heartbeats. */
  registerLaunchedTask(attemptId: TaskAttemptId, containerId: ContainerId): void;
  /** Ours: an attempt of an earlier AM has this task in its hands; late calls of its child are answered from now on. */
  adopt(attemptId: TaskAttemptId, containerId: ContainerId, task: RemoteTask): void;
  /** Its task allowed this attempt, and no other, to commit: a `canCommit` that is held may be answered. */
  grantCommit(attemptId: TaskAttemptId): void;
  /** The attempt is over, in this state: forget its task, stop watching; late calls are still answered for a while. */
  unregister(attemptId: TaskAttemptId, containerId: ContainerId, state: TaskAttemptState): void;
  /** Ours: no further task comes for this container; its child, which asks or will ask, is told to exit. */
  dismiss(containerId: ContainerId): void;
}

/** Watches attempts that said they were done until their container ends. Hadoop: TaskAttemptFinishingMonitor. */
export interface FinishingMonitor {
  register(attemptId: TaskAttemptId): void;
  unregister(attemptId: TaskAttemptId): void;
}

/** A line of the AM's log. */
export interface AppLog {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Read side of an attempt. */
export interface TaskAttemptView {
  readonly id: TaskAttemptId;
  readonly taskId: TaskId;
  /** External state; `isFinished` is SUCCEEDED, FAILED or KILLED by it. */
  readonly state: TaskAttemptState;
  readonly isFinished: boolean;
  readonly progress: number;
  readonly phase: Phase;
  readonly containerId: ContainerId | undefined;
  readonly nodeId: NodeId | undefined;
  readonly nodeHttpAddress: string | undefined;
  /** 0: not launched yet; not finished yet. */
  readonly launchTimeMs: number;
  readonly finishTimeMs: number;
  readonly diagnostics: readonly string[];
  report(): TaskAttemptReport;
}

/** Read side of a task. */
export interface TaskView {
  readonly id: TaskId;
  readonly type: TaskType;
  readonly state: TaskState;
  readonly isFinished: boolean;
  readonly progress: number;
  readonly attempts: ReadonlyMap<TaskAttemptId, TaskAttemptView>;
  /** Whether this attempt was granted the commit. The caller checks the commit window. */
  canCommit(attemptId: TaskAttemptId): boolean;
  report(): TaskReport;
}

/** Read side of the job. */
export interface JobView {
  readonly id: JobId;
  /** As clients may see it: a terminal state is masked until `AppContext.hasSuccessfullyUnregistered`. */
  readonly state: JobState;
  /** The machine's own state, unmasked. */
  readonly internalState: string;
  /** SUCCEEDED, FAILED, KILLED, ERROR or REBOOT has been reached, masked or not. */
  readonly isFinished: boolean;
  readonly isUber: boolean;
  readonly numMaps: number;
  readonly numReduces: number;
  readonly completedMaps: number;
  readonly completedReduces: number;
  readonly succeededMaps: number;
  readonly succeededReduces: number;
  /** 0..1 over setup, maps, reduces and clean-up, as told to the RM. */
  readonly progress: number;
  readonly diagnostics: readonly string[];
  /** Grows with each change a client could see in the report. */
  readonly version: number;
  /** Calls back after each change of `version`; returns how to stop. */
  onChange(listener: () => void): () => void;
  task(taskId: TaskId): TaskView | undefined;
  attempt(attemptId: TaskAttemptId): TaskAttemptView | undefined;
  tasks(type?: TaskType): Iterable<TaskView>;
  report(): JobReport;
  counters(): CounterGroups;
  completionEvents(fromEventId: number, maxEvents: number): readonly TaskAttemptCompletionEvent[];
  /** As `completionEvents`, maps only and numbered anew from 0: what reducers read. */
  mapCompletionEvents(fromEventId: number, maxEvents: number): readonly TaskAttemptCompletionEvent[];
}

/** What every room of the AM is given. */
export interface AppContext {
  readonly applicationId: ApplicationId;
  readonly applicationAttemptId: ApplicationAttemptId;
  /** 1 for the first AM of the application; attempts of tasks are numbered from (attempt - 1) * 1000. */
  readonly attemptNumber: number;
  readonly jobId: JobId;
  readonly startTimeMs: number;
  readonly clock: Clock;
  readonly dispatcher: EventSink<MRAppEvent>;
  readonly log: AppLog;
  readonly conf: JobConf;
  /** Made by the composition before any event is dispatched. */
  readonly job: JobView;
  /** No later AM attempt will run: what must be done last is done by this one. Learnt from facts, never from numbers. */
  readonly isLastAMRetry: boolean;
  /** The RM knows that the application is over (or never will): clients may see the terminal state. */
  readonly hasSuccessfullyUnregistered: boolean;
  /** The rack a host is in. */
  rackOf(host: string): string;
}
