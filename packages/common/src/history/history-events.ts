/**
 * What a job's history records: Hadoop's events (org.apache.hadoop.mapreduce.jobhistory, reference mapreduce.md 6.1) as
 * readonly values, told apart by `type`. The AM emits them, the history file carries them (history-file), and whoever reads
 * or replays a job gets the very same values back. Times are wall clock milliseconds, -1 where Hadoop has none.
 * SETUP_ and CLEANUP_ attempts of Hadoop 1 are not here: no such task exists since MRv2.
 */
import type { ApplicationAttemptId, ContainerId, JobId, TaskAttemptId, TaskId, TaskType } from '../records/ids.js';
import type { CounterGroups } from '../records/protocols.js';

/** Where an attempt ran compared with where its data lies. */
export type Locality = 'NODE_LOCAL' | 'RACK_LOCAL' | 'OFF_SWITCH';
/** Hadoop's word for why an attempt was made. */
export type Avataar = 'VIRGIN' | 'SPECULATIVE';

/** One value for each twelfth of the progress: Hadoop's progress splits. */
export interface ProgressSplits {
  readonly clockSplits: readonly number[];
  readonly cpuUsages: readonly number[];
  readonly vMemKbytes: readonly number[];
  readonly physMemKbytes: readonly number[];
}

export interface AMStartedRecord {
  readonly type: 'AM_STARTED';
  readonly applicationAttemptId: ApplicationAttemptId;
  readonly startTimeMs: number;
  readonly containerId: ContainerId;
  readonly nodeManagerHost: string;
  readonly nodeManagerPort: number;
  readonly nodeManagerHttpPort: number;
}

export interface JobSubmittedRecord {
  readonly type: 'JOB_SUBMITTED';
  readonly jobId: JobId;
  readonly jobName: string;
  readonly userName: string;
  readonly submitTimeMs: number;
  readonly jobConfPath: string;
  readonly acls: Readonly<Record<string, string>>;
  readonly jobQueueName: string;
}

export interface JobInitedRecord {
  readonly type: 'JOB_INITED';
  readonly jobId: JobId;
  readonly launchTimeMs: number;
  readonly totalMaps: number;
  readonly totalReduces: number;
  readonly jobStatus: string;
  readonly uberized: boolean;
}

export interface JobInfoChangedRecord {
  readonly type: 'JOB_INFO_CHANGED';
  readonly jobId: JobId;
  readonly submitTimeMs: number;
  readonly launchTimeMs: number;
}

export interface JobQueueChangedRecord {
  readonly type: 'JOB_QUEUE_CHANGED';
  readonly jobId: JobId;
  readonly jobQueueName: string;
}

export interface JobPriorityChangedRecord {
  readonly type: 'JOB_PRIORITY_CHANGED';
  readonly jobId: JobId;
  readonly priority: string;
}

export interface JobStatusChangedRecord {
  readonly type: 'JOB_STATUS_CHANGED';
  readonly jobId: JobId;
  readonly jobStatus: string;
}

export interface JobFinishedRecord {
  readonly type: 'JOB_FINISHED';
  readonly jobId: JobId;
  readonly finishTimeMs: number;
  readonly finishedMaps: number;
  readonly finishedReduces: number;
  readonly failedMaps: number;
  readonly failedReduces: number;
  readonly killedMaps: number;
  readonly killedReduces: number;
  readonly totalCounters: CounterGroups;
  readonly mapCounters: CounterGroups;
  readonly reduceCounters: CounterGroups;
}

/** The job ended, but not well. */
export interface JobUnsuccessfulCompletionRecord {
  readonly type: 'JOB_FAILED' | 'JOB_KILLED' | 'JOB_ERROR';
  readonly jobId: JobId;
  readonly finishTimeMs: number;
  readonly finishedMaps: number;
  readonly finishedReduces: number;
  readonly failedMaps: number;
  readonly failedReduces: number;
  readonly killedMaps: number;
  readonly killedReduces: number;
  readonly jobStatus: string;
  /** Lines joined by newline. */
  readonly diagnostics: string;
}

