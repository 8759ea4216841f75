/**
 * Every event of the AM's one dispatcher: `{ domain, type, ...payload }`, names as in Hadoop.
 * Hadoop: v2.app.job.event.*, v2.app.rm.ContainerAllocator, v2.app.launcher.ContainerLauncher, v2.app.speculate.Speculator,
 * v2.app.commit.CommitterEventType, mapreduce.jobhistory.EventType. Who produces and who consumes each is in the comment
 * of its domain. Where a diagnostic belongs to an event of Hadoop's that has no text (JOB_KILL, TA_FAILMSG ...), the
 * producer dispatches the diagnostics event first: a terminal state would drop it afterwards (MAPREDUCE-6771).
 */
import type {
  Container,
  ContainerId,
  HistoryEvent,
  JobId,
  NodeId,
  NodeReport,
  Resource,
  TaskAttemptCompletionEventStatus,
  TaskAttemptId,
  TaskAttemptState,
  TaskId,
} from '@bobbin/common';
import type { RecoveredAttempt, RecoveredTask, RemoteTask, TaskSplit } from './app-context.js';
import type { StatusSlot } from './task-status.js';

/** To the Job machine. From the client service, allocator, tasks, committer, and the job itself. */
export type JobEvent = { readonly domain: 'job' } & (
  | {
      readonly type:
        | 'JOB_KILL'
        | 'JOB_INIT_FAILED'
        | 'JOB_SETUP_COMPLETED'
        | 'JOB_COMMIT_COMPLETED'
        | 'JOB_ABORT_COMPLETED'
        | 'JOB_COMPLETED'
        | 'JOB_FAIL_WAIT_TIMEDOUT'
        | 'JOB_AM_REBOOT'
        | 'INTERNAL_ERROR';
    }
  /** One split a map in the order of the splits file, or why they could not be read: then the AM sends JOB_INIT_FAILED. */
  | { readonly type: 'JOB_INIT'; readonly splits?: readonly TaskSplit[]; readonly failure?: string }
  /** `recovered`: what an earlier AM attempt finished, by task; its start time is kept. */
  | {
      readonly type: 'JOB_START';
      readonly recoveredStartTimeMs?: number;
      readonly recovered?: ReadonlyMap<TaskId, RecoveredTask>;
    }
  | { readonly type: 'JOB_TASK_COMPLETED'; readonly taskId: TaskId; readonly state: 'SUCCEEDED' | 'FAILED' | 'KILLED' }
  | { readonly type: 'JOB_MAP_TASK_RESCHEDULED'; readonly taskId: TaskId }
  /** Appended to the completion-event list; `nodeId` files a successful map under its node. */
  | {
      readonly type: 'JOB_TASK_ATTEMPT_COMPLETED';
      readonly attemptId: TaskAttemptId;
      readonly status: TaskAttemptCompletionEventStatus;
      readonly mapOutputServerAddress: string;
      readonly attemptRunTimeMs: number;
      readonly nodeId: NodeId;
    }
  | { readonly type: 'JOB_SETUP_FAILED' | 'JOB_COMMIT_FAILED' | 'JOB_DIAGNOSTIC_UPDATE'; readonly diagnostics: string }
  | { readonly type: 'JOB_COUNTER_UPDATE'; readonly updates: readonly CounterUpdate[] }
  | {
      readonly type: 'JOB_TASK_ATTEMPT_FETCH_FAILURE';
      readonly reduceId: TaskAttemptId;
      readonly reduceHost: string;
      readonly mapIds: readonly TaskAttemptId[];
    }
  | { readonly type: 'JOB_UPDATED_NODES'; readonly nodes: readonly NodeReport[] }
);

/** Adds `delta` to a counter of the job's own group (`org.apache.hadoop.mapreduce.JobCounter`). */
export interface CounterUpdate {
  readonly name: string;
  readonly delta: number;
}

