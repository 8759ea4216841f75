/**
 * ResourceScheduler: who gets which part of which node. Hadoop: scheduler/{ResourceScheduler,YarnScheduler}.java and
 * scheduler/common/fica. A scheduler is a value that is fed: `apply` takes in what happened, `decide(now)` gives the assignments that follow,
 * and nothing else goes out: no clock, no log, no event. The same inputs give the same outputs, so the shell
 * (`scheduler-service.ts`), a benchmark and a simulation drive it alike. Sizes are YARN's: MiB and whole virtual cores.
 */
import type {
  ApplicationAttemptId,
  ApplicationId,
  ContainerId,
  NodeId,
  QueueInfo,
  Resource,
  ResourceRequest,
} from '@bobbin/common';

export interface SchedulerNodeInfo {
  readonly nodeId: NodeId;
  readonly host: string;
  readonly rackName: string;
  readonly capability: Resource;
}

export type Locality = 'NODE_LOCAL' | 'RACK_LOCAL' | 'OFF_SWITCH';

/** A container given to an attempt. Its place is taken from the moment it is returned until CONTAINER_COMPLETED. */
export interface Assignment {
  readonly containerId: ContainerId;
  readonly attemptId: ApplicationAttemptId;
  readonly nodeId: NodeId;
  readonly resource: Resource;
  readonly priority: number;
  readonly allocationRequestId: number;
  readonly locality: Locality;
}

export type SchedulerEvent =
  | { readonly type: 'NODE_ADDED'; readonly node: SchedulerNodeInfo }
  /** What lay on it is taken back; the owner asks for the ids before (`containersOn`). */
  | { readonly type: 'NODE_REMOVED'; readonly nodeId: NodeId }
  /** May be less than what is used: nothing new lands there until enough is given back. */
  | { readonly type: 'NODE_RESOURCE_UPDATED'; readonly nodeId: NodeId; readonly capability: Resource }
  /** Nothing new lands on a frozen node; what runs there goes on. */
  | { readonly type: 'NODE_FROZEN'; readonly nodeId: NodeId; readonly frozen: boolean }
  /** Takes its place in the queue, which all its attempts keep. */
  | { readonly type: 'APP_ADDED'; readonly applicationId: ApplicationId; readonly queue: string; readonly user: string }
  | { readonly type: 'APP_REMOVED'; readonly applicationId: ApplicationId }
  | {
      readonly type: 'ATTEMPT_ADDED';
      readonly attemptId: ApplicationAttemptId;
      /** Its first container is to be an AM's, which counts against the share AMs may hold. */
      readonly waitsForAM: boolean;
      /** Its AM was started before a restart of the RM; until its node reports it, or the attempt is over, its part of the AMs' share is kept for it. */
      readonly runningAM?: Resource;
      /** The earlier attempt whose containers go over to this one. */
      readonly keepContainersOf?: ApplicationAttemptId;
    }
  /** Its asks are dropped. Containers stay charged until they complete one by one, or go over to an attempt that keeps them. */
  | { readonly type: 'ATTEMPT_REMOVED'; readonly attemptId: ApplicationAttemptId; readonly keepContainers: boolean }
  | {
      readonly type: 'DEMAND_CHANGED';
      readonly attemptId: ApplicationAttemptId;
      /** Absolute, by (priority, allocationRequestId) and name; normalised here. */
      readonly asks: readonly ResourceRequest[];
      readonly blacklistAdditions: readonly string[];
      readonly blacklistRemovals: readonly string[];
    }
  | {
      readonly type: 'CONTAINER_COMPLETED';
      readonly containerId: ContainerId;
      /** It was taken back before its attempt knew of it: what was asked for it is asked again. */
      readonly askAgain: boolean;
    }
  /** Found running on a node after a restart; its attempt may be one that is still to be added. */
  | { readonly type: 'CONTAINER_RECOVERED'; readonly container: Omit<Assignment, 'locality'>; readonly isAM: boolean };

export interface Decision {
  /** In the order in which they were made. */
  readonly assignments: readonly Assignment[];
  /** When to decide again although nothing happened, on the clock of `decide`; absent: never. */
  readonly wakeAtMs: number | undefined;
}

/** Why something waits. `NEVER`: not in this cluster as it is; `NOT_YET`: it will be served when others give back. */
export interface Waiting {
  readonly verdict: 'NEVER' | 'NOT_YET';
  readonly priority: number;
  readonly resource: Resource;
  readonly count: number;
  /** One sentence, without a full stop. */
  readonly reason: string;
}

export interface AttemptUsage {
  readonly containers: number;
  readonly used: Resource;
  readonly pending: Resource;
  readonly pendingContainers: number;
}

export interface ResourceScheduler {
  /** Hadoop's class name, as clients see it. */
  readonly schedulerType: string;
  apply(event: SchedulerEvent): void;
  /** All that can be given now. Looks only at what changed since the last call. */
  decide(nowMs: number): Decision;
  /** The configured minimum, and the largest container that can be had: the configured maximum, or less where no node is so large. */
  readonly minimumAllocation: Resource;
  maximumAllocation(): Resource;
  /** Rounds up as it will be given. */
  normalise(resource: Resource): Resource;
  /** What the attempt could still get; 0 for one that is unknown. */
  headroom(attemptId: ApplicationAttemptId): Resource;
  usage(attemptId: ApplicationAttemptId): AttemptUsage;
  /** Empty where nothing waits. */
  explain(attemptId: ApplicationAttemptId): readonly Waiting[];
  containersOn(nodeId: NodeId): readonly ContainerId[];
  containersOf(attemptId: ApplicationAttemptId): readonly ContainerId[];
  nodeUsage(nodeId: NodeId): { readonly used: Resource; readonly containers: number } | undefined;
  clusterResource(): Resource;
  clusterUsed(): Resource;
  /** Why an application may not enter the queue; `undefined` where it may. */
  refuse(queue: string, user: string): string | undefined;
  /** Without applications. `undefined` where there is no such queue. */
  queueInfo(queue: string): Omit<QueueInfo, 'applications'> | undefined;
}
