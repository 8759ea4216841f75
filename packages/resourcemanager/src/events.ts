/**
 * RMEvent: every event of the ResourceManager, by the room that handles it. Hadoop: the *EventType enums of resourcemanager. An
 * entity's event is its machine's event with the id in front. Containers have no domain of their own: the scheduler's room owns them,
 * as in YARN.
 */
import type {
  ApplicationAttemptId,
  ApplicationId,
  ContainerId,
  ContainerStatus,
  NMContainerStatus,
  NodeId,
  Resource,
} from '@bobbin/common';
import type { RMAppAttemptEvent } from './rmapp/attempt/rm-app-attempt-machine.js';
import type { RMAppEvent, RMAppFinalState } from './rmapp/rm-app-machine.js';
import type { RMNodeEvent } from './rmnode/rm-node-machine.js';

/** What the scheduler's room takes; beside it stand the direct calls `allocate` and `pull` of an AM's heartbeat. */
export type SchedulerRoomEvent =
  | { readonly type: 'NODE_ADDED' | 'NODE_REMOVED'; readonly nodeId: NodeId }
  | { readonly type: 'NODE_FROZEN'; readonly nodeId: NodeId; readonly frozen: boolean }
  | { readonly type: 'NODE_RESOURCE_UPDATED'; readonly nodeId: NodeId; readonly capability: Resource }
  /** What a node that registered has running or finished. */
  | { readonly type: 'RECOVER_CONTAINERS'; readonly nodeId: NodeId; readonly containers: readonly NMContainerStatus[] }
  /** APP_RECOVERED: it was accepted before a restart, and is not told so again. */
  | { readonly type: 'APP_ADDED' | 'APP_RECOVERED' | 'APP_REMOVED'; readonly applicationId: ApplicationId }
  | {
      readonly type: 'ATTEMPT_ADDED';
      readonly attemptId: ApplicationAttemptId;
      readonly waitsForAM: boolean;
      /** Of the AM of an attempt that was launched before a restart. */
      readonly runningAM?: Resource;
      /** It is not told that it was added. */
      readonly recovering: boolean;
      readonly keepContainersOf?: ApplicationAttemptId;
    }
  | { readonly type: 'ATTEMPT_REMOVED'; readonly attemptId: ApplicationAttemptId; readonly keepContainers: boolean }
  | { readonly type: 'CONTAINER_LAUNCHED'; readonly containerId: ContainerId; readonly nodeId: NodeId }
  | { readonly type: 'CONTAINER_FINISHED'; readonly nodeId: NodeId; readonly status: ContainerStatus }
  | { readonly type: 'CONTAINER_EXPIRED'; readonly containerId: ContainerId }
  | { readonly type: 'DECIDE' };

export type RMEvent =
  | ({ readonly domain: 'rmapp'; readonly applicationId: ApplicationId } & RMAppEvent)
  | ({ readonly domain: 'rmattempt'; readonly attemptId: ApplicationAttemptId } & RMAppAttemptEvent)
  | ({ readonly domain: 'rmnode'; readonly nodeId: NodeId } & RMNodeEvent)
  | ({ readonly domain: 'scheduler' } & SchedulerRoomEvent)
  | {
      readonly domain: 'amlauncher';
      readonly type: 'LAUNCH' | 'CLEANUP';
      readonly attemptId: ApplicationAttemptId;
    }
  /** An AM's call has been taken up; its answer is due at the end of the turn. */
  | { readonly domain: 'amservice'; readonly type: 'CALLED'; readonly attemptId: ApplicationAttemptId }
  | {
      readonly domain: 'appmanager';
      readonly type: 'APP_COMPLETED';
      readonly applicationId: ApplicationId;
      readonly state: RMAppFinalState;
    };