/** To a Task machine. From the job, the client service, the speculator, and the task's attempts. */
export type TaskEvent = { readonly domain: 'task'; readonly taskId: TaskId } & (
  | { readonly type: 'T_SCHEDULE' | 'T_ADD_SPEC_ATTEMPT' }
  | { readonly type: 'T_KILL'; readonly diagnostics?: string }
  /** `recoverOutput`: whether the committer is to bring back what the earlier AM attempt committed. */
  | { readonly type: 'T_RECOVER'; readonly task: RecoveredTask; readonly recoverOutput: boolean }
  | {
      readonly type: 'T_ATTEMPT_LAUNCHED' | 'T_ATTEMPT_COMMIT_PENDING' | 'T_ATTEMPT_SUCCEEDED';
      readonly attemptId: TaskAttemptId;
    }
  /** `fastFail`: no further attempt, whatever the limit says. */
  | { readonly type: 'T_ATTEMPT_FAILED'; readonly attemptId: TaskAttemptId; readonly fastFail: boolean }
  /** `reschedule`: ask for the next attempt's container at once and anywhere (the node is bad). */
  | { readonly type: 'T_ATTEMPT_KILLED'; readonly attemptId: TaskAttemptId; readonly reschedule: boolean }
);

/** To a TaskAttempt machine. From its task, allocator, launcher, listener, heartbeat handler, committer, client, job. */
export type TaskAttemptEvent = { readonly domain: 'taskattempt'; readonly attemptId: TaskAttemptId } & (
  | {
      readonly type:
        | 'TA_SCHEDULE'
        | 'TA_RESCHEDULE'
        | 'TA_CONTAINER_COMPLETED'
        | 'TA_CONTAINER_CLEANED'
        | 'TA_COMMIT_PENDING'
        | 'TA_DONE'
        | 'TA_PREEMPTED'
        | 'TA_FAILMSG_BY_CLIENT'
        | 'TA_TIMED_OUT'
        | 'TA_CLEANUP_DONE'
        /** Ours: the child of an attempt that ran under an earlier AM was heard. Comes once, before anything else it says. */
        | 'TA_ADOPTED';
    }
  /** `afterFailure`: an attempt of the task before it had failed. */
  | {
      readonly type: 'TA_RECOVER';
      readonly attempt: RecoveredAttempt;
      readonly recoverOutput: boolean;
      readonly afterFailure?: boolean;
    }
  | { readonly type: 'TA_KILL'; readonly diagnostics: string; readonly reschedule?: boolean }
  | { readonly type: 'TA_ASSIGNED'; readonly container: Container }
  /** `shufflePort`: -1 where the node serves no map output (uber). */
  | { readonly type: 'TA_CONTAINER_LAUNCHED'; readonly shufflePort: number }
  | { readonly type: 'TA_CONTAINER_LAUNCH_FAILED' | 'TA_DIAGNOSTICS_UPDATE'; readonly diagnostics: string }
  | { readonly type: 'TA_FAILMSG'; readonly fastFail?: boolean }
  /** Dispatched only when `slot.offer` said so; the attempt takes the newest status from the slot. */
  | { readonly type: 'TA_UPDATE'; readonly slot: StatusSlot }
  | { readonly type: 'TA_TOO_MANY_FETCH_FAILURE'; readonly reduceId: TaskAttemptId; readonly reduceHost: string }
);

/** To the container allocator. From attempts (requests) and tasks (failures). */
export type ContainerAllocatorEvent = { readonly domain: 'container-allocator'; readonly attemptId: TaskAttemptId } &
  /** `earlierAttemptFailed`: at the fast-fail priority and anywhere; hosts and racks are empty then. */
  (
    | {
        readonly type: 'CONTAINER_REQ';
        readonly capability: Resource;
        readonly hosts: readonly string[];
        readonly racks: readonly string[];
        readonly earlierAttemptFailed: boolean;
      }
    /** Whatever stands for the attempt goes: its ask, its place among the pending, or its container. */
    | { readonly type: 'CONTAINER_DEALLOCATE' }
    /** Ours: the attempt ran under an earlier AM and still has this container, as far as is known. */
    | { readonly type: 'CONTAINER_ADOPTED'; readonly container: Container; readonly capability: Resource }
    /** Counts against the node. */
    | { readonly type: 'CONTAINER_FAILED'; readonly nodeId: NodeId }
    /**
     * Ours, from the listener: the attempt ended well (`done`) and the container's child asks for its next task. Dispatched
     * right after that attempt's TA_CONTAINER_COMPLETED. Answered by TA_ASSIGNED to another attempt with the same container,
     * or by `TaskAttemptRegistry.dismiss`.
     */
    | { readonly type: 'CONTAINER_AVAILABLE'; readonly containerId: ContainerId }
  );