export interface TaskStartedRecord {
  readonly type: 'TASK_STARTED';
  readonly taskId: TaskId;
  readonly taskType: TaskType;
  readonly startTimeMs: number;
  /** Hosts that hold the split, joined by commas; empty for a reduce. */
  readonly splitLocations: string;
}

export interface TaskUpdatedRecord {
  readonly type: 'TASK_UPDATED';
  readonly taskId: TaskId;
  readonly finishTimeMs: number;
}

export interface TaskFinishedRecord {
  readonly type: 'TASK_FINISHED';
  readonly taskId: TaskId;
  readonly taskType: TaskType;
  readonly finishTimeMs: number;
  readonly status: string;
  readonly counters: CounterGroups;
  readonly successfulAttemptId?: TaskAttemptId;
}

export interface TaskFailedRecord {
  readonly type: 'TASK_FAILED';
  readonly taskId: TaskId;
  readonly taskType: TaskType;
  readonly finishTimeMs: number;
  readonly error: string;
  readonly failedDueToAttempt?: TaskAttemptId;
  readonly status: 'FAILED' | 'KILLED';
  readonly counters?: CounterGroups;
}

export interface TaskAttemptStartedRecord {
  readonly type: 'MAP_ATTEMPT_STARTED' | 'REDUCE_ATTEMPT_STARTED';
  readonly taskId: TaskId;
  readonly attemptId: TaskAttemptId;
  readonly startTimeMs: number;
  /** Host and port of the NodeManager. */
  readonly trackerName: string;
  readonly httpPort: number;
  /** -1 for a task in the AM's own container. */
  readonly shufflePort: number;
  readonly containerId: ContainerId;
  readonly locality?: Locality;
  readonly avataar?: Avataar;
}

interface AttemptFinished {
  readonly taskId: TaskId;
  readonly attemptId: TaskAttemptId;
  readonly taskStatus: string;
  readonly finishTimeMs: number;
  readonly hostname: string;
  readonly port: number;
  readonly rackname: string;
  /** The task's own last status text. */
  readonly state: string;
  readonly counters: CounterGroups;
  readonly splits?: ProgressSplits;
}

export interface MapAttemptFinishedRecord extends AttemptFinished {
  readonly type: 'MAP_ATTEMPT_FINISHED';
  readonly mapFinishTimeMs: number;
}

export interface ReduceAttemptFinishedRecord extends AttemptFinished {
  readonly type: 'REDUCE_ATTEMPT_FINISHED';
  readonly shuffleFinishTimeMs: number;
  readonly sortFinishTimeMs: number;
}

export interface TaskAttemptUnsuccessfulCompletionRecord {
  readonly type: 'MAP_ATTEMPT_FAILED' | 'MAP_ATTEMPT_KILLED' | 'REDUCE_ATTEMPT_FAILED' | 'REDUCE_ATTEMPT_KILLED';
  readonly taskId: TaskId;
  readonly attemptId: TaskAttemptId;
  readonly finishTimeMs: number;
  readonly hostname: string;
  readonly port: number;
  readonly rackname: string;
  readonly status: 'FAILED' | 'KILLED';
  readonly error: string;
  readonly counters?: CounterGroups;
  readonly splits?: ProgressSplits;
}

/** One event of a job's life, as Hadoop's history has it. */
export type HistoryEvent =
  | AMStartedRecord
  | JobSubmittedRecord
  | JobInitedRecord
  | JobInfoChangedRecord
  | JobQueueChangedRecord
  | JobPriorityChangedRecord
  | JobStatusChangedRecord
  | JobFinishedRecord
  | JobUnsuccessfulCompletionRecord
  | TaskStartedRecord
  | TaskUpdatedRecord
  | TaskFinishedRecord
  | TaskFailedRecord
  | TaskAttemptStartedRecord
  | MapAttemptFinishedRecord
  | ReduceAttemptFinishedRecord
  | TaskAttemptUnsuccessfulCompletionRecord;

export type HistoryEventType = HistoryEvent['type'];
