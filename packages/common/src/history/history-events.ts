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

/**
 * Ours, each left out where it is not known: the moments of an attempt's life that Hadoop's history does not tell. The AM's clock has
 * those of asking, granting and committing, the clock of the task's machine the others.
 */
export interface AttemptTimes {
  /** A container was asked for; left out of a task's first attempt, which asks as the task starts. */
  readonly askTimeMs?: number;
  /** The attempt got one. */
  readonly grantTimeMs?: number;
  /** The container's process began; absent for one that had run another attempt before. */
  readonly processStartTimeMs?: number;
  /** The process had the task in its hands. */
  readonly takeTimeMs?: number;
  /** The job's code was loaded. */
  readonly loadTimeMs?: number;
  /** It asked for permission to commit. */
  readonly commitTimeMs?: number;
}

export interface AMStartedRecord {
  readonly type: 'AM_STARTED';
  readonly applicationAttemptId: ApplicationAttemptId;
  readonly startTimeMs: number;
  readonly containerId: ContainerId;
  readonly nodeManagerHost: string;
  readonly nodeManagerPort: number;
  readonly nodeManagerHttpPort: number;
  /** Ours: when the AM's process began. */
  readonly processStartTimeMs?: number;
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
  /** Ours: when the commit of its output began. */
  readonly commitTimeMs?: number;
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

export interface TaskAttemptStartedRecord extends Pick<AttemptTimes, 'askTimeMs' | 'grantTimeMs'> {
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
  /** Ours: it ran under an earlier AppMaster, and this one waits to hear of it. */
  readonly awaited?: boolean;
}

type TimesAtEnd = Omit<AttemptTimes, 'askTimeMs' | 'grantTimeMs'>;

interface AttemptFinished extends TimesAtEnd {
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

export interface TaskAttemptUnsuccessfulCompletionRecord extends TimesAtEnd {
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

/** Ours: an attempt that ran when its AppMaster died goes on under this one. Hadoop runs it again. */
export interface TaskAttemptAdoptedRecord {
  readonly type: 'MAP_ATTEMPT_ADOPTED' | 'REDUCE_ATTEMPT_ADOPTED';
  readonly taskId: TaskId;
  readonly attemptId: TaskAttemptId;
  /** When its process was first heard by this AppMaster. */
  readonly adoptTimeMs: number;
}

/** One event of a job's life: Hadoop's, and TaskAttemptAdoptedRecord. */
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
  | TaskAttemptAdoptedRecord
  | MapAttemptFinishedRecord
  | ReduceAttemptFinishedRecord
  | TaskAttemptUnsuccessfulCompletionRecord;

export type HistoryEventType = HistoryEvent['type'];