/**
 * To the container launcher. From attempts. Containers outlive attempts (reuse): CONTAINER_REMOTE_LAUNCH for a container
 * that runs already hands it the next task. When its child then asks for that task the old attempt gets
 * TA_CONTAINER_COMPLETED, as if the process had ended. CONTAINER_COMPLETED says only that this attempt is through with it.
 */
export type ContainerLauncherEvent = { readonly domain: 'container-launcher'; readonly attemptId: TaskAttemptId } & (
  | { readonly type: 'CONTAINER_REMOTE_LAUNCH'; readonly container: Container; readonly task: RemoteTask }
  /** Ours: as if this launcher had started the container; it may be stopped, and carry further tasks. */
  | { readonly type: 'CONTAINER_ADOPTED'; readonly container: Container; readonly shufflePort: number }
  /** Always answered by TA_CONTAINER_CLEANED. `dumpThreads`: the attempt timed out, its stacks are wanted in its log. */
  | {
      readonly type: 'CONTAINER_REMOTE_CLEANUP';
      readonly containerId: ContainerId;
      readonly nodeId: NodeId;
      readonly dumpThreads: boolean;
    }
  | { readonly type: 'CONTAINER_COMPLETED'; readonly containerId: ContainerId; readonly nodeId: NodeId }
);

/** To the speculator. From attempts and the AM. Times are wall clock milliseconds of the AM. */
export type SpeculatorEvent = { readonly domain: 'speculator' } & (
  | {
      readonly type: 'ATTEMPT_STATUS_UPDATE';
      readonly attemptId: TaskAttemptId;
      readonly state: TaskAttemptState;
      readonly progress: number;
      readonly atMs: number;
    }
  | { readonly type: 'ATTEMPT_START'; readonly attemptId: TaskAttemptId; readonly atMs: number }
  /** `delta` is +1 when an attempt begins to wait for a container, -1 when it has one or gave up. */
  | { readonly type: 'TASK_CONTAINER_NEED_UPDATE'; readonly taskId: TaskId; readonly delta: 1 | -1 }
  | { readonly type: 'JOB_CREATE'; readonly jobId: JobId }
);

/** To the committer. From the job and from attempts whose container is gone. */
export type CommitterEvent = { readonly domain: 'committer' } & (
  | { readonly type: 'JOB_SETUP' }
  /** `attempts`: those whose output is the job's, one for each task that writes it and succeeded. */
  | { readonly type: 'JOB_COMMIT'; readonly attempts: readonly TaskAttemptId[] }
  | { readonly type: 'JOB_ABORT'; readonly finalState: 'FAILED' | 'KILLED' }
  /** Always answered by TA_CLEANUP_DONE. */
  | { readonly type: 'TASK_ABORT'; readonly attemptId: TaskAttemptId }
);

/** To the history writer. From the AM, the job, tasks and attempts, in the order of mapreduce.md 2.11. */
export type JobHistoryEvent = { readonly domain: 'history' } & HistoryEvent;

/** To the AM itself: the job reached a terminal state; it begins the shutdown of mapreduce.md 1.5. */
export interface JobFinishEvent {
  readonly domain: 'job-finish';
  readonly type: 'STATE_CHANGED';
  readonly jobId: JobId;
}

/** The one union the AM's dispatcher is typed by. */
export type MRAppEvent =
  | JobEvent
  | TaskEvent
  | TaskAttemptEvent
  | ContainerAllocatorEvent
  | ContainerLauncherEvent
  | SpeculatorEvent
  | CommitterEvent
  | JobHistoryEvent
  | JobFinishEvent;
